"""Money that came back: which payment it takes back, and from which invoices."""

from collections import Counter
from collections.abc import Sequence

from sigap.settlement.channels import Channels
from sigap.settlement.confirm import Link
from sigap.settlement.movement import Movement


def pair_reversals(lines: Sequence[Movement], channels: Channels) -> list[Link]:
    """Counted lines below zero that wait, each with the one payment that they take back.

    Rules in order: they quote that payment's reference, or share it, and are no more than is left of it; they
    are its exact amount, of the same account, within `reverse_days` after it. Two candidates are none.
    """
    back: Counter[int] = Counter()
    for line in lines:
        if line.verdict == "reverses" and line.other_line_id is not None:
            back[line.other_line_id] -= line.amount_idr
    payments = [one for one in lines if one.counts and one.verdict is None and one.amount_idr > 0]
    links = []
    for line in sorted(lines, key=lambda one: (one.booked_on, one.line_id)):
        if not _waits(line):
            continue
        left = [one for one in payments if one.amount_idr - back[one.line_id] >= -line.amount_idr]
        quoted = [one for one in left if _names(line, one)]
        exact = [one for one in left if _is_exact(line, one, back[one.line_id], channels)]
        for rule, found in (("QUOTED", quoted), ("SAME_AMOUNT", exact)):
            if len(found) == 1:
                links.append(Link(line.line_id, found[0].line_id, rule))
                back[found[0].line_id] -= line.amount_idr
                break
    return links


def take_back(amount_idr: int, free_idr: int, paid: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """From which invoices rupiah that came back are taken: (invoice_id, rupiah above zero).

    `free_idr` of the payment was never allocated and goes first; then `paid`, (invoice_id, rupiah) with the
    newest first.
    """
    rest, taken = amount_idr - min(amount_idr, max(free_idr, 0)), []
    for invoice_id, paid_idr in paid:
        if part := min(rest, paid_idr):
            taken.append((invoice_id, part))
            rest -= part
    return taken


def _waits(line: Movement) -> bool:
    return line.counts and line.amount_idr < 0 and not (line.verdict or line.by_person or line.is_doubtful)


def _names(line: Movement, payment: Movement) -> bool:
    return line.account == payment.account and line.quotes(payment.reference)


def _is_exact(line: Movement, payment: Movement, back_idr: int, channels: Channels) -> bool:
    days = (line.booked_on - payment.booked_on).days
    return (
        line.account == payment.account
        and payment.amount_idr == -line.amount_idr
        and back_idr == 0
        and 0 <= days <= channels.reverse_days
    )
