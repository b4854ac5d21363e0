"""The pairs that are the evidence about a person: as kept by link, seen from the person's side."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow.compute as pc

from sigap.domain.batch import BatchRef
from sigap.domain.datasets import EVIDENCE
from sigap.identity.model import MODELS, Model, load_model
from sigap.identity.policy import policy
from sigap.lake import Lake

_KNOWN = "person"  # the source of rows that last month's people stand for
_SETTLED = ("same_nik", "nik_conflict", "nik_doubt", "verdict")  # rules that decide whatever the weight
_ORDER = ("same", "review", "different")


@dataclass(frozen=True, slots=True)
class RowName:
    """Where a row stands. `sheet` is '' for a csv file."""

    source: str
    delivery_id: str
    sheet: str
    row: int

    @property
    def is_known(self) -> bool:
        """Whether it stands for somebody known from last month."""
        return self.source == _KNOWN

    @property
    def place(self) -> tuple[str, str, int]:
        """What names a row, whatever its source is called."""
        return self.delivery_id, self.sheet, self.row


@dataclass(frozen=True, slots=True)
class Pair:
    """What was found out about a row of the person (`here`) and another row (`there`), see PAIRS."""

    kind: str
    decision: str
    rule: str
    fact_key: str | None
    match_weight: float
    here: RowName
    there: RowName
    other_person_id: int | None
    levels: Mapping[str, int]
    weights: Mapping[str, float]

    @property
    def source_class(self) -> str:
        """Whose thresholds count: registry when all its rows are, else association."""
        sources = {self.here.source} if self.kind == "membership" else {self.here.source, self.there.source}
        return "registry" if sources <= set(policy().registry) else "association"

    @property
    def is_weighed(self) -> bool:
        """Whether the thresholds had a say."""
        return self.rule not in _SETTLED


def pairs_of(lake: Lake, batch: BatchRef, person_id: int) -> list[Pair]:
    """Every pair with a row of the person: the joined first, then by weight, the highest first."""
    sides = (pc.field("person_id") == person_id) | (pc.field("other_person_id") == person_id)
    found = [_pair(row, person_id) for row in lake.find(batch, sides)]
    return sorted(
        found,
        key=lambda pair: (
            _ORDER.index(pair.decision),
            -pair.match_weight,
            pair.here.place,
            pair.there.place,
        ),
    )


def model_named(name: str) -> Model:
    """The model that link names in its outcome (`2026-11-01 4f…`), the newest where it is no longer kept."""
    file = MODELS / f"{name.partition(' ')[0]}.json"
    return load_model(file if name and file.exists() else None)


def _pair(row: Mapping[str, Any], person_id: int) -> Pair:
    mine = RowName(row["source"], row["delivery_id"], row["sheet"] or "", row["row"])
    theirs = RowName(
        row["other_source"], row["other_delivery_id"], row["other_sheet"] or "", row["other_row"]
    )
    is_right = row["person_id"] != person_id
    levels = {name: row[f"level_{name}"] for name in EVIDENCE if row[f"level_{name}"] is not None}
    return Pair(
        row["kind"],
        row["decision"],
        row["rule"],
        row["fact_key"],
        row["match_weight"],
        theirs if is_right else mine,
        mine if is_right else theirs,
        row["person_id"] if is_right else row["other_person_id"],
        levels,
        {name: row[f"weight_{name}"] or 0.0 for name in levels},
    )
