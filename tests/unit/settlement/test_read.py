"""Cells of bills and receipts: what is read, and what stops the file."""

import datetime as dt

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sigap.domain.datasets import RECEIVED_BILLS, RECEIVED_PAYMENTS
from sigap.domain.money import rupiah
from sigap.domain.period import Period
from sigap.errors import SettlementError
from sigap.settlement import read_named_bill
from sigap.settlement.statement import read_movements

JANUARY = Period(2026, 1)
NIK = "3275010101800001"
BILL_ROW = {
    "delivery_id": "b" * 16,
    "sheet": "Tagihan",
    "row": 2,
    "source": "bpjs_bills",
    "cells": "{}",
    "nik_cell": "text",
    "nik": NIK,
    "kpj": "12345678901",
    "full_name": "Warga Contoh",
    "month": "2026-01",
    "jkk": "10000",
    "jkm": "6800",
    "total": "16800",
}
PAYMENT_ROW = {
    "delivery_id": "p" * 16,
    "sheet": "Sheet1",
    "row": 2,
    "source": "payments",
    "cells": "{}",
    "reference": "SP2D-001",
    "invoice_number": "SIGAP/SG/2026-01/0001",
    "paid_on": "2026-02-10",
    "amount": "195988800",
}


def bill(*rows: dict[str, object]) -> pa.Table:
    return pa.Table.from_pylist([BILL_ROW | row for row in rows], RECEIVED_BILLS)


def payments(*rows: dict[str, object]) -> pa.Table:
    return pa.Table.from_pylist([PAYMENT_ROW | row for row in rows], RECEIVED_PAYMENTS)


@pytest.mark.parametrize(
    "cell", ["16800", "16.800", "Rp 16.800", "Rp16.800", "Rp. 16.800", " rp 16.800,00 ", "16.800,-"]
)
def test_amount_is_read_in_the_forms_people_write(cell: str) -> None:
    assert read_named_bill(bill({"total": cell}), "tagihan.xlsx", JANUARY)["total_idr"].to_pylist() == [
        16_800
    ]


@pytest.mark.parametrize(
    "cell",
    ["16,800", "16.80", "16800.5", "16.800,50", "1.6800", "-16800", "enam belas ribu", "16 800", "", None],
)
def test_amount_that_is_not_whole_rupiah_stops_the_bill(cell: str | None) -> None:
    with pytest.raises(SettlementError, match=r"tagihan\.xlsx, sheet 'Tagihan', row 9: column total"):
        read_named_bill(bill({}, {"row": 9, "total": cell}), "tagihan.xlsx", JANUARY)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(min_value=0, max_value=10**12), min_size=1))
def test_every_amount_we_write_is_read_back(amounts: list[int]) -> None:
    written = bill(*({"row": line, "total": rupiah(amount)} for line, amount in enumerate(amounts)))
    assert read_named_bill(written, "x.csv", JANUARY)["total_idr"].to_pylist() == amounts


@pytest.mark.parametrize("cell", ["2026-01", "01-2026", "01/2026", "202601", "2026-01-31", "31/01/2026"])
def test_month_is_read_in_the_forms_bills_use(cell: str) -> None:
    assert read_named_bill(bill({"month": cell}), "x.csv", JANUARY).num_rows == 1


@pytest.mark.parametrize("cell", ["2025-12", "2026-13", "Januari", None])
def test_row_of_another_month_stops_the_bill(cell: str | None) -> None:
    with pytest.raises(SettlementError, match="column month does not hold the month that is reconciled"):
        read_named_bill(bill({"month": cell}), "x.csv", JANUARY)


def test_error_counts_the_other_rows_and_quotes_nobody() -> None:
    faulty = bill({"total": "canary-total"}, {"row": 3, "total": "canary-nik"}, {"row": 4, "month": None})
    with pytest.raises(SettlementError) as caught:
        read_named_bill(faulty, "x.csv", JANUARY)
    assert "2 more rows" in str(caught.value)
    for value in (NIK, "canary", "Warga Contoh"):
        assert value not in str(caught.value)


def test_nik_is_cleaned_of_what_spreadsheets_leave_around_it() -> None:
    assert read_named_bill(bill({"nik": f"'{NIK} "}), "x.csv", JANUARY)["nik"].to_pylist() == [NIK]


@pytest.mark.parametrize("cell", ["2026-02-10", "10/02/2026", "10-02-2026"])
def test_payment_is_read_with_its_day(cell: str) -> None:
    listed = payments({"paid_on": cell, "reference": " SP2D-001 "})
    [read] = read_movements("sources.payments", listed, "bukti.csv").to_pylist()
    assert (read["reference"], read["booked_on"]) == ("SP2D-001", dt.date(2026, 2, 10))
    assert read["amount_idr"] == 195_988_800


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("reference", " "),
        ("invoice_number", None),
        ("paid_on", "31/02/2026"),
        ("paid_on", "2026-2"),
        ("amount", "0"),
    ],
)
def test_receipt_that_cannot_be_read_stops_its_list(column: str, cell: str | None) -> None:
    with pytest.raises(SettlementError, match=f"column {column} does not hold"):
        read_movements("sources.payments", payments({column: cell}), "bukti.csv")
