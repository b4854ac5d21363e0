"""What stands in the invented tables and what is wrong with it: the words of profiles.yaml."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from sigap.errors import SettingsError
from sigap.synth.draw import Indices

KINDS = ("registry", "association", "members")  # of rows; a row carries its position here


@dataclass(frozen=True, slots=True)
class Profile:
    """One set of shares. `tree` is `base` of profiles.yaml with the changes of the profile."""

    name: str
    tree: Mapping[str, Any]

    def people(self, share: str) -> Any:
        """One entry of `people`."""
        return self.tree["people"][share]

    def of(self, kind: Indices, part: str, share: str) -> NDArray[np.float64]:
        """The share that belongs to each row, given its kind: `of(kind, "nik", "missing")`."""
        return np.asarray([self.tree[name][part][share] for name in KINDS], dtype=np.float64)[kind]


def profile_names() -> tuple[str, ...]:
    """The profiles there are, the standing one first."""
    return tuple(_tree()["profiles"])


@cache
def profile(name: str) -> Profile:
    """A profile by its name. Raises SettingsError when there is none."""
    profiles = _tree()["profiles"]
    if name not in profiles:
        raise SettingsError(f"no profile {name!r}. Choose one of {', '.join(profiles)}.")
    return Profile(name, _changed(_tree()["base"], profiles[name]))


def cumulated(weights: Mapping[Any, float] | Sequence[float]) -> NDArray[np.float64]:
    """Weights as upper limits from 0 to 1."""
    values = list(weights.values()) if isinstance(weights, Mapping) else list(weights)
    limits = np.cumsum(np.asarray(values, dtype=np.float64))
    return np.asarray(limits / limits[-1])


def _changed(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _changed(value, changes[key])
        if isinstance(value, Mapping) and isinstance(changes.get(key), Mapping)
        else changes.get(key, value)
        for key, value in base.items()
    }


@cache
def _tree() -> dict[str, Any]:
    tree: dict[str, Any] = yaml.safe_load(
        Path(__file__).with_name("profiles.yaml").read_text(encoding="utf-8")
    )
    return tree
