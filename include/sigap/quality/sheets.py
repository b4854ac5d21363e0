"""One list of the correction workbook: the sender's sheet, wrong cells marked, reasons beside the rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import yaml

from sigap.domain.correction import MARK_SHEET, REASON_HEADER, SUMMARY
from sigap.domain.lists import FoundList
from sigap.domain.reasons import reasons

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

LAST_LINE = 1_048_576  # of a sheet, in every spreadsheet program
_LONGEST_TITLE = 31
_LONGEST_CELL = 32_767
_MOST_NOTES = 1_000  # a workbook of more notes opens slowly; the reason stands beside every row anyway
_REASON_WIDTH = 76
_PER_LINE = 86  # characters that fit into it
_MEASURED = 2_000  # rows whose texts say how wide a column is
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
_BATCH = 5_000

Fault = Mapping[str, str | None]
"""What is to be put right: code, severity, and the letter of the column, None for the whole row."""


@dataclass(frozen=True, slots=True)
class GivenList:
    """One list as it goes back. `above`: its lines up to the header, verbatim; `rows` from `rows_to_show`."""

    title: str
    found: FoundList
    above: Sequence[Sequence[str]]
    rows: pa.Table

    @property
    def last_line(self) -> int:
        """The line of its last row, or of its header."""
        rows = self.rows["row"]
        return rows[-1].as_py() if len(rows) else len(self.above)

    def header(self, letter: str) -> str:
        """What stands above a column, in one line."""
        return " ".join(self.found.headers[position_of(letter)].split())


def position_of(letter: str) -> int:
    """The place of a column by its letter: A is 0."""
    from xlsxwriter.utility import xl_cell_to_rowcol

    place: int = xl_cell_to_rowcol(f"{letter}1")[1]
    return place


def name_sheets(sheets: Sequence[str]) -> list[str]:
    """A title in the workbook for each sheet of a delivery: its own name where a workbook can have it."""
    taken = {SUMMARY.casefold(), MARK_SHEET.casefold()}
    titles = []
    for sheet in sheets:
        name = " ".join(sheet.translate(_FORBIDDEN).split())[:_LONGEST_TITLE] or "Daftar"
        title, number = name, 1
        while title.casefold() in taken:
            number += 1
            title = f"{name[: _LONGEST_TITLE - 4]} {number}"
        taken.add(title.casefold())
        titles.append(title)
    return titles


@cache
def advice() -> Mapping[str, str]:
    """What a sender should do, by reason code (advice.yaml)."""
    sentences: dict[str, str] = yaml.safe_load(
        Path(__file__).with_name("advice.yaml").read_text(encoding="utf-8")
    )
    return sentences


def explain(fault: Fault, given: GivenList, line: int) -> str:
    """A fault as a sender reads it: which cell, what is wrong, what to do."""
    code, letter = str(fault["code"]), fault["column"]
    where = f"sel {letter}{line} ({given.header(letter)})" if letter else "seluruh baris"
    lead = f"Periksa juga {where}" if fault["severity"] == "warn" else where[0].upper() + where[1:]
    return f"{lead}: {reasons()[code].indonesian}. {advice().get(code, '')}".rstrip()


def write_list(sheet: "Worksheet", formats: Mapping[str, "Format"], given: GivenList) -> None:
    """Fill the sheet. Its lines are those of the sender's own, so that a row has the same number in both."""
    page = _Page(sheet, formats, given)
    page.write_above()
    for batch in given.rows.to_batches(_BATCH):
        page.write_rows(batch)
    page.finish()


@dataclass(slots=True)
class _Page:
    sheet: "Worksheet"
    formats: Mapping[str, "Format"]
    given: GivenList
    notes: int = 0
    measured: int = 0
    widths: list[int] = field(default_factory=list)

    def write_above(self) -> None:
        """Titles and header as they were; over a group of columns the header is one cell again."""
        found = self.given.found
        self.widths = [min(max(len(word) for word in header.split() or [""]), 24) for header in found.headers]
        for line, texts in enumerate(self.given.above):
            look = "header" if line + 1 in found.header_lines else "heading"
            if look == "header":
                fitted = zip(texts, self.widths, strict=False)
                self.sheet.set_row(line, 15 * max(1 + len(text) // (width + 4) for text, width in fitted) + 3)
            below = self.given.above[line + 1] if line + 2 in found.header_lines else []
            for first, last in _groups(texts, below if look == "header" else []):
                if last > first:
                    self.sheet.merge_range(line, first, line, last, "", self.formats[look])
                self.sheet.write_string(line, first, texts[first][:_LONGEST_CELL], self.formats[look])
            if line + 1 == len(self.given.above):
                self.sheet.write_string(line, self._reason, REASON_HEADER, self.formats["reason_header"])

    def write_rows(self, batch: pa.RecordBatch) -> None:
        """Write rows in order: the sheet is streamed to disk, a line that is passed cannot be changed."""
        for row in batch.to_pylist():
            self._measure(row["texts"])
            if row["is_asked"]:
                self._write_asked(row["row"], row["texts"], row["faults"])
            else:
                self._write_cells(row["row"] - 1, row["texts"], {}, "fine")

    def finish(self) -> None:
        """Widths, header that stays in sight, filter, protection without a password."""
        sheet, header = self.sheet, len(self.given.above)
        for place, width in enumerate(self.widths):
            sheet.set_column(place, place, width + 3)
        sheet.set_column(self._reason, self._reason, _REASON_WIDTH)
        sheet.freeze_panes(header, 0)
        sheet.autofilter(header - 1, 0, max(self.given.last_line, header) - 1, self._reason)
        sheet.protect("", {"autofilter": True, "format_columns": True, "format_rows": True})
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(header - 1)
        sheet.ignore_errors({"number_stored_as_text": f"A1:{_last_cell(self._reason, self.given.last_line)}"})
        sheet.set_tab_color("#9C0006")

    @property
    def _reason(self) -> int:
        return len(self.given.found.headers)

    def _write_asked(self, line: int, texts: Sequence[str | None], faults: Sequence[Fault]) -> None:
        sentences = [explain(fault, self.given, line) for fault in faults]
        marked: dict[int, list[tuple[Fault, str]]] = {}
        for fault, sentence in zip(faults, sentences, strict=True):
            if fault["column"]:
                marked.setdefault(position_of(fault["column"]), []).append((fault, sentence))
        lines = sum(1 + len(sentence) // _PER_LINE for sentence in sentences)
        self.sheet.set_row(line - 1, 15 * max(lines, 1) + 3)
        looks = {
            place: "doubtful" if all(fault["severity"] == "warn" for fault, _ in found) else "wrong"
            for place, found in marked.items()
        }
        self._write_cells(line - 1, texts, looks, "open")
        text = "\n".join(sentences if len(sentences) == 1 else [f"• {sentence}" for sentence in sentences])
        self.sheet.write_string(line - 1, self._reason, text, self.formats["reason"])
        for place, found in marked.items():
            self._note(line - 1, place, "\n".join(sentence for _, sentence in found))

    def _write_cells(
        self, line: int, texts: Sequence[str | None], looks: Mapping[int, str], otherwise: str
    ) -> None:
        for place, text in enumerate(texts):
            look = self.formats[looks.get(place, otherwise)]
            if text:
                self.sheet.write_string(line, place, text[:_LONGEST_CELL], look)
            elif otherwise == "open":
                self.sheet.write_blank(line, place, None, look)

    def _note(self, line: int, place: int, text: str) -> None:
        if self.notes < _MOST_NOTES:
            self.notes += 1
            size: dict[str, Any] = {"author": "SIGAP", "width": 300, "height": 20 * (2 + len(text) // 45)}
            self.sheet.write_comment(line, place, text, size)

    def _measure(self, texts: Sequence[str | None]) -> None:
        if self.measured < _MEASURED:
            self.measured += 1
            self.widths = [
                max(width, min(len(text or ""), 36)) for width, text in zip(self.widths, texts, strict=True)
            ]


def _groups(texts: Sequence[str], below: Sequence[str]) -> list[tuple[int, int]]:
    """The cells of a header line as (first, last) columns: a name of a group spans the columns below it."""
    spans: list[tuple[int, int]] = []
    for place, text in enumerate(texts):
        if text.strip():
            spans.append((place, place))
        elif (
            spans and spans[-1][1] == place - 1 and _is_named(below, spans[-1][0]) and _is_named(below, place)
        ):
            spans[-1] = (spans[-1][0], place)
    return spans


def _is_named(line: Sequence[str], place: int) -> bool:
    return place < len(line) and bool(line[place].strip())


def _last_cell(place: int, line: int) -> str:
    from xlsxwriter.utility import xl_rowcol_to_cell

    return str(xl_rowcol_to_cell(line - 1, place))
