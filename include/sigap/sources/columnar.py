"""Parquet files, batch by batch."""

from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sigap.domain.source import SourceEntry
from sigap.sources.chunk import Chunk
from sigap.sources.header import SEARCHED_LINES, Layout, find_header, lay_out
from sigap.sources.refusals import HeaderNotFoundError, UnreadableFileError
from sigap.sources.sniff import damaged
from sigap.sources.text import as_text

_CHUNK_ROWS = 100_000


def parquet_chunks(file: BinaryIO, file_name: str, entry: SourceEntry) -> Iterator[Chunk]:
    """The list of a Parquet file. Its lines count rows from 1: the header stands outside them.

    Raises `SourceError` when it is damaged, lacks columns, or holds nested values.
    """
    try:
        table = pq.ParquetFile(file)
        header = [str(name) for name in table.schema_arrow.names]
        if find_header([header], entry) is None:
            raise HeaderNotFoundError(file_name, entry.code, SEARCHED_LINES)
        layout, before = lay_out(header, 0, "", file_name, entry), 0
        for batch in table.iter_batches(_CHUNK_ROWS):
            yield _chunk(batch, before, layout)
            before += batch.num_rows
    except pa.ArrowNotImplementedError:
        raise UnreadableFileError(
            file_name, "holds lists or records inside cells", "Write every column as plain text"
        ) from None
    except (pa.ArrowException, OSError, EOFError):
        raise damaged(file_name) from None


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
