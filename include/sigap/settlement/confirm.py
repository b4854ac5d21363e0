"""Three views of one payment: which movement of the counting channel an order or a receipt confirms."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sigap.settlement.channels import Channels
from sigap.settlement.movement import Movement


@dataclass(frozen=True, slots=True)
class Link:
    """A line and the other one that it confirms or takes back, by which rule."""

    line_id: int
    other_line_id: int
    rule: str


def confirm(lines: Sequence[Movement], channels: Channels) -> list[Link]:
    """Views that wait, linked to the payment that they show; a payment has one view per channel.

    Rows of a list under one number (an SP2D by account code) are one view. Rules in order: one quotes the
    other's reference and the amounts agree; both name one invoice and the amounts agree; the amounts agree
    within `confirm_days` and neither has another such partner. Whatever is not certain stays unlinked.
    """
    payments = defaultdict(list)
    for line in lines:
        if line.counts and line.verdict in (None, "reverses"):
            payments[line.amount_idr].append(line)
    seen = {(line.other_line_id, line.channel) for line in lines if line.verdict == "confirms"}
    links: list[Link] = []
    for rule, fits in (("QUOTED", _quoted), ("SAME_INVOICE", _same_invoice), ("AMOUNT_AND_DAY", _near)):
        taken = {link.line_id for link in links}
        views = [view for view in _views(lines) if not any(line.line_id in taken for line in view)]
        pairs = [
            (view, payment)
            for view in views
            for payment in payments[sum(line.amount_idr for line in view)]
            if (payment.line_id, view[0].channel) not in seen and fits(view, payment, channels)
        ]
        for view, payment in _only(pairs):
            seen.add((payment.line_id, view[0].channel))
            links += [Link(line.line_id, payment.line_id, rule) for line in view]
    return links


def _views(lines: Iterable[Movement]) -> list[tuple[Movement, ...]]:
    groups: dict[tuple[str, str, bool], list[Movement]] = defaultdict(list)
    for line in lines:
        if not line.counts and line.verdict is None and not line.by_person:
            groups[line.channel, line.reference.upper() or str(line.line_id), line.amount_idr > 0].append(
                line
            )
    return [tuple(group) for group in groups.values()]


def _only(
    pairs: Sequence[tuple[tuple[Movement, ...], Movement]],
) -> Iterator[tuple[tuple[Movement, ...], Movement]]:
    """The pairs of which neither side stands in another pair of the same channel."""
    of_view: dict[int, int] = defaultdict(int)
    of_payment: dict[tuple[int, str], int] = defaultdict(int)
    for view, payment in pairs:
        of_view[view[0].line_id] += 1
        of_payment[payment.line_id, view[0].channel] += 1
    for view, payment in pairs:
        if of_view[view[0].line_id] == 1 == of_payment[payment.line_id, view[0].channel]:
            yield view, payment


def _quoted(view: Sequence[Movement], payment: Movement, channels: Channels) -> bool:
    return payment.quotes(view[0].reference) or any(line.quotes(payment.reference) for line in view)


def _same_invoice(view: Sequence[Movement], payment: Movement, channels: Channels) -> bool:
    named = channels.numbers_in(payment.words)
    return len(named) == 1 and all(channels.numbers_in(line.words) == named for line in view)


def _near(view: Sequence[Movement], payment: Movement, channels: Channels) -> bool:
    return all(abs((line.booked_on - payment.booked_on).days) <= channels.confirm_days for line in view)
