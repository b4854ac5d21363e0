"""Money movements of a month's lists, each kept once, and what every invoice still asks."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from sqlalchemy import Connection, func, select, text

from sigap.domain.batch import BatchRef
from sigap.domain.period import Period
from sigap.pipeline.resources import Resources
from sigap.settlement.channels import Channels, load_channels
from sigap.settlement.statement import SOURCES, read_movements
from sigap.warehouse.store import copy_rows
from sigap.warehouse.tables import sources

_KEEP = Path(__file__).with_name("keep_lines.sql").read_text(encoding="utf-8")
_BALANCES = Path(__file__).with_name("balances.sql").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Balance:
    """What an issued invoice asks and what was paid of it; whole rupiah."""

    invoice_id: int
    number: str
    period: Period
    covers_from: Period
    covers_to: Period
    funding_source: str
    due_date: dt.date
    total_idr: int
    noted_idr: int
    paid_idr: int

    @property
    def open_idr(self) -> int:
        """What is still to be paid."""
        return self.total_idr + self.noted_idr - self.paid_idr


@dataclass(frozen=True, slots=True)
class MoneyList:
    """An accepted list of movements that lies in the lake."""

    delivery_id: str
    file_name: str
    batch: BatchRef


def balances(connection: Connection, as_of: dt.date | None = None) -> list[Balance]:
    """Every issued invoice, the oldest first. `as_of`: with the money that had moved up to that day.

    Debit notes and credits set off count whenever they were entered: see reporting.invoice_balance.
    """
    rows = connection.execute(text(_BALANCES), {"as_of": as_of}).mappings()
    months = ("period", "covers_from", "covers_to")
    return [Balance(**{**row, **{name: Period.parse(row[name]) for name in months}}) for row in rows]


def money_lists(period: Period, resources: Resources) -> list[MoneyList]:
    """The month's accepted bank statements, SP2D lists and receipts, in the order they came."""
    delivery = sources.delivery.c
    wanted = (
        select(delivery.delivery_id, delivery.file_name, delivery.batch)
        .where(delivery.period == str(period), delivery.outcome == "accepted")
        .where(delivery.batch["dataset"].astext.in_(SOURCES))
        .order_by(delivery.received_at, delivery.delivery_id)
    )
    with resources.warehouse.connect() as connection:
        return [
            MoneyList(row.delivery_id, row.file_name, BatchRef.from_dict(row.batch))
            for row in connection.execute(wanted)
        ]


def read_lists(lists: list[MoneyList], resources: Resources) -> Iterator[tuple[MoneyList, str, pa.Table]]:
    """Each list with its channel and its keyed movements. Raises `SettlementError` about a bad cell."""
    for one in lists:
        dataset = one.batch.dataset
        yield one, SOURCES[dataset][0], read_movements(dataset, resources.lake.read(one.batch), one.file_name)


def keep_movements(connection: Connection, delivery_id: str, channel: str, movements: pa.Table) -> int:
    """Keep what is not known yet of one file's `KEYED` movements; returns how many are new.

    A new line that another file may have brought in other words (of a bank: same account, day and amount; of
    an order or a receipt: same number) names that line as its twin and waits for a person.
    """
    arrived = movements.append_column("channel", pa.array([channel] * movements.num_rows, pa.string()))
    arrived = arrived.append_column("counts", _counts(movements, channel, load_channels()))
    connection.execute(text("DROP TABLE IF EXISTS pg_temp.arrived"))
    connection.execute(
        text(
            "CREATE TEMPORARY TABLE arrived (LIKE settlement.statement_line) ON COMMIT DROP;"
            "ALTER TABLE arrived DROP COLUMN line_id, DROP COLUMN delivery_id, DROP COLUMN kept_at, "
            "DROP COLUMN government"
        )
    )
    copy_rows(connection, "pg_temp.arrived", arrived)
    return len(connection.execute(text(_KEEP), {"delivery_id": delivery_id}).all())


def paid(connection: Connection, period: Period) -> int:
    """What was paid on the issued invoices of a billing month, whole rupiah, whenever it was."""
    total = select(func.coalesce(func.sum(text("paid_idr")), 0)).select_from(
        text("reporting.invoice_balance")
    )
    return int(
        connection.execute(total.where(text("period = :period")), {"period": str(period)}).scalar_one()
    )


def _counts(movements: pa.Table, channel: str, channels: Channels) -> pa.Array:
    days = movements["booked_on"].to_pylist()
    counting = {day: channels.counting(day) == channel for day in set(days)}
    return pa.array([counting[day] for day in days], pa.bool_())
