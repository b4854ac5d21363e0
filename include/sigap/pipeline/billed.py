"""What stands on invoices of other rosters, so that nobody is billed for a month a second time."""

from collections.abc import Collection, Iterable

import pyarrow as pa
from sqlalchemy import Connection, select

from sigap.billing.payers import Payers
from sigap.billing.price import BILLED
from sigap.domain.period import Period
from sigap.engine import connect
from sigap.pipeline.people import survivors
from sigap.warehouse.store import copy_out
from sigap.warehouse.tables import billing

_invoice = billing.invoice.c
_line = billing.invoice_line.c
_STANDING = ("approved", "issued")
_SURVIVING = """
SELECT lines.* REPLACE (coalesce(survivor_id, person_id) AS person_id)
FROM lines LEFT JOIN merged USING (person_id)
ORDER BY person_id, period, share_no
"""


def payers_ever_billed(connection: Connection, period: Period) -> frozenset[str]:
    """The payers that stand on an invoice billed before this month."""
    wanted = select(_invoice.funding_source).where(
        _invoice.status.in_(_STANDING), _invoice.period < str(period)
    )
    return frozenset(connection.execute(wanted.distinct()).scalars())


def months_due(
    payer_sets: Iterable[str], period: Period, payers: Payers, started: Collection[str]
) -> list[Period]:
    """The coverage months that any of these payer sets owes in a month; of an unknown set, which is parked,
    the month itself.
    """
    known = [code for code in payer_sets if code in payers.sets or code in payers.by_code]
    months = {month for code in known for month in payers.months_due(code, period, started)}
    return sorted(months | {period})


def billed_lines(
    connection: Connection, roster_id: int, period: Period, months: Collection[Period]
) -> pa.Table:
    """The lines (`billing.price.BILLED`) of these coverage months that stand on other rosters, under the
    numbers that people have in `period`: somebody billed under a number that was merged is not billed anew.
    """
    wanted_months = sorted(str(month) for month in months)
    wanted = (
        select(*(_line[name] for name in BILLED.names))
        .join(billing.invoice, _invoice.invoice_id == _line.invoice_id)
        .where(_invoice.roster_id != roster_id, _invoice.status.in_(_STANDING))
        .where(_invoice.covers_from <= wanted_months[-1], _invoice.covers_to >= wanted_months[0])
        .where(_line.period.in_(wanted_months), ~_line.is_void)
    )
    lines = copy_out(connection, wanted, {field.name: field.type for field in BILLED}).cast(BILLED)
    merged = survivors(connection, period)
    if lines.num_rows == 0 or merged.num_rows == 0:
        return lines
    with connect() as engine:
        engine.register("lines", lines)
        engine.register("merged", merged)
        return engine.sql(_SURVIVING).to_arrow_table().cast(BILLED)
