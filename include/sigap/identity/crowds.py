"""Crowds: hundreds of records on either side that agree on all a block asks for: one name, on 1 January.

Comparing everybody in a crowd with everybody would find that each may be anybody. A few candidates for each
say the same: they are a tie, which a person settles.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import duckdb

from sigap.identity.block_keys import key, met_sql
from sigap.identity.blocks import Block

FEW = 3  # candidates for each record of a crowd; two would be enough for a tie
CROWD = 10_000  # pairs of one key from which it is a crowd
_ROOM, _EACH = 100_000, 5  # pairs that a block may bring: so many, and so many more for each record


@dataclass(frozen=True)
class Candidates:
    """Gathers the pairs of blocks in table `candidate` (block, left, right) from two tables of keys.

    Records on the left that are in a crowd are noted in table `crowded` (record).
    """

    connection: duckdb.DuckDBPyConnection
    left: str
    right: str
    also: str
    _known: dict[str, bool] = field(default_factory=dict)  # of conditions, whether a record meets them

    def gather(self, blocks: Iterable[Block]) -> None:
        """Make the table; a pair stands there once for each block that brings it."""
        self.connection.execute(
            'CREATE OR REPLACE TEMP TABLE candidate (block SMALLINT, "left" BIGINT, "right" BIGINT)'
        )
        for number, block in enumerate(blocks):
            self._add(number, block)

    def _add(self, number: int, block: Block) -> None:
        """Add the pairs of a block; of a crowd only a few for each record.

        Crowds are looked for when a block brings more pairs than its records could need, so they cost nothing
        where there are none.
        """
        if not all(map(self._is_met, block.narrowed)):
            return
        pairs = met_sql(block, self.left, self.right, self.also)
        if self._insert(number, f"{pairs} LIMIT {self._most + 1}") <= self._most:
            return
        self.connection.execute(f"DELETE FROM candidate WHERE block = {number}")
        self._part(block)
        self._insert(number, f"{met_sql(block, 'apart', self.right, self.also)} UNION ALL FROM few")

    def _is_met(self, condition: str) -> bool:
        """Whether some record meets a condition of one side; extracts of BPJS, say, lack no NIK."""
        sides = [side for side in ("l", "r") if f"{side}." in condition]
        if len(sides) > 1:
            return True
        if condition not in self._known:
            table = self.left if sides == ["l"] else self.right
            found = self.connection.sql(f"SELECT 1 FROM {table} AS {sides[0]} WHERE {condition} LIMIT 1")
            self._known[condition] = len(found.fetchall()) > 0
        return self._known[condition]

    def _insert(self, number: int, pairs: str) -> int:
        added = self.connection.execute(f"INSERT INTO candidate SELECT {number}, * FROM ({pairs})")
        return int(added.fetchall()[0][0])

    @cached_property
    def _most(self) -> int:
        left, right = (len(self.connection.table(side)) for side in (self.left, self.right))
        return _ROOM + _EACH * (left + right)

    def _part(self, block: Block) -> None:
        """Make `apart`, the left records in no crowd of the block, and `few`, pairs of those in one."""
        mine, theirs = [key(each, "l") for each in block.left], [key(each, "r") for each in block.right]
        names = [f"k{place}" for place in range(len(mine))]
        words = {
            "keys": ", ".join(names),
            "left_keys": ", ".join(f"{each} AS {name}" for each, name in zip(mine, names, strict=True)),
            "right_keys": ", ".join(f"{each} AS {name}" for each, name in zip(theirs, names, strict=True)),
            "in_left": " AND ".join(f"{each} = {name}" for each, name in zip(mine, names, strict=True)),
            "in_right": " AND ".join(f"{each} = {name}" for each, name in zip(theirs, names, strict=True)),
            "narrow": " AND ".join([*block.narrowed, self.also]),
            "left": self.left,
            "right": self.right,
            "few": str(FEW + 1),
            "crowd": str(CROWD),
        }
        script = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
        self.connection.execute(script.format_map(words))
