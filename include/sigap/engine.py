"""DuckDB as all stages use it: in memory, spilling to a private folder, never to where a command was run."""

import os
import tempfile
from pathlib import Path

import duckdb


def connect() -> duckdb.DuckDBPyConnection:
    """A fresh in-memory database. What does not fit spills to a folder that only this account can read."""
    spill = Path(tempfile.gettempdir()) / f"sigap-{os.getuid()}"
    spill.mkdir(mode=0o700, exist_ok=True)
    return duckdb.connect(config={"temp_directory": str(spill)})
