"""One at a time: who judges, bills or issues a month waits for whoever does so already."""

from sqlalchemy import Connection, func, select

from sigap.domain.period import Period

_MONTHS = 3275_0002  # any number, the same for everyone; the second key is the month


def lock_month(connection: Connection, period: Period) -> None:
    """Hold the month until the transaction ends, also when it ends by the death of its process."""
    connection.execute(select(func.pg_advisory_xact_lock(_MONTHS, period.year * 100 + period.month)))
