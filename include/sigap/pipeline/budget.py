"""The budget ceiling (pagu) of a year, over all its months."""

from collections import Counter
from collections.abc import Iterable

from sqlalchemy import Connection, func, select

from sigap.billing.invoice import refuse_over_pagu
from sigap.billing.payers import Payers
from sigap.domain.period import Period
from sigap.pipeline.locks import lock_year
from sigap.warehouse.tables import billing

_invoice = billing.invoice.c


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
    """What the source owes for the other months of the year, approved or issued; drafts owe nothing yet, void
    invoices nothing any more.
    """
    total = connection.execute(
        select(func.coalesce(func.sum(_invoice.total_idr), 0)).where(
            _invoice.funding_source == funding_source,
            _invoice.period.like(f"{period.year:04d}-%"),
            _invoice.period != str(period),
            _invoice.status.in_(("approved", "issued")),
        )
    ).scalar_one()
    return int(total)
