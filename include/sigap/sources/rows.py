"""A stretch of a list as rows of its dataset: canonical columns, flags, the whole line verbatim."""

from collections.abc import Mapping

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sigap.domain.datasets import SCHEMAS
from sigap.domain.lists import FoundList
from sigap.domain.source import SourceEntry
from sigap.engine import in_order, numbered
from sigap.sources.chunk import Chunk
from sigap.sources.injection import looks_like_formula
from sigap.sources.text import has_invisible

_DATES = (
    "birth_date",
    "joined_date",
    "coverage_start",
    "coverage_end",
    "as_of_date",
    "paid_on",
    "booked_on",
    "active_from",
)
_SERIAL = r"^\d{1,5}(\.\d+)?$"


def dataset_of(entry: SourceEntry) -> str:
    """The dataset that the rows of a source belong to, e.g. `sources.workers`."""
    return f"sources.{entry.kind}"


def lay_rows(
    rows: Chunk, found: FoundList, entry: SourceEntry, delivery_id: str, engine: duckdb.DuckDBPyConnection
) -> pa.Table:
    """The rows with the columns of their dataset; what they add to the list is counted in `found`."""
    schema, count = SCHEMAS[dataset_of(entry)], len(rows.lines)
    flags = _flags(rows, found)
    found.rows += count
    found.hidden_rows += int(flags["ROW_HIDDEN"].sum())
    found.formulas += int(rows.formulas.sum()) if rows.formulas is not None else 0
    columns = {name: pa.nulls(count, pa.string()) for name in schema.names}
    columns |= {name: rows.columns[position] for name, position in rows.layout.positions.items()}
    constant = {"delivery_id": delivery_id, "sheet": rows.layout.sheet, "source": entry.code}
    columns |= {name: pa.repeat(pa.scalar(value), count) for name, value in constant.items()}
    columns |= {"row": rows.lines, "cells": _verbatim(rows, engine), "flags": _joined(flags, count)}
    columns["nik_cell"] = _nik_cell(rows)
    return pa.table({name: columns[name] for name in schema.names}, schema=schema)


def _flags(rows: Chunk, found: FoundList) -> dict[str, np.ndarray]:
    """Which rows carry which reason code about how they stood in the file."""
    nobody = np.zeros(len(rows.lines), dtype=bool)
    positions = rows.layout.positions
    flags = {
        "ROW_HIDDEN": nobody | found.is_hidden,
        "TEXT_CLEANED": nobody,
        "TEXT_FORMULA": nobody,
        "DATES_1904": nobody,
    } | {code: mask | (code == "ROW_HIDDEN" and found.is_hidden) for code, mask in rows.flags.items()}
    for position in positions.values():
        flags["TEXT_CLEANED"] = flags["TEXT_CLEANED"] | has_invisible(rows.columns[position])
        flags["TEXT_FORMULA"] = flags["TEXT_FORMULA"] | looks_like_formula(rows.columns[position])
    if found.dates_from_1904:
        for name in (name for name in _DATES if name in positions):
            serial = pc.fill_null(pc.match_substring_regex(rows.columns[positions[name]], _SERIAL), False)
            flags["DATES_1904"] = flags["DATES_1904"] | serial.to_numpy(zero_copy_only=False)
    return flags


def _joined(flags: Mapping[str, np.ndarray], count: int) -> pa.Array:
    """The codes of each row, sorted, joined by commas: there are few combinations and many rows."""
    codes, combination = sorted(flags), np.zeros(count, dtype=np.int64)
    for place, code in enumerate(codes):
        combination |= flags[code].astype(np.int64) << place
    names = [
        ",".join(code for place, code in enumerate(codes) if number >> place & 1)
        for number in range(1 << len(codes))
    ]
    return pa.array(names, pa.string()).take(pa.array(combination))


def _nik_cell(rows: Chunk) -> pa.Array:
    position = rows.layout.positions.get("nik")
    if position is None:
        return pa.nulls(len(rows.lines), pa.string())
    kind = pc.if_else(rows.nik_is_number, "number", "text")
    return pc.if_else(pc.is_null(rows.columns[position]), "empty", kind)


def _verbatim(rows: Chunk, engine: duckdb.DuckDBPyConnection) -> pa.Array:
    """Each line as JSON {header: text}, without what stays in the archive.

    A column that has neither header nor cells is left out.
    """
    kept = [
        (header, column)
        for position, (header, column) in enumerate(zip(rows.layout.headers, rows.columns, strict=True))
        if position not in rows.layout.minimised
        and (not rows.layout.is_blank(position) or column.null_count < len(column))
    ]
    cells = pa.StructArray.from_arrays([column for _, column in kept], names=[header for header, _ in kept])
    engine.register("received", numbered(pa.table({"line": cells})))
    lines = in_order(engine.sql("SELECT position, to_json(line)::VARCHAR AS json FROM received"))
    engine.unregister("received")
    return lines["json"].cast(pa.string()).combine_chunks()
