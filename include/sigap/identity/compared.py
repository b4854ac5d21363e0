"""What a run compared, so that the next one looks only for what is new or has changed, on both sides.

A record is known again by the digest of its facts. What was found about two digests still holds; what has to
be looked for is whoever is new with everybody, and everybody else with the members who are new.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from sigap.domain.datasets import COMPARED, FOUND

_COMPARED_COLUMNS = (
    "source",  # what is worth keeping depends on its class
    "nik", "nik_part", "name", "first", "middle", "last", "name_key", "nick", "birth_date", "birth_swapped",
    "sex", "kk", "mother", "kelurahan_code", "kecamatan_code", "phone",
)  # fmt: skip
_FULL = (("rows", "worker", "worker"), ("membership", "open_worker", "member"))
_CHANGED = (
    ("rows", "new_worker", "worker"),
    ("rows", "old_worker", "new_worker"),
    ("membership", "new_open_worker", "member"),
    ("membership", "old_open_worker", "new_member"),
)


@dataclass(frozen=True, slots=True)
class Compared:
    """`facts` (COMPARED): which digests stood on each side; `found` (FOUND): pairs of them worth keeping.

    Holds for the model, the policy and the version of DuckDB it was made with, and for no other.
    """

    facts: pa.Table
    found: pa.Table


def split_compared(
    connection: duckdb.DuckDBPyConnection, before: Compared | None
) -> tuple[tuple[str, str, str], ...]:
    """Which relations have to be compared: kind, left, right. What still holds goes into `found`."""
    digest = f"hash({', '.join(_COMPARED_COLUMNS)})"
    for side in ("worker", "member"):
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {side}_fact AS SELECT record, {digest} AS fact FROM {side}"
        )
    if before is None:
        return _FULL
    connection.register("facts_before", before.facts)
    connection.register("found_before", before.found)
    connection.execute(_script("split"))
    return _CHANGED


def keep_compared(connection: duckdb.DuckDBPyConnection) -> Compared:
    """What this run compared and found."""
    statements = connection.extract_statements(_script("keep"))
    facts, found = (connection.sql(each.query).to_arrow_table() for each in statements)
    return Compared(facts.cast(COMPARED), found.cast(FOUND))


def _script(name: str) -> str:
    return Path(__file__).with_name(f"compared_{name}.sql").read_text(encoding="utf-8")
