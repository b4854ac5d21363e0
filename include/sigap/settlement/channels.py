"""Which view of a payment counts and by which rules lines find invoices: `channels.yaml`."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sigap.domain.keys import fault_of_keys
from sigap.errors import SettlementError
from sigap.settings import own_file, read_own

FILE = Path(__file__).with_name("channels.yaml")
CHANNELS = ("bank", "sp2d", "receipt")
REPEATS_COUNT = frozenset({"bank"})  # two like lines of a day are two movements; a number is one
RULES = ("INVOICE_NUMBER", "BILLING_CODE", "OPEN_AMOUNT")


@dataclass(frozen=True, slots=True)
class Channels:
    """The file, checked. `counts` holds (since, channel), the oldest first; `accounts` payers by digits."""

    counts: tuple[tuple[dt.date, str], ...]
    invoice_number: re.Pattern[str]
    rules: tuple[str, ...]
    accounts: Mapping[str, str]
    confirm_days: int
    reverse_days: int
    ours: tuple[re.Pattern[str], ...]
    not_ours: tuple[re.Pattern[str], ...]

    def counting(self, day: dt.date) -> str:
        """The channel that counts for movements of a day. Raises `SettlementError` before the first value."""
        valid = [channel for since, channel in self.counts if since <= day]
        if not valid:
            raise SettlementError(
                f"{FILE.name} names no channel that counts on {day}. Add one with its date and reference."
            )
        return valid[-1]

    def numbers_in(self, text: str) -> frozenset[str]:
        """The numbers of invoices and debit notes that a text quotes, as we write them."""
        found = self.invoice_number.findall(text.upper())
        return frozenset(f"SIGAP/{wadah}/{year}-{month}/{number}" for wadah, year, month, number in found)


def load_channels(file: Path | None = None) -> Channels:
    """Read the file: the city's own, else the shipped one. Raises `SettlementError` naming file and key."""
    return _load(file or own_file(FILE))


@cache
def _load(file: Path) -> Channels:
    tree = read_own(file)
    if fault := fault_of_keys(tree, tuple(_READ)):
        raise SettlementError(f"{file.name}: {fault}. Compare it with the shipped file.")
    return Channels(**{key: _read(file, key, tree[key]) for key in _READ})


def _read(file: Path, key: str, value: Any) -> Any:
    try:
        return _READ[key](value)
    except (KeyError, TypeError, ValueError, AttributeError, re.error) as error:
        raise SettlementError(
            f"{file.name}, {key}: not of the form that the shipped one has: {error}. Compare the two."
        ) from None


def _counted(day: object, entry: Mapping[str, Any]) -> tuple[dt.date, str]:
    if type(day) is not dt.date or not str(entry.get("reference") or "").strip():
        raise ValueError("a channel counts from a date, with a reference")
    return day, _known(entry["channel"], CHANNELS)


def _known(name: Any, names: tuple[str, ...]) -> str:
    if name not in names:
        raise ValueError(f"{name!r} is none of {', '.join(names)}")
    return str(name)


def _days(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError("days are a whole number, not below zero")
    return value


def _patterns(texts: Any) -> tuple[re.Pattern[str], ...]:
    if not isinstance(texts or [], list):
        raise TypeError("patterns are a list")
    return tuple(re.compile(pattern) for pattern in texts or ())


def _number(text: str) -> re.Pattern[str]:
    found = re.compile(text)
    if found.groups != _PARTS:
        raise ValueError("four groups are wadah, year, month and sequence")
    return found


_PARTS = 4
_READ: Mapping[str, Callable[[Any], Any]] = {
    "counts": lambda entries: tuple(sorted(_counted(day, entry) for day, entry in entries.items())),
    "invoice_number": _number,
    "rules": lambda names: tuple(_known(name, RULES) for name in names),
    "accounts": lambda payers: {re.sub(r"\D", "", key): payer for key, payer in (payers or {}).items()},
    "confirm_days": _days,
    "reverse_days": _days,
    "ours": _patterns,
    "not_ours": _patterns,
}
