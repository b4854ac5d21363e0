"""Rows that go to the server in binary arrive as they were, and go in text where binary does not fit."""

import pyarrow as pa
import pytest
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Engine,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
)

from sigap.warehouse.binary import binary_rows
from sigap.warehouse.store import copy_out, copy_rows

TABLE = Table(
    "copied",
    MetaData(),
    Column("person_id", BigInteger),
    Column("people", Integer),
    Column("share_no", SmallInteger),
    Column("is_void", Boolean),
    Column("period", String(7)),
    Column("payer_set", Text),
    Column("due_date", Date),
    schema="pg_temp",
)
TYPES = {"period": pa.string(), "payer_set": pa.string(), "is_void": pa.string()}


def rows_of(number: int) -> pa.Table:
    """Rows around zero, with texts of three lengths, one of them of no length, and one beyond ASCII."""
    payers = ["APBD_KOTA", "CSR", "", "DANA_DÉSA"]
    return pa.table(
        {
            "person_id": pa.array([(i - number // 2) * 2**40 for i in range(number)], pa.int64()),
            "people": pa.array([i - 7 for i in range(number)], pa.int64()),
            "share_no": pa.array([i % 300 - 150 for i in range(number)], pa.int16()),
            "is_void": [i % 3 == 0 for i in range(number)],
            "period": [f"2026-{i % 12 + 1:02d}" for i in range(number)],
            "payer_set": [payers[i % 4] for i in range(number)],
        }
    )


@pytest.mark.parametrize("number", [0, 1, 20_000])
def test_rows_arrive_in_binary_as_they_were(warehouse: Engine, number: int) -> None:
    rows = rows_of(number)
    sliced = pa.concat_tables([rows.slice(0, number // 3), rows.slice(number // 3)])
    assert binary_rows(TABLE, sliced) is not None
    with warehouse.begin() as connection:
        TABLE.create(connection)
        copy_rows(connection, TABLE, sliced)
        kept = copy_out(connection, TABLE.select().order_by(TABLE.c.people), TYPES)
    arrived = kept.select([name for name in rows.column_names if name != "is_void"])
    assert arrived.to_pydict() == rows.drop_columns(["is_void"]).to_pydict()
    assert [value == "t" for value in kept["is_void"].to_pylist()] == rows["is_void"].to_pylist()


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("payer_set", pa.array(["KOTA", None])),
        ("payer_set", pa.array(["x" * length for length in range(17)])),
        ("due_date", pa.array([1], pa.date32())),
    ],
)
def test_rows_go_in_text_where_binary_does_not_fit(warehouse: Engine, name: str, values: pa.Array) -> None:
    rows = pa.table({name: values})
    assert binary_rows(TABLE, rows) is None
    with warehouse.begin() as connection:
        TABLE.create(connection)
        copy_rows(connection, TABLE, rows)
        kept = copy_out(connection, TABLE.select(), {name: values.type})
    assert sorted(kept[name].to_pylist(), key=str) == sorted(values.to_pylist(), key=str)


def test_a_number_too_large_for_its_column_is_refused(warehouse: Engine) -> None:
    rows = pa.table({"share_no": pa.array([2**15], pa.int64())})
    with warehouse.begin() as connection, pytest.raises(pa.ArrowInvalid, match="32768"):
        TABLE.create(connection)
        copy_rows(connection, TABLE, rows)
