"""Rows that say again what another row said: six counters, by where the twin stands and by how near it is.

A row's twin stands before it in the same file, in an earlier delivery of the same source, or in another
source. It is *exact* when NIK, name and birth date agree; *near* when only the NIK does, when name, birth
date and place agree under another NIK or none, or when the digits left of a damaged NIK agree with a
namesake's. A row counts once in each scope, as exact if it can. Nothing is merged: that is for `identity`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from duckdb import ColumnExpression, ConstantExpression, DuckDBPyConnection

from sigap.engine import connect

TWIN_COLUMNS = (
    "nik",
    "nik_state",
    "nik_digits",
    "full_name",
    "birth_date",
    "kelurahan_code",
    "kecamatan_code",
)
SCOPES = ("file", "source", "across")
NEARNESS = ("exact", "near")


@dataclass(frozen=True, slots=True)
class Listed:
    """The checked rows of one delivery, in their order: at least the columns of TWIN_COLUMNS."""

    source: str
    rows: pa.Table


def find_repeats(connection: DuckDBPyConnection, rows: str) -> pa.Table:
    """Which rows of one file have a twin before them in it: columns position, nearness (exact or near).

    `rows` names a relation of the connection: every row of the file once, with `position` (its place in the
    file, any increasing number) and the typed columns TWIN_COLUMNS.
    """
    alone = ConstantExpression(0).cast("INTEGER")
    connection.table(rows).select(
        alone.alias("source_no"), alone.alias("delivery_no"), "position", *TWIN_COLUMNS
    ).create_view("listed")
    twins = connection.sql(_statement()).filter("file IS NOT NULL")
    return twins.select("position", ColumnExpression("file").alias("nearness")).to_arrow_table()


def count_repeats(repeats: pa.Table) -> dict[str, int]:
    """How many of each nearness `find_repeats` found: {exact, near}."""
    found = {item["values"]: item["counts"] for item in pc.value_counts(repeats["nearness"]).to_pylist()}
    return {nearness: found.get(nearness, 0) for nearness in NEARNESS}


def count_duplicates(deliveries: Sequence[Listed]) -> dict[tuple[str, str, str], int]:
    """The six counters of every source: {(source, scope, nearness): rows}, zeros included.

    `deliveries` stand in the order in which a twin counts as being before, all of one source together.
    """
    sources = list(dict.fromkeys(delivery.source for delivery in deliveries))
    counts = dict.fromkeys(product(sources, SCOPES, NEARNESS), 0)
    if not deliveries:
        return counts
    listed = pa.concat_tables(
        _number(delivery.rows, sources.index(delivery.source), delivery_no)
        for delivery_no, delivery in enumerate(deliveries)
    )
    with connect() as connection:
        connection.register("listed", listed)
        twins = connection.sql(_statement()).to_arrow_table()
    for scope in SCOPES:
        for group in twins.group_by(["delivery_no", scope]).aggregate([([], "count_all")]).to_pylist():
            if group[scope] is not None:
                counts[deliveries[group["delivery_no"]].source, scope, group[scope]] += group["count_all"]
    return counts


def _number(rows: pa.Table, source_no: int, delivery_no: int) -> pa.Table:
    count = rows.num_rows
    return (
        rows.select(TWIN_COLUMNS)
        .append_column("source_no", pa.repeat(pa.scalar(source_no, pa.int32()), count))
        .append_column("delivery_no", pa.repeat(pa.scalar(delivery_no, pa.int32()), count))
        .append_column("position", pa.array(np.arange(count, dtype=np.int64)))
    )


@cache
def _statement() -> str:
    return Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
