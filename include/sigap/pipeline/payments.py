"""How a person in finance settles waiting money. Everything keeps who and why, and enters the books."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, insert, select

from sigap.audit.outcome import Outcome
from sigap.domain.money import rupiah
from sigap.domain.nik import holds_nik
from sigap.errors import SettlementError
from sigap.pipeline.approvers import approvers
from sigap.pipeline.guards import guards
from sigap.pipeline.payment_queue import line_of, month_of, numbers_of, payment_lines
from sigap.pipeline.payment_rows import (
    Decided,
    Part,
    hold_allocations,
    keep_parts,
    keep_reversal,
    keep_verdict,
    read_books,
    read_lines,
    standing,
)
from sigap.pipeline.resources import Resources, code_version
from sigap.settlement.allocate import Books
from sigap.settlement.confirm import Link
from sigap.settlement.movement import Movement, OpenInvoice
from sigap.warehouse.tables.money import billing_code


def assign(
    line_id: int, number: str, amount_idr: int | None, actor: str, reason: str, resources: Resources
) -> int:
    """Let a line pay an invoice: `amount_idr`, or as much as both have open. Returns the rupiah.

    The number of a debit note stands for the invoice that bears it.

    Raises `SettlementError` for an unknown line or invoice, an account that may not, a missing reason, or
    more than is open of either; `BillingError` from the books.
    """
    line = line_of(payment_lines(resources), line_id)
    with _deciding(line, actor, reason, resources) as (connection, decided, outcome):
        line = line_of(read_lines(connection), line_id)
        found = _named(read_books(connection), number.strip().upper())
        amount = min(line.open_idr, found[0].open_idr) if amount_idr is None else amount_idr
        if amount <= 0:
            raise SettlementError(
                f"There is nothing to allocate: line {line_id} has {rupiah(line.open_idr)} open, "
                f"{found[0].number} {rupiah(found[0].open_idr)}. See `sigap payments show {line_id}`."
            )
        keep_parts(connection, [Part(line_id, found[0].invoice_id, amount)], decided)
        outcome.count({"allocated_idr": amount})
    return amount


def _named(books: Books, number: str) -> list[OpenInvoice]:
    borne = books.notes.get(number)
    found = [one for one in books.invoices if one.number == number or one.invoice_id in (borne or ())]
    if borne is not None and len(found) != 1:
        why = "waits for the next invoice of its payer" if not found else "is paid on several invoices"
        raise SettlementError(f"Debit note {number} {why}. Name an invoice, see `sigap watch`.")
    if not found:
        raise SettlementError(f"There is no issued invoice {number}. `sigap invoice list PERIOD` names them.")
    return found


def release(line_id: int, number: str | None, actor: str, reason: str, resources: Resources) -> int:
    """Take back what a line pays, of one invoice or of all; rules leave the line alone from then on.

    Returns the rupiah. Raises `SettlementError` as `assign`, and when the line pays nothing.
    """
    line = line_of(payment_lines(resources), line_id)
    with _deciding(line, actor, reason, resources) as (connection, decided, outcome):
        named = None if number is None else numbers_of(connection).get(number.strip().upper(), 0)
        stands = [
            Part(line_id, invoice, -amount)
            for invoice, amount in standing(connection, line=line_id)
            if named in (None, invoice)
        ]
        if not stands:
            raise SettlementError(
                f"Line {line_id} pays no such invoice. See `sigap payments show {line_id}`."
            )
        keep_parts(connection, stands, decided)
        outcome.count({"released_idr": -sum(part.amount_idr for part in stands)})
    return -sum(part.amount_idr for part in stands)


def link(line_id: int, other_line_id: int, actor: str, reason: str, resources: Resources) -> str:
    """Say that a line belongs to another: a view confirms a payment, money that came back reverses it.

    Returns which of the two. Raises `SettlementError` where they do not fit.
    """
    lines = payment_lines(resources)
    line, other = line_of(lines, line_id), line_of(lines, other_line_id)
    kind = "reverses" if line.counts and line.amount_idr < 0 and other.amount_idr > 0 else "confirms"
    with _deciding(line, actor, reason, resources) as (connection, decided, outcome):
        if kind == "reverses":
            keep_reversal(connection, Link(line_id, other_line_id, ""), decided)
        else:
            keep_verdict(connection, line_id, kind, other_line_id, decided)
        outcome.count({kind: 1})
    return kind


def set_aside(line_id: int, actor: str, reason: str, resources: Resources) -> None:
    """Say that a line is no payment of ours, or the same as another. Raises `SettlementError` as `assign`."""
    _judge(line_id, "set_aside", actor, reason, resources)


def reopen(line_id: int, actor: str, reason: str, resources: Resources) -> None:
    """Take back that a line confirms, reverses or is set aside. Raises `SettlementError` as `assign`."""
    _judge(line_id, "reopened", actor, reason, resources)


def enter_code(number: str, code: str, actor: str, resources: Resources) -> None:
    """Keep the kode iuran that BPJS gave for an invoice. Raises `SettlementError` when it is another's."""
    with resources.warehouse.begin() as connection:
        _refuse(actor, "kode iuran", resources)
        ids = numbers_of(connection)
        if number not in ids or not (code.isascii() and code.isdigit() and 8 <= len(code) <= 20):
            raise SettlementError("Give the number of an issued invoice and the kode iuran, 8 to 20 digits.")
        known = connection.execute(
            select(billing_code.c.invoice_id).where(billing_code.c.billing_code == code)
        ).scalar()
        if known not in (None, ids[number]):
            raise SettlementError(
                f"This kode iuran is entered for another invoice than {number}. Compare them."
            )
        if known is None:
            with guards(SettlementError):
                values = {"billing_code": code, "invoice_id": ids[number], "actor": actor}
                connection.execute(insert(billing_code).values(values))


def _judge(line_id: int, kind: str, actor: str, reason: str, resources: Resources) -> None:
    line = line_of(payment_lines(resources), line_id)
    with _deciding(line, actor, reason, resources) as (connection, decided, outcome):
        keep_verdict(connection, line_id, kind, None, decided)
        outcome.count({kind: 1})


@contextmanager
def _deciding(
    line: Movement, actor: str, reason: str, resources: Resources
) -> Iterator[tuple[Connection, Decided, Outcome]]:
    """One transaction of a person who may, alone, with its outcome."""
    with resources.outcome_of("payments", month_of(line), f"payment line {line.line_id}") as outcome:
        _refuse(actor, reason, resources)
        outcome.versions.update(code=code_version(), actor=actor)
        outcome.read("settlement.statement_line")
        with resources.warehouse.begin() as connection:
            hold_allocations(connection)
            yield connection, Decided(actor=actor.strip(), reason=reason.strip()), outcome
        outcome.wrote("settlement.allocation", "settlement.line_verdict")


def _refuse(actor: str, reason: str, resources: Resources) -> None:
    names = approvers("invoices", resources.settings)
    if actor.strip() not in names:
        raise SettlementError(f"This account may not settle payments. It may be done by: {', '.join(names)}.")
    if not reason.strip() or holds_nik(reason):
        raise SettlementError("Say why, by the document that was seen and without a NIK. Nothing was kept.")
