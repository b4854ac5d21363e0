"""A period is a calendar month."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sigap.domain.period import Period
from sigap.errors import PeriodError

months = st.builds(Period, st.integers(1950, 2900), st.integers(1, 12))


@given(months)
def test_period_reads_back_what_it_writes(period):
    assert Period.parse(str(period)) == period


@given(months, st.integers(-500, 500))
def test_adding_months_and_taking_them_away_gives_the_same_month(period, count):
    assert period.plus(count).plus(-count) == period
    assert (period.plus(count) > period) == (count > 0)


@given(months)
def test_month_ends_the_day_before_the_next_one_begins(period):
    assert period.last_day + dt.timedelta(days=1) == period.plus(1).first_day
    assert period.plus(1).previous() == period


@pytest.mark.parametrize(
    "text", ["2026-13", "2026-00", "2026-1", "202601", "", "2026-01-01", "abcd-01", " 2026-01", "1066-10"]
)
def test_text_that_is_no_month_is_refused_with_the_right_form(text):
    with pytest.raises(PeriodError, match="2026-01"):
        Period.parse(text)


def test_leap_february_has_29_days():
    assert Period(2028, 2).last_day == dt.date(2028, 2, 29)
    assert Period(2026, 2).last_day == dt.date(2026, 2, 28)
