"""The budget ceiling (pagu) of a year, over all its months."""

from collections import Counter
from collections.abc import Iterable

import pyarrow as pa
from sqlalchemy import Connection, func, select

from sigap.billing.dated import NotInForceError
from sigap.billing.invoice import refuse_over_pagu
from sigap.billing.payers import Payers
from sigap.billing.rates import dearest
from sigap.billing.tariffs import Tariffs
from sigap.domain.period import Period
from sigap.entitlement.budget import PAID_FOR, Budget
from sigap.pipeline.billed import payers_ever_billed
from sigap.pipeline.locks import lock_year
from sigap.pipeline.notes import noted_idr
from sigap.warehouse.store import copy_out
from sigap.warehouse.tables import billing

_invoice = billing.invoice.c
_line = billing.invoice_line.c
_STANDING = ("approved", "issued")


def keep_within_pagu(
    connection: Connection, period: Period, amounts: Iterable[tuple[str, int]], payers: Payers
) -> None:
    """Hold what a month is to owe, as (funding source, rupiah), with all other months against the pagu.

    The year is locked until the transaction ends: two months cannot use up the same rupiah. Raises
    `BillingError` that says by how much the ceiling is exceeded.
    """
    lock_year(connection, period)
    owed: Counter[str] = Counter()
    for funding_source, amount_idr in amounts:
        owed[funding_source] += amount_idr
    for funding_source, amount_idr in sorted(owed.items()):
        before_idr = _owed_by_other_months(connection, period, funding_source)
        refuse_over_pagu(period, funding_source, before_idr, amount_idr, payers)


def _owed_by_other_months(connection: Connection, period: Period, funding_source: str) -> int:
    """What the source owes for other months of the year, approved or issued, and by the notes of the year;
    drafts owe nothing yet, void invoices nothing any more.
    """
    total = connection.execute(
        select(func.coalesce(func.sum(_invoice.total_idr), 0)).where(
            _invoice.funding_source == funding_source,
            _invoice.period.like(f"{period.year:04d}-%"),
            _invoice.period != str(period),
            _invoice.status.in_(_STANDING),
        )
    ).scalar_one()
    return int(total) + noted_idr(connection, period.year, funding_source)


def budget_of(
    connection: Connection, period: Period, places: Iterable[str], tariffs: Tariffs, payers: Payers
) -> Budget:
    """What the payers behind these places have left for a month, and what one new person costs them.

    The dearest premium of the payer over the months due is taken, so that no choice of people goes over the
    ceiling. A place or a year that payers.yaml does not know has no limit here: bill says so.
    """
    started = payers_ever_billed(connection, period)
    known = [code for code in places if code in payers.sets or code in payers.by_code]
    costs = {code: dearest(code, tariffs, payers, period, started) for code in known}
    left = {}
    for payer in sorted({payer for cost in costs.values() for payer in cost}):
        try:
            pagu = payers[payer].pagu_on(period)
        except NotInForceError:
            continue
        left[payer] = pagu - _owed_by_other_months(connection, period, payer)
    return Budget(left, costs, _paid_for(connection, period))


def _paid_for(connection: Connection, period: Period) -> pa.Table:
    """Whom invoices of other billing months cover in this month already, by payer set."""
    month = str(period)
    wanted = (
        select(_line.person_id, _line.payer_set.label("funding_source"))
        .join(billing.invoice, _invoice.invoice_id == _line.invoice_id)
        .where(_invoice.period != month, _invoice.status.in_(_STANDING))
        .where(_invoice.covers_from <= month, _invoice.covers_to >= month)
        .where(_line.period == month, ~_line.is_void)
        .distinct()
    )
    types = {field.name: field.type for field in PAID_FOR}
    return copy_out(connection, wanted, types).cast(PAID_FOR)
