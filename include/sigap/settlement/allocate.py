"""Which invoices a line pays, by the rules of channels.yaml in their order. What is not certain waits."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sigap.settlement.channels import Channels
from sigap.settlement.movement import Movement, OpenInvoice


@dataclass(frozen=True, slots=True)
class Allotment:
    """Whole rupiah of a line for an invoice, and the rule that says so."""

    line_id: int
    invoice_id: int
    amount_idr: int
    rule: str


@dataclass(slots=True)
class Books:
    """Invoices and how they are named, while lines take from them.

    `invoices` are the issued ones with something open, `codes` say which invoice a kode iuran is of, `notes`
    which invoices bear a debit note: none while it waits for one.
    """

    invoices: Sequence[OpenInvoice]
    codes: Mapping[str, int]
    channels: Channels
    notes: Mapping[str, frozenset[int]] = field(default_factory=dict)
    left: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.left = {one.invoice_id: one.open_idr for one in self.invoices}

    def open(self) -> list[OpenInvoice]:
        """The invoices of which something is left, the oldest first."""
        wanted = [one for one in self.invoices if self.left[one.invoice_id] > 0]
        return sorted(wanted, key=lambda one: (one.period, one.number))


def allot(lines: Sequence[Movement], books: Books) -> list[Allotment]:
    """What waiting lines pay, rule by rule: who names an invoice goes before who has its amount.

    A line pays at most what is open of it, an invoice takes at most what is open of it; the rest waits.
    """
    waiting = [line for line in lines if _waits(line)]
    waiting.sort(key=lambda line: (line.booked_on, line.line_id))
    found: list[Allotment] = []
    left = {line.line_id: line.open_idr for line in waiting}
    for rule in books.channels.rules:
        for line in waiting:
            if left[line.line_id] > 0:
                for one in _RULES[rule](line, books):
                    if part := min(left[line.line_id], books.left[one.invoice_id]):
                        found.append(Allotment(line.line_id, one.invoice_id, part, rule))
                        left[line.line_id] -= part
                        books.left[one.invoice_id] -= part
    return found


def codes_in(text: str) -> frozenset[str]:
    """The numbers in a text that may be a kode iuran."""
    return frozenset(re.findall(r"(?<!\d)\d{8,20}(?!\d)", text))


def _waits(line: Movement) -> bool:
    return line.counts and line.open_idr > 0 and not (line.verdict or line.by_person or line.is_doubtful)


def _by_number(line: Movement, books: Books) -> list[OpenInvoice]:
    named = books.channels.numbers_in(line.words)
    borne = frozenset[int]().union(*(books.notes.get(number, ()) for number in named))
    return [one for one in books.open() if one.number in named or one.invoice_id in borne]


def _by_code(line: Movement, books: Books) -> list[OpenInvoice]:
    named = {books.codes[code] for code in codes_in(line.words) if code in books.codes}
    return [one for one in books.open() if one.invoice_id in named]


def _by_amount(line: Movement, books: Books) -> list[OpenInvoice]:
    """The one invoice of the payer with exactly this open.

    None for a line that names any invoice, or of an unknown account whose words speak of something else.
    """
    if line.allocated_idr or line.open_idr != line.amount_idr or books.channels.numbers_in(line.words):
        return []
    payer = books.channels.accounts.get(line.account)
    if payer is None and not any(words.search(line.words.upper()) for words in books.channels.ours):
        return []
    same = [
        one
        for one in books.open()
        if books.left[one.invoice_id] == line.open_idr and payer in (None, one.funding_source)
    ]
    return same if len(same) == 1 else []


_RULES: Mapping[str, Callable[[Movement, Books], list[OpenInvoice]]] = {
    "INVOICE_NUMBER": _by_number,
    "BILLING_CODE": _by_code,
    "OPEN_AMOUNT": _by_amount,
}
