"""The stage's own data: when names or birth dates clearly differ, and the sector of an occupation."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml


@dataclass(frozen=True, slots=True)
class Knowledge:
    """`linking.yaml` and `jobs.yaml` as the statements need them: bound values and small tables."""

    values: Mapping[str, Any]
    folded: pa.Table  # variant, name
    jobs: pa.Table  # words, sector, place
    registry: str
    fallback_sector: str


@cache
def knowledge() -> Knowledge:
    """Read both files once."""
    linking, jobs = _read("linking.yaml"), _read("jobs.yaml")
    names = linking["names"]
    values = {name: value for name, value in names.items() if name != "folded"} | linking["birth_dates"]
    folded = [(variant, name) for name, variants in names["folded"].items() for variant in variants]
    words = [(word, sector) for sector, listed in jobs["sectors"].items() for word in listed]
    return Knowledge(
        values,
        pa.table({"variant": [pair[0] for pair in folded], "name": [pair[1] for pair in folded]}),
        pa.table(
            {
                "words": [pair[0] for pair in words],
                "sector": [pair[1] for pair in words],
                "place": range(len(words)),
            }
        ),
        linking["registry"],
        jobs["fallback"],
    )


def _read(name: str) -> Any:
    return yaml.safe_load(Path(__file__).with_name(name).read_text(encoding="utf-8"))
