"""One reader for every source: a received file becomes rows of text with their line and verbatim cells."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO

import numpy as np
import pyarrow as pa
from upath import UPath

from sigap.domain.datasets import SCHEMAS
from sigap.domain.lists import FoundList
from sigap.domain.source import SourceEntry
from sigap.engine import connect
from sigap.sources.chunk import Chunk, OpenList
from sigap.sources.columnar import parquet_chunks, parquet_top
from sigap.sources.delimited import csv_chunks, csv_top
from sigap.sources.layout import refuse_missing
from sigap.sources.lines import Lines
from sigap.sources.mt940 import mt940_chunks, mt940_top
from sigap.sources.rows import dataset_of, lay_rows
from sigap.sources.sniff import format_of
from sigap.sources.workbook import open_sheets, workbook_lists

_CHUNKS = {"csv": csv_chunks, "parquet": parquet_chunks, "mt940": mt940_chunks}
_TOPS = {"csv": csv_top, "parquet": parquet_top, "mt940": mt940_top}


@dataclass(frozen=True, slots=True)
class SheetTop:
    """The first lines of one sheet, every cell as text. Files without sheets have one, named ''."""

    sheet: str
    is_hidden: bool
    lines: list[list[str]]


def row_tables(
    file: UPath,
    file_name: str,
    entry: SourceEntry,
    delivery_id: str,
    found: list[FoundList] | None = None,
    accept: Callable[[FoundList], None] | None = None,
) -> Iterator[pa.Table]:
    """The rows of `read_rows`, table by table, so that a list of millions fits in memory.

    `accept` is shown every list of the file before a row of any is read, and may refuse it with a
    `SourceError`. `found` receives the lists, each complete once its last row was handed out.
    """
    with file.open("rb") as stream, connect() as engine:
        lists = list(_lists(stream, file_name, entry))
        for one in lists:
            if accept is not None:
                accept(one.found)
            refuse_missing(one.layout, file_name, entry)
        if found is not None:
            found += [one.found for one in lists]
        for one in lists:
            for rows in _rows(one):
                yield lay_rows(rows, one.found, entry, delivery_id, engine)


def read_rows(
    file: UPath, file_name: str, entry: SourceEntry, delivery_id: str, found: list[FoundList] | None = None
) -> pa.Table:
    """Every row of a received file with the columns of `datasets.SCHEMAS[dataset_of(entry)]`.

    `file` holds the bytes, `file_name` is the name it arrived under. Cells are text as typed, empty ones
    null; blank lines and lines that are no rows are left out, the latter named in `found`. Raises
    `SourceError` with one sentence when the file cannot be taken in.
    """
    schema = SCHEMAS[dataset_of(entry)]
    return pa.concat_tables([schema.empty_table(), *row_tables(file, file_name, entry, delivery_id, found)])


def read_tops(file: UPath, file_name: str, lines: int = 200) -> list[SheetTop]:
    """The first lines of every sheet, without a catalog entry. Raises `SourceError` as `read_rows` does."""
    with file.open("rb") as stream:
        kind = format_of(stream, file_name)
        if kind != "workbook":
            return [SheetTop("", False, _TOPS[kind](stream, file_name, lines))]
        sheets = open_sheets(stream.read(), file_name)
        return [SheetTop(sheet.name, sheet.is_hidden, sheet.top(lines)) for sheet in sheets]


def _lists(stream: BinaryIO, file_name: str, entry: SourceEntry) -> Iterator[OpenList]:
    kind = format_of(stream, file_name)
    if kind == "workbook":
        yield from workbook_lists(stream, file_name, entry)
        return
    chunks = _CHUNKS[kind](stream, file_name, entry)
    first = next(chunks)
    yield OpenList(first.layout, first.layout.found(), chain([first], chunks))


def _rows(one: OpenList) -> Iterator[Chunk]:
    """The lines of a list that are rows; the others are named in what was found."""
    lines = Lines(one.layout)
    for chunk in one.chunks:
        numbers = chunk.lines.to_numpy()
        kinds = lines.sort_out(chunk.columns, numbers)
        for kind, mask in kinds.items():
            if kind != "blank" and mask.any():
                one.found.left_out.setdefault(kind, []).extend(numbers[mask].tolist())
        rows = chunk.keep(~np.any(list(kinds.values()), axis=0))
        if len(rows.lines):
            yield rows
