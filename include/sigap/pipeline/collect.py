"""collect: take a received file in, exactly as it came, and say what became of it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert

from sigap.domain.batch import BatchRef, Delivery
from sigap.domain.period import Period
from sigap.domain.source import SourceEntry
from sigap.errors import SourceError
from sigap.pipeline.resources import Resources, code_version
from sigap.sources.archive import archive, fingerprint
from sigap.sources.catalog import entry_for, load_catalog
from sigap.sources.inbox import GROUPS, Received, list_files, list_strangers, locate
from sigap.sources.reader import dataset_of, row_tables
from sigap.warehouse.tables import sources


@dataclass(frozen=True, slots=True)
class CollectResult:
    """What became of one file: `batch` holds its rows when accepted, `message` says what to do otherwise."""

    delivery_id: str
    source: str
    file_name: str
    outcome: Literal["accepted", "duplicate", "refused"]
    message: str | None = None
    batch: BatchRef | None = None
    duplicate_of: str | None = None
    catalog_sha256: str | None = None


def list_deliveries(period: Period, group: str, resources: Resources) -> list[str]:
    """The files of a group (dtks, associations, memberships, bpjs_bills, payments) that lie in the inbox.

    Paths are relative to INBOX/<period>. Raises `SourceError` when the month's inbox is missing or empty.
    """
    return list_files(resources.settings.place("inbox"), period, group)


def name_strangers(period: Period, resources: Resources) -> list[str]:
    """A sentence about everything in the month's inbox that no group takes in."""
    return [
        f"{name} in the inbox of {period} is none of {', '.join(GROUPS)}, so nothing of it was taken in. "
        "Put its files into the right folder and collect again."
        for name in list_strangers(resources.settings.place("inbox"), period)
    ]


def collect(period: Period, path: str, resources: Resources) -> CollectResult:
    """Archive a file of the inbox, read it by its catalog entry, and record one delivery with its outcome.

    A file that cannot be used is kept and gets the outcome `refused` with a message. The same bytes again
    change nothing. Raises `SourceError` when there is no file at that path or the catalog contradicts itself.
    """
    received = locate(resources.settings.place("inbox"), period, path)
    catalog, delivery = load_catalog(), _delivery(period, received)
    with resources.outcome_of("collect", period, delivery.delivery_id) as outcome:
        outcome.read(f"inbox/{period}/{path}")
        with resources.warehouse.begin() as connection:
            _wait_for_twins(connection, delivery)
            result = _earlier(connection, delivery)
            if result is None:
                result = _twin(connection, delivery) or _take_in(delivery, received, catalog, resources)
                _record(connection, delivery, result)
        outcome.wrote(*([result.batch] if result.batch else []), "sources.delivery")
        outcome.count({result.outcome: 1, "rows": result.batch.rows if result.batch else 0})
        outcome.versions.update(_versions(result))
    return result


def _delivery(period: Period, received: Received) -> Delivery:
    known = fingerprint(received.file)
    name = f"{period}|{received.code}|{received.file_name}|{known.sha256}"
    delivery_id = hashlib.sha256(name.encode()).hexdigest()[:16]
    return Delivery(delivery_id, period, received.code, received.file_name, known.sha256, known.size_bytes)


def _wait_for_twins(connection: Connection, delivery: Delivery) -> None:
    """Let one file of the same bytes be collected at a time, so that exactly one of them is the original."""
    bytes_of = f"{delivery.period}|{delivery.source}|{delivery.sha256}"
    connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(bytes_of, 0))))


def _earlier(connection: Connection, delivery: Delivery) -> CollectResult | None:
    """What an earlier run made of this file. A refused one is tried again: the catalog may have changed."""
    stored = sources.delivery.c
    wanted = select(sources.delivery).where(
        stored.delivery_id == delivery.delivery_id, stored.outcome != "refused"
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
    delivery: Delivery, received: Received, catalog: Mapping[str, SourceEntry], resources: Resources
) -> CollectResult:
    kept = archive(received.file, delivery.sha256, resources.settings.place("archive"))
    result = CollectResult(delivery.delivery_id, delivery.source, delivery.file_name, "accepted")
    try:
        entry = entry_for(received, catalog)
    except SourceError as error:
        return replace(result, outcome="refused", message=str(error))
    result = replace(result, catalog_sha256=entry.sha256)
    rows = row_tables(kept, delivery.file_name, entry, delivery.delivery_id)
    try:
        batch = resources.lake.write(dataset_of(entry), delivery.period, rows, versions=_versions(result))
    except SourceError as error:  # also in the last line of a list: nothing of it has been written then
        return replace(result, outcome="refused", message=str(error))
    return replace(result, batch=batch)


def _record(connection: Connection, delivery: Delivery, result: CollectResult) -> None:
    became = {
        "outcome": result.outcome,
        "duplicate_of": result.duplicate_of,
        "message": result.message,
        "row_count": result.batch.rows if result.batch else None,
        "batch": result.batch.as_dict() if result.batch else {},
        "catalog_sha256": result.catalog_sha256,
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
            index_elements=["delivery_id"], set_=became, where=sources.delivery.c.outcome == "refused"
        )
    )


def _versions(result: CollectResult) -> dict[str, str]:
    catalog = {"catalog": result.catalog_sha256} if result.catalog_sha256 else {}
    return {"code": code_version()} | catalog
