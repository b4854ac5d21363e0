"""The lines of the sheet `Mutasi`: its words, its look, and how one line is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import yaml

from sigap.domain.period import Period
from sigap.reporting.words import english_month, indonesian_month

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

Words = tuple[str, str]  # Indonesian, English
_INK, _MUTED, _ACCENT, _RULE = "#1C2430", "#6B7480", "#1F4E5F", "#C3CAD0"
_NUMBER = "[$-421]#,##0;[$-421]-#,##0;[$-421]0"
_QUIET = '[$-421]#,##0;[$-421]-#,##0;"–"'  # nothing is a dash where most cells are nothing
_BOX = {"font_color": _INK, "valign": "vcenter", "bottom": 4, "bottom_color": _RULE}
_SUM = _BOX | {"bold": True, "top": 1, "bottom": 1}
_HEAD = {"bold": True, "bg_color": "#EEF2F3", "text_wrap": True, "align": "center", "valign": "vcenter"}
_LOOKS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 15, "font_color": _ACCENT},
    "note": {"font_size": 9, "font_color": _MUTED},
    "section": {"bold": True, "font_size": 11, "font_color": _ACCENT},
    "head": _HEAD | {"top": 1, "bottom": 1},
    "text": _BOX,
    "reason": _BOX | {"indent": 2, "font_color": _MUTED},
    "number": _BOX | {"num_format": _NUMBER, "align": "right"},
    "fine": _BOX | {"num_format": _NUMBER, "align": "right", "font_color": _MUTED},
    "part": _BOX | {"num_format": _QUIET, "align": "right"},
    "sum": _SUM,
    "plain": {"font_color": _INK},  # pieces of a name
    "strong": {"font_color": _INK, "bold": True},
    "small": {"font_color": _MUTED, "font_size": 8},
    "sum_number": _SUM | {"num_format": _NUMBER, "align": "right"},
}


@dataclass(frozen=True, slots=True)
class MovementFacts:
    """What the sheet shows. Amounts in whole rupiah.

    `entries`: dimension, value, kind, reason_code, people, total_idr of one movement. `invoiced` and `noted`:
    of the month before and of this one. `booked`: covered month, reason, people, rupiah. `labels`: the name
    of each value by dimension; `reasons`: the words of codes that are not our own.
    """

    period: Period
    entries: pa.Table
    invoiced: tuple[int, int]
    noted: tuple[int, int]
    booked: Sequence[tuple[str, str, int, int]]
    labels: Mapping[str, Mapping[str, str]]
    reasons: Mapping[str, Words]
    is_final: bool


@cache
def movement_words() -> dict[str, Any]:
    """What the sheet says: movement.yaml."""
    tree: dict[str, Any] = yaml.safe_load(
        Path(__file__).with_name("movement.yaml").read_text(encoding="utf-8")
    )
    return tree


def add_looks(book: "Workbook") -> dict[str, "Format"]:
    """Give a workbook the formats that the lines name."""
    plain = {"font_name": "Calibri", "font_size": 10}
    return {name: book.add_format(plain | look) for name, look in _LOOKS.items()}


class Lines:
    """Writes a sheet from top to bottom; `line` is the next free one."""

    def __init__(self, sheet: "Worksheet", formats: Mapping[str, "Format"], facts: MovementFacts) -> None:
        self.sheet, self.formats, self.facts, self.line = sheet, formats, facts, 0
        before, period = facts.period.previous(), facts.period
        self.months = (
            {"before": indonesian_month(before), "month": indonesian_month(period)},
            {"before": english_month(before), "month": english_month(period)},
        )

    def section(self, name: str) -> None:
        """The heading of a section of movement.yaml."""
        self.text(0, self.both(movement_words()["sections"][name]), "section", height=20)

    def heads(self, heads: Sequence[Sequence[str]]) -> None:
        """One line of column heads."""
        for column, (indonesian, english) in enumerate(heads):
            text = f"{indonesian}\n{english}" if english else indonesian
            self.sheet.write_string(self.line, column, text, self.formats["head"])
        self.sheet.set_row(self.line, 30)
        self.line += 1

    def pair_heads(self, heads: Sequence[Sequence[str]]) -> None:
        """Two lines of heads, each over people and rupiah."""
        self.sheet.merge_range(self.line, 0, self.line + 1, 0, "", self.formats["head"])
        for place, (indonesian, english) in enumerate(heads):
            column = 1 + 2 * place
            text = f"{indonesian}\n{english}"
            self.sheet.merge_range(self.line, column, self.line, column + 1, text, self.formats["head"])
            for side, name in enumerate(("people", "idr")):
                label = movement_words()["columns"][name][0]
                self.sheet.write_string(self.line + 1, column + side, label, self.formats["head"])
        self.sheet.set_row(self.line, 30)
        self.line += 2

    def figures(self, name: str, people: int | None, idr: int, look: str = "text") -> None:
        """One line of a name, people and rupiah."""
        number = self.formats["fine" if look == "reason" else "number"]
        self.name(name, look)
        if people is None:
            self.sheet.write_blank(self.line, 1, None, number)
        else:
            self.sheet.write_number(self.line, 1, people, number)
        self.sheet.write_number(self.line, 2, idr, number)
        self.line += 1

    def name(self, text: str, look: str) -> None:
        """The first cell of the line: Indonesian, and English small beside it."""
        indonesian, slash, english = text.partition(" / ")
        if not english:
            self.sheet.write_string(self.line, 0, text, self.formats[look])
            return
        first = self.formats["strong" if look == "sum" else "plain"]
        pieces = (first, indonesian, self.formats["small"], f"{slash}{english}")
        self.sheet.write_rich_string(self.line, 0, *pieces, self.formats[look])

    def text(self, column: int, text: str, look: str, height: int | None = None) -> None:
        """One line of text."""
        self.sheet.write_string(self.line, column, text, self.formats[look])
        if height:
            self.sheet.set_row(self.line, height)
        self.line += 1

    def both(self, words: Sequence[str]) -> str:
        """Indonesian and English, with the months filled in."""
        indonesian, english = (word.format(**months) for word, months in zip(words, self.months, strict=True))
        return f"{indonesian} / {english}"

    def reason(self, code: str) -> str:
        """The words of a reason code, ours or another stage's."""
        words = self.facts.reasons.get(code) or movement_words()["reasons"].get(code) or (code, code)
        return f"{words[0]} / {words[1]}"

    def label(self, dimension: str, value: str) -> str:
        """The name of a value of a dimension."""
        return (
            self.facts.labels.get(dimension, {}).get(value) or value or self.both(movement_words()["unknown"])
        )
