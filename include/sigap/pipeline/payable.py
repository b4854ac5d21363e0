"""Utang iuran: what is owed to BPJS at the end of a month, by payer, bill and coverage month."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, text

from sigap.domain.period import Period

_OPEN = text(Path(__file__).with_name("payable.sql").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Payable:
    """What a bill still owes for one coverage month, whole rupiah. `document` is the invoice's number.

    Without a month, and below zero: paid on a bill beyond what it owes, or on none that is known. It is
    shown by itself, since nobody decided which other month it pays.
    """

    funding_source: str
    period: str | None
    document: str
    owed_idr: int


def payables(connection: Connection, through: Period) -> list[Payable]:
    """Everything owed or overpaid at the end of a month of the books; its sum is the balance of the account.

    What was paid on a bill of several months pays the oldest first.
    """
    rows = connection.execute(_OPEN, {"through": str(through)}).all()
    bills = groupby(rows, key=lambda row: (row.funding_source, row.document))
    return [payable for _, bill in bills for payable in _settle(list(bill))]


def _settle(months: Sequence[Row[Any]]) -> Iterator[Payable]:
    """`months` of one bill, oldest first; a payment that came back counts as owed with the oldest."""
    bill = months[0]
    paid = bill.settled_idr
    for row in months:
        used = min(paid, row.owed_idr)
        paid -= used
        if row.owed_idr != used:
            yield Payable(bill.funding_source, row.period, bill.document, row.owed_idr - used)
    if paid:
        yield Payable(bill.funding_source, None, bill.document, -paid)
