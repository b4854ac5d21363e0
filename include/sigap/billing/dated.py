"""Values of the law and of the programme: each in force from a date, each with its reference."""

import calendar
import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sigap.domain.period import Period
from sigap.errors import BillingError

T = TypeVar("T")


class NotInForceError(BillingError):
    """A month for which a value is missing."""


@dataclass(frozen=True, slots=True)
class Dated(Generic[T]):
    """One value, in force from the first day of a month, until the last day of a month or further notice."""

    since: dt.date
    until: dt.date | None
    value: T
    reference: str
    verified: bool

    def is_in_force(self, period: Period) -> bool:
        """Whether the value applies to a coverage month."""
        return self.since <= period.first_day and (self.until is None or period.first_day <= self.until)


def read_dated(
    entries: Mapping[Any, Mapping[str, Any]], where: str, convert: Callable[[Any], T]
) -> tuple[Dated[T], ...]:
    """Read `{date: {value, reference, verified, end?}}`, oldest first. `where` names the file in messages.

    Raises `BillingError` for a value without a date or a reference, or that begins or ends within a month.
    """
    if not isinstance(entries, Mapping) or not entries:
        raise BillingError(f"{where} holds no value. Give one with a date and a reference.")
    return tuple(
        sorted((_read(day, entry, where, convert) for day, entry in entries.items()), key=lambda d: d.since)
    )


def _read(day: object, entry: Mapping[str, Any], where: str, convert: Callable[[Any], T]) -> Dated[T]:
    if type(day) is not dt.date:
        raise BillingError(
            f"{where}: {day!r} is no date. Write the day a value is in force from, 2026-01-01."
        )
    if not isinstance(entry, Mapping) or not str(entry.get("reference") or "").strip():
        raise BillingError(f"{where}: the value of {day} has no reference. Name the article it comes from.")
    if entry.get("value") is None or not isinstance(entry.get("verified"), bool):
        raise BillingError(f"{where}: the value of {day} lacks `value` or `verified` (true or false).")
    until = entry.get("end")
    if day.day != 1 or not (until is None or _ends_a_month(until)):
        raise BillingError(f"{where}: the value of {day} must begin and end with a month: months are billed.")
    if until is not None and until < day:
        raise BillingError(f"{where}: the value of {day} ends before it begins. Correct one of the dates.")
    return Dated(
        day,
        until,
        _converted(entry["value"], f"{where}, {day}", convert),
        entry["reference"],
        entry["verified"],
    )


def _converted(value: Any, where: str, convert: Callable[[Any], T]) -> T:
    try:
        return convert(value)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise BillingError(
            f"{where}: the value is not of the form that the shipped file has. Compare."
        ) from None


def _ends_a_month(day: object) -> bool:
    return type(day) is dt.date and day.day == calendar.monthrange(day.year, day.month)[1]


def value_in_force(values: Iterable[Dated[T]], period: Period) -> Dated[T] | None:
    """The newest value that applies to the month; None when there is none."""
    return max((v for v in values if v.is_in_force(period)), key=lambda v: v.since, default=None)


def require_in_force(values: Iterable[Dated[T]], period: Period, what: str) -> Dated[T]:
    """The value that applies to the month. Raises `NotInForceError` naming `what` is missing."""
    found = value_in_force(values, period)
    if found is None:
        raise NotInForceError(
            f"{what} has no value in force in {period}. Add one with its date and reference."
        )
    return found
