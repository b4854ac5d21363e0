"""A month of the books is checked, locked for invoices and notes, and closed for everything."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select

from sigap.billing.ledger import invoice_entry, reverse
from sigap.domain.nik import holds_nik
from sigap.domain.period import Period
from sigap.errors import ApprovalError, BillingError
from sigap.pipeline.approvers import approvers
from sigap.pipeline.books import status_of
from sigap.pipeline.guards import guards
from sigap.pipeline.ledger import entry_of, post
from sigap.pipeline.obstacles import obstacles_to
from sigap.pipeline.resources import Resources, code_version
from sigap.warehouse.tables import billing, ledger

_invoice = billing.invoice.c


@dataclass(frozen=True, slots=True)
class MonthOfBooks:
    """A month of the books and what still keeps it from being closed, as sentences."""

    period: Period
    status: str
    obstacles: tuple[str, ...]


def look_at(period: Period, resources: Resources) -> MonthOfBooks:
    """How far a month is, and what keeps it from being closed. Changes nothing."""
    with resources.warehouse.connect() as connection:
        return MonthOfBooks(period, status_of(connection, period), tuple(obstacles_to(connection, period)))


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
        payers, written = resources.payers(), 0
        for row in connection.execute(wanted.order_by(_invoice.number)).all():
            payer = payers[row.funding_source]
            accounts = (payer.jkk_account, payer.jkm_account)
            made = invoice_entry(row.number, period, payer.code, row.jkk_idr, row.jkm_idr, accounts)
            entry = entry_of(connection, made.key) or made
            voided = [reverse(entry, period)] if row.status == "void" else []
            written += sum(post(connection, one, payers) for one in (entry, *voided))
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
    obstacles = tuple(obstacles_to(connection, period))
    if obstacles:
        raise BillingError(f"{period} cannot be {status}. {' '.join(obstacles)} Nothing was changed.")
