"""Corrections of issued months: which reasons there are, what a proposal must say, what a month is worth."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

from sigap.billing.dated import Dated, read_dated, require_in_force, value_in_force
from sigap.domain.nik import holds_nik
from sigap.domain.period import Period
from sigap.engine import connect
from sigap.errors import BillingError

FILE = Path(__file__).with_name("corrections.yaml")
FIRST_MONTHS = ("month_after", "on_first_day")
KINDS = ("credit", "debit")

COVERED = pa.schema([pa.field("person_id", pa.int64()), pa.field("period", pa.string())])
CHANGED = pa.schema([*COVERED, pa.field("kind", pa.string()), pa.field("has_clock", pa.bool_())])
VALUED = pa.schema(
    [*CHANGED, pa.field("months_covered", pa.int16()), pa.field("is_clock_at_stake", pa.bool_())]
)
_SQL = Path(__file__).with_name("correction.sql").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a month is corrected. `months` are the dated rules of its first month; none: it has no day."""

    code: str
    title: str
    title_en: str
    kinds: tuple[str, ...]
    has_clock: bool
    months: tuple[Dated[str], ...]

    def first_month(self, day: dt.date) -> Period:
        """The first month that an event of this day corrects."""
        month = Period(day.year, day.month)
        return month if self._rule(day).value == "on_first_day" and day.day == 1 else month.plus(1)

    def rule_on(self, day: dt.date | None) -> str:
        """The name of the dated rule, as it is kept with a correction."""
        if day is None:
            return self.code
        rule = self._rule(day)
        return f"{self.code}/{rule.value}@{rule.since}"

    def _rule(self, day: dt.date) -> Dated[str]:
        """The rule in force on the day; what happened before the programme goes by its first rule."""
        return value_in_force(self.months, Period(day.year, day.month)) or self.months[0]


@dataclass(frozen=True, slots=True)
class Clock:
    """Months of continuous cover that the full death benefit needs; both benefits in whole rupiah."""

    months: int
    full_idr: int
    before_idr: int

    @property
    def lost_idr(self) -> int:
        """What a family loses when the months are not full."""
        return self.full_idr - self.before_idr


@dataclass(frozen=True, slots=True)
class Corrections:
    """The reasons by their code, and the dated clock."""

    reasons: Mapping[str, Reason]
    clock: tuple[Dated[Clock], ...]

    def clock_on(self, period: Period) -> Clock:
        """What counts for a month. Raises `BillingError` without a value in force."""
        return require_in_force(self.clock, period, "corrections.yaml: the clock of the death benefit").value


@dataclass(frozen=True, slots=True)
class Proposal:
    """What somebody wants corrected, about one person: by a line, by person and month, or from a day on.

    `reverses_id` names the correction that a REVERSED takes back; `payer_set` who pays for somebody who was
    LEFT_OUT, where no decision says so. `place` begins the sentence about it: `koreksi.csv, row 3`.
    """

    reason_code: str
    evidence: str
    line_id: int | None = None
    person_id: int | None = None
    period: Period | None = None
    effective_date: dt.date | None = None
    payer_set: str | None = None
    reverses_id: int | None = None
    place: str = ""


@cache
def load_corrections(file: Path = FILE) -> Corrections:
    """Read corrections.yaml. Raises `BillingError` for a value without a date or a reference."""
    tree = yaml.safe_load(file.read_text(encoding="utf-8"))
    reasons = {code: _reason(code, entry) for code, entry in tree["reasons"].items()}
    return Corrections(
        reasons, read_dated(tree["clock"], "corrections.yaml, clock", lambda value: Clock(**value))
    )


def refuse_incomplete(proposals: Sequence[Proposal]) -> None:
    """Raise `BillingError` about the first proposal that does not say what is needed, or too much."""
    for asked in proposals:
        if trouble := _trouble(asked):
            where = f"{asked.place}: " if asked.place else ""
            raise BillingError(f"{where}{trouble} Nothing was kept.")


def value_months(changed: pa.Table, covered: pa.Table, clock: Clock) -> pa.Table:
    """What each corrected month means for its person (`VALUED`, one row per row of `changed`, unordered).

    `changed` (`CHANGED`) are person-months that a credit takes away or a debit adds, each once; `covered`
    (`COVERED`) the months for which these persons are covered today. `months_covered` counts the months of
    continuous cover up to and with the month. `is_clock_at_stake`: without the month, fewer than the clock's
    months of continuous cover follow it, for somebody who may still claim.
    """
    with connect() as connection:
        connection.register("changed", changed.select(CHANGED.names))
        connection.register("covered", covered.select(COVERED.names))
        return connection.sql(_SQL, params={"months": clock.months}).to_arrow_table().cast(VALUED)


def _reason(code: str, entry: Mapping[str, Any]) -> Reason:
    kinds, months = tuple(entry["kinds"]), entry.get("months")
    if not kinds or not set(kinds) <= set(KINDS):
        raise BillingError(f"corrections.yaml, {code}: `kinds` names credit, debit or both.")
    dated = read_dated(months, f"corrections.yaml, {code}", _first_month) if months else ()
    return Reason(code, entry["title"], entry["title_en"], kinds, entry["clock"], dated)


def _first_month(value: Any) -> str:
    if value not in FIRST_MONTHS:
        raise BillingError(f"corrections.yaml: {value!r} is none of {', '.join(FIRST_MONTHS)}.")
    return str(value)


def _trouble(asked: Proposal) -> str | None:
    reasons = load_corrections().reasons
    reason = reasons.get(asked.reason_code)
    if reason is None:
        return f"{asked.reason_code!r} is no reason. Give one of: {', '.join(reasons)}."
    if not asked.evidence.strip():
        return "The evidence is missing. Say what was seen, such as the number of a letter."
    if holds_nik(asked.evidence):
        return "The evidence holds a NIK. Name the document, not the person."
    if asked.effective_date is not None and not reason.months:
        return f"{reason.code} has no day. Leave the date empty and name the line, or person and month."
    return _missing(asked)


def _missing(asked: Proposal) -> str | None:
    by_person = asked.person_id is not None and asked.line_id is None
    if asked.reason_code == "REVERSED":
        if asked.reverses_id is None or asked.line_id is not None or by_person:
            return "REVERSED names the correction it takes back, and nothing else."
    elif asked.reason_code == "LEFT_OUT":
        if not by_person or asked.period is None:
            return "LEFT_OUT names a person and a month: there is no line yet."
    elif asked.line_id is None and not (by_person and (asked.period or asked.effective_date)):
        return "Name the invoice line, or the person with the month or the day of the event."
    return None
