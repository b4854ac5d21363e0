"""The office that issues a document and the officers who sign it, as dated configuration."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sigap.domain.keys import fault_of_keys
from sigap.errors import ReportingError
from sigap.settings import own_file, read_own

_KEYS = ("reference", "letterhead", "programme", "place", "signatories", "letter")
_OPTIONAL = ("verified", "sub_activity", "reconciliation")
_FILE = Path(__file__).with_name("signatories.yaml")


@dataclass(frozen=True, slots=True)
class Signatory:
    """One signature block. An empty name or NIP is a line to be filled in by hand."""

    act: str
    act_en: str
    role: str
    name: str = ""
    nip: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """The cover letter's address and signature. Lines of `to` stand below one another."""

    classification: str
    to: tuple[str, ...]
    to_place: str
    signatory: Signatory


@dataclass(frozen=True, slots=True)
class Office:
    """Letterhead, place of signing and signatures in force from a date; `sha256` of their file."""

    valid_from: dt.date
    letterhead: tuple[str, ...]
    programme: str
    place: str
    signatories: tuple[Signatory, ...]
    letter: Letter
    sub_activity: str  # sub kegiatan of the budget; empty prints a line to fill in
    sha256: str


def office_on(day: dt.date, file: Path | None = None) -> Office:
    """The entry of signatories.yaml, the city's own or the shipped, in force on a day.

    Raises `ReportingError` when there is none, or for an entry that is not in order.
    """
    file = file or own_file(_FILE)
    valid = [office for office in _offices(file) if office.valid_from <= day]
    if not valid:
        raise ReportingError(
            f"{file.name} names no signatories for {day}. Add an entry dated that day or earlier."
        )
    return max(valid, key=lambda office: office.valid_from)


@cache
def _offices(file: Path) -> tuple[Office, ...]:
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    entries = read_own(file)
    if not isinstance(entries, dict):
        raise ReportingError(f"{file.name} holds no entries by their day. Compare it with the shipped file.")
    return tuple(_checked(file.name, day, entry, digest) for day, entry in entries.items())


def _checked(name: str, day: object, entry: Any, digest: str) -> Office:
    if not isinstance(day, dt.date):
        raise ReportingError(f"{name}, {day}: an entry is named by the day it is in force from, 2026-01-01.")
    if fault := fault_of_keys(entry, _KEYS, _OPTIONAL):
        raise ReportingError(f"{name}, {day}: {fault}. Compare it with the shipped file.")
    try:
        return _office(day, entry, digest)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ReportingError(
            f"{name}, {day}: `reference`, `signatories` or `letter` is not of the form that the shipped file "
            f"has: {error}."
        ) from None


def _office(day: dt.date, entry: Mapping[str, Any], digest: str) -> Office:
    if not entry["reference"]:
        raise ValueError("the reference is empty")
    signatories = tuple(Signatory(**values) for values in entry["signatories"])
    return Office(
        valid_from=day,
        letterhead=tuple(entry["letterhead"]),
        programme=entry["programme"],
        place=entry["place"],
        signatories=signatories,
        letter=_letter(entry["letter"]),
        sub_activity=entry.get("sub_activity", ""),
        sha256=digest,
    )


def _letter(entry: Mapping[str, Any]) -> Letter:
    signatory = Signatory(**entry["signatory"])
    return Letter(entry["classification"], tuple(entry["to"]), entry["to_place"], signatory)
