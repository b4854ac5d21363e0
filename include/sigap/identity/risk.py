"""What a verdict about a pair would cost on average if it were wrong, and from when two people are needed."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from sigap.domain.period import Period
from sigap.errors import IdentityError

KINDS = ("membership", "rows")  # sorted
VERDICTS = ("same", "different")
SHIPPED = Path(__file__).with_name("risk.yaml")
_NAMES = {f"stakes.{kind}.{verdict}" for kind in KINDS for verdict in VERDICTS} | {"least_chance", "limit"}
_FORM = {"value", "reference", "verified"}


@dataclass(frozen=True, slots=True)
class RiskRules:
    """The rules in force in a month. `stakes`: whole rupiah by (kind, verdict); `limit_idr` likewise.

    `versions` names the dated rules for the record, e.g. limit@2025-10-01.
    """

    stakes: Mapping[tuple[str, str], int]
    least_chance: float
    limit_idr: int
    versions: str

    def of(self, kind: str, verdict: str, match_weight: float) -> int:
        """The risk of one verdict in whole rupiah."""
        return int(self.of_pairs([kind], verdict, [match_weight])[0])

    def of_pairs(self, kinds: Any, verdict: str, match_weights: Any) -> Any:
        """The risk of a verdict about each pair in whole rupiah, as an array.

        A match weight is log2 of the odds that both records are one person: the farther it lies on the other
        side, the higher the risk.
        """
        towards = np.asarray(match_weights, dtype=float) * (1 if verdict == "same" else -1)
        chance = np.maximum(1 / (1 + np.exp2(np.clip(towards, -1000, 1000))), self.least_chance)
        stakes = np.array([self.stakes[kind, verdict] for kind in KINDS])
        return np.rint(stakes[np.searchsorted(KINDS, kinds)] * chance).astype(np.int64)

    def needs_two(self, kind: str, verdict: str, match_weight: float) -> bool:
        """Whether such a verdict has effect only once a second person agreed."""
        return self.of(kind, verdict, match_weight) > self.limit_idr


def load_risk(period: Period, file: Path = SHIPPED) -> RiskRules:
    """The rules in force on the first day of the period. Raises `IdentityError` naming what is at fault."""
    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8"))
    except yaml.YAMLError:
        found = None
    if not isinstance(found, dict) or found.keys() != _NAMES:
        raise IdentityError(f"{file.name} gives other rules than {', '.join(sorted(_NAMES))}. Correct it.")
    dated = {name: _in_force(file.name, name, entry, period.first_day) for name, entry in found.items()}
    values = {name: value for name, (_, value) in dated.items()}
    _refuse_impossible(file.name, values)
    return RiskRules(
        stakes={
            (kind, verdict): values[f"stakes.{kind}.{verdict}"] for kind in KINDS for verdict in VERDICTS
        },
        least_chance=float(values["least_chance"]),
        limit_idr=values["limit"],
        versions=", ".join(f"{name}@{since}" for name, (since, _) in sorted(dated.items())),
    )


def _in_force(file: str, name: str, entry: Any, day: dt.date) -> tuple[dt.date, Any]:
    values = entry.get("values") if isinstance(entry, dict) else None
    if not isinstance(values, dict) or not all(type(since) is dt.date for since in values):
        raise IdentityError(
            f"{file}, {name}: every value needs the date from which it counts, as 2025-10-01."
        )
    for since, value in values.items():
        if not isinstance(value, dict) or value.keys() != _FORM or not value["reference"]:
            raise IdentityError(
                f"{file}, {name} of {since} needs a value, a reference and a `verified` mark."
            )
    past = [since for since in values if since <= day]
    if not past:
        raise IdentityError(f"{file}: {name} has no value in force on {day}. Add one.")
    return max(past), values[max(past)]["value"]


def _refuse_impossible(file: str, values: Mapping[str, Any]) -> None:
    wrong = [
        name
        for name, value in values.items()
        if name != "least_chance" and (type(value) is not int or value < 0)
    ]
    if not isinstance(values["least_chance"], float) or not 0 <= values["least_chance"] <= 1:
        wrong.append("least_chance")
    if wrong:
        raise IdentityError(f"{file}: {', '.join(wrong)} is no whole rupiah from 0, or no share from 0 to 1.")
