"""What the cells below a header look like: a NIK, a date, a kelurahan of the city, … (content.yaml)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from sigap.domain.region import city
from sigap.domain.source import DateOrder
from sigap.sources.header import header_key

_TYPED = re.compile(r"(\d{1,2})[-/. ]+(\d{1,2})[-/. ]+\d{4}")
_KIND_OF_PLACE = re.compile(r"^\s*(kelurahan|kecamatan|kel|kec|desa|ds)\b", re.IGNORECASE)
_DAYS_ONLY = 12  # a number above cannot be a month


@dataclass(frozen=True, slots=True)
class Look:
    """How the cells of one column look. `alone` is how sure that is without a known header, 0 to 1."""

    alone: float
    strict: bool = False
    pattern: str | None = None
    without: str | None = None
    places: str | None = None

    def share(self, cells: Sequence[str]) -> float:
        """The share of the cells that look like it."""
        return sum(map(self.fits, cells)) / len(cells) if cells else 0.0

    def fits(self, cell: str) -> bool:
        """Whether one cell looks like it."""
        if self.places:
            return _folded(cell) in _places(self.places)
        text = re.sub(self.without, "", cell) if self.without else cell.strip()
        return re.fullmatch(self.pattern or "", text, re.IGNORECASE) is not None


@cache
def looks() -> Mapping[str, Look]:
    """How columns look, by their name; `minimise` for what is not carried past the archive."""
    entries = yaml.safe_load(Path(__file__).with_name("content.yaml").read_text(encoding="utf-8"))
    return {name: Look(**entry) for name, entry in entries.items()}


@dataclass(frozen=True, slots=True)
class DateCount:
    """How many typed dates prove an order: a number above 12 is a day."""

    day_first: int = 0
    month_first: int = 0
    unclear: int = 0

    @property
    def order(self) -> DateOrder:
        """`mdy` when only that is proved, else `dmy`, as dates are written in Indonesia."""
        return "mdy" if self.month_first and not self.day_first else "dmy"


def count_dates(cells: Sequence[str]) -> DateCount:
    """Count the typed dates with the year last by what they prove; others are read as they stand."""
    typed = [(int(found[1]), int(found[2])) for cell in cells if (found := _TYPED.fullmatch(cell.strip()))]
    day_first = sum(first > _DAYS_ONLY >= second for first, second in typed)
    month_first = sum(second > _DAYS_ONLY >= first for first, second in typed)
    return DateCount(day_first, month_first, len(typed) - day_first - month_first)


@cache
def _places(kind: str) -> frozenset[str]:
    names = (one.name if kind == "kelurahan" else one.kecamatan_name for one in city().kelurahan)
    return frozenset(map(_folded, names))


def _folded(place: str) -> str:
    return header_key(_KIND_OF_PLACE.sub("", place))
