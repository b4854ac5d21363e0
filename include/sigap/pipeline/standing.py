"""Which version of a row counts, once its sender has corrected it. A row stands once, whoever asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import ColumnElement, Connection, func, or_, select

from sigap.domain.batch import BatchRef
from sigap.domain.period import Period
from sigap.engine import connect
from sigap.pipeline.resources import Resources
from sigap.pipeline.usable import overview
from sigap.warehouse.tables import quality, sources

ROW_KEY = ("delivery_id", "sheet", "row")
_STATEMENT = Path(__file__).with_name("standing.sql").read_text(encoding="utf-8")
_FIELDS = [pa.field("delivery_id", pa.string()), pa.field("sheet", pa.string()), pa.field("row", pa.int32())]


@dataclass(frozen=True, slots=True)
class Version:
    """One delivery of a chain: an original list (0), or one of its corrections in the order they came."""

    delivery_id: str
    origin: str
    number: int
    received: BatchRef
    checked: BatchRef
    findings: BatchRef


def chain_of(connection: Connection, origin: str) -> list[Version]:
    """A checked list and those of its corrections that passed, or that a person let pass; in order."""
    passed = (overview.c.check_outcome == "passed") | (overview.c.judged_as == "pass")
    return _versions(
        connection, or_(overview.c.delivery_id == origin, (overview.c.corrects == origin) & passed)
    )


def superseded_rows(connection: Connection, period: Period, resources: Resources) -> pa.Table:
    """The rows of the month's usable lists that a newer version has taken the place of: ROW_KEY."""
    corrections = select(overview.c.corrects).where(
        overview.c.period == str(period), overview.c.is_usable, overview.c.corrects.is_not(None)
    )
    origins = sorted(set(connection.execute(corrections).scalars()))
    usable = or_(overview.c.delivery_id.in_(origins), overview.c.corrects.in_(origins)) & overview.c.is_usable
    return superseded_in(_versions(connection, usable) if origins else [], resources)


def superseded_in(versions: Sequence[Version], resources: Resources) -> pa.Table:
    """The rows of these deliveries that do not count any more: ROW_KEY."""
    columns = (*ROW_KEY, "outcome")
    tables = [_numbered(resources.lake.read(version.checked, columns), version) for version in versions]
    if len(tables) < 2:
        return pa.schema(_FIELDS).empty_table()
    with connect() as engine:
        engine.register("versions", pa.concat_tables(tables))
        return engine.sql(_STATEMENT).to_arrow_table().cast(pa.schema(_FIELDS))


def without(rows: pa.Table, superseded: pa.Table) -> pa.Table:
    """The rows in their order, without those named by their ROW_KEY."""
    if superseded.num_rows == 0:
        return rows
    return rows.filter(pc.invert(pc.is_in(_key(rows), value_set=_key(superseded).combine_chunks())))


def _key(rows: pa.Table) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(rows["delivery_id"], rows["sheet"], rows["row"].cast(pa.string()), "|")


def _numbered(rows: pa.Table, version: Version) -> pa.Table:
    count = rows.num_rows
    rows = rows.append_column("origin", pa.repeat(pa.scalar(version.origin), count))
    return rows.append_column("number", pa.repeat(pa.scalar(version.number), count))


def _versions(connection: Connection, which: ColumnElement[bool]) -> list[Version]:
    checked, delivery = quality.validation.c, sources.delivery.c
    origin = func.coalesce(delivery.corrects, delivery.delivery_id)
    order = (delivery.corrects.is_not(None), delivery.received_at, delivery.delivery_id)
    wanted = (
        select(
            delivery.delivery_id,
            origin.label("origin"),
            (func.row_number().over(partition_by=origin, order_by=order) - 1).label("number"),
            delivery.batch,
            checked.batch.label("checked"),
            checked.findings,
        )
        .join(overview, overview.c.delivery_id == delivery.delivery_id)
        .join(quality.validation, checked.delivery_id == delivery.delivery_id)
        .where(which)
        .order_by(origin, "number")
    )
    return [
        Version(row.delivery_id, row.origin, row.number, *(BatchRef.from_dict(ref) for ref in row[3:]))
        for row in connection.execute(wanted)
    ]
