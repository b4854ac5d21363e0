"""An invoice read back from the warehouse for its documents: header, approvals, lines with their persons."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import BigInteger, ColumnElement, Connection, Date, Row, Select, and_, cast, func, select

from sigap.billing.invoice import digest_lines
from sigap.billing.payer import Payer
from sigap.domain.period import Period
from sigap.errors import ReportingError
from sigap.pipeline.regions import regions_in_force
from sigap.reporting.invoice import LINES, Account, Approval, InvoiceDocument, Payee, by_name
from sigap.reporting.words import sector_names
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
        day_of(invoice.c.issued_at).label("issued_date"),
        roster.c.version.label("roster_version"),
        *(first.c.actor.label("roster_actor"), day_of(first.c.decided_at).label("roster_date")),
        *(second.c.actor.label("invoice_actor"), day_of(second.c.decided_at).label("invoice_date")),
    )
    return (
        select(*columns)
        .join(roster, roster.c.roster_id == invoice.c.roster_id)
        .outerjoin(first, _approved(first, "roster"))
        .outerjoin(second, and_(_approved(second, "invoices"), second.c.generation == invoice.c.generation))
    )


def day_of(moment: Any) -> Any:
    """The day of a moment as the city counts days."""
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
        **stated(header, payer),
        covers_from=Period.parse(header.covers_from),
        covers_to=Period.parse(header.covers_to),
        due_date=header.due_date,
        payee=Payee(payer.payee_name, payer.payee_account, payer.payee_billing_code),
        legal_basis=payer.legal_basis,
        roster_version=header.roster_version,
        roster_approval=Approval(header.roster_actor, header.roster_date),
        invoice_approval=Approval(header.invoice_actor, header.invoice_date),
    )


def stated(header: Row[Any], payer: Payer) -> dict[str, Any]:
    """What the documents of an invoice and those of a note state alike, by field."""
    return {
        "number": header.number,
        "period": Period.parse(header.period),
        "issued_date": header.issued_date,
        "funding_title": payer.title,
        "payer_name": payer.payer_name,
        "wadah_code": header.wadah_code,
        "wadah_name": payer.wadah_name,
        "people": header.people,
        "jkk_idr": header.jkk_idr,
        "jkm_idr": header.jkm_idr,
        "total_idr": header.total_idr,
        "jkk_account": Account(payer.jkk_account.code, payer.jkk_account.name),
        "jkm_account": Account(payer.jkm_account.code, payer.jkm_account.name),
        "lines_sha256": header.lines_sha256,
    }


def place_names(connection: Connection, period: Period) -> dict[str, str]:
    """The name of every region by its code, as the editions in force at a month have it."""
    places = regions_in_force(connection, period).places
    known = places.filter(pc.is_valid(places["name"]))
    return dict(zip(known["region_code"].to_pylist(), known["name"].to_pylist(), strict=True))


def recaps_of(header: Row[Any], connection: Connection) -> dict[str, pa.Table]:
    """Persons and rupiah of an invoice by kecamatan and by sector, as `recap` gives them, added up in SQL."""
    line, decision = billing.invoice_line.c, entitlement.decision.c
    same = and_(decision.roster_id == line.roster_id, decision.person_id == line.person_id)
    amounts = [
        cast(func.sum(line[name]), BigInteger).label(name) for name in ("jkk_idr", "jkm_idr", "total_idr")
    ]
    places = place_names(connection, Period.parse(header.period))
    recaps = {}
    for column, code in (("kecamatan", decision.kecamatan_code), ("sector", decision.sector)):
        query = (
            select(code.label("code"), func.count(line.person_id.distinct()).label("people"), *amounts)
            .join_from(billing.invoice_line, entitlement.decision, same)
            .where(line.invoice_id == header.invoice_id)
            .group_by(code)
        )
        groups = copy_out(connection, query, {"code": pa.string()})
        names = places if column == "kecamatan" else sector_names(groups["code"].to_pylist())
        recaps[column] = by_name(groups, names)
    return recaps


def months_of(header: Row[Any], connection: Connection) -> pa.Table:
    """Persons and rupiah of an invoice by coverage month, as `by_month` gives them."""
    line = billing.invoice_line.c
    amounts = [
        cast(func.sum(line[name]), BigInteger).label(name) for name in ("jkk_idr", "jkm_idr", "total_idr")
    ]
    query = (
        select(line.period, func.count(line.person_id.distinct()).label("people"), *amounts)
        .where(line.invoice_id == header.invoice_id)
        .group_by(line.period)
        .order_by(line.period)
    )
    return copy_out(connection, query, {"period": pa.string()})


def lines_of(header: Row[Any], connection: Connection, *, with_people: bool = True) -> pa.Table:
    """The lines of an invoice with their persons (`LINES`); without them the columns of the digest only.

    Raises `ReportingError` when they no longer have the digest they were issued with.
    """
    line, decision = billing.invoice_line, entitlement.decision
    same = and_(decision.c.roster_id == line.c.roster_id, decision.c.person_id == line.c.person_id)
    query = select(*(line.c[name] for name in LINES.names if name in line.c))
    if with_people:
        person = (decision.c[name] for name in LINES.names if name not in line.c)
        query = query.add_columns(*person).join_from(line, decision, same)
    found = query.where(line.c.invoice_id == header.invoice_id)
    rows = copy_out(connection, found, {field.name: field.type for field in LINES})
    if digest_lines(rows) != header.lines_sha256:
        raise ReportingError(
            f"Invoice {header.number}: its lines no longer have the digest they were issued with. "
            "No document is made; have billing.invoice_line examined."
        )
    return rows.select([name for name in LINES.names if name in rows.column_names])
