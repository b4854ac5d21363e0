"""What a change of rules would move: the same people priced under both."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from sigap.engine import connect

_SQL = Path(__file__).with_name("shadow.sql").read_text(encoding="utf-8")
_ROWS = """
SELECT funding_source, sector, component, count(DISTINCT person_id),
       sum(before_idr)::BIGINT, sum(after_idr)::BIGINT
FROM moved WHERE before_idr <> after_idr
GROUP BY ALL ORDER BY ALL
"""
_TOTAL = """
SELECT (SELECT count(DISTINCT person_id) FROM moved WHERE before_idr <> after_idr),
       coalesce(sum(before_idr), 0)::BIGINT, coalesce(sum(after_idr), 0)::BIGINT
FROM moved
"""


@dataclass(frozen=True, slots=True)
class Move:
    """What moves for one payer, sector and programme: people, and their whole rupiah before and after."""

    funding_source: str
    sector: str
    component: str
    people: int
    before_idr: int
    after_idr: int

    @property
    def moved_idr(self) -> int:
        """By how many rupiah it would cost more; negative for less."""
        return self.after_idr - self.before_idr


@dataclass(frozen=True, slots=True)
class Moves:
    """All that moves; people whom it moves, and what everybody costs before and after, moved or not."""

    rows: Sequence[Move]
    people: int
    before_idr: int
    after_idr: int

    @property
    def moved_idr(self) -> int:
        """By how many rupiah the month would cost more; negative for less."""
        return self.after_idr - self.before_idr


def compare_prices(before: pa.Table, after: pa.Table, sectors: pa.Table) -> Moves:
    """Compare the lines (`datasets.LINES`) of the same people under two rules.

    `sectors`: person_id and sector of each of them.
    """
    with connect() as connection:
        for name, rows in {"before": before, "after": after, "sectors": sectors}.items():
            connection.register(name, rows)
        connection.execute(_SQL)
        rows = [Move(*row) for row in connection.sql(_ROWS).fetchall()]
        people, before_idr, after_idr = connection.sql(_TOTAL).fetchall()[0]
    return Moves(rows, people, before_idr, after_idr)
