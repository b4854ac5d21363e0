"""A money movement and an invoice that waits for money, as the rules of allocation see them."""

import datetime as dt
import re
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class Movement:
    """One line. Whole rupiah towards BPJS above zero, back below; `open_idr` is what still waits.

    `told` is what the bank or the treasury says of it; `words` are reference, that, and what views that
    confirm the line say. They may name people, so they are never shown by accident.
    """

    line_id: int
    channel: str
    account: str
    booked_on: dt.date
    amount_idr: int
    open_idr: int
    counts: bool
    reference: str = field(repr=False)
    told: str = field(repr=False)
    words: str = field(repr=False)
    verdict: str | None = None  # confirms, reverses, set_aside
    other_line_id: int | None = None
    allocated_idr: int = 0
    is_doubtful: bool = False  # may be the same movement as a line of another statement
    by_person: bool = False  # a person decided about it: no rule touches it any more

    @cached_property
    def tokens(self) -> str:
        """The words as parts of letters and digits between single blanks, for finding one in another."""
        return parts(self.words)

    def quotes(self, reference: str) -> bool:
        """Whether the words hold a reference as a whole. Short ones could be anything and never count."""
        wanted = parts(reference)
        return len(wanted.strip()) >= 5 and wanted in self.tokens


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """An issued invoice and what is still to be paid of it, whole rupiah."""

    invoice_id: int
    number: str
    period: str
    funding_source: str
    open_idr: int


def parts(text: str) -> str:
    """` SP2D 123 LS 2026 ` of `SP2D-123/ls/2026`."""
    return f" {' '.join(re.findall(r'[0-9A-Z]+', text.upper()))} "
