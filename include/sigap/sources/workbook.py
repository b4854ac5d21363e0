"""Spreadsheets (xlsx, xlsm, xls, xlsb, ods) by calamine, every cell as the text a person reads in it."""

import io
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO
from xml.parsers.expat import ExpatError

import numpy as np
import pyarrow as pa
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from sigap.domain.source import SourceEntry
from sigap.errors import SourceError
from sigap.sources.biff import xls_marks
from sigap.sources.biff12 import xlsb_marks
from sigap.sources.cells import column_text, holds_numbers
from sigap.sources.chunk import Chunk, OpenList
from sigap.sources.guards import check_spread, rows_at_once
from sigap.sources.header import SEARCHED_LINES, column_letter
from sigap.sources.layout import Layout, find_layout
from sigap.sources.marks import ERRORS, Marks
from sigap.sources.markup import xlsx_marks
from sigap.sources.opendocument import ods_marks
from sigap.sources.refusals import HeaderNotFoundError
from sigap.sources.sniff import damaged, protected

_LINES = 500  # lines that stand as Python objects at a time: too few to wake the garbage collector
_CHUNK_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of an open workbook with its cells; `place` counts from 0."""

    name: str
    place: int
    is_hidden: bool
    cells: CalamineSheet
    marks: Future[Marks]

    def lines(self) -> Iterator[list[Any]]:
        """Every line from the first of the sheet on, every cell from column A on."""
        start = self.cells.start
        left = [""] * (start[1] if start else 0)
        return (left + line for line in self.cells.iter_rows())

    def top(self, count: int) -> list[list[str]]:
        """The first lines as text."""
        columns = [column_text(column) for column in zip(*islice(self.lines(), count), strict=True)]
        return [
            list(line) for line in zip(*(column.fill_null("").to_pylist() for column in columns), strict=True)
        ]


def open_sheets(content: bytes, file_name: str, wanted: str | None = None) -> Iterator[Sheet]:
    """The sheets of cells in a workbook, hidden ones too. Raises `SourceError` when it cannot be opened."""
    with _faults(content, file_name):
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        with ThreadPoolExecutor(1) as aside:  # looks for marks while the cells are unpacked
            for place, sheet in enumerate(workbook.sheets_metadata):
                if sheet.typ == SheetTypeEnum.WorkSheet and wanted in (None, sheet.name):
                    marks = aside.submit(_marks, content, sheet.name, place)
                    cells = workbook.get_sheet_by_index(place)
                    yield Sheet(sheet.name, place, sheet.visible != SheetVisibleEnum.Visible, cells, marks)


def workbook_lists(file: BinaryIO, file_name: str, entry: SourceEntry) -> list[OpenList]:
    """The lists of a workbook: the sheets that the entry picks and in which its header stands, hidden or not.

    Raises `SourceError` when it is protected or damaged, has no header, or has more lists than agreed.
    """
    content = file.read()
    lists = []
    for sheet in open_sheets(content, file_name, entry.sheet):
        merged = sheet.cells.merged_cell_ranges or ()
        layout = find_layout(sheet.top(SEARCHED_LINES + 1), sheet.name, file_name, entry, merged)
        if layout is not None:
            check_spread(file_name, sheet.cells.total_height, layout.headers)
            lists.append((sheet, layout))
    if not lists:
        raise HeaderNotFoundError(file_name, entry.code, SEARCHED_LINES)
    if len(lists) > 1 and not entry.every_sheet:
        raise SourceError(
            f"{file_name} has lists in the sheets {_named([sheet for sheet, _ in lists])}. "
            f"Ask the sender for one sheet, or set every_sheet in sources/catalog/{entry.code}.yaml."
        )
    with _faults(content, file_name):
        return [_open(sheet, layout, sheet.marks.result()) for sheet, layout in lists]


def _open(sheet: Sheet, layout: Layout, marks: Marks) -> OpenList:
    found = layout.found()
    found.is_hidden, found.dates_from_1904 = sheet.is_hidden, marks.is_1904
    found.hidden_columns = tuple(
        column_letter(place - 1) for place in sorted(marks.hidden_columns) if place <= len(layout.headers)
    )
    return OpenList(layout, found, _chunks(sheet, layout, marks))


def _named(sheets: Sequence[Sheet]) -> str:
    return ", ".join(f"{sheet.name!r}{' (hidden)' if sheet.is_hidden else ''}" for sheet in sheets)


def _marks(content: bytes, sheet: str, place: int) -> Marks:
    """What the file says of a sheet beside its values."""
    if not content.startswith(b"PK"):
        return xls_marks(content, place)
    readers = {"content.xml": ods_marks, "xl/workbook.bin": xlsb_marks, "xl/workbook.xml": xlsx_marks}
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        read = next((readers[part] for part in readers if part in package.namelist()), None)
        return read(package, sheet) if read else Marks()


def _chunks(sheet: Sheet, layout: Layout, marks: Marks) -> Iterator[Chunk]:
    pieces, number = _pieces(sheet, layout), layout.line + 1
    size = max(1, rows_at_once(layout.headers, _CHUNK_ROWS) // _LINES)
    while taken := list(islice(pieces, size)):
        columns = [pa.concat_arrays(column) for column in zip(*(texts for texts, _ in taken), strict=True)]
        is_number = np.concatenate([numbers for _, numbers in taken])
        yield _chunk(columns, is_number, number, layout, marks)
        number += len(is_number)


def _pieces(sheet: Sheet, layout: Layout) -> Iterator[tuple[list[pa.Array], np.ndarray]]:
    """Some lines below the header: every column as text, and whether the NIK stands as a number."""
    lines, nik = islice(sheet.lines(), layout.line, None), layout.positions.get("nik")
    while taken := list(islice(lines, _LINES)):
        cells = list(zip(*taken, strict=True))
        numbers = np.zeros(len(taken), dtype=bool) if nik is None else holds_numbers(cells[nik])
        yield [column_text(column) for column in cells], numbers


def _chunk(columns: list[pa.Array], is_number: np.ndarray, first: int, layout: Layout, marks: Marks) -> Chunk:
    count = len(is_number)
    _show_errors(columns, marks.errors(first, count))
    formulas = marks.formulas(first, count)
    known = [0, *(position + 1 for position in layout.positions.values())]  # 0: the file does not say which
    computed = np.zeros(count, dtype=bool)
    computed[formulas[np.isin(formulas[:, 1], known), 0]] = True
    return Chunk(
        layout,
        columns,
        pa.array(np.arange(first, first + count, dtype=np.int32)),
        pa.array(is_number),
        {"ROW_HIDDEN": marks.hidden(first, count), "VALUE_FORMULA": computed},
        np.bincount(formulas[:, 0], minlength=count),
    )


def _show_errors(columns: list[pa.Array], errors: np.ndarray) -> None:
    """Put the text of an error where the reader of values left the cell empty."""
    for column in np.unique(errors[:, 1]):
        if column <= len(columns):
            texts = columns[column - 1].to_numpy(zero_copy_only=False).copy()
            for place, _, error in errors[errors[:, 1] == column]:
                texts[place] = texts[place] or ERRORS[error]
            columns[column - 1] = pa.array(texts, pa.string())


@contextmanager
def _faults(content: bytes, file_name: str) -> Iterator[None]:
    """Whatever goes wrong inside the readers becomes a refusal."""
    try:
        yield
    except SourceError:
        raise
    except (
        CalamineError,
        zipfile.BadZipFile,
        zlib.error,
        ExpatError,
        OSError,
        EOFError,
        ValueError,
        OverflowError,
        KeyError,
    ):
        raise (protected if _asks_for_password(content) else damaged)(file_name) from None
    except BaseException as error:
        # A fault inside the reader's Rust code is no Exception, and its class cannot be imported.
        if type(error).__name__ != "PanicException":
            raise
        raise damaged(file_name) from None


def _asks_for_password(content: bytes) -> bool:
    """Whether an old .xls is encrypted: the reader says so only to those who name the format."""
    with tempfile.NamedTemporaryFile(suffix=".xls") as named:
        named.write(content)
        named.flush()
        try:
            CalamineWorkbook.from_path(named.name)
        except PasswordError:
            return True
        except CalamineError:
            pass
    return False
