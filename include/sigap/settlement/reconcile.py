"""A bill of BPJS against the lines we invoiced, person by person and to the rupiah."""

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from sigap.engine import connect

CLASSES = ("matched", "missing", "extra", "amount_differs")


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Every NIK of either side exactly once: (nik, person_id, class, invoiced_idr, billed_idr).

    `class`: matched; missing, invoiced but not billed; extra, billed but not invoiced; amount_differs.
    `repeated_rows` counts rows of the bill under a NIK that an earlier row has billed already.
    """

    rows: pa.Table
    repeated_rows: int

    @property
    def classes(self) -> dict[str, int]:
        """Persons by class, all four of them."""
        counted = {item["values"]: item["counts"] for item in self.rows["class"].value_counts().to_pylist()}
        return {name: counted.get(name, 0) for name in CLASSES}

    @property
    def differences(self) -> pa.Table:
        """The rows that somebody has to look at."""
        return self.rows.filter(pc.not_equal(self.rows["class"], "matched"))

    @property
    def invoiced_idr(self) -> int:
        """Whole rupiah on our lines."""
        return _total(self.rows["invoiced_idr"])

    @property
    def billed_idr(self) -> int:
        """Whole rupiah on the bill."""
        return _total(self.rows["billed_idr"])


def reconcile(lines: pa.Table, bill: pa.Table) -> Reconciliation:
    """Compare our issued lines (nik, person_id, total_idr) with a bill (nik, total_idr), in whole rupiah.

    Rows of one NIK are added up first: someone billed twice is `amount_differs` (or `extra`), never `matched`
    by one of the two rows.
    """
    with connect() as connection:
        connection.register("lines", lines)
        connection.register("bill", bill)
        statement = Path(__file__).with_name("reconcile.sql").read_text(encoding="utf-8")
        rows = connection.sql(statement).to_arrow_table()
    return Reconciliation(rows, bill.num_rows - pc.count_distinct(bill["nik"]).as_py())


def _total(amounts: pa.ChunkedArray) -> int:
    return int(pc.sum(amounts, min_count=0).as_py())
