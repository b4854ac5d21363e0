"""DuckDB as all stages use it: in memory, spilling to a private folder, never to where a command was run."""

import os
import tempfile
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa


def connect() -> duckdb.DuckDBPyConnection:
    """A fresh in-memory database. What does not fit spills to a folder that only this account can read.

    `SIGAP_ENGINE_MEMORY`, e.g. 4GB, is how much it holds before it spills; else four fifths of the machine's.
    """
    spill = Path(tempfile.gettempdir()) / f"sigap-{os.getuid()}"
    spill.mkdir(mode=0o700, exist_ok=True)
    config: dict[str, str | bool | int | float | list[str]] = {"temp_directory": str(spill)}
    if held := os.environ.get("SIGAP_ENGINE_MEMORY"):
        config["memory_limit"] = held
    return duckdb.connect(config=config)


def numbered(rows: pa.Table) -> pa.Table:
    """The rows with their place, 0 and up, as column `position`."""
    return rows.append_column("position", pa.array(np.arange(rows.num_rows, dtype=np.int64)))


def in_order(found: duckdb.DuckDBPyRelation) -> pa.Table:
    """What a query found by `position`, which is dropped: one row for each place, as the rows came.

    A query that only projects may give its rows back in another order than it read them, when they come in
    several chunks. Whoever puts a column beside others by place must ask for the places.
    """
    rows = found.to_arrow_table()
    if (np.diff(rows["position"].to_numpy()) < 0).any():
        rows = rows.sort_by("position")
    return rows.drop_columns(["position"])
