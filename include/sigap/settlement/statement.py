"""From received lists to money movements, each under a key that is the same whichever file brings it."""

from pathlib import Path

import pyarrow as pa

from sigap.engine import connect
from sigap.settlement.channels import REPEATS_COUNT
from sigap.settlement.read import refuse_faults, run_file

# Rupiah towards BPJS are above zero, rupiah that came back below.
MOVEMENTS = pa.schema(
    [
        pa.field("sheet", pa.string()),
        pa.field("row", pa.int32()),
        pa.field("account", pa.string()),
        pa.field("booked_on", pa.date32()),
        pa.field("amount_idr", pa.int64()),
        pa.field("reference", pa.string()),
        pa.field("description", pa.string()),
    ]
)
KEYED = MOVEMENTS.append(pa.field("line_key", pa.string()))
# dataset of the lake: (channel, what reads its cells)
SOURCES = {
    "sources.statements": ("bank", "statement_lines.sql"),
    "sources.orders": ("sp2d", "orders.sql"),
    "sources.payments": ("receipt", "receipts.sql"),
}


def read_movements(dataset: str, received: pa.Table, file_name: str) -> pa.Table:
    """The movements of a received list as `KEYED`, in the order of the file.

    Raises `SettlementError` naming file, sheet, row and column, never the cell, when one cannot be read.
    """
    channel, name = SOURCES[dataset]
    rows = run_file(name, received, {})
    refuse_faults(rows, file_name)
    return keyed(rows.select(MOVEMENTS.names).cast(MOVEMENTS), channel)


def keyed(movements: pa.Table, channel: str) -> pa.Table:
    """`MOVEMENTS` of one file with their keys, as `KEYED`.

    Files that overlap by whole days give the same keys for the same movements, in whatever order they come.
    """
    statement = Path(__file__).with_name("line_keys.sql").read_text(encoding="utf-8")
    with connect() as connection:
        connection.register("movements", movements)
        values = {"channel": channel, "repeats_count": channel in REPEATS_COUNT}
        return connection.sql(statement, params=values).to_arrow_table().cast(KEYED)
