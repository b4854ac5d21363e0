"""Movements, verdicts and allocations as the warehouse keeps them; every allocation also enters the books."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import Connection, func, insert, select, text

from sigap.billing.ledger import payment_entry
from sigap.domain.period import Period
from sigap.errors import SettlementError
from sigap.pipeline.bearers import bearers, debit_notes
from sigap.pipeline.guards import guards
from sigap.pipeline.ledger import first_open, post
from sigap.pipeline.locks import share_books
from sigap.pipeline.money import balances
from sigap.settlement.allocate import Books
from sigap.settlement.channels import load_channels
from sigap.settlement.confirm import Link
from sigap.settlement.movement import Movement, OpenInvoice
from sigap.settlement.reversal import take_back
from sigap.warehouse.tables import billing
from sigap.warehouse.tables.money import allocation, billing_code, line_verdict, statement_line

_ALLOCATING = 3275_0012  # any number, the same for everyone who allocates
_LINES = text(Path(__file__).with_name("payment_lines.sql").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Decided:
    """Who says so: a rule, or a person with a reason."""

    rule: str | None = None
    actor: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Whole rupiah of a line on an invoice; below zero they are taken back."""

    line_id: int
    invoice_id: int
    amount_idr: int


def hold_allocations(connection: Connection) -> None:
    """One at a time until the transaction ends: two runs never spend one rupiah. The books come first."""
    share_books(connection)
    connection.execute(select(func.pg_advisory_xact_lock(_ALLOCATING)))


def read_lines(connection: Connection) -> list[Movement]:
    """Every movement as it stands, by day."""
    return [Movement(**row) for row in connection.execute(_LINES).mappings()]


def read_books(connection: Connection) -> Books:
    """The issued invoices with what is open of them, the billing codes, and who bears the debit notes."""
    invoices = [
        OpenInvoice(one.invoice_id, one.number, str(one.period), one.funding_source, one.open_idr)
        for one in balances(connection)
    ]
    codes = connection.execute(select(billing_code.c.billing_code, billing_code.c.invoice_id))
    named = {row.billing_code: row.invoice_id for row in codes}
    return Books(invoices, named, load_channels(), bearers(debit_notes(connection)))


def standing(
    connection: Connection, *, invoice: int | None = None, line: int | None = None
) -> list[tuple[int, int]]:
    """What stands of an invoice as (line, rupiah), or of a line as (invoice, rupiah); the newest first."""
    given, other = ("invoice_id", "line_id") if line is None else ("line_id", "invoice_id")
    amount = func.sum(allocation.c.amount_idr)
    rows = connection.execute(
        select(allocation.c[other], amount)
        .where(allocation.c[given] == (invoice if line is None else line))
        .group_by(allocation.c[other])
        .having(amount != 0)
        .order_by(func.max(allocation.c.allocation_id).desc())
    )
    return [(int(key), int(sums)) for key, sums in rows]


def keep_verdict(
    connection: Connection, line_id: int, kind: str, other: int | None, decided: Decided
) -> None:
    """Record what a line is beside others. Raises `SettlementError` in the words of the database's guards."""
    values = {"line_id": line_id, "kind": kind, "other_line_id": other, **asdict(decided)}
    with guards(SettlementError):
        connection.execute(insert(line_verdict).values(values))


def keep_reversal(connection: Connection, link: Link, decided: Decided) -> None:
    """Link money that came back to its payment and take from invoices what was allocated of it."""
    lines = {line.line_id: line for line in read_lines(connection)}
    back, payment = lines[link.line_id], lines[link.other_line_id]
    keep_verdict(connection, back.line_id, "reverses", payment.line_id, decided)
    taken = take_back(
        -back.amount_idr, payment.open_idr, _paid_of(connection, payment.line_id, lines.values())
    )
    keep_parts(connection, [Part(back.line_id, invoice, -amount) for invoice, amount in taken], decided)


def keep_parts(connection: Connection, parts: Sequence[Part], decided: Decided) -> None:
    """Write allocations at once and post each, in the month of its movement or the next that is not closed.

    Raises `SettlementError` in the words of the database's guards, `BillingError` from the books.
    """
    if not parts:
        return
    months = _months(connection, {part.line_id for part in parts})
    rows = [{**asdict(part), **asdict(decided), "period": str(months[part.line_id])} for part in parts]
    with guards(SettlementError):
        ids = connection.execute(
            insert(allocation).returning(allocation.c.allocation_id, sort_by_parameter_order=True), rows
        ).scalars()
        invoices = _invoices(connection, {part.invoice_id for part in parts})
    for allocation_id, part in zip(ids.all(), parts, strict=True):
        number, payer = invoices[part.invoice_id]
        post(
            connection,
            payment_entry(f"payment/{allocation_id}", months[part.line_id], payer, part.amount_idr, number),
        )


def _paid_of(connection: Connection, line_id: int, lines: Iterable[Movement]) -> list[tuple[int, int]]:
    """What a payment still gives each invoice, the newest first, less what earlier returns took from it."""
    left = dict(standing(connection, line=line_id))
    for line in lines:
        if line.verdict == "reverses" and line.other_line_id == line_id:
            for invoice, amount in standing(connection, line=line.line_id):
                left[invoice] = left.get(invoice, 0) + amount
    return [(invoice, amount) for invoice, amount in left.items() if amount > 0]


def _months(connection: Connection, lines: set[int]) -> dict[int, Period]:
    """The month of the books for each line."""
    line = statement_line.c
    rows = connection.execute(select(line.line_id, line.booked_on).where(line.line_id.in_(lines)))
    return {number: first_open(connection, Period(day.year, day.month)) for number, day in rows}


def _invoices(connection: Connection, invoices: set[int]) -> dict[int, tuple[str, str]]:
    """Number and payer of each."""
    invoice = billing.invoice.c
    wanted = select(invoice.invoice_id, invoice.number, invoice.funding_source)
    rows = connection.execute(wanted.where(invoice.invoice_id.in_(invoices)))
    return {number: (str(name), str(payer)) for number, name, payer in rows}
