"""Senders: a person accepts the changed layout of one, and everybody may see what was accepted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from sigap.domain.lists import FoundList
from sigap.domain.period import Period
from sigap.domain.source import SourceEntry
from sigap.errors import SourceError
from sigap.pipeline.layout import accepted_mappings
from sigap.pipeline.resources import Resources
from sigap.sources.changes import header_line, unknown_headers
from sigap.sources.drift import APART, remember
from sigap.sources.header import header_key
from sigap.warehouse.tables import sources


@dataclass(frozen=True, slots=True)
class AcceptedLayout:
    """A changed layout that a person accepted: which headers mean which columns from then on."""

    source: str
    delivery_id: str
    period: str
    columns: Mapping[str, str]
    actor: str
    reason: str
    accepted_at: datetime | None = None


def accept_layout(
    delivery_id: str, actor: str, reason: str, meanings: Mapping[str, str], resources: Resources
) -> AcceptedLayout:
    """Remember the header line of a drifted delivery, and what its new headers mean.

    The proposal that the delivery stopped with counts, except where `meanings` say otherwise: {header, or the
    letter of its column: column, ignore or minimise}. Raises `SourceError` for a delivery that is not
    drifted, for a header or column that is not there, for two headers of one column, and when a required
    column still has none.
    """
    if not (actor.strip() and reason.strip()):
        raise SourceError("Say who accepts the layout and why: --as NAME --reason TEXT.")
    with resources.warehouse.connect() as connection:
        period = Period.parse(_drifted(connection, delivery_id).period)
    with resources.outcome_of("accept", period, delivery_id) as outcome:
        outcome.read("sources.delivery", "sources.mapping")
        with resources.warehouse.begin() as connection:
            delivery = _drifted(connection, delivery_id)
            entry = _entry(connection, delivery, resources)
            found = FoundList.from_dict(delivery.lists[0])
            columns = _decide(delivery.proposal, meanings, found, entry)
            headers = dict(enumerate(header_line(found).values()))
            row = {"source": delivery.source, "delivery_id": delivery_id, "actor": actor, "reason": reason}
            connection.execute(insert(sources.mapping).values(**row, columns=columns, headers=headers))
        outcome.wrote("sources.mapping")
        outcome.count({"headers": len(columns)})
        outcome.versions["catalog"] = entry.sha256
    return AcceptedLayout(delivery.source, delivery_id, str(period), columns, actor, reason)


def accepted_layouts(source: str | None, resources: Resources) -> list[AcceptedLayout]:
    """What was accepted, of one source or of all, oldest first."""
    mapping, delivery = sources.mapping.c, sources.delivery.c
    wanted = (
        select(
            mapping.source,
            mapping.delivery_id,
            delivery.period,
            mapping.columns,
            mapping.actor,
            mapping.reason,
            mapping.accepted_at,
        )
        .join(sources.delivery, delivery.delivery_id == mapping.delivery_id)
        .order_by(mapping.mapping_id)
    )
    if source is not None:
        wanted = wanted.where(mapping.source == source)
    with resources.warehouse.connect() as connection:
        return [AcceptedLayout(*row) for row in connection.execute(wanted)]


def _drifted(connection: Connection, delivery_id: str) -> Row[Any]:
    wanted = select(sources.delivery).where(sources.delivery.c.delivery_id == delivery_id)
    row = connection.execute(wanted).one_or_none()
    if row is None:
        raise SourceError(f"No delivery {delivery_id} is known. `sigap status PERIOD` names those that wait.")
    if row.outcome != "drifted":
        raise SourceError(
            f"Delivery {delivery_id} ({row.file_name}) was {row.outcome}: its layout is no question. Only a "
            "delivery that drifted waits for an answer."
        )
    return row


def _entry(connection: Connection, delivery: Row[Any], resources: Resources) -> SourceEntry:
    entry = resources.catalog().get(delivery.source)
    if entry is None:
        raise SourceError(
            f"The catalog no longer describes {delivery.source}, the sender of {delivery.file_name}. Put its "
            "entry back."
        )
    return remember(entry, accepted_mappings(connection, delivery.source))


def _decide(
    proposal: Mapping[str, str], meanings: Mapping[str, str], found: FoundList, entry: SourceEntry
) -> dict[str, str]:
    """What each new header means: as the person says, else as proposed."""
    said = {_header(text, found): name for text, name in meanings.items()}
    for name in said.values():
        if name not in entry.columns and name not in APART:
            known = ", ".join((*entry.columns, *APART))
            raise SourceError(f"{name!r} is no column of {entry.code}. It has {known}.")
    left = {text: name for text, name in proposal.items() if text not in said and name not in said.values()}
    columns = left | said
    _check_columns(columns, found, entry)
    return columns


def _header(text: str, found: FoundList) -> str:
    """The new header that a person means by its text, however it is written, or by its column letter."""
    unknown = unknown_headers(found)
    by_text = {header_key(header): header for header in unknown.values()}
    header = by_text.get(header_key(text)) or unknown.get(text.strip().upper())
    if header is None:
        raise SourceError(
            f"A meaning is given for what is no new header of the file; those stand in columns "
            f"{', '.join(unknown) or 'none'}. Name one of them by its text or its letter."
        )
    return header


def _check_columns(columns: Mapping[str, str], found: FoundList, entry: SourceEntry) -> None:
    given = [name for name in columns.values() if name not in APART]
    twice = sorted({name for name in given if given.count(name) > 1 or name in found.columns})
    if twice:
        raise SourceError(
            f"{twice[0]} would have two headers in the file. Name one of them ignore or another column."
        )
    lacking = [
        column.name
        for column in entry.columns.values()
        if column.required and column.name not in {*given, *found.columns}
    ]
    if lacking:
        raise SourceError(
            f"The file would still lack {', '.join(lacking)}. Say under which header it stands: "
            f'--map "HEADER={lacking[0]}".'
        )
