"""An issued invoice becomes void: one person asks, another answers. Everything stays on record."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from sigap.domain.nik import holds_nik
from sigap.domain.period import Period
from sigap.errors import ApprovalError, BillingError
from sigap.pipeline.allocations import release_allocations
from sigap.pipeline.approvers import approvers
from sigap.pipeline.guards import guards
from sigap.pipeline.ledger import post_void, require_open
from sigap.pipeline.locks import lock_month
from sigap.pipeline.resources import Resources, code_version
from sigap.warehouse.tables import billing, notes

_invoice = billing.invoice.c
_request = billing.void_request.c
_answer = billing.void_answer.c


@dataclass(frozen=True, slots=True)
class VoidRequest:
    """A request that waits or was answered; amounts in whole rupiah."""

    void_request_id: int
    number: str
    period: Period
    people: int
    total_idr: int
    reason: str
    asked_by: str
    verdict: str | None
    answered_by: str | None


def ask_void(number: str, actor: str, reason: str, resources: Resources) -> VoidRequest:
    """Ask that an issued invoice be void. Nothing changes until another person approves it.

    Raises `BillingError` for an unknown number, a month of which the books are locked, or an invoice with
    notes; `ApprovalError` when the account may not judge invoices or the reason is missing.
    """
    period = _find(number, resources)
    with resources.outcome_of("void", period, number) as outcome:
        _refuse_account(actor, resources)
        _refuse_reason(reason)
        outcome.read("billing.invoice")
        outcome.versions["code"] = code_version()
        with guards(), resources.warehouse.begin() as connection:
            invoice = _voidable(connection, number, period)
            values = {"invoice_id": invoice.invoice_id, "actor": actor, "reason": reason.strip()}
            made = insert(billing.void_request).values(values).returning(_request.void_request_id)
            request_id = int(connection.execute(made).scalar_one())
        outcome.wrote("billing.void_request")
        outcome.count({"people": invoice.people, "total_idr": invoice.total_idr})
    return void_request(request_id, resources)


def answer_void(
    request_id: int, verdict: str, actor: str, reason: str | None, resources: Resources
) -> VoidRequest:
    """Answer a request. Approved, the invoice and its lines are void, what was paid on it is free again and
    the ledger takes its entry back, all in one transaction; `bill` then makes its successor.

    The same answer by the same person again changes nothing. Raises `ApprovalError` when the person asked for
    it, may not judge, or it was answered before; `BillingError` as `ask_void`.
    """
    asked = void_request(request_id, resources)
    with resources.outcome_of("void", asked.period, asked.number) as outcome:
        _refuse_account(actor, resources)
        if verdict not in ("approved", "rejected"):
            raise ApprovalError(f"{verdict!r} is no answer. Give approved or rejected.")
        if verdict == "rejected":
            _refuse_reason(reason or "")
        outcome.versions["code"] = code_version()
        if not _is_repeated(asked, verdict, actor):
            with guards(), resources.warehouse.begin() as connection:
                _answer_now(connection, asked, verdict, actor, reason)
        outcome.wrote("billing.void_answer", "billing.invoice")
        outcome.count({verdict: 1, "people": asked.people, "total_idr": asked.total_idr})
    return void_request(request_id, resources)


def void_requests(period: Period, resources: Resources) -> list[VoidRequest]:
    """Every request about the month's invoices, the newest first."""
    with resources.warehouse.connect() as connection:
        rows = connection.execute(
            _requests().where(_invoice.period == str(period)).order_by(_request.void_request_id.desc())
        ).all()
    return [_told(row) for row in rows]


def void_request(request_id: int, resources: Resources) -> VoidRequest:
    """One request. Raises `BillingError` for an unknown one."""
    with resources.warehouse.connect() as connection:
        row = connection.execute(_requests().where(_request.void_request_id == request_id)).first()
    if row is None:
        raise BillingError(f"There is no void request {request_id}. `sigap invoice voids PERIOD` lists them.")
    return _told(row)


def _requests() -> Any:
    joined = billing.void_request.join(billing.invoice, _invoice.invoice_id == _request.invoice_id).outerjoin(
        billing.void_answer, _answer.void_request_id == _request.void_request_id
    )
    return select(
        _request.void_request_id,
        _invoice.number,
        _invoice.period,
        _invoice.people,
        _invoice.total_idr,
        _request.reason,
        _request.actor.label("asked_by"),
        _answer.verdict,
        _answer.actor.label("answered_by"),
    ).select_from(joined)


def _told(row: Row[Any]) -> VoidRequest:
    return VoidRequest(**{**row._asdict(), "period": Period.parse(row.period)})


def _find(number: str, resources: Resources) -> Period:
    with resources.warehouse.connect() as connection:
        found = connection.execute(select(_invoice.period).where(_invoice.number == number)).scalar()
    if found is None:
        raise BillingError(f"There is no invoice {number}. `sigap invoice list PERIOD` lists the numbers.")
    return Period.parse(found)


def _refuse_account(actor: str, resources: Resources) -> None:
    names = approvers("invoices", resources.settings)
    if actor not in names:
        raise ApprovalError(
            f"This account may not ask for a void or answer it. It may be done by: {', '.join(names)}."
        )


def _refuse_reason(reason: str) -> None:
    if not reason.strip():
        raise ApprovalError("A void needs a reason. Say what was wrong with the invoice.")
    if holds_nik(reason):
        raise ApprovalError("The reason holds a NIK. Name what was wrong, not the person. Nothing was kept.")


def _voidable(connection: Connection, number: str, period: Period) -> Row[Any]:
    """The invoice, its month locked. Refuses what is not issued, has notes, or stands in locked books."""
    lock_month(connection, period)
    require_open(connection, period)
    invoice = connection.execute(select(billing.invoice).where(_invoice.number == number)).one()
    if invoice.status != "issued":
        raise BillingError(f"Invoice {number} is {invoice.status}: only an issued invoice can be voided.")
    correction, check, line = notes.correction.c, notes.correction_check.c, billing.invoice_line.c
    asked = (
        select(correction.correction_id)
        .join(billing.invoice_line, line.line_id == correction.line_id)
        .outerjoin(notes.correction_check, check.correction_id == correction.correction_id)
        .where(line.invoice_id == invoice.invoice_id, func.coalesce(check.answer, "agree") == "agree")
    )
    if connection.execute(asked.limit(1)).first() is not None:
        raise BillingError(
            f"Invoice {number} has corrections that rest on its lines. Correct the rest in the same way, or "
            f"turn down the ones that wait."
        )
    return invoice


def _is_repeated(asked: VoidRequest, verdict: str, actor: str) -> bool:
    if asked.verdict is None:
        return False
    if (asked.verdict, asked.answered_by) == (verdict, actor):
        return True
    raise ApprovalError(
        f"Void request {asked.void_request_id} was {asked.verdict} already, and an answer stands."
    )


def _answer_now(
    connection: Connection, asked: VoidRequest, verdict: str, actor: str, reason: str | None
) -> None:
    invoice = _voidable(connection, asked.number, asked.period)
    connection.execute(
        insert(billing.void_answer).values(
            void_request_id=asked.void_request_id,
            verdict=verdict,
            actor=actor,
            reason=(reason or "").strip() or None,
        )
    )
    if verdict == "rejected":
        return
    release_allocations(connection, invoice.invoice_id)
    this = _invoice.invoice_id == invoice.invoice_id
    connection.execute(update(billing.invoice).where(this).values(status="void", voided_at=func.now()))
    lines = billing.invoice_line
    connection.execute(update(lines).where(lines.c.invoice_id == invoice.invoice_id).values(is_void=True))
    post_void(connection, invoice.number, asked.period)
