"""Which coverages are due, overdue or about to lapse: dates and rupiah per payer, no person."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sigap.domain.period import Period
from sigap.errors import SettlementError

LEVELS = ("ok", "due_soon", "overdue", "alert", "lapsed")  # ever worse
FILE = Path(__file__).with_name("watch.yaml")


@dataclass(frozen=True, slots=True)
class WatchRules:
    """Months of grace after the end of protection, and days: see watch.yaml."""

    grace_months: int
    due_soon_days: int
    alert_days: int
    end_days: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a payer has for some months. `number` is None for months that nobody billed yet.

    `open_idr` is what is still to be paid; a coverage is paid when it was billed and nothing is open.
    """

    funding_source: str
    wadah_code: str
    number: str | None
    covers_from: Period
    covers_to: Period
    due_date: dt.date
    people: int
    open_idr: int

    @property
    def is_paid(self) -> bool:
        """Whether it protects."""
        return self.number is not None and self.open_idr <= 0


@dataclass(frozen=True, slots=True)
class Watched:
    """A coverage on a day. `protected_until` is the last day that payments protect, `grace_until` the last
    day on which it can be paid up; the days count from the day of the watch, below zero when past.
    """

    coverage: Coverage
    level: str
    days_overdue: int
    protected_until: dt.date
    days_protected: int
    grace_until: dt.date
    days_of_grace: int


def rules_on(day: dt.date, grace_months: int, file: Path = FILE) -> WatchRules:
    """The rules in force on a day. Raises `SettlementError` when none are, or one has no reference."""
    entries = _read(file)
    valid = [since for since in entries if since <= day]
    if not valid:
        raise SettlementError(f"{file.name} holds no rules for {day}. Add them with date and reference.")
    entry = dict(entries[max(valid)])
    if not entry.pop("reference", None):
        raise SettlementError(f"{file.name}, {max(valid)}: the rules have no reference. Name their source.")
    entry.pop("verified", None)
    return WatchRules(grace_months=grace_months, **entry)


def watch(coverages: Iterable[Coverage], as_of: dt.date, rules: WatchRules) -> list[Watched]:
    """Every coverage with its level on a day, the worst first, then the oldest.

    - due_soon: not paid, due within `due_soon_days`; overdue: the due date has passed
    - alert: overdue, and the third month without payment begins within `alert_days`, or has begun
    - lapsed: the months of grace after the end of protection are over

    Protection ends with the last paid month before a coverage. Left out are coverages that nobody billed and
    whose grace ended more than `end_days` ago, since such a programme has ended, and those that are paid and
    over, but for the last of a payer.
    """
    streams: dict[tuple[str, str], list[Coverage]] = {}
    for one in coverages:
        streams.setdefault((one.funding_source, one.wadah_code), []).append(one)
    found = [seen for stream in streams.values() for seen in _watch(stream, as_of, rules)]
    return sorted(found, key=_urgency)


def worst(found: Sequence[Watched]) -> str:
    """The worst level among coverages, ok without any."""
    return max((one.level for one in found), key=LEVELS.index, default="ok")


def _watch(stream: list[Coverage], as_of: dt.date, rules: WatchRules) -> list[Watched]:
    paid = {month for one in stream if one.is_paid for month in _months(one)}
    unpaid = {month for one in stream if not one.is_paid for month in _months(one)} - paid
    shown = [one for one in stream if not one.is_paid or one.covers_to.last_day >= as_of]
    shown += sorted((one for one in stream if one.is_paid), key=lambda one: one.covers_to)[-1:]
    watched = (_judge(one, paid, unpaid, as_of, rules) for one in dict.fromkeys(shown))
    return [one for one in watched if one.coverage.number is not None or one.days_of_grace >= -rules.end_days]


def _judge(
    one: Coverage, paid: set[Period], unpaid: set[Period], as_of: dt.date, rules: WatchRules
) -> Watched:
    last = _last_protected(one, paid, unpaid)
    grace_until = last.plus(rules.grace_months).last_day
    third_month = last.plus(rules.grace_months).first_day
    overdue = 0 if one.is_paid else max((as_of - one.due_date).days, 0)
    return Watched(
        coverage=one,
        level="ok" if one.is_paid else _level(one, overdue, third_month, grace_until, as_of, rules),
        days_overdue=overdue,
        protected_until=last.last_day,
        days_protected=(last.last_day - as_of).days,
        grace_until=grace_until,
        days_of_grace=(grace_until - as_of).days,
    )


def _level(
    one: Coverage, overdue: int, third_month: dt.date, grace_until: dt.date, as_of: dt.date, rules: WatchRules
) -> str:
    if as_of > grace_until:
        return "lapsed"
    if overdue and as_of >= third_month - dt.timedelta(days=rules.alert_days):
        return "alert"
    if overdue:
        return "overdue"
    return "due_soon" if (one.due_date - as_of).days <= rules.due_soon_days else "ok"


def _last_protected(one: Coverage, paid: set[Period], unpaid: set[Period]) -> Period:
    """The last paid month that holds for a coverage: after it where it is paid, before it where it is not."""
    if one.is_paid:
        month = one.covers_to
        while month.plus(1) in paid:
            month = month.plus(1)
        return month
    month = one.covers_from
    while month.previous() in unpaid:
        month = month.previous()
    return month.previous()


def _months(one: Coverage) -> list[Period]:
    months = [one.covers_from]
    while months[-1] < one.covers_to:
        months.append(months[-1].plus(1))
    return months


def _urgency(one: Watched) -> tuple[int, dt.date, str, str, Period]:
    coverage = one.coverage
    names = coverage.funding_source, coverage.wadah_code
    return -LEVELS.index(one.level), coverage.due_date, *names, coverage.covers_from


@cache
def _read(file: Path) -> Mapping[dt.date, Mapping[str, Any]]:
    entries: Mapping[dt.date, Mapping[str, Any]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return entries
