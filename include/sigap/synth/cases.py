"""What may be the matter with a listed person, and what the month should say: the words of cases.yaml."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml


@dataclass(frozen=True, slots=True)
class Case:
    """One matter: its share in a thousand, the expected outcome and reason, and what it takes to show it."""

    name: str
    share: int
    outcome: str
    reason: str
    registry: bool = False
    age: str = "adult"
    membership: str | None = None


@cache
def cases() -> tuple[Case, ...]:
    """All cases in the order of the file; their shares make up a thousand."""
    entries = yaml.safe_load(Path(__file__).with_name("cases.yaml").read_text(encoding="utf-8"))
    return tuple(Case(name, **entry) for name, entry in entries.items())
