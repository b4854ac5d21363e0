"""What each subsidised person costs this month."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from sigap.billing.payers import Payers
from sigap.billing.tariffs import Tariffs
from sigap.domain.datasets import LINES
from sigap.domain.period import Period
from sigap.engine import connect
from sigap.errors import BillingError

NEEDED = ("person_id", "outcome", "sector", "funding_source", "wadah_code")
_SQL = Path(__file__).with_name("price.sql").read_text(encoding="utf-8")
_SECTORS = pa.schema([("sector", pa.string()), ("sector_group", pa.string())])
_RATES = pa.schema(
    [
        *((name, pa.string()) for name in ("funding_source", "wadah_code", "sector_group", "tariff")),
        ("income_band", pa.int16()),
        ("jkk_idr", pa.int64()),
        ("jkm_idr", pa.int64()),
    ]
)


def price_people(decisions: pa.Table, tariffs: Tariffs, payers: Payers, period: Period) -> pa.Table:
    """Price the subsidised persons of a roster: columns `NEEDED` in, one row of `datasets.LINES` each out.

    Raises `BillingError` when a row is not subsidised, a person stands twice, a funding source or wadah is
    unknown, or a tariff has no value in force or would leave a fraction of a rupiah.
    """
    rows = decisions.select(NEEDED)
    _refuse_unpriceable(rows, period)
    with connect() as connection:
        connection.register("decisions", rows)
        connection.register("rates", _rates(rows, tariffs, payers, period))
        connection.register("sector_groups", _sector_groups(tariffs))
        lines: pa.Table = connection.sql(_SQL, params={"period": str(period)}).to_arrow_table().cast(LINES)
    if lines.num_rows != rows.num_rows:
        raise BillingError(
            f"{rows.num_rows - lines.num_rows} persons of {period} carry a wadah that is not their payer's. "
            f"Bring the rule that decided it and billing/payers.yaml together."
        )
    return lines


def _refuse_unpriceable(rows: pa.Table, period: Period) -> None:
    if rows.num_rows == 0:
        raise BillingError(
            f"The roster of {period} subsidises nobody: there is nothing to bill. Check its decisions."
        )
    others = rows.num_rows - (pc.sum(pc.equal(rows["outcome"], "subsidised")).as_py() or 0)
    if others:
        raise BillingError(f"{others} persons of {period} are not subsidised and cannot be billed.")
    repeated = rows.num_rows - pc.count_distinct(rows["person_id"], mode="all").as_py()
    if repeated:
        raise BillingError(
            f"{repeated} persons stand more than once in the roster of {period}. Decide it again."
        )


def _rates(rows: pa.Table, tariffs: Tariffs, payers: Payers, period: Period) -> pa.Table:
    """The few combinations that occur: each funding source with each sector group of its people."""
    found = rows.select(["funding_source", "sector"]).group_by(["funding_source", "sector"]).aggregate([])
    pairs = {
        (pair["funding_source"], tariffs.sector_groups.get(pair["sector"])) for pair in found.to_pylist()
    }
    band = tariffs.programme_band(period)
    priced = []
    for funding_source, group in sorted(pairs, key=str):
        payer = payers[funding_source]
        premium = tariffs.premium_on(period, band, group, payer.kind)
        priced.append(
            {
                "funding_source": funding_source,
                "wadah_code": payer.wadah_code,
                "sector_group": group or "",
                "tariff": premium.tariff,
                "income_band": premium.income_band,
                "jkk_idr": premium.jkk_idr,
                "jkm_idr": premium.jkm_idr,
            }
        )
    return pa.Table.from_pylist(priced, schema=_RATES)


def _sector_groups(tariffs: Tariffs) -> pa.Table:
    pairs = [{"sector": sector, "sector_group": group} for sector, group in tariffs.sector_groups.items()]
    return pa.Table.from_pylist(pairs, schema=_SECTORS)
