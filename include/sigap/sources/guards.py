"""How large a list may become while it is read, whatever its file claims or hides."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from sigap.sources.refusals import UnreadableFileError

_MOST_COLUMNS = 1_000  # a list of persons has some dozens
_WIDEST = 16_384  # columns of the widest sheet, blank ones and all
_MOST_CELLS = 500_000_000  # read in pieces; 3,000,000 lines of a registry have 60 million
_MOST_TEXT = 8 * 1024**3  # bytes of the headers, which stand beside every row's cells
_MOST_REPEATED = 1024**3  # bytes of one column in one piece
_PIECE = 64 * 1024**2
_TIDY = "Delete the lines below and the columns beside the list, save it and send it again"


def check_columns(file_name: str, headings: Sequence[str]) -> None:
    """Raise `UnreadableFileError` when a header has more headings than any list."""
    if sum(bool(text.strip()) for text in headings) > _MOST_COLUMNS or len(headings) > _WIDEST:
        raise UnreadableFileError(file_name, f"has a header of more than {_MOST_COLUMNS} columns", _TIDY)


def check_spread(file_name: str, rows: int, headers: Sequence[str], columns: int = 0) -> None:
    """Raise `UnreadableFileError` when rows x columns come to more than any list has.

    `columns` counts the cells of a line where that may be more than there are headers.
    A few bytes can claim that: lines that are nearly empty below a header that is very wide or very long.
    """
    if rows * max(len(headers), columns) > _MOST_CELLS or rows * _length(headers) > _MOST_TEXT:
        raise UnreadableFileError(file_name, "has far more cells than any list of persons", _TIDY)


def check_repeats(file_name: str, batch: pa.RecordBatch) -> None:
    """Raise `UnreadableFileError` when texts that a file keeps once come to more than memory should hold."""
    for column in batch.columns:
        if pa.types.is_dictionary(column.type) and len(column.dictionary):
            longest = pc.max(pc.binary_length(column.dictionary.cast(pa.large_string()))).as_py() or 0
            if longest * len(column) > _MOST_REPEATED:
                raise UnreadableFileError(
                    file_name, "has cells with more text than any list of persons", _TIDY
                )


def rows_at_once(headers: Sequence[str], most: int = 100_000) -> int:
    """How many rows may stand in memory together with their headers beside every cell."""
    return max(1, min(most, _PIECE // max(_length(headers), 1)))


def _length(headers: Sequence[str]) -> int:
    return sum(map(len, headers))
