"""What a person in finance sees of money: every movement, what waits and why, one line in full."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from sigap.domain.period import Period
from sigap.errors import SettlementError
from sigap.pipeline.payment_rows import read_books, read_lines
from sigap.pipeline.resources import Resources
from sigap.settlement.allocate import Books
from sigap.settlement.movement import Movement
from sigap.settlement.suggest import Suggestion, suggest, why_waiting
from sigap.warehouse.tables import billing
from sigap.warehouse.tables.money import allocation


@dataclass(frozen=True, slots=True)
class Waiting:
    """A line that waits, why, and what it may be, the likeliest first."""

    line: Movement
    why: str
    suggestions: tuple[Suggestion, ...]


@dataclass(frozen=True, slots=True)
class LineHistory:
    """A line with everything that was decided about it: (when, number of the invoice, rupiah, by, reason)."""

    line: Movement
    allocations: tuple[tuple[str, str, int, str, str], ...]
    waiting: Waiting | None


def payment_lines(resources: Resources) -> list[Movement]:
    """Every movement as it stands, by day."""
    with resources.warehouse.connect() as connection:
        return read_lines(connection)


def queue(resources: Resources) -> list[Waiting]:
    """What waits for a person: money without an invoice, and views without a payment; the oldest first."""
    with resources.warehouse.connect() as connection:
        return _waiting(connection, read_lines(connection))


def show_line(line_id: int, actor: str, resources: Resources) -> LineHistory:
    """One line in full, with the words of the bank. They may name people: the audit keeps who looked.

    Raises `SettlementError` for an unknown line.
    """
    line = line_of(payment_lines(resources), line_id)
    with resources.outcome_of("look", month_of(line), f"payment line {line_id}") as outcome:
        outcome.versions["actor"] = actor
        outcome.read("settlement.statement_line", "settlement.allocation")
        with resources.warehouse.connect() as connection:
            told = tuple(map(_told, _allocations(connection, line_id)))
            waiting = _waiting(connection, read_lines(connection))
        outcome.wrote("audit.outcome")
    return LineHistory(line, told, next((one for one in waiting if one.line.line_id == line_id), None))


def line_of(lines: Sequence[Movement], line_id: int) -> Movement:
    """The line of a number. Raises `SettlementError` when there is none."""
    found = next((line for line in lines if line.line_id == line_id), None)
    if found is None:
        raise SettlementError(f"There is no payment line {line_id}. `sigap payments list` numbers them.")
    return found


def month_of(line: Movement) -> Period:
    """The month in which it was booked."""
    return Period(line.booked_on.year, line.booked_on.month)


def numbers_of(connection: Connection) -> dict[str, int]:
    """Every invoice that was ever issued, by its number."""
    invoice = billing.invoice.c
    wanted = select(invoice.number, invoice.invoice_id).where(invoice.number.is_not(None))
    return {str(row.number): int(row.invoice_id) for row in connection.execute(wanted)}


def _waiting(connection: Connection, lines: list[Movement]) -> list[Waiting]:
    books, known = read_books(connection), frozenset(numbers_of(connection))
    return [_explained(line, lines, books, known) for line in lines if _waits(line)]


def _waits(line: Movement) -> bool:
    return bool(line.open_idr) or (not line.counts and line.verdict is None)


def _explained(line: Movement, lines: list[Movement], books: Books, known: frozenset[str]) -> Waiting:
    return Waiting(line, why_waiting(line, books, known), tuple(suggest(line, books, lines)))


def _allocations(connection: Connection, line_id: int) -> Sequence[Any]:
    one, invoice = allocation.c, billing.invoice.c
    wanted = (
        select(one.made_at, invoice.number, one.amount_idr, one.rule, one.actor, one.reason)
        .join(billing.invoice, invoice.invoice_id == one.invoice_id)
        .where(one.line_id == line_id)
        .order_by(one.allocation_id)
    )
    return connection.execute(wanted).all()


def _told(row: Any) -> tuple[str, str, int, str, str]:
    return f"{row.made_at:%Y-%m-%d}", row.number, row.amount_idr, row.rule or row.actor, row.reason or ""
