"""What persons decided about rows, brought back to the rows with the same facts.

The facts of a row are its source and every cell as received, but for the day on which the sender's system
wrote it, which is another in every file. So a verdict also meets the same row in a later file or month, and
no other row.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sigap.domain.datasets import MEMBERSHIP_TEXT, WORKER_TEXT
from sigap.engine import connect, in_order, numbered
from sigap.errors import QualityError

# The newest verdict per key. verdict: accept, reject or correct; corrections: JSON {column: text}, or null.
VERDICTS = pa.schema(
    [
        pa.field("fact_key", pa.string()),
        pa.field("verdict", pa.string()),
        pa.field("corrections", pa.string()),
    ]
)
_TEXT = frozenset((*WORKER_TEXT, *MEMBERSHIP_TEXT))
_STAMPS = {"matched_at", "as_of_date"}  # say when the row was written, nothing of whom it is about


def fact_keys(received: pa.Table) -> pa.Array:
    """The key of each row: 32 hexadecimal digits. `received` has the columns of a received dataset.

    Empty columns do not count, so that a column which the catalog learns to read changes no key of a list
    that lacks it.
    """
    names = sorted(({*_TEXT, "source", "nik_cell"} - _STAMPS) & set(received.column_names))
    cells = (_fact(name, received[name]) for name in names)
    facts = pc.binary_join_element_wise(*cells, "", null_handling="replace")  # skip drops rows of nulls only
    if not received.num_rows:
        return pa.array([], pa.string())
    with connect() as connection:
        connection.register("rows", numbered(pa.table({"facts": facts})))
        keys = in_order(connection.sql("SELECT position, md5(facts) AS fact_key FROM rows"))
    return keys["fact_key"].combine_chunks()


def _fact(name: str, cells: pa.ChunkedArray) -> pa.ChunkedArray:
    """Name, length and text: no text of one cell can pass for that of another."""
    length = pc.cast(pc.binary_length(cells), pa.string())
    return pc.binary_join_element_wise(name, length, cells, ":")


def no_verdicts(count: int) -> pa.Table:
    """What `match_verdicts` gives for so many rows about which nobody decided."""
    return pa.table(dict.fromkeys(VERDICTS.names, pa.nulls(count, pa.string())), schema=VERDICTS)


def match_verdicts(received: pa.Table, verdicts: pa.Table) -> pa.Table:
    """The verdict about each row, in their order: the columns of VERDICTS, null for none."""
    keys = fact_keys(received)
    at = pc.index_in(keys, value_set=verdicts["fact_key"].combine_chunks())
    found = verdicts.take(at)
    return found.set_column(0, "fact_key", pa.chunked_array([pc.if_else(pc.is_valid(at), keys, None)]))


def apply_corrections(received: pa.Table, found: pa.Table) -> pa.Table:
    """The received rows with corrected cells in place of theirs; `found` comes from `match_verdicts`.

    `received` may have some of the columns only. A cell corrected to '' is empty. A corrected NIK is text,
    whatever it stood in before. Raises `QualityError` for a correction of something that is no column.
    """
    with connect() as connection:
        connection.register(
            "corrections", found.select(["corrections"]).append_column("position", _positions(found))
        )
        changes = connection.sql(_CHANGES).to_arrow_table()
    for name in pc.unique(changes["name"]).to_pylist():
        if name not in _TEXT:
            raise QualityError(
                f"A verdict corrects {name}, which is no column of a list. Judge the row again with "
                "`sigap held`."
            )
        if name not in received.column_names:
            continue
        of_column = changes.filter(pc.equal(changes["name"], name))
        received = _replace(received, name, of_column["position"], of_column["text"])
        if name == "nik" and "nik_cell" in received.column_names:
            text = pa.repeat(pa.scalar("text"), of_column.num_rows)
            received = _replace(received, "nik_cell", of_column["position"], text)
    return received


_CHANGES = """
SELECT position, name, json_extract_string(corrections, '$.' || name) AS text
FROM (SELECT position, corrections, unnest(json_keys(corrections)) AS name FROM corrections)
ORDER BY position
"""


def _positions(rows: pa.Table) -> pa.Array:
    return pa.array(np.arange(rows.num_rows))


def _replace(
    rows: pa.Table, name: str, positions: pa.ChunkedArray, texts: pa.Array | pa.ChunkedArray
) -> pa.Table:
    changed = pc.is_in(_positions(rows), value_set=positions.combine_chunks())
    texts = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    cells = pc.replace_with_mask(rows[name].combine_chunks(), changed, texts)
    return rows.set_column(rows.schema.get_field_index(name), name, cells)
