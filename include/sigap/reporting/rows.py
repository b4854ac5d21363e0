"""Many rows of a sheet as SpreadsheetML, in a fraction of the time that a cell object each would take."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from openpyxl.utils import get_column_letter

from sigap.reporting.cells import FORMULA_STARTS, LONGEST
from sigap.reporting.page import height_of

_EPOCH = dt.date(1899, 12, 30)  # day 0 of a spreadsheet


@dataclass(frozen=True, slots=True)
class Column:
    """Values of a column with the number of their cell style, and of that style with the quote prefix.

    `wraps_at` is the width at which its texts go on in another line, if they do.
    """

    values: Sequence[object]
    style: int
    quoted: int
    wraps_at: float | None = None


def rows_xml(columns: Sequence[Column], first_row: int) -> bytes:
    """The rows from `first_row` on; text is kept as text like in `write_text`, no value is an empty cell."""
    cells = [_cells(column, get_column_letter(place), first_row) for place, column in enumerate(columns, 1)]
    rows = (
        f'<row r="{number}"{height}>{"".join(parts)}</row>'
        for number, (height, *parts) in enumerate(zip(_heights(columns), *cells, strict=True), first_row)
    )
    return "".join(rows).encode()


def _cells(column: Column, letter: str, first_row: int) -> Iterator[str]:
    for row, value in enumerate(column.values, first_row):
        if value is None:
            yield f'<c r="{letter}{row}" s="{column.style}"/>'
        elif isinstance(value, str):
            style = column.quoted if value.startswith(FORMULA_STARTS) else column.style
            text = f"<is><t{_keeps(value)}>{escape(value[:LONGEST])}</t></is>"
            yield f'<c r="{letter}{row}" s="{style}" t="inlineStr">{text}</c>'
        else:
            number = (value - _EPOCH).days if isinstance(value, dt.date) else value
            yield f'<c r="{letter}{row}" s="{column.style}"><v>{number}</v></c>'


def _heights(columns: Sequence[Column]) -> Iterable[str]:
    wrapped = [(column.values, column.wraps_at) for column in columns if column.wraps_at is not None]
    for row in range(len(columns[0].values)):
        height = height_of((str(values[row]), width) for values, width in wrapped)
        yield f' ht="{height:g}" customHeight="1"' if height else ""


def _keeps(text: str) -> str:
    return "" if text == text.strip() and "\n" not in text else ' xml:space="preserve"'
