"""What a correction workbook is known by when it comes back: its mark, and the digest of a row's facts.

`quality` writes the workbook and `sources` reads it; what both have to agree on stands here.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from sigap.domain.lists import FoundList

SUMMARY = "Ringkasan"
MARK_SHEET = "_sigap"
REASON_HEADER = "Alasan / yang perlu diperbaiki"
LOST_DIGIT = "?"  # stands for each digit of a NIK that a number cell has lost

# The rows that were to be fixed: the sheet of the workbook, its line, and the digest of what it showed.
ASKED = pa.schema([("title", pa.string()), ("row", pa.int32()), ("digest", pa.string())])

# DuckDB macros: fold_cell(text), facts_digest(texts)
FACTS = Path(__file__).with_name("facts.sql").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Mark:
    """Which delivery a workbook corrects. `sheets`: the delivery's sheet by its title in the workbook."""

    delivery_id: str
    source: str
    period: str
    sheets: Mapping[str, str]

    def lines(self, asked: pa.Table) -> list[tuple[str, str]]:
        """The lines at the top of the mark's sheet, sealed, so that an edited mark does not pass for ours."""
        facts = [
            ("delivery", self.delivery_id),
            ("source", self.source),
            ("period", self.period),
            ("sheets", json.dumps(dict(self.sheets), ensure_ascii=False)),
        ]
        return [*facts, ("seal", _seal(facts, asked))]


def header_names(found: FoundList) -> list[str]:
    """The names by which `cells` holds the columns of a list, in their order, without those left behind."""
    return ["" if header in found.minimised else header for header in found.headers]


def _seal(facts: list[tuple[str, str]], asked: pa.Table) -> str:
    rows = pc.binary_join_element_wise(asked["title"], asked["row"].cast(pa.string()), asked["digest"], "|")
    return hashlib.sha256("\n".join([*map("|".join, facts), *rows.to_pylist()]).encode()).hexdigest()
