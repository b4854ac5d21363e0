"""What the classes of the match are called, mean, and ask for: `classes.yaml`, in Bahasa Indonesia."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml


@dataclass(frozen=True, slots=True)
class MatchClass:
    """One class: `step` says what a person does next, `is_difference` whether somebody must look at it."""

    code: str
    title: str
    meaning: str
    step: str
    is_difference: bool


@cache
def match_classes() -> dict[str, MatchClass]:
    """Every class by its code, in the order of the documents."""
    entries = yaml.safe_load(Path(__file__).with_name("classes.yaml").read_text(encoding="utf-8"))
    return {code: MatchClass(code, **entry) for code, entry in entries.items()}
