"""The movement statement of a month: from what stood a month ago to what stands now, beside its invoices."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, Row, Select, bindparam, text

from sigap.billing.movement import CORRECTED, STOOD, WHY, Figure, Movement, move, refuse_other_invoices
from sigap.domain.period import Period
from sigap.errors import BillingError
from sigap.pipeline.resources import Resources, code_version
from sigap.warehouse.store import copy_out

_BOOKED = pa.schema([pa.field("period", pa.string()), *CORRECTED])


@dataclass(frozen=True, slots=True)
class Statement:
    """A month's movement beside the invoices and notes behind it. Whole rupiah.

    `booked` are all corrections that the month books, by coverage month and reason, also those of earlier
    months, which change neither opening nor closing. `is_final`: nothing of it is a draft.
    """

    period: Period
    movement: Movement
    invoiced_before_idr: int
    noted_before_idr: int
    invoiced_idr: int
    noted_idr: int
    booked: tuple[tuple[str, str, Figure], ...]
    is_final: bool

    @property
    def change_idr(self) -> int:
        """What the month owes more than the month before."""
        return self.movement.figure("closing").total_idr - self.movement.figure("opening").total_idr


def movement(period: Period, resources: Resources) -> Statement:
    """The movement of a coverage month against the month before, as it stands now.

    Opening: the lines of the month before, with the notes booked until then. Corrected: what this billing
    month books about it. Closing: the lines of this month, with the notes booked until now. Drafts count and
    are told. Raises `BillingError` when neither month has a line, or when anything does not balance.
    """
    with resources.outcome_of("movement", period) as outcome:
        outcome.versions.update(code=code_version(), actor=resources.settings.actor)
        outcome.read("billing.invoice_line", "billing.note_line", "entitlement.decision")
        # One snapshot: a note booked meanwhile would stand in one query and not in the next.
        snapshot = resources.warehouse.execution_options(isolation_level="REPEATABLE READ")
        with snapshot.connect() as connection:
            made = _statement(connection, period)
        opening, closing = (made.movement.figure(kind) for kind in ("opening", "closing"))
        outcome.count({"opening": opening.people, "closing": closing.people, "change_idr": made.change_idr})
    return made


def _statement(connection: Connection, period: Period) -> Statement:
    before = period.previous()
    totals = [
        _totals(connection, month, until) for month, until in ((before, period), (period, period.plus(1)))
    ]
    if not any(row.invoiced_idr for row in totals):
        raise BillingError(
            f"Neither {before} nor {period} has an invoice line. Run `sigap bill {period}` first."
        )
    booked = _read(connection, "booked", _BOOKED, period=period)
    found = move(
        _read(connection, "stood", STOOD, period=before, until=period),
        booked.filter(pc.field("period") == str(before)),
        _read(connection, "stood", STOOD, period=period, until=period.plus(1)),
        _read(connection, "why", WHY, before=before, period=period),
    )
    opened, closed = (row.invoiced_idr + row.noted_idr for row in totals)
    refuse_other_invoices(found, period, opened, closed)
    return Statement(
        period,
        found,
        totals[0].invoiced_idr,
        totals[0].noted_idr,
        totals[1].invoiced_idr,
        totals[1].noted_idr,
        tuple(_by_reason(booked)),
        totals[0].is_final and totals[1].is_final,
    )


def _totals(connection: Connection, period: Period, until: Period) -> Row[Any]:
    values = {"period": str(period), "until": str(until)}
    return connection.execute(text(_sql("totals")), values).one()


def _read(connection: Connection, name: str, schema: pa.Schema, **values: Period) -> pa.Table:
    bound: list[Any] = [bindparam(key, str(value)) for key, value in values.items()]
    # COPY takes any statement; a text one compiles like a Select
    query = cast(Select[Any], text(_sql(name)).bindparams(*bound))
    return copy_out(connection, query, {field.name: field.type for field in schema}).cast(schema)


def _sql(name: str) -> str:
    return Path(__file__).with_name(f"movement_{name}.sql").read_text(encoding="utf-8")


def _by_reason(booked: pa.Table) -> Iterator[tuple[str, str, Figure]]:
    sums = booked.group_by(["period", "reason_code"]).aggregate([("heads", "sum"), ("total_idr", "sum")])
    ordered = sums.sort_by([("period", "ascending"), ("reason_code", "ascending")])
    for row in ordered.to_pylist():
        yield row["period"], row["reason_code"], Figure(row["heads_sum"], row["total_idr_sum"])
