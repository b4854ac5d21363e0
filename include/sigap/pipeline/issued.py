"""An invoice read back from the warehouse for its documents: header, approvals, lines with their persons."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from sqlalchemy import ColumnElement, Connection, Date, Row, Select, and_, cast, func, select

from sigap.billing.invoice import digest_lines
from sigap.billing.payers import Payer
from sigap.domain.period import Period
from sigap.errors import ReportingError
from sigap.reporting.invoice import LINES, Account, Approval, InvoiceDocument, Payee
from sigap.warehouse.store import copy_out
from sigap.warehouse.tables import audit, billing, entitlement

READS = ("billing.invoice", "billing.invoice_line", "entitlement.decision", "audit.approval")
_ZONE = "Asia/Jakarta"  # a day is the city's day


def issued_invoices(period: Period, connection: Connection) -> Sequence[Row[Any]]:
    """The headers of a month's issued invoices, by number. Raises `ReportingError` when there is none."""
    invoice = billing.invoice.c
    headers = invoices_where(connection, and_(invoice.period == str(period), invoice.status == "issued"))
    if not headers:
        raise ReportingError(
            f"{period}: no invoice is issued, so there is nothing to report. "
            "Have the roster and the invoices approved, then issue them."
        )
    return headers


def invoices_where(connection: Connection, condition: ColumnElement[bool]) -> Sequence[Row[Any]]:
    """Invoice headers with the day of issue, the roster's version and both approvals, by number."""
    return connection.execute(_headers().where(condition).order_by(billing.invoice.c.number)).all()


def _headers() -> Select[Any]:
    roster, invoice = entitlement.roster, billing.invoice
    first, second = audit.approval.alias("roster_approval"), audit.approval.alias("invoice_approval")
    columns = (
        invoice,
        _day(invoice.c.issued_at).label("issued_date"),
        roster.c.version.label("roster_version"),
        *(first.c.actor.label("roster_actor"), _day(first.c.decided_at).label("roster_date")),
        *(second.c.actor.label("invoice_actor"), _day(second.c.decided_at).label("invoice_date")),
    )
    return (
        select(*columns)
        .join(roster, roster.c.roster_id == invoice.c.roster_id)
        .outerjoin(first, _approved(first, "roster"))
        .outerjoin(second, and_(_approved(second, "invoices"), second.c.generation == invoice.c.generation))
    )


def _day(moment: Any) -> Any:
    return cast(func.timezone(_ZONE, moment), Date)


def _approved(approval: Any, subject: str) -> Any:
    return and_(
        approval.c.roster_id == billing.invoice.c.roster_id,
        approval.c.subject == subject,
        approval.c.verdict == "approved",
    )


def describe(header: Row[Any], payer: Payer) -> InvoiceDocument:
    """What documents state about an invoice. Raises `ReportingError` when an approval is missing."""
    if header.roster_actor is None or header.invoice_actor is None:
        raise ReportingError(
            f"Invoice {header.number}: an approval is missing in audit.approval though it is issued. "
            "No document is made; have the warehouse examined."
        )
    return InvoiceDocument(
        number=header.number,
        period=Period.parse(header.period),
        covers_from=Period.parse(header.covers_from),
        covers_to=Period.parse(header.covers_to),
        issued_date=header.issued_date,
        due_date=header.due_date,
        funding_title=payer.title,
        payer_name=payer.payer_name,
        wadah_code=header.wadah_code,
        wadah_name=payer.wadah_name,
        people=header.people,
        jkk_idr=header.jkk_idr,
        jkm_idr=header.jkm_idr,
        total_idr=header.total_idr,
        jkk_account=Account(payer.jkk_account.code, payer.jkk_account.name),
        jkm_account=Account(payer.jkm_account.code, payer.jkm_account.name),
        payee=Payee(payer.payee_name, payer.payee_account, payer.payee_billing_code),
        legal_basis=payer.legal_basis,
        roster_version=header.roster_version,
        roster_approval=Approval(header.roster_actor, header.roster_date),
        invoice_approval=Approval(header.invoice_actor, header.invoice_date),
        lines_sha256=header.lines_sha256,
    )


def lines_of(header: Row[Any], connection: Connection) -> pa.Table:
    """The lines of an invoice with their persons (`LINES`).

    Raises `ReportingError` when they no longer have the digest they were issued with.
    """
    line, decision = billing.invoice_line, entitlement.decision
    person = [decision.c[name] for name in LINES.names if name in decision.c and name not in line.c]
    amounts = [line.c[name] for name in LINES.names if name in line.c]
    same = and_(decision.c.roster_id == line.c.roster_id, decision.c.person_id == line.c.person_id)
    query = (
        select(*amounts, *person)
        .join_from(line, decision, same)
        .where(line.c.invoice_id == header.invoice_id)
    )
    rows = copy_out(connection, query, {field.name: field.type for field in LINES})
    refuse_changed(header, digest_lines(rows))
    return rows.select(LINES.names)


def refuse_changed(header: Row[Any], digest: str) -> None:
    """Raise `ReportingError` unless lines have the digest they were issued with."""
    if digest != header.lines_sha256:
        raise ReportingError(
            f"Invoice {header.number}: its lines no longer have the digest they were issued with. "
            "No document is made; have billing.invoice_line examined."
        )
