"""The cases of the row check that a steward has to agree with, from the tables in tests/spec/quality."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from sigap.domain.datasets import RECEIVED_WORKERS
from sigap.domain.period import Period
from sigap.domain.source import Column, SourceEntry
from sigap.quality.rows import check_rows

TABLES = Path(__file__).with_name("quality")
COLUMNS = {"birth_date": Column("birth_date", ("Tgl Lahir",), date_order="dmy")}
BECAK = SourceEntry("becak", "Becak", "workers", COLUMNS, sector="becak")
ROW = {
    "delivery_id": "d1",
    "sheet": "Data",
    "row": 2,
    "source": "becak",
    "cells": "{}",
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


@pytest.mark.parametrize("case", cases("nik", "place"))
def test_a_row_is_checked_as_the_table_says(case: dict[str, Any]) -> None:
    assert case["reference"]
    received = pa.Table.from_pylist([ROW | case["row"]], schema=RECEIVED_WORKERS)
    (row,) = check_rows(received, BECAK, Period(2026, 1)).rows.to_pylist()
    assert {name: row[name] for name in case["expect"]} == case["expect"]
