"""What stands on invoices of other rosters, so that nobody is billed for a month a second time."""

from collections.abc import Collection, Iterable

import pyarrow as pa
from sqlalchemy import Connection, select

from sigap.billing.payers import Payers
from sigap.billing.price import BILLED
from sigap.domain.period import Period
from sigap.warehouse.store import copy_out
from sigap.warehouse.tables import billing

_invoice = billing.invoice.c
_line = billing.invoice_line.c
_STANDING = ("approved", "issued")


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


def billed_lines(connection: Connection, roster_id: int, months: Collection[Period]) -> pa.Table:
    """The lines (`billing.price.BILLED`) of these coverage months that stand on other rosters."""
    names = ("person_id", "period", "payer_set", "share_no")
    wanted = (
        select(*(_line[name] for name in names))
        .join(billing.invoice, _invoice.invoice_id == _line.invoice_id)
        .where(
            ~_line.is_void,
            _line.roster_id != roster_id,
            _line.period.in_([str(month) for month in months]),
            _invoice.status.in_(_STANDING),
        )
    )
    return copy_out(connection, wanted, {field.name: field.type for field in BILLED}).cast(BILLED)
