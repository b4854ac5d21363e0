"""What keeps a month of the books from being closed: one sentence for each thing that is not in order."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, column, func, select, table, text

from sigap.domain.money import rupiah
from sigap.domain.period import Period
from sigap.errors import BillingError
from sigap.pipeline.trial import trial_balance
from sigap.warehouse.tables import billing, notes

_agreement = table(
    "ledger_agreement",
    *map(column, ("period", "key", "kind", "document", "document_idr", "ledger_idr", "agrees")),
    schema="reporting",
)
_PAYMENTS = text(Path(__file__).with_name("obstacles_payments.sql").read_text(encoding="utf-8"))
_invoice = billing.invoice.c
_note = notes.note.c
_WORDS = {
    "invoice": "Invoice",
    "void": "The void of",
    "credit_note": "Credit note",
    "debit_note": "Debit note",
}
_MOST = 5  # sentences about documents; more would bury the first


def obstacles_to(connection: Connection, period: Period) -> Iterator[str]:
    """One sentence for each thing that is not in order, to the end of the month."""
    until = str(period)
    unissued = select(_invoice.period, _invoice.status, func.count()).where(
        _invoice.period <= until, _invoice.status.in_(("draft", "approved"))
    )
    for month, status, count in connection.execute(
        unissued.group_by(_invoice.period, _invoice.status).order_by(_invoice.period)
    ):
        yield f"{count} invoices of {month} are {status}, not issued: issue them, or have them rejected."
    drafts = select(_note.period, func.count()).where(_note.period <= until, _note.status == "draft")
    for month, count in connection.execute(drafts.group_by(_note.period).order_by(_note.period)):
        yield f"{count} notes of {month} are drafts: issue them with `sigap issue {month}`."
    yield from _unanswered(connection, until)
    try:
        trial_balance(connection, period)
    except BillingError as uneven:
        yield str(uneven)
    yield from _disagreements(connection, until)
    yield from _strange_payments(connection, until)


def _unanswered(connection: Connection, until: str) -> Iterator[str]:
    request, answer = billing.void_request, billing.void_answer
    open_ones = (
        select(_invoice.number)
        .select_from(request.join(billing.invoice).outerjoin(answer))
        .where(_invoice.period <= until, answer.c.verdict.is_(None))
    )
    for number in connection.execute(open_ones.order_by(_invoice.number)).scalars():
        yield f"Somebody asked that invoice {number} be void: answer the request first."


def _disagreements(connection: Connection, until: str) -> Iterator[str]:
    """What invoices and notes say and the books do not, and the other way, to the rupiah."""
    view = _agreement.c
    wanted = select(_agreement).where(view.period <= until, ~view.agrees)
    rows = connection.execute(wanted.order_by(view.period, view.key)).all()
    for row in rows[:_MOST]:
        what = f"{_WORDS[row.kind]} {row.document} ({row.period}) says {rupiah(row.document_idr)}"
        if row.ledger_idr == 0:
            yield f"{what}, the ledger has no entry of it: run `sigap ledger enter {row.period}`."
        elif row.ledger_idr == row.document_idr:
            yield f"{what}, so does the ledger, but not with the same JKK and JKM: call the administrator."
        else:
            yield f"{what}, the ledger {rupiah(row.ledger_idr)}: call the administrator."
    if len(rows) > _MOST:
        yield f"{len(rows) - _MOST} more documents disagree: see the view reporting.ledger_agreement."


def _strange_payments(connection: Connection, until: str) -> Iterator[str]:
    """Payments that settlement allocated and the books do not have, and the other way."""
    rows = connection.execute(_PAYMENTS, {"through": until}).all()
    for row in rows[:_MOST]:
        yield (
            f"Entry {row.key} ({row.period}): {rupiah(row.allocated_idr)} were allocated, the ledger says "
            f"{rupiah(row.ledger_idr)}: call the administrator."
        )
    if len(rows) > _MOST:
        yield f"{len(rows) - _MOST} more payments disagree."
