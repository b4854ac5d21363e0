"""What only the whole list tells: which of its rows stand in it twice, which NIK is shared by many.

Few columns are enough.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sigap.quality.columns import load
from sigap.quality.duplicates import find_repeats

REPEATS = {"exact": "ROW_REPEATED", "near": "ROW_ALIKE"}

Late = Mapping[str, np.ndarray]  # the positions (0 is the first row of the list) that a code is about, sorted

_SHARED = Path(__file__).with_name("shared.sql").read_text(encoding="utf-8")


def find_late_codes(connection: duckdb.DuckDBPyConnection, typed: Sequence[pa.Table]) -> Late:
    """The codes of a list of workers that no row shows by itself; none for a list of no tables.

    `typed` are the columns TWIN_COLUMNS of all its rows, in their order.
    """
    if not typed:
        return {}
    slim = pa.concat_tables(typed)
    slim = slim.append_column("position", pa.array(np.arange(slim.num_rows)))
    connection.register("slim", slim)
    repeats = find_repeats(connection, "slim")
    shared = connection.sql(_SHARED, params=load("niks")["shared"]).to_arrow_table()["position"].to_numpy()
    connection.unregister("slim")
    found = {code: _positions(repeats, "nearness", word) for word, code in REPEATS.items()}
    return found | {"NIK_SHARED": shared}


def codes_within(late: Late, first: int, count: int) -> list[pa.Array]:
    """For a stretch of `count` rows from position `first`: per code an array of it, or '' where not."""
    arrays = []
    for code, positions in late.items():
        start, end = np.searchsorted(positions, [first, first + count])
        is_found = np.zeros(count, dtype=bool)
        is_found[positions[start:end] - first] = True
        arrays.append(pc.if_else(pa.array(is_found), code, ""))
    return arrays


def _positions(found: pa.Table, column: str, value: str) -> np.ndarray:
    return np.sort(found.filter(pc.equal(found[column], value))["position"].to_numpy())
