"""The stage's own data about occupations: the sector that their words stand for."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml


@dataclass(frozen=True, slots=True)
class Knowledge:
    """`jobs.yaml` as the statements need it."""

    jobs: pa.Table  # words, sector, place
    fallback_sector: str


@cache
def knowledge() -> Knowledge:
    """Read the file once."""
    tree: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("jobs.yaml").read_text(encoding="utf-8"))
    words = [(word, sector) for sector, listed in tree["sectors"].items() for word in listed]
    columns = {"words": [pair[0] for pair in words], "sector": [pair[1] for pair in words]}
    return Knowledge(pa.table(columns | {"place": range(len(words))}), tree["fallback"])
