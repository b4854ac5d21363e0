"""A coverage month. The period is a value that is handed in; nobody asks the clock."""

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from typing import Self

from sigap.errors import PeriodError

_FORM = re.compile(r"(\d{4})-(\d{2})")


@dataclass(frozen=True, order=True, slots=True)
class Period:
    """One calendar month, written `2026-01`."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if not (1900 <= self.year <= 2999 and 1 <= self.month <= 12):
            raise PeriodError(f"{self.year:04d}-{self.month:02d} is no month. Write a period as 2026-01.")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `2026-01`. Raises `PeriodError` for anything else."""
        match = _FORM.fullmatch(text)
        if match is None:
            raise PeriodError(f"{text!r} is no month. Write a period as 2026-01.")
        return cls(int(match[1]), int(match[2]))

    def previous(self) -> "Period":
        """The month before."""
        return self.plus(-1)

    def plus(self, months: int) -> "Period":
        """The month that many months later (earlier when negative)."""
        year, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        return Period(year, month + 1)

    @property
    def first_day(self) -> dt.date:
        """The first day of the month: the day on which entitlement is judged."""
        return dt.date(self.year, self.month, 1)

    @property
    def last_day(self) -> dt.date:
        """The last day of the month."""
        return dt.date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"
