"""Why a subsidised person-month is not billed: `parking.yaml`."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml


@dataclass(frozen=True, slots=True)
class ParkingReason:
    """A stable code with its words, and what whoever meets it does (in Bahasa Indonesia)."""

    code: str
    indonesian: str
    english: str
    to_do: str


@cache
def parking_reasons() -> dict[str, ParkingReason]:
    """Every reason by its code, in the order in which they count."""
    entries = yaml.safe_load(Path(__file__).with_name("parking.yaml").read_text(encoding="utf-8"))
    return {
        code: ParkingReason(code, entry["id"], entry["en"], entry["to_do"]) for code, entry in entries.items()
    }
