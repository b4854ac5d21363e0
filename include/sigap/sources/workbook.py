"""Spreadsheets (xlsx, xls, xlsb, ods) by calamine, every cell as the text a person reads in it."""

import datetime as dt
import io
import tempfile
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
import pandas as pd
import pyarrow as pa
from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from sigap.domain.source import SourceEntry
from sigap.errors import SourceError
from sigap.sources.chunk import Chunk
from sigap.sources.header import SEARCHED_LINES, find_header, lay_out
from sigap.sources.refusals import HeaderNotFoundError
from sigap.sources.sniff import damaged, protected
from sigap.sources.text import as_text

_NUMBERS = (int, float, bool, dt.date, dt.datetime, dt.time, dt.timedelta)  # how a workbook stores them all


def workbook_chunks(file: BinaryIO, file_name: str, entry: SourceEntry) -> Iterator[Chunk]:
    """The lists of a workbook, one chunk per sheet that the entry picks. Hidden sheets are left alone.

    Raises `SourceError` when it is protected or damaged, has no header, or has more lists than agreed.
    """
    lists = [
        (name, cells, header)
        for name, cells in _sheets(file, file_name, entry.sheet)
        if (header := find_header(_top(cells), entry)) is not None
    ]
    if not lists:
        raise HeaderNotFoundError(file_name, entry.code, SEARCHED_LINES)
    if len(lists) > 1 and not entry.every_sheet:
        raise SourceError(
            f"{file_name} has lists in the sheets {', '.join(repr(name) for name, _, _ in lists)}. "
            f"Ask the sender for one sheet, or set every_sheet in sources/catalog/{entry.code}.yaml."
        )
    for name, cells, header in lists:
        yield _chunk(name, cells, header, file_name, entry)


def _sheets(file: BinaryIO, file_name: str, wanted: str | None) -> Iterator[tuple[str, pd.DataFrame]]:
    content = file.read()
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for sheet in workbook.sheets_metadata:
            if _is_list(sheet) and wanted in (None, sheet.name):
                grid = workbook.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
                yield sheet.name, pd.DataFrame(grid, dtype=object)
    except (CalamineError, OSError, ValueError, OverflowError):
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


def _is_list(sheet: SheetMetadata) -> bool:
    return bool(sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible)


def _top(cells: pd.DataFrame) -> list[list[str]]:
    return (
        cells.head(SEARCHED_LINES)
        .map(lambda cell: str(cell) if isinstance(cell, str) else "")
        .to_numpy()
        .tolist()
    )


def _chunk(name: str, cells: pd.DataFrame, header: int, file_name: str, entry: SourceEntry) -> Chunk:
    first = _header_text(cells.iloc[header])
    layout = lay_out(first, header + 1, name, file_name, entry)
    body = cells.iloc[header + 1 :]
    lines = pa.array(np.arange(header + 2, header + 2 + len(body), dtype=np.int32))
    nik = layout.positions.get("nik")
    is_number = (
        body.iloc[:, nik].map(type).isin(_NUMBERS) if nik is not None else pd.Series(False, body.index)
    )
    columns = [_column_text(body.iloc[:, position]) for position in range(body.shape[1])]
    return Chunk(layout, columns, lines, pa.array(is_number.to_numpy(dtype=bool)))


def _header_text(line: pd.Series) -> list[str]:
    return [text or "" for text in _column_text(line).to_pylist()]


def _column_text(column: pd.Series) -> pa.Array:
    """One column as text, class of value by class of value: a column that a person typed is rarely of one."""
    kinds = column.map(type)
    text = np.full(len(column), None, dtype=object)
    for kind in kinds.unique():
        mask = (kinds == kind).to_numpy()
        values = column[mask]
        plain = values.astype(str) if kind in (dt.timedelta, dt.time) else values
        text[mask] = as_text(pa.array(plain.tolist())).to_numpy(zero_copy_only=False)
    return pa.array(text, pa.string())
