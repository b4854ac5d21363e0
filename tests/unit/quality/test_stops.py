"""Limits over a month, and broken rules in the words of who judges them."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sigap.domain.period import Period
from sigap.errors import QualityError
from sigap.quality import stops as module
from sigap.quality.stops import (
    MonthCounts,
    judge_month,
    month_limits,
    row_bounds,
    stop_rules,
    word_stops,
)

JANUARY = Period(2026, 1)
FINE = MonthCounts(1000, 300, {"file": 200, "source": 200, "across": 800})


def test_a_month_at_its_limits_is_fine():
    assert judge_month(FINE, JANUARY) == {}
    assert judge_month(MonthCounts(), JANUARY) == {}, "nothing received, no share of it"


@pytest.mark.parametrize(
    ("counts", "broken"),
    [
        (replace(FINE, rejected=301), {"month_rejected_share": {"limit": 0.3, "found": 0.301}}),
        (
            replace(FINE, repeated={"file": 201}),
            {"month_repeated_in_file_share": {"limit": 0.2, "found": 0.201}},
        ),
        (
            replace(FINE, repeated={"source": 500}),
            {"month_repeated_in_source_share": {"limit": 0.2, "found": 0.5}},
        ),
        (
            replace(FINE, repeated={"across": 900}),
            {"month_repeated_across_share": {"limit": 0.8, "found": 0.9}},
        ),
        (
            replace(FINE, missing=("pkl", "becak")),
            {"month_missing_sources": {"limit": 0, "found": ["becak", "pkl"]}},
        ),
        (replace(FINE, unread=1), {"month_unread_memberships": {"limit": 0, "found": 1}}),
    ],
    ids=lambda given: next(iter(given)) if isinstance(given, dict) else "",
)
def test_each_limit_of_a_month_is_broken_by_itself(counts, broken):
    assert judge_month(counts, JANUARY) == broken


def test_every_limit_of_a_month_has_dated_values_with_a_reference_and_words():
    for rule, entry in module._limits().items():
        assert entry["description"]
        assert rule in stop_rules()
        for date, value in entry["values"].items():
            assert isinstance(date, dt.date)
            assert value["reference"]
            assert isinstance(value["verified"], bool)


def test_a_month_before_every_value_is_refused_with_what_to_add():
    with pytest.raises(QualityError, match="has no value in force on 2020-01-01"):
        month_limits(Period(2020, 1))


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=3), st.floats(0.01, 3))
def test_the_median_of_the_last_deliveries_always_lies_within_the_bounds(history, change):
    least, most = row_bounds(history, change)
    usual = sorted(history)[len(history) // 2] if len(history) % 2 else sum(sorted(history)[:2]) / 2
    assert least <= usual <= most or most < least <= usual + 1, "of two, the mean may lie between whole rows"


def test_broken_rules_read_like_the_city_writes_numbers():
    stops = {
        "at_least": {"limit": 1500, "found": 12},
        "max_rejected_share": {"limit": 0.5, "found": 0.6125},
        "max_change": {"limit": [500, 1500], "found": 2000},
        "empty_columns": {"limit": 0.01, "found": ["nik", "birth_date"]},
        "month_missing_sources": {"limit": 0, "found": ["pkl", "lain"]},
    }
    words = [(one.limit, one.found) for one in word_stops(stops, {"pkl": "Pedagang kaki lima"})]
    assert words == [
        ("1.500", "12"),
        ("50%", "61,25%"),
        ("500 sampai 1.500", "2.000"),
        ("1%", "NIK, Tanggal lahir"),
        ("0", "Pedagang kaki lima, lain"),
    ]
