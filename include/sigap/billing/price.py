"""What each subsidised person costs this month, whoever pays: lines, and what is parked with a reason."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sigap.billing.payers import Payers
from sigap.billing.rates import rate_table, sector_groups
from sigap.billing.tariffs import Tariffs
from sigap.domain.datasets import LINES
from sigap.domain.period import Period
from sigap.engine import connect
from sigap.errors import BillingError

NEEDED = (
    "person_id", "nik", "outcome", "sector", "funding_source", "wadah_code", "rank", "was_checked",
)  # fmt: skip
BILLED = pa.schema(
    [
        pa.field("person_id", pa.int64()),
        pa.field("period", pa.string()),
        pa.field("payer_set", pa.string()),
        pa.field("share_no", pa.int16()),
    ]
)
PARKED = pa.schema(
    [
        pa.field("person_id", pa.int64()),
        pa.field("period", pa.string()),
        pa.field("funding_source", pa.string()),
        pa.field("reason_code", pa.string()),
        pa.field("total_idr", pa.int64()),
    ]
)
_SQL = Path(__file__).with_name("price.sql").read_text(encoding="utf-8")
_LINES = """
SELECT person_id, rate_id
FROM due JOIN places USING (rate_id)
WHERE reason_code IS NULL AND NOT is_prepaid
ORDER BY invoice_no, person_id, month_no
"""
_PARKED = """
SELECT person_id, period, funding_source, due.reason_code, total_idr
FROM due JOIN rates USING (rate_id)
WHERE due.reason_code IS NOT NULL AND NOT is_prepaid
ORDER BY person_id, period, share_no
"""


@dataclass(frozen=True, slots=True)
class Priced:
    """Lines to bill (`datasets.LINES`), person-months that cannot be billed (`PARKED`), and how many shares
    of person-months stand on other rosters already.
    """

    lines: pa.Table
    parked: pa.Table
    prepaid: int


def price_people(
    decisions: pa.Table,
    billed: pa.Table,
    tariffs: Tariffs,
    payers: Payers,
    period: Period,
    started: Collection[str],
) -> Priced:
    """Price the subsidised persons of a roster over the months that their payers owe in `period`.

    `decisions` has the columns `NEEDED`; `billed` (`BILLED`) the lines that stand from other rosters;
    `started` the payers that were ever billed. Of a person-month all shares are billed or parked together.
    Raises `BillingError` when a row is not subsidised, a person stands twice, nobody is left to bill, park or
    pass over, or a discount would leave a fraction of a rupiah.
    """
    rows = decisions.select(NEEDED)
    _refuse_unpriceable(rows, period)
    with connect() as connection:
        rates = rate_table(rows, tariffs, payers, period, started)
        connection.register("decisions", rows)
        connection.register("twice", _twice(rows["nik"]))
        connection.register("billed", billed.select(BILLED.names))
        connection.register("rates", rates)
        connection.register("sector_groups", sector_groups(tariffs))
        connection.execute(_SQL)
        return Priced(
            _lines(connection.sql(_LINES).to_arrow_table(), rates),
            connection.sql(_PARKED).to_arrow_table().cast(PARKED),
            int(connection.sql("SELECT count(*) FROM due WHERE is_prepaid").fetchall()[0][0]),
        )


def count_people(rows: pa.Table) -> int:
    """How many different persons stand in the column `person_id`."""
    ordered = np.sort(rows["person_id"].to_numpy())
    return int(np.count_nonzero(np.diff(ordered))) + bool(len(ordered))


def _twice(nik: pa.ChunkedArray) -> pa.Table:
    """The NIK that stand more than once. That there is none is seen faster where they are numbers."""
    try:
        numbers = np.sort(nik.drop_null().cast(pa.int64()).to_numpy())
    except pa.ArrowInvalid:  # not digits alone
        numbers = np.zeros(2, np.int64)
    if (np.diff(numbers) > 0).all():
        return pa.table({"nik": pa.array([], pa.string())})
    counts = nik.drop_null().value_counts()
    return pa.table({"nik": counts.field("values").filter(pc.greater(counts.field("counts"), 1))})


def _lines(found: pa.Table, rates: pa.Table) -> pa.Table:
    """`datasets.LINES`: persons are put in order alone, the rates, which are few, laid beside them."""
    numbers = found["rate_id"].combine_chunks()  # a rate's number is its place
    names = [name for name in LINES.names if name != "person_id"]
    columns = {name: rates[name].combine_chunks().take(numbers) for name in names}
    return pa.table({"person_id": found["person_id"], **columns}).select(LINES.names).cast(LINES)


def _refuse_unpriceable(rows: pa.Table, period: Period) -> None:
    if rows.num_rows == 0:
        raise BillingError(
            f"The roster of {period} subsidises nobody: there is nothing to bill. Check its decisions."
        )
    others = rows.num_rows - (pc.sum(pc.equal(rows["outcome"], "subsidised")).as_py() or 0)
    if others:
        raise BillingError(f"{others} persons of {period} are not subsidised and cannot be billed.")
    repeated = rows.num_rows - count_people(rows)
    if repeated:
        raise BillingError(
            f"{repeated} persons stand more than once in the roster of {period}. Decide it again."
        )
