"""What lines pay: by rule when it is certain, freed again when an invoice becomes void."""

from dataclasses import asdict, dataclass

from sqlalchemy import Connection

from sigap.domain.period import Period
from sigap.pipeline.money import keep_movements, money_lists, paid, read_lists
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
from sigap.settlement.allocate import allot
from sigap.settlement.channels import Channels, load_channels
from sigap.settlement.confirm import confirm
from sigap.settlement.movement import Movement
from sigap.settlement.reversal import pair_reversals

__all__ = ["AllocateResult", "allocate", "allocate_waiting", "paid", "release_allocations"]


@dataclass(frozen=True, slots=True)
class AllocateResult:
    """What became of all movements that count, in whole rupiah: allocated + waiting + set_aside = counted."""

    new_lines: int
    allocations: int
    waiting_lines: int
    counted_idr: int
    allocated_idr: int
    waiting_idr: int
    set_aside_idr: int


def allocate(period: Period, resources: Resources) -> AllocateResult:
    """Keep the movements of the month's lists and allocate whatever waits and is certain, in one transaction.

    The same lists again change nothing. Raises `SettlementError` for a cell that cannot be read; then nothing
    is written.
    """
    with resources.outcome_of("allocate", period) as outcome:
        lists = money_lists(period, resources)
        outcome.read("billing.invoice", *(one.batch for one in lists))
        outcome.versions["code"] = code_version()
        with resources.warehouse.begin() as connection:
            new = sum(
                keep_movements(connection, one.delivery_id, channel, movements)
                for one, channel, movements in read_lists(lists, resources)
            )
            made = allocate_waiting(connection)
            result = AllocateResult(new, made, **totals(read_lines(connection)))
        outcome.wrote("settlement.statement_line", "settlement.line_verdict", "settlement.allocation")
        outcome.count(asdict(result))
    return result


def allocate_waiting(connection: Connection, period: Period | None = None) -> int:
    """Settle by rule what waits and is certain; returns how many allocations were made.

    `period`: only to invoices of that billing month, as when they were just issued. Lines that a person
    decided about are left alone. Raises `BillingError` when the books take no payment.
    """
    hold_allocations(connection)
    channels = load_channels()
    for line in read_lines(connection):
        if _is_not_ours(line, channels):
            keep_verdict(connection, line.line_id, "set_aside", None, Decided(rule="NOT_OURS"))
    for link in confirm(read_lines(connection), channels):
        keep_verdict(connection, link.line_id, "confirms", link.other_line_id, Decided(rule=link.rule))
    for link in pair_reversals(read_lines(connection), channels):
        keep_reversal(connection, link, Decided(rule=link.rule))
    books = read_books(connection)
    wanted = {one.invoice_id for one in books.invoices if period is None or one.period == str(period)}
    found = [one for one in allot(read_lines(connection), books) if one.invoice_id in wanted]
    for one in found:
        part = Part(one.line_id, one.invoice_id, one.amount_idr)
        keep_parts(connection, [part], Decided(rule=one.rule))
    return len(found)


def release_allocations(connection: Connection, invoice_id: int) -> int:
    """Free what was paid on an invoice that becomes void, whole rupiah; the money waits for another one.

    Every line's share is taken back by a row of its own, in the books too. Call it in the transaction of the
    void, before or after the invoice's status changes.
    """
    hold_allocations(connection)
    parts = [Part(line, invoice_id, -amount) for line, amount in standing(connection, invoice=invoice_id)]
    keep_parts(connection, parts, Decided(rule="VOID"))
    return -sum(part.amount_idr for part in parts)


def totals(lines: list[Movement]) -> dict[str, int]:
    """The movements that count, by what became of them."""
    counted = [line for line in lines if line.counts]
    return {
        "waiting_lines": sum(line.open_idr != 0 for line in counted),
        "counted_idr": sum(line.amount_idr for line in counted),
        "allocated_idr": sum(line.allocated_idr for line in counted),
        "waiting_idr": sum(line.open_idr for line in counted),
        "set_aside_idr": sum(
            line.amount_idr for line in counted if line.verdict in ("set_aside", "confirms")
        ),
    }


def _is_not_ours(line: Movement, channels: Channels) -> bool:
    """Fees and interest, told by the bank's words about them."""
    is_free = line.counts and not (line.verdict or line.by_person or line.allocated_idr)
    return is_free and any(words.search(line.told.upper()) for words in channels.not_ours)
