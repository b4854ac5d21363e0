"""Which view of a payment counts and by which rules lines find invoices: `channels.yaml`."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sigap.errors import SettlementError

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


@cache
def load_channels(file: Path = FILE) -> Channels:
    """Read the file. Raises `SettlementError` naming what in it cannot be."""
    tree = yaml.safe_load(file.read_text(encoding="utf-8"))
    try:
        return Channels(
            counts=tuple(sorted(_counted(day, entry) for day, entry in tree["counts"].items())),
            invoice_number=re.compile(tree["invoice_number"]),
            rules=tuple(_known(rule, RULES) for rule in tree["rules"]),
            accounts={re.sub(r"\D", "", key): payer for key, payer in (tree["accounts"] or {}).items()},
            confirm_days=int(tree["confirm_days"]),
            reverse_days=int(tree["reverse_days"]),
            ours=tuple(re.compile(pattern) for pattern in tree["ours"]),
            not_ours=tuple(re.compile(pattern) for pattern in tree["not_ours"] or ()),
        )
    except (KeyError, TypeError, ValueError, AttributeError, re.error) as error:
        raise SettlementError(
            f"{file.name} is not of the form that the shipped one has: {error}. Compare the two."
        ) from None


def _counted(day: object, entry: Mapping[str, Any]) -> tuple[dt.date, str]:
    if type(day) is not dt.date or not str(entry.get("reference") or "").strip():
        raise ValueError("a channel counts from a date, with a reference")
    return day, _known(entry["channel"], CHANNELS)


def _known(name: Any, names: tuple[str, ...]) -> str:
    if name not in names:
        raise ValueError(f"{name!r} is none of {', '.join(names)}")
    return str(name)
