"""Writes a reconciliation with its differences, in place of the earlier one of the same bill."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from sigap.domain.period import Period
from sigap.pipeline.settle_sides import InvoiceState
from sigap.settlement import GroupMatch, Match, Tolerance
from sigap.warehouse.store import copy_rows
from sigap.warehouse.tables import settlement


@dataclass(frozen=True, slots=True)
class Compared:
    """One comparison with all that was compared.

    `groups` compare wadah with wadah where the bill names nobody. `evidence` names what each side was read
    from, with digests.
    """

    found: Match
    groups: Sequence[GroupMatch]
    invoices: Sequence[InvoiceState]
    evidence: Sequence[dict[str, str]]
    tolerance: Tolerance
    bill_delivery_id: str
    activation_delivery_id: str | None
    as_of: dt.date | None

    @property
    def classes(self) -> dict[str, int]:
        """Persons by class, all of them."""
        return {code: figures.people for code, figures in self.found.classes.items()}

    @property
    def people_billed(self) -> int:
        """Persons on the bill, by name or as it counts them."""
        named = self.found.sides.people_billed
        return sum(group.people_billed for group in self.groups) if named is None else named

    @property
    def billed_idr(self) -> int:
        """Whole rupiah on the bill."""
        named = self.found.sides.billed_idr
        return sum(group.billed_idr for group in self.groups) if named is None else named

    @property
    def paid_idr(self) -> int:
        """Whole rupiah paid on the invoices that cover the month."""
        return sum(invoice.paid_idr for invoice in self.invoices)

    @property
    def counts(self) -> dict[str, int]:
        """What the outcome says: persons by class, and rows of the bill that say less than they should."""
        found = self.found
        rows = {
            "repeated_bill_rows": found.repeated_rows,
            "bill_rows_without_nik": found.rows_without_nik,
            "bill_rows_of_nobody": found.rows_of_nobody,
        }
        return self.classes | rows


def keep(connection: Connection, period: Period, compared: Compared) -> int:
    """Write it; returns its id. The same figures again change nothing, not even when it was made."""
    table = settlement.reconciliation
    figures = _figures(compared)
    key = {"period": str(period), "bill_delivery_id": compared.bill_delivery_id}
    statement = insert(table).values(**key, **figures)
    kept = statement.on_conflict_do_update(
        index_elements=[*key, "government"],
        set_=figures | {"made_at": func.now()},
        where=or_(*(table.c[name].is_distinct_from(statement.excluded[name]) for name in figures)),
    )
    changed = connection.execute(kept.returning(table.c.reconciliation_id)).scalar_one_or_none()
    if changed is not None:
        _replace_differences(connection, changed, compared.found.differences)
        return int(changed)
    same = select(table.c.reconciliation_id).where(*(table.c[name] == key[name] for name in key))
    return int(connection.execute(same).scalar_one())


def _figures(compared: Compared) -> dict[str, Any]:
    found, sides = compared.found, compared.found.sides
    has_list = sides.people_active is not None
    return {
        "people_invoiced": sides.people_invoiced,
        "people_billed": compared.people_billed,
        "invoiced_idr": sides.invoiced_idr,
        "billed_idr": compared.billed_idr,
        "paid_idr": compared.paid_idr,
        "classes": compared.classes,
        "is_by_name": sides.people_billed is not None,
        "people_listed": sides.people_listed,
        "people_parked": sides.people_parked,
        "people_paid": sides.people_paid,
        "people_active": sides.people_active,
        "active_only": found.active_only if has_list else None,
        "noted_idr": sides.noted_idr,
        "settled_idr": sides.paid_idr,
        "repeated_rows": found.repeated_rows,
        "rows_without_nik": found.rows_without_nik,
        "rows_of_nobody": found.rows_of_nobody,
        "figures": {code: asdict(figures) for code, figures in found.classes.items()},
        "groups": [asdict(group) for group in compared.groups],
        "invoices": [invoice.as_dict() for invoice in compared.invoices],
        "evidence": list(compared.evidence),
        "activation_delivery_id": compared.activation_delivery_id if has_list else None,
        "as_of_date": compared.as_of if has_list else None,
        "tolerance_person_idr": compared.tolerance.per_person_idr,
        "tolerance_total_idr": compared.tolerance.total_idr,
        "tolerance_sha256": compared.tolerance.sha256,
        "compared_sha256": found.sha256,
    }


def _replace_differences(connection: Connection, number: int, differences: pa.Table) -> None:
    table = settlement.difference
    connection.execute(delete(table).where(table.c.reconciliation_id == number))
    count = differences.num_rows
    rows = differences.append_column("reconciliation_id", pa.array(np.full(count, number, np.int64)))
    places = pa.array(np.arange(1, count + 1, dtype=np.int32))
    copy_rows(connection, table, rows.append_column("difference_no", places))
