"""One reader for every source: a received file becomes rows of text with their line and verbatim cells."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from upath import UPath

from sigap.domain.datasets import SCHEMAS
from sigap.domain.source import SourceEntry
from sigap.engine import connect
from sigap.sources.chunk import Chunk
from sigap.sources.columnar import parquet_chunks
from sigap.sources.delimited import csv_chunks
from sigap.sources.sniff import format_of
from sigap.sources.workbook import workbook_chunks

_READERS = {"workbook": workbook_chunks, "csv": csv_chunks, "parquet": parquet_chunks}


def dataset_of(entry: SourceEntry) -> str:
    """The dataset that the rows of a source belong to, e.g. `sources.workers`."""
    return f"sources.{entry.kind}"


def row_tables(file: UPath, file_name: str, entry: SourceEntry, delivery_id: str) -> Iterator[pa.Table]:
    """The rows of `read_rows`, table by table, so that a list of millions fits in memory."""
    schema = SCHEMAS[dataset_of(entry)]
    with file.open("rb") as stream:
        for chunk in _READERS[format_of(stream, file_name)](stream, file_name, entry):
            yield _rows(chunk, entry, delivery_id, schema)


def read_rows(file: UPath, file_name: str, entry: SourceEntry, delivery_id: str) -> pa.Table:
    """Every row of a received file with the columns of `datasets.SCHEMAS[dataset_of(entry)]`.

    `file` holds the bytes, `file_name` is the name it arrived under. Cells are text as typed, empty ones
    null, blank lines are left out. Raises `SourceError` with one sentence when the file cannot be taken in.
    """
    schema = SCHEMAS[dataset_of(entry)]
    return pa.concat_tables([schema.empty_table(), *row_tables(file, file_name, entry, delivery_id)])


def _rows(chunk: Chunk, entry: SourceEntry, delivery_id: str, schema: pa.Schema) -> pa.Table:
    count = len(chunk.lines)
    nothing = pa.nulls(count, pa.string())
    positions = chunk.layout.positions
    constant = {"delivery_id": delivery_id, "sheet": chunk.layout.sheet, "source": entry.code}
    columns = {
        name: chunk.columns[positions[name]] if name in positions else nothing for name in schema.names
    }
    columns |= {name: pa.repeat(pa.scalar(value), count) for name, value in constant.items()}
    columns |= {"row": chunk.lines, "cells": _verbatim(chunk), "nik_cell": _nik_cell(chunk)}
    rows = pa.table({name: columns[name] for name in schema.names}, schema=schema)
    return rows.filter(pa.array(_is_filled(chunk)))


def _is_filled(chunk: Chunk) -> np.ndarray:
    filled = np.zeros(len(chunk.lines), dtype=bool)
    for column in chunk.columns:
        blank = pc.equal(pc.utf8_trim_whitespace(column), "")
        filled |= ~pc.fill_null(blank, True).to_numpy(zero_copy_only=False)
    return filled


def _nik_cell(chunk: Chunk) -> pa.Array:
    position = chunk.layout.positions.get("nik")
    if position is None:
        return pa.nulls(len(chunk.lines), pa.string())
    kind = pc.if_else(chunk.nik_is_number, "number", "text")
    return pc.if_else(pc.is_null(chunk.columns[position]), "empty", kind)


def _verbatim(chunk: Chunk) -> pa.Array:
    """Each line as JSON {header: text}. A column that has neither header nor cells is left out."""
    kept = [
        (header, column)
        for header, column in zip(chunk.layout.headers, chunk.columns, strict=True)
        if not header.startswith("(kolom ") or column.null_count < len(column)
    ]
    cells = pa.StructArray.from_arrays([column for _, column in kept], names=[header for header, _ in kept])
    with connect() as engine:
        engine.register("received", pa.table({"line": cells}))
        json = engine.sql("SELECT to_json(line)::VARCHAR FROM received").to_arrow_table().column(0)
    return json.cast(pa.string()).combine_chunks()
