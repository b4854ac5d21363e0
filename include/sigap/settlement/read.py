"""From the cells of a bill or a receipt list to typed rows. A cell that cannot be read stops the file."""

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from sigap.domain.nik import decode_niks
from sigap.domain.period import Period
from sigap.engine import connect
from sigap.errors import SettlementError

BILL = pa.schema([pa.field("nik", pa.string()), pa.field("total_idr", pa.int64())])
PAYMENTS = pa.schema(
    [
        pa.field("reference", pa.string()),
        pa.field("invoice_number", pa.string()),
        pa.field("paid_on", pa.date32()),
        pa.field("amount_idr", pa.int64()),
    ]
)

_EXPECTED = {
    "nik": "a NIK of 16 digits, written as text",
    "month": "the month that is reconciled",
    "total": "whole rupiah, such as 16.800",
    "reference": "the reference of a receipt",
    "invoice_number": "the number of an invoice",
    "paid_on": "a date, such as 2026-01-31 or 31/01/2026",
    "amount": "whole rupiah above zero, such as 195.988.800",
    "booked_on": "a date, such as 2026-01-31 or 31/01/2026",
    "movement": "one amount in whole rupiah, in a column debit or credit, or with a mark D or K",
    "currency": "IDR, the only currency that premiums are paid in",
    "order": "whole rupiah other than zero, such as 195.988.800",
}


def read_bill(received: pa.Table, file_name: str, period: Period) -> pa.Table:
    """The rows of a BPJS bill (`datasets.RECEIVED_BILLS`) as (nik, total_idr), one per row of the file.

    Raises `SettlementError` naming file, sheet, row and column when a NIK is not whole, a row bills another
    month than `period`, or a total is not whole rupiah.
    """
    niks = decode_niks(received["nik"], received["nik_cell"])
    typed = received.set_column(received.column_names.index("nik"), "nik", niks["nik"])
    rows = run_file("bill.sql", typed, {"period": str(period)})
    refuse_faults(rows, file_name)
    return rows.select(BILL.names).cast(BILL)


def read_payments(received: pa.Table, file_name: str) -> pa.Table:
    """The rows of a receipt list (`datasets.RECEIVED_PAYMENTS`) as `PAYMENTS`: trimmed, dated, in rupiah.

    Raises `SettlementError` naming file, sheet, row and column when a cell is empty or cannot be read.
    """
    rows = run_file("payments.sql", received, {})
    refuse_faults(rows, file_name)
    return rows.select(PAYMENTS.names).cast(PAYMENTS)


def run_file(name: str, received: pa.Table, values: Mapping[str, object]) -> pa.Table:
    """The rows that a .sql file of this folder makes of `received`, with the macros of cells.sql."""
    with connect() as connection:
        connection.execute(_text("cells.sql"))
        connection.register("received", received)
        return connection.sql(_text(name), params=values).to_arrow_table()


def _text(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def refuse_faults(rows: pa.Table, file_name: str) -> None:
    """Raise `SettlementError` about the first row with a `fault`: where it is, never what stands there."""
    faulty = rows.select(["sheet", "row", "fault"]).drop_null()
    if faulty.num_rows == 0:
        return
    first = faulty.slice(0, 1).to_pylist()[0]
    sheet = f", sheet {first['sheet']!r}" if first["sheet"] else ""
    others = f" {faulty.num_rows - 1} more rows have such a fault." if faulty.num_rows > 1 else ""
    raise SettlementError(
        f"{file_name}{sheet}, row {first['row']}: column {first['fault']} does not hold "
        f"{_EXPECTED[first['fault']]}.{others} Ask the sender for a corrected file and collect it."
    )
