"""The office that issues a document and the officers who sign it, as dated configuration."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sigap.errors import ReportingError

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


def office_on(day: dt.date, file: Path = _FILE) -> Office:
    """The entry of signatories.yaml in force on a day. Raises `ReportingError` when there is none."""
    valid = [office for office in _offices(file) if office.valid_from <= day]
    if not valid:
        raise ReportingError(
            f"{file.name} names no signatories for {day}. Add an entry dated that day or earlier."
        )
    return max(valid, key=lambda office: office.valid_from)


@cache
def _offices(file: Path) -> tuple[Office, ...]:
    content = file.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    try:
        return tuple(_office(day, entry, digest) for day, entry in yaml.safe_load(content).items())
    except (KeyError, TypeError, AttributeError):
        raise ReportingError(
            f"{file.name} is not in order: "
            "every dated entry needs reference, letterhead, programme, place, signatories and letter."
        ) from None


def _office(day: dt.date, entry: Mapping[str, Any], digest: str) -> Office:
    if not isinstance(day, dt.date) or not entry["reference"]:
        raise KeyError("reference")
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
