"""What the newest reconciliation of a month found: its figures, and the differences to work on."""

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, func, select

from sigap.domain.period import Period
from sigap.errors import SettlementError
from sigap.pipeline.resources import Resources
from sigap.settlement import ClassFigures, GroupMatch, match_classes
from sigap.warehouse.store import copy_out
from sigap.warehouse.tables import settlement, sources

DAY_ZONE = "Asia/Jakarta"  # a day is the city's day


@dataclass(frozen=True, slots=True)
class Reconciled:
    """One reconciliation as it was kept. Whole rupiah; None where a side was not there.

    `invoices` and `evidence` are as `settle` kept them: see settlement.reconciliation.
    """

    period: str
    reconciliation_id: int
    made_on: dt.date
    bill_file: str
    is_by_name: bool
    people_listed: int
    people_parked: int
    people_invoiced: int
    people_billed: int
    people_paid: int
    people_active: int | None
    active_only: int | None
    invoiced_idr: int
    noted_idr: int
    billed_idr: int
    paid_idr: int
    settled_idr: int
    repeated_rows: int
    rows_without_nik: int
    rows_of_nobody: int
    tolerance_person_idr: int
    tolerance_total_idr: int
    as_of_date: dt.date | None
    compared_sha256: str
    tolerance_sha256: str
    figures: dict[str, ClassFigures]
    groups: tuple[GroupMatch, ...]
    invoices: tuple[dict[str, Any], ...]
    evidence: tuple[dict[str, str], ...]

    @property
    def expected_idr(self) -> int:
        """What BPJS should bill: our lines and the notes on them."""
        return self.invoiced_idr + self.noted_idr

    @property
    def difference_idr(self) -> int:
        """What we expect less what BPJS bills."""
        return self.expected_idr - self.billed_idr

    @property
    def open_idr(self) -> int:
        """What is still to be paid on the invoices that cover the month."""
        return sum(max(int(invoice["open_idr"]), 0) for invoice in self.invoices)

    @property
    def people_differing(self) -> int:
        """Persons somebody has to look at."""
        known = match_classes()
        return sum(one.people for code, one in self.figures.items() if known[code].is_difference)

    @property
    def is_total_agreed(self) -> bool:
        """Whether the totals agree within the tolerance; by wadah where the bill names nobody."""
        within = abs(self.difference_idr) <= self.tolerance_total_idr
        return within and all(group.agrees for group in self.groups)

    @property
    def is_agreed(self) -> bool:
        """Whether nothing is left to do: by name, and nobody in a class that needs a look."""
        return self.is_by_name and self.is_total_agreed and self.people_differing == 0

    def as_dict(self) -> dict[str, Any]:
        """The reconciliation as plain values, for JSON."""
        answers = {
            name: getattr(self, name)
            for name in ("expected_idr", "difference_idr", "open_idr", "people_differing", "is_total_agreed",
                         "is_agreed")
        }  # fmt: skip
        return asdict(self) | answers


def reconciled(period: Period, resources: Resources) -> Reconciled:
    """The reconciliation of the month's newest bill.

    Raises `SettlementError` when `settle` has not compared the month yet, or only a release before this one.
    """
    with resources.warehouse.connect() as connection:
        return newest_of(connection, period)


def newest_of(connection: Connection, period: Period) -> Reconciled:
    """The same, over an open connection."""
    kept, delivery = settlement.reconciliation, sources.delivery.c
    wanted = (
        select(
            kept,
            delivery.file_name.label("bill_file"),
            func.date(func.timezone(DAY_ZONE, kept.c.made_at)).label("made_on"),
        )
        .join(sources.delivery, delivery.delivery_id == kept.c.bill_delivery_id)
        .where(kept.c.period == str(period), kept.c.compared_sha256.is_not(None))
        .order_by(delivery.received_at.desc(), delivery.delivery_id)
        .limit(1)
    )
    row = connection.execute(wanted).mappings().one_or_none()
    if row is None:
        raise SettlementError(
            f"{period} is not reconciled yet. Issue its invoices, put BPJS's bill into the inbox, then run "
            f"`sigap settle {period}`."
        )
    values = {name: row[name] for name in Reconciled.__dataclass_fields__}
    return Reconciled(
        **values
        | {
            "figures": {code: ClassFigures(**row["figures"][code]) for code in match_classes()},
            "groups": tuple(GroupMatch(**group) for group in row["groups"]),
            "invoices": tuple(row["invoices"]),
            "evidence": tuple(row["evidence"]),
        }
    )


def differences_of(connection: Connection, reconciliation_id: int) -> pa.Table:
    """Its differences in their order, columns as in settlement.difference."""
    table = settlement.difference
    wanted = (
        select(table).where(table.c.reconciliation_id == reconciliation_id).order_by(table.c.difference_no)
    )
    text = dict.fromkeys(("nik", "kpj", "class", "parked_code", "sheet"), pa.string())
    whole = dict.fromkeys(("person_id", "days_not_active", "row", "difference_no"), pa.int64())
    flags = dict.fromkeys(("is_listed", "is_active"), pa.string())  # PostgreSQL writes t and f
    return copy_out(connection, wanted, text | whole | flags)
