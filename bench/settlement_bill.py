"""Lays a bill by name of the people who were billed, as `collect` leaves what BPJS sends."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlalchemy import insert

from sigap.domain.datasets import RECEIVED_BILLS
from sigap.domain.period import Period
from sigap.engine import connect
from sigap.pipeline.resources import Resources
from sigap.warehouse.tables import sources

_DELIVERY = "bench00000000001"
_ROWS = 100_000  # that are in memory at a time


def lay_bill(period: Period, resources: Resources) -> int:
    """An accepted delivery with as many rows as the month has lines; returns how many.

    Of a thousand rows one names somebody else, whom nobody invoiced, and two ask for another amount.
    """
    batch = resources.lake.write("sources.bills", period, _rows(period, resources))
    delivery = {
        "delivery_id": _DELIVERY,
        "period": str(period),
        "source": "bpjs_bills",
        "file_name": "tagihan.csv",
        "sha256": batch.sha256,
        "size_bytes": 1,
        "outcome": "accepted",
        "row_count": batch.rows,
        "batch": batch.as_dict(),
    }
    with resources.warehouse.begin() as connection:
        connection.execute(insert(sources.delivery).values(delivery))
    return batch.rows


def _rows(period: Period, resources: Resources) -> Iterator[pa.Table]:
    values: dict[str, Any] = {
        name: str(resources.settings.place("lake") / dataset / str(period) / "*.parquet")
        for name, dataset in {"decisions": "entitlement.decisions", "lines": "billing.lines"}.items()
    }
    values |= {"delivery": _DELIVERY, "period": str(period)}
    statement = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    with connect() as connection:
        for batch in connection.sql(statement, params=values).to_arrow_reader(_ROWS):
            rows = pa.Table.from_batches([batch])
            empty = {field.name: pa.nulls(rows.num_rows, field.type) for field in RECEIVED_BILLS}
            yield pa.table(empty | {name: rows[name] for name in rows.column_names}, schema=RECEIVED_BILLS)
