"""Which invoice a debit note is paid on: notes have numbers of their own, and ride on an invoice."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, text

from sigap.domain.period import Period

_BEARERS = text(Path(__file__).with_name("bearers.sql").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Borne:
    """What of an issued debit note is paid on one invoice; None: its payer has no invoice yet to bear it."""

    number: str
    period: Period
    funding_source: str
    wadah_code: str
    invoice_id: int | None
    people: int
    total_idr: int


def debit_notes(connection: Connection, number: str | None = None) -> list[Borne]:
    """Every issued debit note, or the one of that number, by the invoice that bears it, the oldest first.

    Whole rupiah.
    """
    rows = connection.execute(_BEARERS, {"number": number}).mappings()
    return [Borne(**{**row, "period": Period.parse(row["period"])}) for row in rows]


def bearers(notes: list[Borne]) -> Mapping[str, frozenset[int]]:
    """By the number of a note the invoices that bear it; none for a note that waits for one."""
    return {
        note.number: frozenset(
            one.invoice_id for one in notes if one.number == note.number and one.invoice_id is not None
        )
        for note in notes
    }
