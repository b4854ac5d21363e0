"""How old a membership extract is, and what is too old."""

import datetime as dt
from collections import Counter

import pyarrow as pa
import pytest

from sigap.domain.datasets import CHECKED_MEMBERSHIPS
from sigap.domain.period import Period
from sigap.quality.snapshot import count_days, snapshot_stops
from sigap.quality.stops import word_stops

JANUARY = Period(2026, 1)


def drawn(**rows: int) -> Counter[dt.date | None]:
    """Rows by day, as `drawn(d2025_12_27=100, none=3)`."""
    days = {
        None if name == "none" else dt.date(*map(int, name[1:].split("_"))): n for name, n in rows.items()
    }
    return Counter(days)


@pytest.mark.parametrize(
    ("days", "stops"),
    [
        (drawn(d2025_12_27=100), {}),
        (drawn(d2025_12_1=100), {}),
        (drawn(d2025_11_30=100), {"snapshot_age": {"limit": 31, "found": 32}}),
        (drawn(d2026_1_20=100), {}),
        (drawn(d2025_6_1=900, d2025_12_27=100), {}),
        (drawn(d2025_6_1=9_999, d2029_12_27=1), {"snapshot_age": {"limit": 31, "found": 214}}),
        (drawn(d2025_12_27=95, none=5), {}),
        (drawn(d2025_12_27=94, none=6), {"snapshot_undated_share": {"limit": 0.05, "found": 0.06}}),
        (drawn(none=100), {"snapshot_undated_share": {"limit": 0.05, "found": 1.0}}),
        (drawn(), {}),
    ],
    ids=[
        "five days before the month",
        "on the last day that is allowed",
        "one day too old",
        "drawn within the month",
        "the newest rows count",
        "a slip of typing makes nothing young",
        "a few rows may lack the date",
        "too many rows lack the date",
        "nothing tells the date",
        "no rows",
    ],
)
def test_an_extract_is_as_old_as_its_newest_rows(days, stops):
    assert snapshot_stops(days, JANUARY) == stops


def test_the_same_extract_is_too_old_for_the_next_month():
    days = drawn(d2025_12_27=100)
    assert snapshot_stops(days, JANUARY) == {}
    assert snapshot_stops(days, JANUARY.plus(1)) == {"snapshot_age": {"limit": 31, "found": 36}}


def test_days_are_counted_from_checked_rows_and_stretches_add_up():
    rows = [{"as_of_date": day} for day in (dt.date(2025, 12, 27), None, dt.date(2025, 12, 27))]
    table = pa.Table.from_pylist(rows, CHECKED_MEMBERSHIPS)
    days = count_days(table) + count_days(table.slice(0, 1))
    assert days == drawn(d2025_12_27=3, none=1)


def test_the_age_reads_in_days():
    (told,) = word_stops({"snapshot_age": {"limit": 31, "found": 1200}})
    assert (told.limit, told.found) == ("31 hari", "1.200 hari")
