"""From the cells of BPJS's lists to typed rows: a bill, and who is active. Half a list is never used."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sigap.domain.nik import decode_niks
from sigap.domain.period import Period
from sigap.engine import connect, in_order, numbered
from sigap.errors import SettlementError
from sigap.settlement.read import refuse_faults
from sigap.settlement.sides import ACTIVATIONS, ACTIVE, BILLED
from sigap.settlement.totals import Group

BILL_NEEDED = (
    "sheet", "row", "nik", "nik_cell", "kpj", "full_name", "month", "total", "wadah", "people",
)  # fmt: skip


def names_people(received: pa.Table) -> bool:
    """Whether a bill (`datasets.RECEIVED_BILLS`) is by name: some row has a NIK, a KPJ or a name."""
    return any(
        pc.any(pc.not_equal(pc.utf8_trim_whitespace(received[name].drop_null()), "")).as_py()
        for name in ("nik", "kpj", "full_name")
    )


def read_named_bill(received: pa.Table, file_name: str, period: Period) -> pa.Table:
    """The rows of a bill by name (`datasets.RECEIVED_BILLS`) as `BILLED`, one per row of the file.

    `nik` is null where it is not whole (a number has lost its last digit); the match then goes by KPJ. Raises
    `SettlementError` naming file, sheet, row and column when a row bills another month than `period`, or its
    total is not whole rupiah; and when no row has a number to know its person by.
    """
    rows = _read("bill_named.sql", _with_whole_niks(received), file_name, {"period": str(period)})
    if rows["nik"].null_count == rows["kpj"].null_count == rows.num_rows:
        raise SettlementError(
            f"{file_name}: no row has a NIK of 16 digits or a KPJ, so nobody on it can be found. Ask the "
            f"sender for a file with these columns, or add the headers to the catalog entry, and collect it."
        )
    return rows.select(BILLED.names).cast(BILLED)


def read_bill_totals(received: pa.Table, file_name: str, period: Period) -> list[Group]:
    """The rows of a bill without names, one per wadah. Raises `SettlementError` as `read_named_bill` does."""
    rows = _read("bill_totals.sql", received, file_name, {"period": str(period)})
    wanted = rows.select(["wadah_code", "people", "total_idr"])
    return [Group(**row) for row in wanted.to_pylist()]


def read_activations(
    received: pa.Table, file_name: str, period: Period, active_statuses: Sequence[str]
) -> pa.Table:
    """The rows of an activation list (`datasets.RECEIVED_ACTIVATIONS`) as `ACTIVATIONS`, in their order.

    Active is who began by the last day of the month and has no status, or one of `active_statuses`. Raises
    `SettlementError` naming file, sheet, row and column when a day cannot be read.
    """
    values = {"last_day": period.last_day, "active_statuses": [one.upper() for one in active_statuses]}
    rows = _read("insured.sql", _with_whole_niks(received), file_name, values)
    return rows.select(ACTIVATIONS.names).cast(ACTIVATIONS)


def active_of(lists: Sequence[pa.Table]) -> pa.Table:
    """Who is active (`ACTIVE`) after several lists (`ACTIVATIONS`), the oldest first: the newest counts."""
    marked = [
        rows.append_column("list_no", pa.array(np.full(rows.num_rows, place, np.int32)))
        for place, rows in enumerate(lists)
    ]
    with connect() as connection:
        connection.register("activations", pa.concat_tables(marked))
        return connection.sql(_sql("active.sql")).to_arrow_table().cast(ACTIVE)


def _with_whole_niks(received: pa.Table) -> pa.Table:
    niks = decode_niks(received["nik"], received["nik_cell"])
    return received.set_column(received.column_names.index("nik"), "nik", niks["nik"])


def _read(name: str, received: pa.Table, file_name: str, values: Mapping[str, Any]) -> pa.Table:
    with connect() as connection:
        connection.execute(_sql("cells.sql"))
        connection.register("received", numbered(received))
        rows = in_order(connection.sql(_sql(name), params=dict(values)))
    refuse_faults(rows, file_name)
    return rows


def _sql(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")
