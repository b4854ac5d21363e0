"""The few prices that occur in a month: by payer set, sector group, coverage month and share."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import pyarrow as pa

from sigap.billing.dated import NotInForceError
from sigap.billing.payers import Payers
from sigap.billing.premium import Premium
from sigap.billing.shares import PayerSet
from sigap.billing.tariffs import NoSectorGroupError, Tariffs
from sigap.domain.datasets import LINES
from sigap.domain.period import Period

RATES = pa.schema(
    [
        pa.field("rate_id", pa.int32()),
        pa.field("set_no", pa.int32()),  # 1 and up, for the payer_set
        pa.field("month_no", pa.int32()),  # months since year 0, for the period
        pa.field("sector_group", pa.string()),
        *(field for field in LINES if field.name != "person_id"),
        pa.field("reason_code", pa.string()),
    ]
)
_SECTORS = pa.schema([("sector", pa.string()), ("sector_group", pa.string())])
_UNKNOWN = {"reason_code": "PAYER_UNKNOWN", "share_no": 1}


def rate_table(
    decisions: pa.Table, tariffs: Tariffs, payers: Payers, period: Period, started: Collection[str]
) -> pa.Table:
    """Every price that people of these payer sets and sectors can have (`RATES`), or the reason for none."""
    found = (
        decisions.select(["funding_source", "sector"]).group_by(["funding_source", "sector"]).aggregate([])
    )
    pairs = {
        (pair["funding_source"] or "-", tariffs.sector_groups.get(pair["sector"]))
        for pair in found.to_pylist()
    }
    numbers = {code: number for number, code in enumerate(sorted({code for code, _ in pairs}), 1)}
    rates = [
        {"payer_set": code, "set_no": numbers[code], "sector_group": group or "", **rate}
        for code, group in sorted(pairs, key=str)
        for rate in _rates(code, group, tariffs, payers, period, started)
    ]
    return pa.Table.from_pylist(
        [{"rate_id": number, **rate} for number, rate in enumerate(rates)], schema=RATES
    )


def sector_groups(tariffs: Tariffs) -> pa.Table:
    """Each sector with its group."""
    pairs = [{"sector": sector, "sector_group": group} for sector, group in tariffs.sector_groups.items()]
    return pa.Table.from_pylist(pairs, schema=_SECTORS)


def _rates(
    code: str, group: str | None, tariffs: Tariffs, payers: Payers, period: Period, started: Collection[str]
) -> Iterator[dict[str, Any]]:
    if code not in payers.sets and code not in payers.by_code:
        yield {**_UNKNOWN, **_month(period), "funding_source": code}
        return
    payer_set = payers.set_of(code)
    for month in payers.months_due(code, period, started):
        yield from month_rates(payer_set, group, tariffs, month)
    for month in payers.months_refused(code, period):
        for rate in month_rates(payer_set, group, tariffs, month):
            yield {**rate, "reason_code": "BEFORE_AGREEMENT"}


def dearest(
    code: str, tariffs: Tariffs, payers: Payers, period: Period, started: Collection[str]
) -> dict[str, int]:
    """The most that one person can cost each payer of a set in the months due: whole rupiah by payer."""
    payer_set, groups = payers.set_of(code), [*tariffs.discounts, None]
    most: Counter[str] = Counter()
    for month in payers.months_due(code, period, started):
        rates = [rate for group in groups for rate in month_rates(payer_set, group, tariffs, month)]
        for share in payer_set.shares:
            totals = [rate.get("total_idr", 0) for rate in rates if rate["share_no"] == share.share_no]
            most[share.funding_source] += max(totals)
    return dict(most)


def month_rates(
    payer_set: PayerSet, group: str | None, tariffs: Tariffs, month: Period
) -> list[dict[str, Any]]:
    """The price of one coverage month, a row for each share; without a price, rows with the reason."""
    premium, reason = _premium(payer_set, group, tariffs, month)
    split = payer_set.split(premium.jkk_idr, premium.jkm_idr) if premium else None
    if premium and split is None:
        reason = "NOT_POSITIVE"
    shared = {**_month(month), "wadah_code": payer_set.wadah_code, "reason_code": reason}
    return [
        {
            **shared,
            "share_no": share.share_no,
            "funding_source": share.funding_source,
            **(_amounts(premium, *split[share.share_no - 1]) if premium and split else {}),
        }
        for share in payer_set.shares
    ]


def _month(month: Period) -> dict[str, Any]:
    return {"period": str(month), "month_no": month.year * 12 + month.month}


def _premium(
    payer_set: PayerSet, group: str | None, tariffs: Tariffs, month: Period
) -> tuple[Premium | None, str | None]:
    if not payer_set.is_in_force(month):
        return None, "PAYER_UNKNOWN"
    try:
        return tariffs.programme_premium(month, group, payer_set.kind), None
    except NoSectorGroupError:
        return None, "NO_SECTOR_GROUP"
    except NotInForceError:
        return None, "NO_TARIFF"


def _amounts(premium: Premium, jkk_idr: int, jkm_idr: int) -> Mapping[str, Any]:
    return {
        "income_band": premium.income_band,
        "jkk_idr": jkk_idr,
        "jkm_idr": jkm_idr,
        "total_idr": jkk_idr + jkm_idr,
        "tariff": premium.tariff,
    }
