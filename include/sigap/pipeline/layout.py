"""What the warehouse knows of how a source lays out its lists: accepted changes, and its last file."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from sigap.domain.lists import FoundList
from sigap.warehouse.tables import sources


def accepted_mappings(connection: Connection, source: str) -> Sequence[Mapping[str, Any]]:
    """The layouts that people accepted for a source, oldest first: what `sources.drift.remember` takes."""
    wanted = select(sources.mapping).where(sources.mapping.c.source == source)
    rows = connection.execute(wanted.order_by(sources.mapping.c.mapping_id)).mappings()
    return [dict(row) for row in rows]


def earlier_lists(connection: Connection, source: str) -> dict[str, FoundList]:
    """The lists of the source's newest accepted file, by their sheet; empty when there is none."""
    delivery = sources.delivery.c
    wanted = select(delivery.lists).where(
        delivery.source == source, delivery.outcome == "accepted", delivery.corrects.is_(None)
    )
    newest = wanted.order_by(delivery.received_at.desc(), delivery.delivery_id).limit(1)
    lists = connection.execute(newest).scalar_one_or_none() or []
    return {values["sheet"]: FoundList.from_dict(values) for values in lists}
