"""Rows as PostgreSQL reads them without parsing: its binary COPY format, made by columns and not by rows.

Fits whole numbers, yes or no, and texts of few lengths, such as codes and months: rows whose texts are of the
same lengths are equally long, so that many of them are one array. Format: PostgreSQL manual, COPY.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from sqlalchemy import BigInteger, Boolean, Integer, SmallInteger, String, Table

_HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_TRAILER = b"\xff\xff"
_TYPES: list[tuple[type, pa.DataType]] = [  # BigInteger and SmallInteger are Integers too
    (BigInteger, pa.int64()), (SmallInteger, pa.int16()), (Integer, pa.int32()), (Boolean, pa.bool_()),
    (String, pa.string()),
]  # fmt: skip
_LENGTHS = 16  # more kinds of rows than this are written faster as text
_ROWS = 8_192  # about a megabyte: the server reads one stretch while the next one is made


def binary_rows(table: Table, rows: pa.Table) -> Iterator[bytes] | None:
    """The rows in the types of the table's columns, header and trailer included; None where text fits better.

    Rows come as they are, save that within a stretch of 8,192 those of equal length stand together.
    """
    types = [_type(table, name) for name in rows.column_names]
    if None in types or any(column.null_count for column in rows.columns):
        return None
    cast = rows.cast(pa.schema(zip(rows.column_names, types, strict=True)))
    kinds = 1
    for column in _texts(cast):
        kinds *= len(pc.unique(pc.binary_length(column)))
    return _stretches(cast) if kinds <= _LENGTHS else None


def _type(table: Table, name: str) -> pa.DataType | None:
    wanted = table.columns[name].type
    return next((arrow for sql, arrow in _TYPES if isinstance(wanted, sql)), None)


def _stretches(rows: pa.Table) -> Iterator[bytes]:
    yield _HEADER
    for start in range(0, rows.num_rows, _ROWS):
        for alike in _alike(rows.slice(start, _ROWS).combine_chunks()):
            yield _encode(alike)
    yield _TRAILER


def _alike(rows: pa.Table) -> Iterator[pa.Table]:
    """The rows apart by the lengths of their texts."""
    for column in _texts(rows):
        lengths = pc.binary_length(column)
        found = pc.unique(lengths)
        if len(found) > 1:
            for length in found:
                yield from _alike(rows.filter(pc.equal(lengths, length)).combine_chunks())
            return
    yield rows


def _encode(rows: pa.Table) -> bytes:
    """Rows whose texts are equally long by column."""
    values = [_values(column.chunk(0)) for column in rows.columns]
    parts: list[tuple[str, str]] = [("fields", ">i2")]
    for number, value in enumerate(values):
        parts += [(f"length_{number}", ">i4"), (f"value_{number}", value.dtype.newbyteorder(">").str)]
    out = np.empty(rows.num_rows, dtype=np.dtype(parts))
    out["fields"] = len(values)
    for number, value in enumerate(values):
        out[f"length_{number}"] = value.dtype.itemsize
        out[f"value_{number}"] = value
    return out.tobytes()


def _values(column: pa.Array) -> NDArray[np.generic]:
    if not pa.types.is_string(column.type):
        return np.asarray(column.to_numpy(zero_copy_only=False))
    _, offsets, content = column.buffers()
    first, second = np.frombuffer(offsets, np.int32, 2, column.offset * 4)
    width = second - first
    if width == 0:
        return np.empty(len(column), "V0")
    return np.frombuffer(content, f"V{width}", len(column), first)


def _texts(rows: pa.Table) -> list[pa.ChunkedArray]:
    return [column for column in rows.columns if pa.types.is_string(column.type)]
