"""Lines grouped into invoices: one per funding source and wadah."""

import datetime as dt
import hashlib
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from sigap.billing.payers import Payers
from sigap.billing.price import count_people
from sigap.domain.money import rupiah
from sigap.domain.period import Period
from sigap.errors import BillingError

_DIGESTED = ("person_id", "period", "jkk_idr", "jkm_idr")
_SUMS = [
    ("period", "min"), ("period", "max"), ("jkk_idr", "sum"), ("jkm_idr", "sum"), ("total_idr", "sum"),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class InvoiceDraft:
    """The header of an invoice before it has a number. Amounts in whole rupiah."""

    period: Period  # the month in which it is billed
    funding_source: str
    wadah_code: str
    covers_from: Period
    covers_to: Period
    people: int
    jkk_idr: int
    jkm_idr: int
    total_idr: int
    due_date: dt.date
    lines_sha256: str


def draft_invoices(lines: pa.Table, payers: Payers, period: Period) -> list[InvoiceDraft]:
    """One draft per funding source and wadah of the lines (`datasets.LINES`), in that order.

    `period` is the month in which they are billed; what they cover is on the lines.
    """
    groups = lines.select(["funding_source", "wadah_code"]).group_by(["funding_source", "wadah_code"])
    ordered = groups.aggregate([]).sort_by([("funding_source", "ascending"), ("wadah_code", "ascending")])
    return [
        _draft(lines, group["funding_source"], group["wadah_code"], payers, period)
        for group in ordered.to_pylist()
    ]


def _draft(
    lines: pa.Table, funding_source: str, wadah_code: str, payers: Payers, period: Period
) -> InvoiceDraft:
    own = lines_of(lines, funding_source, wadah_code)
    [sums] = own.group_by([]).aggregate(_SUMS).to_pylist()
    return InvoiceDraft(
        period=period,
        funding_source=funding_source,
        wadah_code=wadah_code,
        covers_from=Period.parse(sums["period_min"]),
        covers_to=Period.parse(sums["period_max"]),
        people=count_people(own),
        jkk_idr=sums["jkk_idr_sum"],
        jkm_idr=sums["jkm_idr_sum"],
        total_idr=sums["total_idr_sum"],
        due_date=payers[funding_source].due_date(period),
        lines_sha256=digest_lines(own),
    )


def lines_of(lines: pa.Table, funding_source: str, wadah_code: str) -> pa.Table:
    """The lines of one invoice: a slice where they stand together, as `price_people` leaves them."""
    found = pc.and_(
        pc.equal(lines["funding_source"], funding_source), pc.equal(lines["wadah_code"], wadah_code)
    )
    count = pc.sum(found).as_py() or 0
    first = pc.index(found, True).as_py()
    stretch = found.slice(max(first, 0), count)
    return lines.slice(first, count) if pc.all(stretch).as_py() else lines.filter(found)


def digest_lines(lines: pa.Table) -> str:
    """The SHA-256 of a line set: `person_id,period,jkk_idr,jkm_idr` and a line feed each, in this order.

    Anyone can repeat it: `COPY (SELECT person_id, period, jkk_idr, jkm_idr FROM billing.invoice_line
    WHERE invoice_id = … ORDER BY person_id, period) TO STDOUT (FORMAT csv)`, through `sha256sum`.
    """
    ordered = lines.select(_DIGESTED)
    if (np.diff(ordered["person_id"].to_numpy()) <= 0).any():  # of several months, or not in order
        ordered = ordered.sort_by([("person_id", "ascending"), ("period", "ascending")])
    buffer = pa.BufferOutputStream()
    options = pa_csv.WriteOptions(include_header=False, quoting_style="none")
    pa_csv.write_csv(ordered, buffer, options)
    return hashlib.sha256(buffer.getvalue()).hexdigest()


def refuse_over_pagu(
    period: Period, funding_source: str, before_idr: int, month_idr: int, payers: Payers
) -> None:
    """Raise `BillingError` when a month and what other months of its year owe exceed the budget ceiling."""
    pagu = payers[funding_source].pagu_on(period)
    over = before_idr + month_idr - pagu
    if over > 0:
        raise BillingError(
            f"{period}: {funding_source} goes over its pagu of {rupiah(pagu)} by {rupiah(over)} "
            f"({rupiah(before_idr)} owed for other months, {rupiah(month_idr)} for this one). "
            f"Nothing was written: lower the quota, or enter the changed budget in billing/payers.yaml."
        )
