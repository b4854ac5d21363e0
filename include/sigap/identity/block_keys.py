"""What blocks join on, in narrow tables: a text comes as a digest there, so that no word is read to meet.

A digest has 32 bits: two texts in four thousand million share one, which brings a pair that is weighed in
vain and never hides one. What the condition of a block asks for stands there as it is.
"""

import re
from collections.abc import Iterable

import duckdb
import pyarrow as pa

from sigap.identity.blocks import Block
from sigap.identity.records import STANDARD

# A column, or a part of a date: read as it is, unless it is a text.
_PLAIN = re.compile(r"(?:(?:year|month|day|dayofyear)\()?[lr]\.([a-z0-9_]+)\)?")
_COLUMN = re.compile(r"\b[lr]\.([a-z0-9_]+)")


def make_keys(connection: duckdb.DuckDBPyConnection, relation: str, blocks: Iterable[Block]) -> str:
    """Make table `<relation>_keys` (record, and what the blocks ask of either side), and return its name.

    The relation has the columns of STANDARD.
    """
    chosen = {"record": "record", "nik": "nik"}
    for block in blocks:
        chosen |= {name: name for name in _COLUMN.findall(" ".join(block.narrowed))}
        for side, keys in (("l", block.left), ("r", block.right)):
            for each in keys:
                plain = _plain(each)
                chosen |= {plain: plain} if plain else {_digest_of(each, side): _digest(each, side)}
    listed = ", ".join(f'{value} AS "{name}"' for name, value in chosen.items())
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {relation}_keys AS SELECT {listed} FROM {relation}")
    return f"{relation}_keys"


def key(expression: str, side: str) -> str:
    """A block's key over records of a `side` (l or r) as one over their keys."""
    return expression if _plain(expression) else f'{side}."{_digest_of(expression, side)}"'


def met_sql(block: Block, left: str, right: str, also: str) -> str:
    """`left` and `right` (records) of the pairs of a block for which `also`, from two tables of keys."""
    pairs = zip(block.left, block.right, strict=True)
    keys = [f"{key(mine, 'l')} = {key(theirs, 'r')}" for mine, theirs in pairs]
    on = " AND ".join([*keys, *block.narrowed, also])
    return f'SELECT l.record AS "left", r.record AS "right" FROM {left} AS l JOIN {right} AS r ON {on}'


def _plain(expression: str) -> str | None:
    """The column of a key that is read as it is."""
    found = _PLAIN.fullmatch(expression)
    return found[1] if found and STANDARD.field(found[1]).type != pa.string() else None


def _digest(expression: str, side: str) -> str:
    value = expression.replace(f"{side}.", "")
    return f"CASE WHEN {value} IS NOT NULL THEN (hash({value}) >> 32)::UINTEGER END"


def _digest_of(expression: str, side: str) -> str:
    return f"digest of {expression.replace(f'{side}.', '')}"
