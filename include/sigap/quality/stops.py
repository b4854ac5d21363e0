"""Stop rules: those of a month as a whole, and all of them in the words of who judges (stops.yaml).

Those of one delivery stand in its suite (`quality.suites`) and Great Expectations evaluates them; those of a
month, and the age of a membership extract (`quality.snapshot`), go by the dated limits of `period.yaml`.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

import yaml
from babel.numbers import format_decimal, format_percent

from sigap.domain.period import Period
from sigap.domain.source import SourceEntry
from sigap.errors import QualityError
from sigap.quality.words import name_column

Stops = dict[str, dict[str, Any]]  # {rule: {limit, found}}, as kept in the warehouse
UNPASSABLE = "promise"  # the check contradicts itself: no rows to let pass


@dataclass(frozen=True, slots=True)
class MonthCounts:
    """What the limits of a month are compared with.

    `received`, `rejected` and `repeated` count rows of worker lists, `repeated` the exact twins by scope
    (file, source, across); `missing` are codes of senders, `unread` counts membership files that were not
    taken in.
    """

    received: int = 0
    rejected: int = 0
    repeated: Mapping[str, int] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    unread: int = 0


@dataclass(frozen=True, slots=True)
class BrokenRule:
    """A broken rule in words: what it says, its limit, what was found. For pages and questions."""

    rule: str
    title: str
    advice: str
    limit: str
    found: str


def row_bounds(history: Sequence[int], max_change: float | None) -> tuple[int, int] | None:
    """Fewest and most rows that fit the source's last deliveries; None without them or without the rule."""
    if max_change is None or not history:
        return None
    usual = median(history)
    return math.ceil(usual * (1 - max_change)), math.floor(usual * (1 + max_change))


def judge_month(counts: MonthCounts, period: Period) -> Stops:
    """The limits of a month that its lists exceed."""
    rows = counts.received
    found: dict[str, Any] = {
        "month_rejected_share": _share(counts.rejected, rows),
        **{
            f"month_repeated_{where}_share": _share(counts.repeated.get(scope, 0), rows)
            for where, scope in (("in_file", "file"), ("in_source", "source"), ("across", "across"))
        },
        "month_missing_sources": sorted(counts.missing),
        "month_unread_memberships": counts.unread,
    }
    limits = month_limits(period)
    return {
        rule: {"limit": limits[rule], "found": value}
        for rule, value in found.items()
        if (len(value) if isinstance(value, list) else value) > limits[rule]
    }


def month_limits(period: Period) -> dict[str, float]:
    """The limits in force on the first day of the month. Raises `QualityError` for one that has none."""
    limits = {}
    for rule, entry in _limits().items():
        dates = [date for date in entry["values"] if date <= period.first_day]
        if not dates:
            raise QualityError(
                f"quality/period.yaml: {rule} has no value in force on {period.first_day}. Add one with its "
                "date and reference."
            )
        limits[rule] = entry["values"][max(dates)]["value"]
    return limits


def word_stops(
    stops: Mapping[str, Mapping[str, Any]], titles: Mapping[str, str] | None = None
) -> list[BrokenRule]:
    """Broken rules in Bahasa Indonesia: counts, shares, columns, and senders by their `titles` or codes."""
    return [
        BrokenRule(rule, words["title"], words["advice"], *_sides(stop, words["unit"], titles or {}))
        for rule, stop in stops.items()
        for words in [stop_rules()[rule]]
    ]


def advise(stops: Mapping[str, Mapping[str, Any]], entry: SourceEntry, frequent: str) -> str:
    """What to do about the broken rules of a delivery, in English. `frequent` names its commonest faults."""
    names = {"source": entry.code, "catalog": f"sources/catalog/{entry.code}.yaml", "frequent": frequent}
    return " ".join(
        stop_rules()[rule]["message"].format(**stop, **names, columns=_columns(stop["found"]))
        for rule, stop in stops.items()
    )


def _columns(found: Any) -> str:
    return ", ".join(found) if isinstance(found, list) else ""


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def _sides(stop: Mapping[str, Any], unit: str, titles: Mapping[str, str]) -> tuple[str, str]:
    return _word(stop["limit"], unit, titles), _word(stop["found"], unit, titles)


def _word(value: Any, unit: str, titles: Mapping[str, str]) -> str:
    if unit == "estimate":
        value, *interval = (format_percent(one, "#,##0.##%", locale="id_ID") for one in _each(value))
        return f"{value} ({' sampai '.join(interval)})" if interval else value
    if unit == "days":
        return f"{format_decimal(value, locale='id_ID')} hari"
    if isinstance(value, list) and unit == "range":
        return " sampai ".join(format_decimal(bound, locale="id_ID") for bound in value)
    if isinstance(value, list):
        return ", ".join(name_column(one) if unit == "columns" else titles.get(one, one) for one in value)
    if unit in ("share", "columns"):
        return str(format_percent(value, "#,##0.##%", locale="id_ID"))
    return str(format_decimal(value, locale="id_ID"))


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@cache
def _limits() -> dict[str, Any]:
    return _load("period.yaml")


@cache
def stop_rules() -> dict[str, dict[str, str]]:
    """Every stop rule with its unit, title, advice and message."""
    return _load("stops.yaml")


def _load(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(Path(__file__).with_name(name).read_text(encoding="utf-8"))
    return content
