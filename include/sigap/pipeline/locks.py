"""One at a time: who judges, bills or issues a month waits for whoever does so.

In this order, so that two never wait for each other: months, years, the books, money.
"""

from sqlalchemy import Connection, func, select

from sigap.domain.period import Period

_MONTHS = 3275_0002  # any number, the same for everyone; the second key is the month
_YEARS = 3275_0003
_EXTRACTS = 3275_0004
_BOOKS = 3275_0005  # entries hold it shared, a change of a month alone: billing.hold_ledger()


def lock_month(connection: Connection, period: Period) -> None:
    """Hold the month until the transaction ends, also when it ends by the death of its process.

    Governments that share the warehouse wait for each other too: what one bills the other may not.
    """
    connection.execute(select(func.pg_advisory_xact_lock(_MONTHS, period.year * 100 + period.month)))


def lock_year(connection: Connection, period: Period) -> None:
    """Hold the period's budget year in the same way."""
    connection.execute(select(func.pg_advisory_xact_lock(_YEARS, period.year)))


def share_books(connection: Connection) -> None:
    """Keep every month of the books as it is until the transaction ends; others may enter too.

    Whoever will enter money takes it before the money: behind somebody who waits for the books alone it
    could come too late.
    """
    connection.execute(select(func.pg_advisory_xact_lock_shared(_BOOKS, 0)))


def lock_extract(connection: Connection, period: Period) -> None:
    """Hold the plan of the month's registry extract in the same way."""
    connection.execute(select(func.pg_advisory_xact_lock(_EXTRACTS, period.year * 100 + period.month)))
