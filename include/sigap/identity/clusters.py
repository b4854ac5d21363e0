"""Rows that are one person: by certain pairs, then by scored ones that no other row contradicts."""

from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa


def join_rows(connection: duckdb.DuckDBPyConnection) -> None:
    """Make table `entity` (record, entity) from the pairs of `judged`; doubtful ones become `review` there.

    An entity is named by its smallest record. Two whole NIK meet in one entity only when they themselves were
    judged to be one person's; what ties them through other rows alone is a chain, and a chain is not broken
    silently: all its scored pairs go to review.
    """
    _components(connection, "component")
    connection.execute(_script("chains"))
    _components(connection, "entity")
    connection.unregister("joined")


def _components(connection: duckdb.DuckDBPyConnection, target: str) -> None:
    """Make table `target` (record, entity) of all rows, and relation `joined` of those that have a pair."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    edges = connection.sql(
        """SELECT "left", "right" FROM judged WHERE kind = 'rows' AND (decision = 'same' OR is_same_nik)"""
    ).to_arrow_table()
    left, right = edges["left"].to_numpy(), edges["right"].to_numpy()
    nodes, places = np.unique(np.concatenate([left, right]), return_inverse=True)
    ends = places.reshape(2, -1)
    graph = coo_array((np.ones(len(left), dtype=np.int8), (ends[0], ends[1])), shape=(len(nodes),) * 2)
    count, labels = connected_components(graph, directed=False)
    first = np.full(count, np.iinfo(np.int64).max)
    np.minimum.at(first, labels, nodes)
    connection.register("joined", pa.table({"record": nodes, "entity": first[labels]}))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {target} AS "
        "SELECT worker.record, coalesce(joined.entity, worker.record) AS entity "
        "FROM worker LEFT JOIN joined ON joined.record = worker.record"
    )


def _script(name: str) -> str:
    return Path(__file__).with_name(f"{name}.sql").read_text(encoding="utf-8")
