"""A correction workbook that came back: what was to be fixed and was, is taken; nothing else."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

import pyarrow as pa

from sigap.domain.correction import FACTS, REASON_HEADER, Mark, header_names
from sigap.domain.lists import FoundList
from sigap.domain.source import SourceEntry
from sigap.engine import connect
from sigap.errors import SourceError
from sigap.sources.header import header_key
from sigap.sources.marked import Marked

_STATEMENT = Path(__file__).with_name("returned.sql").read_text(encoding="utf-8")
_FIXED = Path(__file__).with_name("fixed.sql").read_text(encoding="utf-8")
_NAMES = pa.list_(pa.string())
_LISTS = pa.schema([("title", pa.string()), ("sheet", pa.string()), ("headers", _NAMES), ("theirs", _NAMES)])


@dataclass(frozen=True, slots=True)
class Fixed:
    """The rows to take in, under the sheets of the original, and how many rows became what.

    `counts`: fixed; unchanged, emptied (not taken, they wait as before); known (an earlier correction said
    the same); locked, added (changed or written where nothing was asked, not taken); fine.
    """

    rows: pa.Table
    counts: Mapping[str, int]


def entry_of_return(entry: SourceEntry, mark: Mark, lists: Sequence[FoundList]) -> SourceEntry:
    """The entry by which the workbook is read: that of its source, and what we added beside its columns."""
    only = next(iter(mark.sheets)) if len(lists) == 1 else None
    return replace(entry, sheet=only, every_sheet=only is None, minimise=(*entry.minimise, REASON_HEADER))


def same_layout(mark: Mark, lists: Sequence[FoundList], file_name: str) -> Callable[[FoundList], None]:
    """For the reader: refuses, with a `SourceError`, a list whose header is not that of the original."""
    by_sheet = {found.sheet: found for found in lists}

    def accept(found: FoundList) -> None:
        first = by_sheet.get(mark.sheets.get(found.sheet, ""))
        pairs = zip_longest(found.headers, (*first.headers, REASON_HEADER) if first else (), fillvalue="")
        if (
            first is None
            or found.header_lines != first.header_lines
            or any(header_key(here) != header_key(there) for here, there in pairs)
        ):
            raise SourceError(
                f"{file_name}, sheet {found.sheet!r}: the header or the columns are no longer those of the "
                "correction workbook. Write the fixes into the workbook as it was sent, without inserting, "
                "deleting or renaming columns, or send the whole list again."
            )

    return accept


def take_fixed(
    returned: pa.Table,
    marked: Marked,
    known: pa.Table,
    first: Sequence[FoundList],
    found: Sequence[FoundList],
    file_name: str,
) -> Fixed:
    """Compare what came back with what was sent out, and keep the rows that were fixed.

    `returned` are received rows whose sheets are those of the workbook, `found` its lists; `known` has sheet,
    row, cells and number: the rows of the original (0) and of its earlier corrections, in order, `first` are
    the lists of the original. Raises `SourceError` when lines no longer stand where they stood.
    """
    tables = {
        "returned": returned,
        "asked": marked.asked,
        "known": known,
        "lists": _lists(marked.mark, first, found),
    }
    with connect() as engine:
        engine.execute(FACTS)
        for name, table in tables.items():
            engine.register(name, table)
        engine.execute(_STATEMENT)
        counts = dict(engine.sql("SELECT what, count(*) FROM became GROUP BY what").fetchall())
        _refuse_moved(counts.get("moved", 0), file_name)
        fixed = engine.sql(_FIXED).to_arrow_table()
    return Fixed(fixed.select(returned.schema.names).cast(returned.schema), counts)


def _lists(mark: Mark, first: Sequence[FoundList], found: Sequence[FoundList]) -> pa.Table:
    """For every list its title, its sheet, its columns by the names of the original and of the workbook."""
    originals = {one.sheet: header_names(one) for one in first}
    return pa.Table.from_pylist(
        [
            {
                "title": one.sheet,
                "sheet": mark.sheets[one.sheet],
                "headers": originals[mark.sheets[one.sheet]],
                "theirs": list(one.headers[: len(originals[mark.sheets[one.sheet]])]),
            }
            for one in found
        ],
        _LISTS,
    )


def _refuse_moved(lines: int, file_name: str) -> None:
    if lines:
        raise SourceError(
            f"{file_name}: {lines} lines no longer stand where they stood in the correction workbook, so it "
            "cannot be told which row is which. Write the fixes into the workbook as it was sent, without "
            "inserting, deleting or sorting lines, or send the whole list again."
        )
