"""Who signs a Berita Acara Rekonsiliasi: `reconciliation` of signatories.yaml, dated like the rest."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sigap.errors import ReportingError
from sigap.settings import own_file, read_own

_FILE = Path(__file__).with_name("signatories.yaml")


@dataclass(frozen=True, slots=True)
class Party:
    """One party: on whose behalf who signs. An empty name or number is a line to be filled in by hand."""

    title: str
    on_behalf_of: str
    role: str
    id_label: str = "NIP"
    name: str = ""
    id_number: str = ""


@dataclass(frozen=True, slots=True)
class Parties:
    """The two parties, and who takes note of what they signed."""

    first: Party
    second: Party
    witness: Party
    copies: str


def parties_on(day: dt.date, file: Path | None = None) -> Parties:
    """The parties in force on a day. Raises `ReportingError` when none are named for it."""
    file = file or own_file(_FILE)
    entries = read_own(file)
    valid = {since: entry for since, entry in entries.items() if since <= day and "reconciliation" in entry}
    if not valid:
        raise ReportingError(
            f"{file.name} names no parties of a reconciliation for {day}. Add `reconciliation` to the entry "
            f"in force."
        )
    return _parties(valid[max(valid)]["reconciliation"], file)


def _parties(entry: Mapping[str, Any], file: Path) -> Parties:
    try:
        first, second, witness = (Party(**entry[name]) for name in ("first", "second", "witness"))
        return Parties(first, second, witness, entry["copies"])
    except (KeyError, TypeError):
        raise ReportingError(
            f"{file.name}: `reconciliation` needs copies, and first, second and witness, each with title, "
            f"on_behalf_of and role."
        ) from None
