"""Lays what BPJS and a bank send, as `collect` and `allocate` leave it. Everybody is invented."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
from sqlalchemy import insert

from sigap.domain.datasets import SCHEMAS
from sigap.domain.period import Period
from sigap.pipeline.allocations import allocate_waiting
from sigap.pipeline.money import keep_movements
from sigap.pipeline.resources import Resources
from sigap.settlement.statement import MOVEMENTS, keyed
from sigap.warehouse.tables import sources

JANUARY = Period(2026, 1)
NIKS = {person: f"327501010180{person:04d}" for person in range(1, 100)}  # those of lay_invoice
NUMBER = "SIGAP/SG/2026-01/0001"
_SOURCES = {"sources.bills": "bpjs_bills", "sources.activations": "activations"}


def lay_list(
    resources: Resources,
    dataset: str,
    name: str,
    rows: Sequence[Mapping[str, str | None]],
    received_at: str = "2026-02-01T00:00Z",
    period: Period = JANUARY,
) -> str:
    """Lay an accepted delivery with the given cells; returns its id, made of the length of its name."""
    delivery_id = f"{len(name):016d}"
    same = {
        "delivery_id": delivery_id, "sheet": "", "source": _SOURCES[dataset], "cells": "{}",
        "nik_cell": "text",
    }  # fmt: skip
    cells = [{**same, "row": line, **row} for line, row in enumerate(rows, 2)]
    batch = resources.lake.write(dataset, period, pa.Table.from_pylist(cells, SCHEMAS[dataset]))
    _deliver(resources, delivery_id, name, _SOURCES[dataset], received_at, period, batch.as_dict())
    return delivery_id


def bill_of(amounts: Mapping[int, str], month: str = "2026-01") -> list[Mapping[str, str | None]]:
    """Rows of a bill by name: rupiah as written by person."""
    return [{"nik": NIKS[person], "month": month, "total": amount} for person, amount in amounts.items()]


def active_list(*people: int, since: str = "2026-01-01") -> list[Mapping[str, str | None]]:
    """Rows of a list of active members."""
    return [{"nik": NIKS[person], "kpj": f"9000000{person:04d}", "active_from": since} for person in people]


def pay(
    resources: Resources,
    amount: int,
    number: str = NUMBER,
    on: dt.date = dt.date(2026, 2, 10),
    file: str = "rk",
) -> None:
    """A bank statement with one movement that names an invoice, and its allocation."""
    delivery_id = f"{file}{on:%y%m%d}".ljust(16, "0")[:16]
    _deliver(resources, delivery_id, f"{file}.csv", "bank_statement", f"{on}T00:00Z", JANUARY, {})
    movement: dict[str, Any] = {
        "sheet": "", "row": 2, "account": "0012345678900", "booked_on": on, "reference": "",
        "amount_idr": amount, "description": f"BAYAR {number}",
    }  # fmt: skip
    with resources.warehouse.begin() as connection:
        movements = keyed(pa.Table.from_pylist([movement], MOVEMENTS), "bank")
        keep_movements(connection, delivery_id, "bank", movements)
        allocate_waiting(connection)


def _deliver(
    resources: Resources, delivery_id: str, name: str, source: str, at: str, period: Period, batch: Any
) -> None:
    with resources.warehouse.begin() as connection:
        connection.execute(
            insert(sources.delivery).values(
                delivery_id=delivery_id,
                period=str(period),
                source=source,
                file_name=name,
                sha256="a" * 64,
                size_bytes=1,
                outcome="accepted",
                batch=batch,
                received_at=at,
            )
        )
