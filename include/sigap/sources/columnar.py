"""Parquet files, batch by batch."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sigap.domain.source import SourceEntry
from sigap.sources.chunk import Chunk
from sigap.sources.guards import check_repeats, check_spread, rows_at_once
from sigap.sources.header import SEARCHED_LINES
from sigap.sources.layout import Layout, find_layout
from sigap.sources.refusals import HeaderNotFoundError, UnreadableFileError
from sigap.sources.sniff import damaged
from sigap.sources.text import as_text


def parquet_chunks(file: BinaryIO, file_name: str, entry: SourceEntry) -> Iterator[Chunk]:
    """The list of a Parquet file. Its lines count rows from 1: the header stands outside them.

    Raises `SourceError` when it is damaged, lacks columns, or holds nested values.
    """
    with _faults(file_name):
        table = _open(file)
        header = [str(name) for name in table.schema_arrow.names]
        layout, before = find_layout([header], "", file_name, entry), 0
        if layout is None:
            raise HeaderNotFoundError(file_name, entry.code, SEARCHED_LINES)
        layout = replace(layout, lines=())  # the names of its columns stand outside the rows
        check_spread(file_name, table.metadata.num_rows, header)
        yield _chunk(pa.RecordBatch.from_pylist([], schema=table.schema_arrow), 0, layout)
        for batch in table.iter_batches(rows_at_once(header)):
            check_repeats(file_name, batch)
            yield _chunk(batch, before, layout)
            before += batch.num_rows


@contextmanager
def _faults(file_name: str) -> Iterator[None]:
    """Whatever goes wrong while reading becomes a refusal."""
    try:
        yield
    except pa.ArrowNotImplementedError:
        raise UnreadableFileError(
            file_name, "holds lists or records inside cells", "Write every column as plain text"
        ) from None
    except (pa.ArrowException, OSError, EOFError, ValueError, MemoryError):  # names may be no text at all
        raise damaged(file_name) from None


def parquet_top(file: BinaryIO, file_name: str, count: int) -> list[list[str]]:
    """The names of the columns and the first rows. Raises `SourceError` when it is damaged or nested."""
    with _faults(file_name):
        table = _open(file)
        columns = [pa.array([], pa.string())] * len(table.schema_arrow.names)
        for batch in table.iter_batches(max(count - 1, 1)):
            check_repeats(file_name, batch)
            columns = [as_text(column) for column in batch.columns]
            break
        rows = zip(*(column.fill_null("").to_pylist() for column in columns), strict=True)
        return [[str(name) for name in table.schema_arrow.names], *map(list, rows)][:count]


def _open(file: BinaryIO) -> pq.ParquetFile:
    """Texts that a file keeps once, however often they stand in a column, stay so at first."""
    texts = [field.name for field in pq.read_schema(file) if _is_text(field.type)]
    file.seek(0)
    return pq.ParquetFile(file, read_dictionary=texts)


def _chunk(batch: pa.RecordBatch, before: int, layout: Layout) -> Chunk:
    lines = pa.array(np.arange(before + 1, before + 1 + batch.num_rows, dtype=np.int32))
    nik = layout.positions.get("nik")
    is_number = nik is not None and not _is_text(batch.column(nik).type)
    return Chunk(
        layout,
        [as_text(column) for column in batch.columns],
        lines,
        pa.array(np.full(batch.num_rows, is_number)),
    )


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return any(
        is_kind(kind) for is_kind in (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
    )
