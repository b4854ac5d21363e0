"""Reason codes: why a row was held, a person left out, a payment stopped. The words live in reasons.yaml."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml


@dataclass(frozen=True, slots=True)
class Reason:
    """A stable code with its words. Codes are never renamed and never reused.

    `field` is the column whose cell the reason is about; None when it is about the row, or about several.
    """

    code: str
    stage: str
    indonesian: str
    english: str
    field: str | None = None


@cache
def reasons() -> dict[str, Reason]:
    """Every reason by its code, in the order of the file."""
    entries = yaml.safe_load(Path(__file__).with_name("reasons.yaml").read_text(encoding="utf-8"))
    return {
        code: Reason(code, entry["stage"], entry["id"], entry["en"], entry.get("field"))
        for code, entry in entries.items()
    }
