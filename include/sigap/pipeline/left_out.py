"""What somebody would have cost who was left out of an issued month: the tariff of that month, by share."""

from typing import Any

from sqlalchemy import ColumnClause, Connection, insert, table, text
from sqlalchemy import column as col

from sigap.billing.payers import Payers
from sigap.billing.rates import month_rates
from sigap.billing.tariffs import Tariffs
from sigap.domain.period import Period
from sigap.errors import BillingError

_RATE = (
    "CREATE TEMPORARY TABLE rate (period text, payer_set text, sector text, share_no smallint, "
    "funding_source text, wadah_code text, jkk_idr bigint, jkm_idr bigint, tariff text) ON COMMIT DROP"
)
_NEEDED = (
    "SELECT DISTINCT period, payer_set, coalesce(sector, '') AS sector FROM left_out "
    "WHERE payer_set IS NOT NULL ORDER BY 1, 2, 3"
)
_PRICED = ("share_no", "funding_source", "wadah_code", "jkk_idr", "jkm_idr", "tariff")


def price_left_out(connection: Connection, tariffs: Tariffs, payers: Payers) -> None:
    """Lay table `rate` for what occurs in table `left_out`: each month, payer set and sector once.

    Raises `BillingError` for an unknown payer, or a month that has no price for the payer.
    """
    connection.execute(text(_RATE))
    needed = connection.execute(text(_NEEDED)).all()
    rows = [rate for row in needed for rate in _rates(row.period, row.payer_set, row.sector, tariffs, payers)]
    if rows:
        columns: list[ColumnClause[Any]] = [col(name) for name in ("period", "payer_set", "sector", *_PRICED)]
        connection.execute(insert(table("rate", *columns)), rows)


def _rates(
    period: str, payer_set: str, sector: str, tariffs: Tariffs, payers: Payers
) -> list[dict[str, Any]]:
    priced = month_rates(
        payers.set_of(payer_set), tariffs.sector_groups.get(sector), tariffs, Period.parse(period)
    )
    if reason := next((rate["reason_code"] for rate in priced if rate["reason_code"]), None):
        raise BillingError(
            f"{payer_set} has no price in {period} ({reason}). Add what is missing to billing/tariffs or "
            f"billing/payers.yaml, or name another payer. Nothing was kept."
        )
    named = {"period": period, "payer_set": payer_set, "sector": sector}
    return [named | {name: rate[name] for name in _PRICED} for rate in priced]
