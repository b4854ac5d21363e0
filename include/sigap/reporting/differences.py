"""Where a document differs from what the warehouse gives now: sheet and cell, never what stands there."""

import csv
import datetime as dt
import io
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from openpyxl.utils import get_column_letter
from python_calamine import CalamineError, CalamineWorkbook

from sigap.errors import ReportingError

_HEADER_STYLE = 2  # a header row has at least that many texts in a row of its own


Grid = Sequence[Sequence[object]]


def differences(given: bytes, expected: bytes) -> Iterator[str]:
    """Every place where two documents of one kind show something else: sheet and cell, or page.

    Raises `ReportingError` when the given one cannot be read.
    """
    if expected.startswith(b"%PDF"):
        return _pages(given, expected)
    if expected.startswith(b"PK"):
        return _sheets(given, expected)
    return _cells("berkas csv", _csv(given), _csv(expected), header_row=1)


def _pages(given: bytes, expected: bytes) -> Iterator[str]:
    pairs = zip_longest(_texts(given), _texts(expected))
    for number, (one, other) in enumerate(pairs, start=1):
        if one != other:
            yield f"halaman {number}"


def _texts(content: bytes) -> list[str]:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages]
    except PyPdfError:
        raise ReportingError("The PDF is damaged or cut off. Ask for the file again.") from None


def _sheets(given: bytes, expected: bytes) -> Iterator[str]:
    one, other = _open(given), _open(expected)
    for name in other.sheet_names:
        if name not in one.sheet_names:
            yield f"lembar {name!r} tidak ada"
            continue
        grid = _grid(other, name)
        yield from _cells(f"lembar {name!r}", _grid(one, name), grid, _header_row(grid))
    for name in one.sheet_names:
        if name not in other.sheet_names:
            yield f"lembar {name!r} ditambahkan"


def _open(content: bytes) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(content))
    except CalamineError:
        raise ReportingError("The workbook is damaged or cut off. Ask for the file again.") from None


def _grid(workbook: CalamineWorkbook, sheet: str) -> Grid:
    rows: Grid = workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    return rows


def _header_row(grid: Grid) -> int:
    """The row whose texts name columns, from 1; 0 when there is none: the first that fills its width."""
    wide = max((sum(value != "" for value in row) for row in grid), default=0)
    for number, row in enumerate(grid[:12], start=1):
        if wide > _HEADER_STYLE and sum(isinstance(value, str) and value != "" for value in row) == wide:
            return number
    return 0


def _cells(where: str, given: Grid, expected: Grid, header_row: int) -> Iterator[str]:
    names = expected[header_row - 1] if header_row else ()
    for row, (one, other) in enumerate(zip_longest(given, expected, fillvalue=()), start=1):
        if one == other:
            continue
        for column, (left, right) in enumerate(zip_longest(one, other, fillvalue="")):
            if _plain(left) != _plain(right):
                name = str(names[column]).split("\n")[0] if column < len(names) else ""
                said = f" ({name})" if name and row > header_row else ""
                yield f"{where}, sel {get_column_letter(column + 1)}{row}{said}"


def _plain(value: object) -> object:
    """A value as programs that save a file again leave it."""
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, dt.datetime):
        return value.date()
    return value


def _csv(content: bytes) -> Grid:
    text = content.decode("utf-8-sig", errors="replace")
    return list(csv.reader(io.StringIO(text)))
