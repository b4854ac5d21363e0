"""The typed values of received rows and the codes that each row shows by itself, in set-based SQL."""

from functools import cache
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from sigap.domain.nik import decode_niks
from sigap.domain.period import Period
from sigap.domain.region import Regions, city, nik_prefixes
from sigap.domain.source import SourceEntry
from sigap.quality.columns import Columns, first_birth, mark_cut
from sigap.quality.places import Atlas, find_places
from sigap.quality.words import blanks, words


def prepare(connection: duckdb.DuckDBPyConnection, regions: Regions) -> None:
    """Give a connection the macros, words and codes that typing needs. Once per connection."""
    connection.execute(_statement("macros"))
    connection.execute("SET VARIABLE blanks = $blanks", {"blanks": "\n".join(("", *blanks(), ""))})
    connection.register("words", words())
    connection.register("nik_regions", nik_prefixes(regions))
    connection.execute(_statement("areas"))


def type_rows(
    connection: duckdb.DuckDBPyConnection,
    received: pa.Table,
    columns: Columns,
    entry: SourceEntry,
    period: Period,
    atlas: Atlas,
) -> pa.Table:
    """One row per received row, in their order: typed columns, `nik_state`, and `codes` joined by commas.

    `received` has all columns of a received dataset but `cells`; its flags are among the codes. `columns` is
    what the columns of the whole list tell. What only all rows together can tell is not in `codes`: see
    `sigap.quality.whole`.
    """
    numbered = _number(connection, received, columns)
    connection.register("received", numbered)
    connection.register("dates", columns.dates)
    connection.register("places", find_places(connection, numbered, atlas, entry.numbering))
    facts = _facts(entry, period)
    return connection.sql(_statement(entry.kind), params=facts).to_arrow_table()


def _number(connection: duckdb.DuckDBPyConnection, received: pa.Table, columns: Columns) -> pa.Table:
    positions = pa.array(np.arange(received.num_rows, dtype=np.int64))
    table = received.drop_columns(["nik"]).append_column("position", positions)
    decoded = decode_niks(received["nik"], mark_cut(received, columns.cut_sheets), connection)
    for name in decoded.column_names:
        table = table.append_column(name, decoded[name])
    return table


def _facts(entry: SourceEntry, period: Period) -> dict[str, object]:
    facts: dict[str, object] = {"last_day": period.last_day}
    if entry.kind == "workers":
        prefix = city().regency_code.replace(".", "")
        facts |= {"first_birth": first_birth(period), "sector": entry.sector, "city_prefix": prefix}
    return facts


@cache
def _statement(name: str) -> str:
    return Path(__file__).with_name(f"{name}.sql").read_text(encoding="utf-8")
