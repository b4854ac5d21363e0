"""Crowds: hundreds of records on either side that agree on all a block asks for: one name, on 1 January.

Comparing everybody in a crowd with everybody would find that each may be anybody. A few candidates for each
say the same: they are a tie, which a person settles.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import duckdb

from sigap.identity.blocks import Block, Search
from sigap.identity.sketch import key, weaker

FEW = 3  # candidates for each record of a crowd; two would be enough for a tie
CROWD = 10_000  # pairs of one key from which it is a crowd
_ROOM, _EACH = 100_000, 5  # pairs that a block may bring: so many, and so many more for each record
_MANY = 500_000  # records on either side, from which a search sifts at once: to look its pairs up is dearer


@dataclass(frozen=True)
class Candidates:
    """Gathers candidates of two sketched relations in table `candidate` (left, right).

    Records on the left that are in a crowd are noted in table `crowded` (record).
    """

    connection: duckdb.DuckDBPyConnection
    search: Search
    left: str
    right: str
    also: str

    def add(self, block: Block) -> None:
        """Add the pairs of a block; of a crowd only a few for each record.

        Crowds are looked for when a block brings more pairs than its records could need, so they cost nothing
        where there are none.
        """
        if self._is_small:
            self.connection.execute(f"INSERT INTO candidate {self._pairs(block, self.left)}")
            return
        most = _ROOM + _EACH * sum(self._records)
        self._bring(f"{self._pairs(block, self.left)} LIMIT {most + 1}")
        if len(self.connection.table("brought")) > most:
            self._part(block)
            self._bring(f"{self._pairs(block, 'apart')} UNION ALL FROM few")
        self.connection.execute("INSERT INTO candidate FROM brought; DROP TABLE brought")

    def sift(self) -> None:
        """Keep each pair once, and only those that may weigh enough where searches did not sift them."""
        pairs = "(SELECT DISTINCT * FROM candidate)"
        if not self._is_small and not self._is_many:
            pairs = f"({self.search.hopeful_sql(pairs, self.left, self.right)})"
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE candidate AS FROM {pairs}")

    def _pairs(self, block: Block, left: str) -> str:
        search = self.search.sql if self._is_many else self.search.agreed_sql
        return search(block, left, self.right, self.also)

    @cached_property
    def _records(self) -> tuple[int, int]:
        left, right = (len(self.connection.table(side)) for side in (self.left, self.right))
        return left, right

    @property
    def _is_small(self) -> bool:
        """Whether all pairs there are would have room: to weigh them is less work than to plan a search."""
        left, right = self._records
        return left * right <= _ROOM

    @property
    def _is_many(self) -> bool:
        return min(self._records) > _MANY

    def _bring(self, pairs: str) -> None:
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE brought AS {pairs}")

    def _part(self, block: Block) -> None:
        """Make `apart`, the left sketches in no crowd of the block, and `few`, pairs of those in one."""
        mine, theirs = [key(each, "l") for each in block.left], [key(each, "r") for each in block.right]
        names = [f"k{place}" for place in range(len(mine))]
        words = {
            "keys": ", ".join(names),
            "left_keys": ", ".join(f"{each} AS {name}" for each, name in zip(mine, names, strict=True)),
            "right_keys": ", ".join(f"{each} AS {name}" for each, name in zip(theirs, names, strict=True)),
            "in_left": " AND ".join(f"{each} = {name}" for each, name in zip(mine, names, strict=True)),
            "in_right": " AND ".join(f"{each} = {name}" for each, name in zip(theirs, names, strict=True)),
            "narrow": f"{self.also} AND {weaker(block.also)[0] if block.also else 'true'}",
            "left": self.left,
            "right": self.right,
            "few": str(FEW + 1),
            "crowd": str(CROWD),
        }
        script = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
        self.connection.execute(script.format_map(words))
