"""collect: take a received file in, exactly as it came, and say what became of it."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import pyarrow as pa
from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert
from upath import UPath

from sigap.domain.batch import BatchRef, Delivery
from sigap.domain.lists import FoundList
from sigap.domain.period import Period
from sigap.domain.source import SourceEntry
from sigap.errors import SourceError
from sigap.pipeline.layout import accepted_mappings, earlier_lists
from sigap.pipeline.resources import Resources, code_version
from sigap.pipeline.returned import find_replaced, take_correction
from sigap.sources.archive import Fingerprint, archive, fingerprint
from sigap.sources.catalog import entry_for
from sigap.sources.drift import DriftError, check_layout, remember
from sigap.sources.inbox import GROUPS, Received, list_barred, list_files, list_strangers, locate, source_of
from sigap.sources.marked import Marked, find_mark
from sigap.sources.reader import row_tables
from sigap.sources.rows import dataset_of
from sigap.warehouse.tables import sources

_UNREAD = ("refused", "drifted")
_NOTHING = Fingerprint(hashlib.sha256(b"").hexdigest(), 0)  # of what was never opened


@dataclass(frozen=True, slots=True)
class CollectResult:
    """What became of one file: `batch` holds its rows when accepted, `message` says what to do otherwise.

    `corrects` is the delivery whose correction workbook it is, `replaces` the one that comes again with it.
    """

    delivery_id: str
    source: str
    file_name: str
    outcome: Literal["accepted", "duplicate", "refused", "drifted"]
    message: str | None = None
    batch: BatchRef | None = None
    duplicate_of: str | None = None
    catalog_sha256: str | None = None
    corrects: str | None = None
    replaces: str | None = None


@dataclass(slots=True)
class _Reading:
    """What reading a file brought to light, beside its rows."""

    lists: list[FoundList] = field(default_factory=list)
    proposal: dict[str, str] = field(default_factory=dict)


def list_deliveries(period: Period, group: str, resources: Resources) -> list[str]:
    """The files of a group (see sources.inbox.GROUPS) that lie in the inbox.

    Paths are relative to INBOX/<period>. Links, pipes, names with unseen signs and the like are not among
    them: each becomes a refused delivery of which nothing was read. Raises `SourceError` when the month's
    inbox is missing or empty.
    """
    inbox = resources.settings.place("inbox")
    files = list_files(inbox, period, group)
    barred = list_barred(inbox, period, group)
    if barred:
        _refuse_barred(period, group, barred, resources)
    return files


def name_strangers(period: Period, resources: Resources) -> list[str]:
    """A sentence about everything in the month's inbox that no group takes in."""
    return [
        f"{name} in the inbox of {period} is none of {', '.join(GROUPS)}, so nothing of it was taken in. "
        "Put its files into the right folder and collect again."
        for name in list_strangers(resources.settings.place("inbox"), period)
    ]


def collect(period: Period, path: str, resources: Resources) -> CollectResult:
    """Archive a file of the inbox, read it by its catalog entry, and record one delivery with its outcome.

    A file that cannot be used is kept and gets the outcome `refused`, one whose header line changed
    `drifted`, each with a message. The same bytes again change nothing. Raises `SourceError` when there is no
    file at that path or the catalog contradicts itself.
    """
    received = locate(resources.settings.place("inbox"), period, path)
    catalog, known = resources.catalog(), fingerprint(received.file)
    delivery = _delivery(period, received.code, received.file_name, known)
    with resources.outcome_of("collect", period, delivery.delivery_id) as outcome:
        outcome.read(f"inbox/{period}/{path}")
        with resources.warehouse.begin() as connection:
            _wait_for_twins(connection, delivery)
            result, reading = _earlier(connection, delivery), _Reading()
            if result is None:
                result = _twin(connection, delivery)
                result = result or _take_in(delivery, received, catalog, resources, connection, reading)
                _record(connection, delivery, result, reading)
        outcome.wrote(*([result.batch] if result.batch else []), "sources.delivery")
        outcome.count({result.outcome: 1, "rows": result.batch.rows if result.batch else 0})
        outcome.versions.update(_versions(result))
    return result


def _refuse_barred(period: Period, group: str, barred: Mapping[str, str], resources: Resources) -> None:
    with resources.outcome_of("collect", period, f"inbox/{group}") as outcome:
        outcome.read(f"inbox/{period}/{group}")
        with resources.warehouse.begin() as connection:
            for path, sentence in barred.items():
                code, file_name = source_of(path)
                delivery = _delivery(period, code, file_name, _NOTHING)
                refused = CollectResult(delivery.delivery_id, code, file_name, "refused", sentence)
                _record(connection, delivery, refused, _Reading())
        outcome.wrote("sources.delivery")
        outcome.count({"refused": len(barred)})


def _delivery(period: Period, code: str, file_name: str, known: Fingerprint) -> Delivery:
    name = f"{period}|{code}|{file_name}|{known.sha256}"
    delivery_id = hashlib.sha256(name.encode()).hexdigest()[:16]
    return Delivery(delivery_id, period, code, file_name, known.sha256, known.size_bytes)


def _wait_for_twins(connection: Connection, delivery: Delivery) -> None:
    """Let one file of the same bytes be collected at a time, so that exactly one of them is the original."""
    bytes_of = f"{delivery.period}|{delivery.source}|{delivery.sha256}"
    connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(bytes_of, 0))))


def _earlier(connection: Connection, delivery: Delivery) -> CollectResult | None:
    """What an earlier run made of this file. One that was not read is tried again: the catalog, or what a
    person accepted, may have changed.
    """
    stored = sources.delivery.c
    wanted = select(sources.delivery).where(
        stored.delivery_id == delivery.delivery_id, stored.outcome.not_in(_UNREAD)
    )
    row = connection.execute(wanted).one_or_none()
    if row is None:
        return None
    return CollectResult(
        row.delivery_id,
        row.source,
        row.file_name,
        row.outcome,
        f"{row.file_name} was already collected for {row.period} ({row.outcome}). Nothing has changed.",
        BatchRef.from_dict(row.batch) if row.batch else None,
        row.duplicate_of,
        row.catalog_sha256,
        row.corrects,
        row.replaces,
    )


def _twin(connection: Connection, delivery: Delivery) -> CollectResult | None:
    """The outcome of a file whose bytes were already accepted from this source for this month."""
    stored = sources.delivery.c
    wanted = select(stored.delivery_id, stored.file_name).where(
        stored.period == str(delivery.period),
        stored.source == delivery.source,
        stored.sha256 == delivery.sha256,
        stored.outcome == "accepted",
    )
    row = connection.execute(wanted).one_or_none()
    if row is None:
        return None
    return CollectResult(
        delivery.delivery_id,
        delivery.source,
        delivery.file_name,
        "duplicate",
        f"{delivery.file_name} has the same content as {row.file_name}, which was already taken in for "
        f"{delivery.period}. Nothing to do, unless another list was meant: then ask the sender for it.",
        duplicate_of=row.delivery_id,
    )


def _take_in(
    delivery: Delivery,
    received: Received,
    catalog: Mapping[str, SourceEntry],
    resources: Resources,
    connection: Connection,
    reading: _Reading,
) -> CollectResult:
    kept = archive(received.file, delivery.sha256, resources.settings.place("archive"))
    result = CollectResult(delivery.delivery_id, delivery.source, delivery.file_name, "accepted")
    try:
        entry = entry_for(received, catalog)
        result = replace(result, catalog_sha256=entry.sha256)
        entry = remember(entry, accepted_mappings(connection, entry.code))
        marked = find_mark(kept, delivery.file_name)
        if marked is not None:
            return _take_correction(result, delivery, kept, entry, marked, resources, connection, reading)
        rows = _rows(delivery, kept, entry, connection, reading)
        batch = resources.lake.write(dataset_of(entry), delivery.period, rows, versions=_versions(result))
    except DriftError as drift:
        reading.lists, reading.proposal = [drift.found], drift.proposal
        return replace(result, outcome="drifted", message=str(drift))
    except SourceError as error:  # also in the last line of a list: nothing of it has been written then
        return replace(result, outcome="refused", message=str(error))
    again = find_replaced(delivery, entry, batch, connection, resources)
    replaces, message = again or (None, None)
    return replace(result, batch=batch, replaces=replaces, message=message)


def _take_correction(
    result: CollectResult,
    delivery: Delivery,
    kept: UPath,
    entry: SourceEntry,
    marked: Marked,
    resources: Resources,
    connection: Connection,
    reading: _Reading,
) -> CollectResult:
    """A correction workbook that came back. One in which nothing is new is a duplicate of its list."""
    brought = take_correction(delivery, kept, entry, marked, connection, resources, _versions(result))
    if brought.batch is None:
        return replace(result, outcome="duplicate", duplicate_of=brought.original, message=brought.message)
    reading.lists = brought.lists
    return replace(result, batch=brought.batch, corrects=brought.original, message=brought.message)


def _rows(
    delivery: Delivery, kept: UPath, entry: SourceEntry, connection: Connection, reading: _Reading
) -> Iterator[pa.Table]:
    """The rows of the file; each of its lists is held against what was agreed before one of them comes."""
    earlier = earlier_lists(connection, entry.code)

    def accept(found: FoundList) -> None:
        last = earlier.get(found.sheet) or next(iter(earlier.values()), None)
        check_layout(found, entry, delivery.file_name, earlier=last, delivery_id=delivery.delivery_id)

    return row_tables(kept, delivery.file_name, entry, delivery.delivery_id, reading.lists, accept)


def _record(connection: Connection, delivery: Delivery, result: CollectResult, reading: _Reading) -> None:
    became = {
        "outcome": result.outcome,
        "duplicate_of": result.duplicate_of,
        "corrects": result.corrects,
        "replaces": result.replaces,
        "message": result.message,
        "row_count": result.batch.rows if result.batch else None,
        "batch": result.batch.as_dict() if result.batch else {},
        "catalog_sha256": result.catalog_sha256,
        "lists": [found.as_dict() for found in reading.lists],
        "proposal": reading.proposal,
    }
    row = {
        "delivery_id": delivery.delivery_id,
        "period": str(delivery.period),
        "source": delivery.source,
        "file_name": delivery.file_name,
        "sha256": delivery.sha256,
        "size_bytes": delivery.size_bytes,
    }
    new = insert(sources.delivery).values(**row, **became)
    connection.execute(
        new.on_conflict_do_update(
            index_elements=["delivery_id", "government"],
            set_=became,
            where=sources.delivery.c.outcome.in_(_UNREAD),
        )
    )


def _versions(result: CollectResult) -> dict[str, str]:
    catalog = {"catalog": result.catalog_sha256} if result.catalog_sha256 else {}
    return {"code": code_version()} | catalog
