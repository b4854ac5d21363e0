"""The deliveries of BPJS that `settle` compares: its bill, its activation list, and who has which KPJ."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import pyarrow as pa
from sqlalchemy import Connection, select

from sigap.domain.batch import BatchRef
from sigap.domain.period import Period
from sigap.errors import SettlementError
from sigap.pipeline.resources import Resources
from sigap.pipeline.usable import usable_batches
from sigap.settlement import active_of, read_activations
from sigap.settlement.sides import KNOWN
from sigap.warehouse.tables import sources


@dataclass(frozen=True, slots=True)
class Delivery:
    """An accepted delivery of the month: its id, file, digest of the file, when it came, and batch."""

    delivery_id: str
    file_name: str
    sha256: str
    received_at: dt.datetime
    batch: BatchRef


@dataclass(frozen=True, slots=True)
class Activations:
    """The lists of active members, the newest first: who is active, and which NIK a KPJ belongs to."""

    lists: tuple[Delivery, ...]
    active: pa.Table
    known: pa.Table

    @property
    def as_of(self) -> dt.date:
        """The day (WIB) the newest list came: what it says is true up to then."""
        return self.lists[0].received_at.astimezone(ZoneInfo("Asia/Jakarta")).date()


def deliveries_of(connection: Connection, period: Period, dataset: str) -> list[Delivery]:
    """The accepted deliveries of a dataset, the newest first."""
    delivery = sources.delivery.c
    wanted = (
        select(
            delivery.delivery_id,
            delivery.file_name,
            delivery.sha256,
            delivery.received_at,
            delivery.batch,
        )
        .where(delivery.period == str(period), delivery.outcome == "accepted")
        .where(delivery.batch["dataset"].astext == dataset)
        .order_by(delivery.received_at.desc(), delivery.delivery_id)
    )
    return [
        Delivery(row.delivery_id, row.file_name, row.sha256, row.received_at, BatchRef.from_dict(row.batch))
        for row in connection.execute(wanted)
    ]


def newest_bill(bills: list[Delivery], period: Period) -> Delivery:
    """The bill that counts. Raises `SettlementError` without one."""
    if not bills:
        raise SettlementError(
            f"{period}: no bill of BPJS has been accepted. Put it into the month's folder "
            f"bpjs_bills of the inbox, then run collect and settle."
        )
    return bills[0]


def known_kpj(connection: Connection, period: Period, resources: Resources) -> pa.Table:
    """Which NIK a KPJ belongs to, as the month's checked membership extracts have it (`sides.KNOWN`)."""
    extracts = [
        batch for batch in usable_batches(connection, period) if batch.dataset == "quality.memberships"
    ]
    rows = [resources.lake.read(batch, KNOWN.names).cast(KNOWN) for batch in extracts]
    return pa.concat_tables([KNOWN.empty_table(), *rows])


def activations_of(
    connection: Connection, period: Period, resources: Resources, active_statuses: Sequence[str]
) -> Activations | None:
    """What the month's activation lists say together; None without a list."""
    lists = deliveries_of(connection, period, "sources.activations")
    if not lists:
        return None
    received = {one.delivery_id: resources.lake.read(one.batch) for one in reversed(lists)}
    rows = [
        read_activations(received[one.delivery_id], one.file_name, period, active_statuses)
        for one in reversed(lists)
    ]
    return Activations(tuple(lists), active_of(rows), pa.concat_tables(rows).select(KNOWN.names).cast(KNOWN))
