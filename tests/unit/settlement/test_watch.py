"""From due dates to lapse: every level on its day, and what a payer's other months have to do with it."""

import datetime as dt

import pytest

from sigap.domain.period import Period
from sigap.errors import SettlementError
from sigap.settlement.watch import FILE, Coverage, Watched, WatchRules, rules_on, watch, worst

RULES = WatchRules(grace_months=3, due_soon_days=14, alert_days=14, end_days=31)
PREMIUM = 16_800


def coverage(first: str, last: str | None = None, *, paid: bool = False, billed: bool = True) -> Coverage:
    start, end = Period.parse(first), Period.parse(last or first)
    owed = 0 if paid or not billed else PREMIUM
    return Coverage("APBD_KOTA", "SG", f"N-{first}" if billed else None, start, end, start.last_day, 1, owed)


def judge(as_of: str, *coverages: Coverage) -> list[Watched]:
    return watch(coverages, dt.date.fromisoformat(as_of), RULES)


@pytest.mark.parametrize(
    ("as_of", "level", "overdue", "grace"),
    [
        ("2026-01-16", "ok", 0, 74),
        ("2026-01-17", "due_soon", 0, 73),
        ("2026-01-31", "due_soon", 0, 59),
        ("2026-02-01", "overdue", 1, 58),
        ("2026-02-14", "overdue", 14, 45),
        ("2026-02-15", "alert", 15, 44),
        ("2026-03-31", "alert", 59, 0),
        ("2026-04-01", "lapsed", 60, -1),
    ],
)
def test_an_unpaid_month_goes_from_due_to_lapsed_three_months_after_protection_ended(
    as_of: str, level: str, overdue: int, grace: int
) -> None:
    """Domain brief 1.5: last paid December, three months of grace reach to the end of March."""
    found = judge(as_of, coverage("2025-12", paid=True), coverage("2026-01"))[0]
    assert (found.level, found.days_overdue, found.days_of_grace) == (level, overdue, grace)
    assert (found.protected_until, found.grace_until) == (dt.date(2025, 12, 31), dt.date(2026, 3, 31))


def test_a_later_month_lapses_with_the_oldest_unpaid_one() -> None:
    found = judge("2026-04-02", coverage("2026-01"), coverage("2026-02"), coverage("2026-03"))
    assert {one.protected_until for one in found} == {dt.date(2025, 12, 31)}
    assert [one.level for one in found] == ["lapsed"] * 3


def test_a_paid_month_between_starts_the_clock_anew() -> None:
    found = judge("2026-04-02", coverage("2026-01"), coverage("2026-02", paid=True), coverage("2026-03"))
    levels = {one.coverage.number: one.level for one in found}
    assert levels == {"N-2026-01": "lapsed", "N-2026-02": "ok", "N-2026-03": "overdue"}


def test_a_paid_quarter_protects_to_its_end_and_on_through_what_follows() -> None:
    quarter, april = coverage("2026-01", "2026-03", paid=True), coverage("2026-04", paid=True)
    (first, _) = sorted(judge("2026-02-10", quarter, april), key=lambda one: one.coverage.covers_from)
    assert (first.level, first.protected_until, first.days_protected) == ("ok", dt.date(2026, 4, 30), 79)


def test_months_that_nobody_billed_count_until_the_programme_is_plainly_over() -> None:
    months = coverage("2025-12", paid=True), coverage("2026-01", "2026-04", billed=False)
    assert judge("2026-02-20", *months)[0].level == "alert"
    assert judge("2026-05-01", *months)[0].level == "lapsed"
    assert [one.level for one in judge("2026-05-02", *months)] == ["ok"]


def test_of_what_is_paid_and_over_only_the_last_is_shown() -> None:
    paid = [coverage(f"2025-{month:02d}", paid=True) for month in range(1, 13)]
    assert [one.coverage.number for one in judge("2026-02-01", *paid)] == ["N-2025-12"]


def test_the_worst_comes_first_and_names_the_whole() -> None:
    found = judge("2026-02-20", coverage("2025-12"), coverage("2026-02", paid=True), coverage("2026-03"))
    assert [one.level for one in found] == ["alert", "ok", "ok"]
    assert worst(found) == "alert" and worst([]) == "ok"


def test_payers_do_not_protect_one_another() -> None:
    other = Coverage(
        "APBD_PROVINSI", "SA", "P", Period(2025, 12), Period(2025, 12), dt.date(2025, 12, 31), 1, 0
    )
    found = {one.coverage.funding_source: one for one in judge("2026-02-01", coverage("2026-01"), other)}
    assert found["APBD_KOTA"].protected_until == dt.date(2025, 12, 31)
    assert found["APBD_PROVINSI"].level == "ok"


def test_the_shipped_rules_have_a_reference_and_a_date() -> None:
    assert rules_on(dt.date(2026, 1, 1), 3).alert_days > 0
    with pytest.raises(SettlementError, match="no rules for 2025-09-30"):
        rules_on(dt.date(2025, 9, 30), 3, FILE)
