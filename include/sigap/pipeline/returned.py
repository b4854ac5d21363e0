"""A file that came in answer to what was sent before: a correction workbook, or a whole list again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, Row, func, select
from upath import UPath

from sigap.domain.batch import BatchRef, Delivery
from sigap.domain.datasets import SCHEMAS
from sigap.domain.lists import FoundList
from sigap.domain.source import SourceEntry
from sigap.errors import SourceError
from sigap.pipeline.resources import Resources
from sigap.pipeline.usable import overview
from sigap.sources.marked import Marked
from sigap.sources.reader import row_tables
from sigap.sources.resent import COMPARED, Repetition, compare_lists
from sigap.sources.returned import Fixed, entry_of_return, same_layout, take_fixed
from sigap.sources.rows import dataset_of
from sigap.warehouse.tables import sources

_KNOWN = ("sheet", "row", "cells")
_delivery = sources.delivery.c


@dataclass(frozen=True, slots=True)
class Correction:
    """What a correction workbook brought: nothing (`batch` None), or rows in the lists of the `original`."""

    original: str
    batch: BatchRef | None
    lists: list[FoundList]
    message: str


def take_correction(
    delivery: Delivery,
    kept: UPath,
    entry: SourceEntry,
    marked: Marked,
    connection: Connection,
    resources: Resources,
    versions: Mapping[str, str],
) -> Correction:
    """Read a correction workbook that came back and keep the rows that were fixed.

    Raises `SourceError` when it belongs to another sender, month or city, when its list has come again as a
    whole, and when it no longer has the layout in which it was sent out.
    """
    wait_for_source(connection, delivery)
    original = _original(delivery, marked, connection)
    first, found = [FoundList.from_dict(values) for values in original.lists], list[FoundList]()
    stretches = row_tables(
        kept,
        delivery.file_name,
        entry_of_return(entry, marked.mark, first),
        delivery.delivery_id,
        found,
        same_layout(marked.mark, first, delivery.file_name),
    )
    returned = pa.concat_tables([SCHEMAS[dataset_of(entry)].empty_table(), *stretches])
    parents = [BatchRef.from_dict(batch) for batch in _batches(original, connection)]
    fixed = take_fixed(returned, marked, _known(parents, resources), first, found, delivery.file_name)
    message = f"{delivery.file_name} corrects {original.file_name} ({original.delivery_id}): {_tell(fixed)}."
    if not fixed.rows.num_rows:
        return Correction(original.delivery_id, None, [], f"{message} Nothing is new, so nothing was taken.")
    batch = resources.lake.write(dataset_of(entry), delivery.period, fixed.rows, parents, versions)
    return Correction(original.delivery_id, batch, _lists(first, fixed.rows), message)


def find_replaced(
    delivery: Delivery, entry: SourceEntry, batch: BatchRef, connection: Connection, resources: Resources
) -> tuple[str, str] | None:
    """The earlier list of the month that this one is again, with a sentence about it; None for another list.

    Only lists of workers replace each other: what an earlier extract of memberships proves stays proven, and
    receipts add up.
    """
    if entry.kind != "workers":
        return None
    wait_for_source(connection, delivery)
    earlier = {row.delivery_id: row for row in _live(delivery, connection)}
    scans = {name: _scan(BatchRef.from_dict(row.batch), resources) for name, row in earlier.items()}
    found = compare_lists(_scan(batch, resources), scans) if scans else {}
    name = max(found, key=lambda one: (found[one].share, earlier[one].received_at), default=None)
    if name is None or not found[name].is_whole:
        return None
    return name, _tell_replaced(delivery, earlier[name], found[name])


def wait_for_source(connection: Connection, delivery: Delivery) -> None:
    """Let one file of a sender and month be weighed against the others at a time."""
    key = func.hashtextextended(f"{delivery.period}|{delivery.source}", 0)
    connection.execute(select(func.pg_advisory_xact_lock(key)))


def _original(delivery: Delivery, marked: Marked, connection: Connection) -> Row[Any]:
    """The delivery that a workbook corrects, as the warehouse knows it: the file may claim anything."""
    name, mark = delivery.file_name, marked.mark
    wanted = select(sources.delivery, overview.c.is_replaced).join(
        overview, overview.c.delivery_id == _delivery.delivery_id
    )
    row = connection.execute(wanted.where(_delivery.delivery_id == mark.delivery_id)).one_or_none()
    if row is None or (row.outcome, row.corrects, row.source, row.period) != (
        "accepted",
        None,
        mark.source,
        mark.period,
    ):
        raise SourceError(
            f"{name} is the correction workbook of a list that was not taken in here. Ask the sender for the "
            "whole corrected list."
        )
    if row.source != delivery.source:
        raise SourceError(
            f"{name} is the correction workbook of another sender, {row.source}. Put it into that folder of "
            "the inbox and collect again."
        )
    if row.period != str(delivery.period):
        raise SourceError(
            f"{name} is a correction workbook of {row.period}. Put it into the inbox of that month and "
            "collect again."
        )
    if row.is_replaced:
        raise SourceError(
            f"{name} corrects {row.file_name}, which has since come again as a whole. Send out the workbook "
            f"of the newer list: `sigap delivery correction {row.period}`."
        )
    return row


def _batches(original: Row[Any], connection: Connection) -> Sequence[dict[str, Any]]:
    """The received rows of a list and of its earlier corrections, in the order they came."""
    wanted = select(_delivery.batch).where(
        (_delivery.delivery_id == original.delivery_id) | (_delivery.corrects == original.delivery_id),
        _delivery.outcome == "accepted",
    )
    order = (_delivery.corrects.is_not(None), _delivery.received_at, _delivery.delivery_id)
    return connection.execute(wanted.order_by(*order)).scalars().all()


def _known(batches: Sequence[BatchRef], resources: Resources) -> pa.Table:
    tables = [resources.lake.read(batch, _KNOWN) for batch in batches]
    numbered = (
        table.append_column("number", pa.repeat(pa.scalar(number), table.num_rows))
        for number, table in enumerate(tables)
    )
    return pa.concat_tables(numbered)


def _lists(first: Sequence[FoundList], rows: pa.Table) -> list[FoundList]:
    """The lists of the original as far as rows of them were fixed: columns stand under the same letters."""
    counts = dict(
        zip(*rows.group_by("sheet").aggregate([([], "count_all")]).to_pydict().values(), strict=True)
    )
    return [
        FoundList(
            one.sheet, one.header_lines, one.headers, one.columns, one.extras, one.minimised, rows=count
        )
        for one in first
        if (count := counts.get(one.sheet))
    ]


_WORDS = {
    "fixed": "rows put right",
    "unchanged": "left as they were",
    "emptied": "emptied, not taken",
    "known": "the same as in an earlier correction",
    "locked": "locked but changed, not taken",
    "added": "added at the end, not taken (new people go into a list of their own)",
}


def _tell(fixed: Fixed) -> str:
    found = {words: fixed.counts.get(name, 0) for name, words in _WORDS.items()}
    return ", ".join(f"{words}: {rows}" for words, rows in found.items() if rows) or "no row was touched"


def _tell_replaced(delivery: Delivery, earlier: Row[Any], found: Repetition) -> str:
    return (
        f"{delivery.file_name} replaces {earlier.file_name} ({earlier.delivery_id}), taken in on "
        f"{earlier.received_at:%Y-%m-%d}: {found.again} rows the same, {found.added} new, {found.gone} gone."
    )


def _live(delivery: Delivery, connection: Connection) -> Sequence[Row[Any]]:
    """The accepted lists of this sender and month that no other has replaced yet."""
    replaced = select(_delivery.replaces).where(
        _delivery.replaces.is_not(None), _delivery.outcome == "accepted"
    )
    wanted = select(sources.delivery).where(
        _delivery.period == str(delivery.period),
        _delivery.source == delivery.source,
        _delivery.outcome == "accepted",
        _delivery.corrects.is_(None),
        _delivery.delivery_id != delivery.delivery_id,
        _delivery.delivery_id.not_in(replaced),
    )
    return connection.execute(wanted.order_by(_delivery.received_at, _delivery.delivery_id)).all()


def _scan(batch: BatchRef, resources: Resources) -> Iterator[pa.Table]:
    return resources.lake.scan(batch, COMPARED)
