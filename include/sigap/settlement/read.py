"""From cells to typed rows, for every list of settlement. A cell that cannot be read stops the file."""

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from sigap.engine import connect
from sigap.errors import SettlementError

_EXPECTED = {
    "month": "the month that is reconciled",
    "total": "whole rupiah, such as 16.800",
    "wadah": "the code of a wadah, such as SG",
    "people": "a number of persons, such as 11.666",
    "active_from": "a date, such as 2026-01-31 or 31/01/2026",
    "paid_on": "a date, such as 2026-01-31 or 31/01/2026",
    "reference": "the reference of a receipt",
    "invoice_number": "the number of an invoice",
    "amount": "whole rupiah above zero, such as 195.988.800",
    "booked_on": "a date, such as 2026-01-31 or 31/01/2026",
    "movement": "one amount in whole rupiah, in a column debit or credit, or with a mark D or K",
    "currency": "IDR, the only currency that premiums are paid in",
    "account": "the number of an account, which other rows of the file have",
    "order": "whole rupiah other than zero, such as 195.988.800",
}


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
