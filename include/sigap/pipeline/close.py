"""A month of the books is checked, locked for invoices and notes, and closed for everything."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, column, func, insert, select, table, text

from sigap.billing.ledger import invoice_entry, reverse
from sigap.billing.payers import load_payers
from sigap.domain.money import rupiah
from sigap.domain.nik import holds_nik
from sigap.domain.period import Period
from sigap.errors import ApprovalError, BillingError
from sigap.pipeline.approvers import approvers
from sigap.pipeline.books import status_of
from sigap.pipeline.ledger import entry_of, guards, post
from sigap.pipeline.resources import Resources, code_version
from sigap.pipeline.trial import trial_balance
from sigap.warehouse.tables import billing, ledger, notes

_agreement = table(
    "ledger_agreement",
    *map(column, ("period", "key", "kind", "document", "document_idr", "ledger_idr", "agrees")),
    schema="reporting",
)
_PAYMENTS = text(Path(__file__).with_name("close_payments.sql").read_text(encoding="utf-8"))
_invoice = billing.invoice.c
_note = notes.note.c
_WORDS = {
    "invoice": "Invoice",
    "void": "The void of",
    "credit_note": "Credit note",
    "debit_note": "Debit note",
}
_MOST = 5  # sentences about documents; more would bury the first


@dataclass(frozen=True, slots=True)
class MonthOfBooks:
    """A month of the books and what still keeps it from being closed, as sentences."""

    period: Period
    status: str
    obstacles: tuple[str, ...]


def look_at(period: Period, resources: Resources) -> MonthOfBooks:
    """How far a month is, and what keeps it from being closed. Changes nothing."""
    with resources.warehouse.connect() as connection:
        return MonthOfBooks(period, status_of(connection, period), tuple(_obstacles(connection, period)))


def lock(period: Period, actor: str, resources: Resources) -> None:
    """Let no invoice or note enter the month any more; payments still do.

    Locking a locked month changes nothing. Raises `ApprovalError` for an account that may not, `BillingError`
    while something keeps the month from being closed.
    """
    _change(period, "locked", actor, None, resources)


def close(period: Period, actor: str, resources: Resources) -> None:
    """Let nothing enter the month any more, for ever. Raises as `lock`, and while an earlier one is open."""
    _change(period, "closed", actor, None, resources)


def reopen(period: Period, actor: str, reason: str, resources: Resources) -> None:
    """Open a locked month again. Raises `ApprovalError` without a reason, `BillingError` when the same
    person locked it or it is closed: closing is final.
    """
    if not reason.strip() or holds_nik(reason):
        raise ApprovalError("Reopening needs a reason that holds no NIK. Say what has to enter the month.")
    _change(period, "open", actor, reason.strip(), resources)


def enter(period: Period, resources: Resources) -> int:
    """Enter the month's issued and void invoices that have no entry, as before the ledger was kept.

    Returns how many entries were written. Raises `BillingError` when the month is locked or closed.
    """
    with resources.outcome_of("ledger", period) as outcome, resources.warehouse.begin() as connection:
        outcome.versions["code"] = code_version()
        outcome.read("billing.invoice")
        wanted = select(billing.invoice).where(
            _invoice.period == str(period), _invoice.status.in_(("issued", "void"))
        )
        written = 0
        for row in connection.execute(wanted.order_by(_invoice.number)).all():
            payer = load_payers()[row.funding_source]
            accounts = (payer.jkk_account, payer.jkm_account)
            made = invoice_entry(row.number, period, payer.code, row.jkk_idr, row.jkm_idr, accounts)
            entry = entry_of(connection, made.key) or made
            voided = [reverse(entry, period)] if row.status == "void" else []
            written += sum(post(connection, one) for one in (entry, *voided))
        outcome.wrote("billing.journal_entry", "billing.posting")
        outcome.count({"entries": written})
    return written


def _change(period: Period, status: str, actor: str, reason: str | None, resources: Resources) -> None:
    names = approvers("invoices", resources.settings)
    if actor not in names:
        raise ApprovalError(
            f"This account may not lock, close or reopen the books. It may be done by: {', '.join(names)}."
        )
    with resources.outcome_of("close", period, status) as outcome:
        outcome.versions["code"] = code_version()
        outcome.read("billing.invoice", "billing.note", "billing.posting")
        with guards(), resources.warehouse.begin() as connection:
            connection.execute(select(func.billing.hold_ledger()))
            if status_of(connection, period) != status:
                if status != "open":
                    _refuse(connection, period, status)
                values = {"period": str(period), "status": status, "actor": actor, "reason": reason}
                connection.execute(insert(ledger.ledger_period_event).values(values))
        outcome.wrote("billing.ledger_period_event")
        outcome.count({status: 1})


def _refuse(connection: Connection, period: Period, status: str) -> None:
    obstacles = tuple(_obstacles(connection, period))
    if obstacles:
        raise BillingError(f"{period} cannot be {status}. {' '.join(obstacles)} Nothing was changed.")


def _obstacles(connection: Connection, period: Period) -> Iterator[str]:
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
