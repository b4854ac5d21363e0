"""How much two sides may differ and still agree: `tolerance.yaml`, dated and with a reference."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeGuard

from sigap.domain.keys import fault_of_keys
from sigap.domain.period import Period
from sigap.errors import SettlementError
from sigap.settings import own_file, read_own

_KEYS = ("per_person_idr", "total_idr", "reference")
FILE = Path(__file__).with_name("tolerance.yaml")


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Whole rupiah that one person, and a month in total, may differ by; `sha256` of the file."""

    since: dt.date
    per_person_idr: int
    total_idr: int
    reference: str
    verified: bool
    sha256: str


def tolerance_on(period: Period, file: Path | None = None) -> Tolerance:
    """What is in force on the first day of a coverage month, by the city's own file or the shipped one.

    Raises `SettlementError` when nothing is, or when a value lacks its date, its reference or an amount.
    """
    file = file or own_file(FILE)
    valid = [one for one in _read(file) if one.since <= period.first_day]
    if not valid:
        raise SettlementError(
            f"{file.name} holds no tolerance for {period}. Add one with its date and reference."
        )
    return max(valid, key=lambda one: one.since)


@cache
def _read(file: Path) -> tuple[Tolerance, ...]:
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    entries = read_own(file) or {}
    if not isinstance(entries, dict):
        raise SettlementError(f"{file.name} holds no entries by their day. Compare it with the shipped file.")
    return tuple(_tolerance(file.name, day, entry, digest) for day, entry in entries.items())


def _tolerance(name: str, day: object, entry: Mapping[str, Any], digest: str) -> Tolerance:
    if fault := fault_of_keys(entry, _KEYS, ("verified",)):
        raise SettlementError(f"{name}, {day}: {fault}. Compare it with the shipped file.")
    person, total = entry.get("per_person_idr"), entry.get("total_idr")
    reference = str(entry.get("reference") or "").strip()
    if not (isinstance(day, dt.date) and reference and _is_amount(person) and _is_amount(total)):
        raise SettlementError(
            f"{name}, {day}: a tolerance needs the day it is in force from, per_person_idr and total_idr in "
            f"whole rupiah, not below zero, and a reference."
        )
    return Tolerance(day, person, total, reference, bool(entry.get("verified")), digest)


def _is_amount(value: object) -> TypeGuard[int]:
    return type(value) is int and value >= 0
