"""How much two sides may differ and still agree: `tolerance.yaml`, dated and with a reference."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeGuard

import yaml

from sigap.domain.period import Period
from sigap.errors import SettlementError

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


def tolerance_on(period: Period, file: Path = FILE) -> Tolerance:
    """What is in force on the first day of a coverage month.

    Raises `SettlementError` when nothing is, or when a value lacks its date, its reference or an amount.
    """
    valid = [one for one in _read(file) if one.since <= period.first_day]
    if not valid:
        raise SettlementError(
            f"{file.name} holds no tolerance for {period}. Add one with its date and reference."
        )
    return max(valid, key=lambda one: one.since)


@cache
def _read(file: Path) -> tuple[Tolerance, ...]:
    content = file.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    entries = yaml.safe_load(content) or {}
    return tuple(_tolerance(file.name, day, entry, digest) for day, entry in entries.items())


def _tolerance(name: str, day: object, entry: Mapping[str, Any], digest: str) -> Tolerance:
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
