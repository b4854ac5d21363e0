"""A list that comes again as a whole: how much of an earlier one stands in the new one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from sigap.engine import connect

COMPARED = ("nik", "nik_cell", "full_name", "birth_date")
_ENOUGH = 0.5  # of the earlier list's distinct rows: then the new one is that list again, and not another one
_COMPLETE = 0.9  # of its number of rows: a shorter one is a part of it, and must not put the rest out of use
_STATEMENT = Path(__file__).with_name("resent.sql").read_text(encoding="utf-8")
_LISTED = Path(__file__).with_name("listed.sql").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Repetition:
    """Distinct rows: of the earlier list that the new one has again, only in the new one, gone."""

    again: int
    added: int
    gone: int

    @property
    def share(self) -> float:
        """How much of the earlier list stands in the new one, 0 to 1."""
        return self.again / max(self.again + self.gone, 1)

    @property
    def is_whole(self) -> bool:
        """Whether the new list is the earlier one again, and no shorter but for a few rows."""
        earlier = self.again + self.gone
        return self.share >= _ENOUGH and self.again + self.added >= _COMPLETE * earlier


def compare_lists(
    newer: Iterable[pa.Table], earlier: Mapping[str, Iterable[pa.Table]]
) -> dict[str, Repetition]:
    """Compare a new list with earlier ones, each given stretch by stretch with the columns COMPARED.

    Only digests of rows are kept: lists of millions fit in memory.
    """
    with connect() as engine:
        _fill(engine, "newer", newer)
        found = {}
        for name, stretches in earlier.items():
            _fill(engine, "earlier", stretches)
            found[name] = Repetition(*engine.execute(_STATEMENT).fetchall()[0])
        return found


def _fill(engine: duckdb.DuckDBPyConnection, name: str, stretches: Iterable[pa.Table]) -> None:
    engine.execute("CREATE OR REPLACE TABLE listed (line UBIGINT, nik UBIGINT, person UBIGINT)")
    for stretch in stretches:
        engine.register("stretch", stretch)
        engine.execute(_LISTED)
    engine.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT DISTINCT * FROM listed")  # noqa: S608 (our names)
