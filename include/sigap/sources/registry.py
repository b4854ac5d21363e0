"""The social registry as a table that is fetched in pieces: one kecamatan and page at a time.

It stands in a database (any that SQLAlchemy opens) or in one export file (csv in UTF-8, Parquet). Its columns
go by the headers of its catalog entry: `kecamatan` divides it, `dtks_id` orders and names its rows.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from sqlalchemy import ColumnElement, SelectBase, Text, bindparam, cast, column, func, select, table
from sqlalchemy.types import NullType

from sigap.domain.source import SourceEntry
from sigap.errors import SourceError
from sigap.sources.header import header_key
from sigap.sources.registry_stores import open_database, open_file

PAGE_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class Unit:
    """One kecamatan and page: its rows have keys from `first_key` to `last_key`, both included."""

    kecamatan: str
    page: int  # from 1
    first_key: str
    last_key: str
    rows: int


@contextmanager
def open_registry(address: str, name: str, entry: SourceEntry) -> Iterator["Registry"]:
    """Open the registry at a database URL (`name` is its table, `schema.table`) or in a file.

    Raises `SourceError` when it is not there, cannot be opened, or lacks the columns that divide it. The
    address is never quoted: it may hold a password.
    """
    store = open_database(address, name) if "://" in address else open_file(Path(address))
    with store as opened:
        yield Registry(opened.ask, opened.columns, opened.table, entry)


class Registry:
    """A registry that is open for reading. It asks in statements that every store understands."""

    def __init__(
        self,
        ask: Callable[[SelectBase], pa.Table],
        columns: Sequence[str],
        name: str,
        entry: SourceEntry,
    ) -> None:
        self._ask, self._columns = ask, columns
        schema, _, short = name.rpartition(".")
        self._table = table(short, *(column(known) for known in columns), schema=schema or None)
        self._key = self._table.c[_column_of("dtks_id", columns, entry)]
        kecamatan = self._table.c[_column_of("kecamatan", columns, entry)]
        self._kecamatan: ColumnElement[str] = func.coalesce(cast(kecamatan, Text), "")

    def plan(self, page_rows: int = PAGE_ROWS) -> list[Unit]:
        """Every unit, in order. Raises `SourceError` when rows cannot be told apart by their key."""
        self._refuse_doubtful_keys()
        place = func.row_number().over(partition_by=self._kecamatan, order_by=self._key) - 1
        numbered = select(
            self._kecamatan.label("kecamatan"), self._key.label("key"), place.label("place")
        ).subquery()
        start = (numbered.c.place - numbered.c.place % page_rows).label("start")
        first, last = func.min(numbered.c.key), func.max(numbered.c.key)
        pages = (
            select(numbered.c.kecamatan, start, cast(first, Text), cast(last, Text), func.count())
            .group_by(numbered.c.kecamatan, start)
            .order_by(numbered.c.kecamatan, start)
        )
        found = self._ask(pages)
        return [
            Unit(kecamatan, int(begin) // page_rows + 1, str(low), str(high), int(rows))
            for kecamatan, begin, low, high, rows in zip(
                *(part.to_pylist() for part in found.columns), strict=True
            )
        ]

    def fetch(self, unit: Unit) -> pa.Table:
        """The rows of a unit in the order of their key, every value as text."""
        # untyped, so that the store compares the key as what it is: text or a number
        first, last = (
            bindparam(name, value, NullType())
            for name, value in (("low", unit.first_key), ("high", unit.last_key))
        )
        columns: list[ColumnElement[str]] = [cast(self._table.c[name], Text) for name in self._columns]
        wanted: SelectBase = (
            select(*columns)
            .where(self._kecamatan == unit.kecamatan, self._key.between(first, last))
            .order_by(self._key)
        )
        found = self._ask(wanted).rename_columns(list(self._columns))
        return found.cast(pa.schema([(name, pa.string()) for name in self._columns]))

    def _refuse_doubtful_keys(self) -> None:
        counted = select(func.count(), func.count(self._key), func.count(self._key.distinct()))
        rows, given, distinct = (part.to_pylist()[0] for part in self._ask(counted).columns)
        if not rows == given == distinct:
            raise SourceError(
                f"The registry has {rows} rows but {distinct} different values of {self._key.name}. Pages "
                "need a key that is filled and unique: ask the registry's keeper to put it right."
            )


def _column_of(name: str, columns: Sequence[str], entry: SourceEntry) -> str:
    wanted = {header_key(header) for header in entry.columns[name].headers}
    found = [known for known in columns if header_key(known) in wanted]
    if len(found) != 1:
        raise SourceError(
            f"{len(found)} columns of the registry are called like {name}, and it should be one. Correct "
            f"SIGAP_REGISTRY_TABLE, or the headers of {name} in sources/catalog/{entry.code}.yaml."
        )
    return found[0]
