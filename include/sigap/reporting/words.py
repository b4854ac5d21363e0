"""Numbers, dates and occupations as an Indonesian document writes them."""

import datetime as dt
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import yaml
from babel.dates import format_date
from babel.numbers import format_decimal
from num2words import num2words

from sigap.domain.period import Period
from sigap.errors import ReportingError

_LOCALE = "id_ID"
_ONE_THOUSAND = re.compile(r"\b(juta|miliar|triliun) satu ribu\b")  # num2words says seribu only at the start
_LARGEST = 10**15  # num2words has no Indonesian word beyond triliun that finance uses


def terbilang(amount: int) -> str:
    """The amount in words: `16800` gives `enam belas ribu delapan ratus rupiah`.

    Raises `ReportingError` below 0 or from 10^15.
    """
    if not 0 <= amount < _LARGEST:
        raise ReportingError(
            f"{amount} rupiah cannot be written in words. An invoice lies between 0 and 10^15."
        )
    words = _ONE_THOUSAND.sub(r"\1 seribu", num2words(amount, lang="id"))
    return f"{words} rupiah"


def indonesian_date(day: dt.date) -> str:
    """A day as `5 Januari 2026`."""
    return str(format_date(day, "d MMMM y", locale=_LOCALE))


def indonesian_month(period: Period) -> str:
    """A month as `Januari 2026`."""
    return str(format_date(period.first_day, "MMMM y", locale=_LOCALE))


def english_month(period: Period) -> str:
    """A month as `January 2026`."""
    return str(format_date(period.first_day, "MMMM y", locale="en_GB"))


def indonesian_months(first: Period, last: Period) -> str:
    """Months from first to last: `Januari 2026`, `Januari–Maret 2026`, `November 2025–Januari 2026`."""
    return _months(first, last, "MMMM", _LOCALE)


def english_months(first: Period, last: Period) -> str:
    """The same in English: `January–March 2026`."""
    return _months(first, last, "MMMM", "en_GB")


def short_months(first: Period, last: Period) -> str:
    """The same for a narrow column: `Jan–Mar 2026`."""
    return _months(first, last, "MMM", _LOCALE)


def _months(first: Period, last: Period, month: str, locale: str) -> str:
    end = str(format_date(last.first_day, f"{month} y", locale=locale))
    if first == last:
        return end
    start = month if first.year == last.year else f"{month} y"
    return f"{format_date(first.first_day, start, locale=locale)}–{end}"


def grouped(number: int) -> str:
    """A whole number with Indonesian grouping: `11.666`."""
    return str(format_decimal(number, locale=_LOCALE))


@cache
def _sectors() -> dict[str, str]:
    names: dict[str, str] = yaml.safe_load(
        Path(__file__).with_name("sectors.yaml").read_text(encoding="utf-8")
    )
    return names


def sector_names(codes: Iterable[str | None]) -> dict[str, str]:
    """The Indonesian name of each occupation code; a code without a name of its own is spelled out."""
    return {
        code: _sectors().get(code) or code.replace("_", " ").strip().capitalize()
        for code in codes
        if code is not None and code.strip()
    }
