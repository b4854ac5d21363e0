"""What the engine does with a pair beside its match weight: `policy.yaml`, read once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class Policy:
    """Levels from which names and birth dates agree, margins in bits, guards, and the rules in words."""

    registry: tuple[str, ...]
    agree_name: int
    agree_birth: int
    evidence_from: float
    evidence_below: float
    margin: float
    sure: float
    two_niks_from: float
    near_serial: int
    near_elsewhere: int
    damaged_from: float
    twin_name: int
    relative_name: int
    namesake_below: float
    rules: Mapping[str, Mapping[str, str]]

    @property
    def figures(self) -> dict[str, float]:
        """What the scripts read as variables, by name."""
        names = (
            "agree_name", "agree_birth", "margin", "sure", "two_niks_from", "near_serial", "near_elsewhere",
            "damaged_from", "twin_name", "relative_name", "namesake_below", "evidence_from", "evidence_below",
        )  # fmt: skip
        return {name: float(getattr(self, name)) for name in names}


@cache
def policy() -> Policy:
    """The policy in force."""
    tree: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("policy.yaml").read_text(encoding="utf-8"))
    guards = tree["guards"]
    return Policy(
        tuple(tree["registry"]),
        tree["agree"]["name"],
        tree["agree"]["birth_date"],
        tree["evidence_from"],
        tree["evidence_below"],
        tree["margin"],
        tree["sure"],
        guards["two_niks"]["from"],
        guards["near_nik"]["serial"],
        guards["near_nik"]["elsewhere"],
        guards["damaged_nik"]["from"],
        guards["family"]["twin_name"],
        guards["family"]["relative_name"],
        guards["namesake"]["below"],
        tree["rules"],
    )
