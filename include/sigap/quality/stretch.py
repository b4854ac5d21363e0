"""One list under check, stretch by stretch, so that one of millions fits in memory.

It is read several times, each time with the columns that are needed: for what a column as a whole tells
about its cells, to type every row, and to judge it by what only all rows together tell. Between the last two
the typed rows are put aside.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from sigap.domain.lists import FoundList
from sigap.domain.period import Period
from sigap.domain.source import Severity, SourceEntry
from sigap.errors import QualityError
from sigap.quality.checked import CHECKED, NECESSARY, RECEIVED, Checked, count_rows
from sigap.quality.columns import Columns, column_text, read_columns
from sigap.quality.duplicates import TWIN_COLUMNS
from sigap.quality.findings import name_cells
from sigap.quality.places import Atlas
from sigap.quality.severity import Ruling, name_cases, rule_case
from sigap.quality.shelf import Shelf
from sigap.quality.typed import type_rows
from sigap.quality.verdicts import apply_corrections, fact_keys, match_verdicts, no_verdicts
from sigap.quality.whole import Late, codes_within, find_late_codes

Scan = Callable[[Sequence[str]], Iterator[pa.Table]]  # these columns of all rows, in the same stretches

_WORTH_SHARING = 100_000  # rows from which a second thread saves more than it costs


@dataclass(frozen=True, slots=True)
class ListCheck:
    """What the rows of one list are judged by. The connection is prepared for typing."""

    connection: duckdb.DuckDBPyConnection
    entry: SourceEntry
    period: Period
    atlas: Atlas
    weights: Mapping[str, Severity]
    lists: Sequence[FoundList]

    def run(self, scan: Scan, verdicts: pa.Table) -> Iterator[tuple[pa.Table, Checked]]:
        """Every stretch as received, and what became of it."""
        kind = self.entry.kind
        names = [name for name in RECEIVED[kind].names if name != "cells"]  # the copy of the line
        found = [match_verdicts(received, verdicts) for received in scan(names)] if verdicts.num_rows else []
        columns = read_columns(
            self.connection, _correct(scan(column_text(kind)), found), self.entry, self.period
        )
        with Shelf() as shelf:
            late = self._type(_correct(scan(names), found), columns, shelf)
            first = 0
            for number, (received, typed) in enumerate(zip(scan(names), shelf, strict=True)):
                decided = found[number] if found else no_verdicts(received.num_rows)
                yield received, self._judge(received, typed, decided, late, first)
                first += received.num_rows

    def _type(self, pieces: Iterable[pa.Table], columns: Columns, shelf: Shelf) -> Late:
        """Put the typed rows of the whole list on the shelf; returns what only all of them together tell."""
        slim = []
        for received in pieces:
            threads = 1 if received.num_rows < _WORTH_SHARING else (os.cpu_count() or 1)
            self.connection.execute("SET threads = $threads", {"threads": threads})
            typed = type_rows(self.connection, received, columns, self.entry, self.period, self.atlas)
            if typed.num_rows != received.num_rows:
                raise QualityError(
                    f"{self.entry.code}: {received.num_rows} rows were received and {typed.num_rows} typed. "
                    "Nothing is wrong with the file; report this as a fault of the check."
                )
            shelf.put(typed)
            if self.entry.kind == "workers":
                slim.append(typed.select(TWIN_COLUMNS))
        return find_late_codes(self.connection, slim)

    def _judge(
        self, received: pa.Table, typed: pa.Table, decided: pa.Table, late: Late, first: int
    ) -> Checked:
        """A stretch of the list, the first of whose rows has the position `first`."""
        codes = [typed["codes"], *codes_within(late, first, received.num_rows)]
        cases = name_cases(codes, decided, self._is_complete(typed)).dictionary_encode()
        rulings = [rule_case(case, self.weights) for case in cases.dictionary.to_pylist()]
        rows = self._rows(received, typed, decided, rulings, cases.indices)
        return count_rows(rows, name_cells(rows, rulings, cases.indices, self.lists))

    def _is_complete(self, typed: pa.Table) -> pa.ChunkedArray:
        is_complete = pc.equal(typed["nik_state"], "valid")
        for name in NECESSARY[self.entry.kind]:
            is_complete = pc.and_(is_complete, pc.is_valid(typed[name]))
        return is_complete

    def _rows(
        self,
        received: pa.Table,
        typed: pa.Table,
        decided: pa.Table,
        rulings: Sequence[Ruling],
        of_row: pa.Array,
    ) -> pa.Table:
        schema = CHECKED[self.entry.kind]
        columns = {field.name: pa.nulls(typed.num_rows, field.type) for field in schema}
        columns |= {name: typed[name] for name in typed.column_names}
        for name in ("outcome", "reasons", "warnings"):
            columns[name] = pa.array([getattr(ruling, name) for ruling in rulings], pa.string()).take(of_row)
        columns["fact_key"] = _keys(received, decided, columns["outcome"])
        return pa.table({name: columns[name] for name in schema.names}).cast(schema)


def _correct(pieces: Iterable[pa.Table], found: Sequence[pa.Table]) -> Iterator[pa.Table]:
    """Stretches with the corrections of persons; `found` are the verdicts about their rows, [] for none."""
    for number, received in enumerate(pieces):
        yield apply_corrections(received, found[number]) if found else received


def _keys(received: pa.Table, decided: pa.Table, outcome: pa.Array) -> pa.Array:
    """Keys of the rows that somebody judged or may have to judge."""
    keys = decided["fact_key"].combine_chunks()
    is_wanted = pc.and_(pc.is_null(keys), pc.not_equal(outcome, "accepted"))
    return pc.replace_with_mask(keys, is_wanted, fact_keys(received.filter(is_wanted)))
