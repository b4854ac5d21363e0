"""The cases of the row check that a steward has to agree with, from the tables in tests/spec/quality."""

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from sigap.domain.datasets import RECEIVED_WORKERS
from sigap.domain.period import Period
from sigap.domain.source import Column, DateOrder, SourceEntry
from sigap.quality.rows import check_rows

TABLES = Path(__file__).with_name("quality")
ROW = {
    "delivery_id": "d1",
    "sheet": "Data",
    "row": 2,
    "source": "becak",
    "cells": "{}",
    "flags": "",
    "nik_cell": "text",
    "nik": "3275011708800001",
    "full_name": "Budi Contoh",
    "birth_date": "17/08/1980",
    "kelurahan": "Kranji",
    "kecamatan": "Bekasi Barat",
}


def cases(*tables: str) -> list[Any]:
    found = [
        pytest.param(case, id=f"{table}: {case['name']}")
        for table in tables
        for case in yaml.safe_load((TABLES / f"{table}.yaml").read_text(encoding="utf-8"))
    ]
    assert found, "no case was found: this test would prove nothing"
    return found


def becak(order: DateOrder) -> SourceEntry:
    columns = {"birth_date": Column("birth_date", ("Tgl Lahir",), date_order=order)}
    return SourceEntry("becak", "Becak", "workers", columns, sector="becak")


def others(dates: list[Any]) -> list[dict[str, Any]]:
    """Rows of other people with these birth dates, as a column has them beside the one that is looked at."""
    return [
        ROW | {"nik": f"3275020101700{number:03d}", "full_name": f"Orang {number}", "birth_date": str(date)}
        for number, date in enumerate(dates, start=1)
    ]


@pytest.mark.parametrize("case", cases("nik", "dates", "place"))
def test_a_row_is_checked_as_the_table_says(case: dict[str, Any]) -> None:
    assert case["reference"]
    changed = {name: str(text) if isinstance(text, dt.date) else text for name, text in case["row"].items()}
    rows = [ROW | changed, *others(case.get("beside", []))]
    received = pa.Table.from_pylist(rows, schema=RECEIVED_WORKERS)
    row, *_ = check_rows(received, becak(case.get("order", "dmy")), Period(2026, 1)).rows.to_pylist()
    assert {name: row[name] for name in case["expect"]} == case["expect"]
