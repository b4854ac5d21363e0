"""Verb `report`: the workbook and the PDF of every issued invoice of a month."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa
from sqlalchemy import Connection, Date, Row, Select, and_, cast, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from sigap.billing.invoice import digest_lines
from sigap.billing.payers import Payer, load_payers
from sigap.domain.period import Period
from sigap.errors import ReportingError
from sigap.pipeline.resources import Resources, code_version
from sigap.reporting.folder import file_name, put
from sigap.reporting.invoice import LINES, Account, Approval, InvoiceDocument, Payee, make_annex
from sigap.reporting.office import office_on
from sigap.reporting.pdf import make_pdf
from sigap.reporting.workbook import make_workbook
from sigap.warehouse.store import copy_out
from sigap.warehouse.tables import audit, billing, entitlement, reporting

Kind = Literal["workbook", "pdf"]
_ZONE = "Asia/Jakarta"  # a day is the city's day
_READS = ("billing.invoice", "billing.invoice_line", "entitlement.decision", "audit.approval")


@dataclass(frozen=True, slots=True)
class Document:
    """One file that was handed over: of which invoice, where, and the digest of its bytes."""

    kind: Kind
    uri: str
    sha256: str
    number: str


def report(period: Period, resources: Resources) -> list[Document]:
    """Write the workbook and the PDF of each issued invoice of the month; again changes nothing.

    Raises `ReportingError` when no invoice is issued, or when lines and header do not agree.
    """
    with resources.outcome_of("report", period) as outcome:
        outcome.read(*_READS)
        with resources.warehouse.begin() as connection:
            headers = _issued_invoices(period, connection)
            documents = [made for header in headers for made in _hand_over(header, connection, resources)]
        outcome.count({"invoices": len(headers), "documents": len(documents)})
        outcome.wrote("reporting.document", *(document.uri for document in documents))
        outcome.versions.update(
            code=code_version(),
            payers=load_payers().sha256,
            signatories=office_on(headers[0].issued_date).sha256,
        )
    return documents


def _issued_invoices(period: Period, connection: Connection) -> Sequence[Row[Any]]:
    headers = connection.execute(_headers(period)).all()
    if not headers:
        raise ReportingError(
            f"{period}: no invoice is issued, so there is nothing to report. "
            "Have the roster and the invoices approved, then issue them."
        )
    return headers


def _headers(period: Period) -> Select[Any]:
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
        .outerjoin(second, _approved(second, "invoices"))
        .where(invoice.c.period == str(period), invoice.c.status == "issued")
        .order_by(invoice.c.number)
    )


def _day(moment: Any) -> Any:
    return cast(func.timezone(_ZONE, moment), Date)


def _approved(approval: Any, subject: str) -> Any:
    return and_(
        approval.c.roster_id == billing.invoice.c.roster_id,
        approval.c.subject == subject,
        approval.c.verdict == "approved",
    )


def _hand_over(header: Row[Any], connection: Connection, resources: Resources) -> list[Document]:
    document = _describe(header, load_payers()[header.funding_source])
    annex = make_annex(_lines(header, document, connection))
    office = office_on(document.issued_date)
    folder = resources.settings.place("documents") / str(document.period)
    contents: dict[Kind, tuple[str, bytes]] = {
        "workbook": ("xlsx", make_workbook(document, annex, office)),
        "pdf": ("pdf", make_pdf(document, annex, office)),
    }
    made = []
    for kind, (extension, content) in contents.items():
        file = put(folder, file_name(document.number, extension), content)
        made.append(Document(kind, file.uri, file.sha256, document.number))
        _record(connection, header, made[-1])
    return made


def _describe(header: Row[Any], payer: Payer) -> InvoiceDocument:
    if header.roster_actor is None or header.invoice_actor is None:
        raise ReportingError(
            f"Invoice {header.number}: an approval is missing in audit.approval though it is issued. "
            "No document is made; have the warehouse examined."
        )
    return InvoiceDocument(
        number=header.number,
        period=Period.parse(header.period),
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


def _lines(header: Row[Any], document: InvoiceDocument, connection: Connection) -> pa.Table:
    line, decision = billing.invoice_line, entitlement.decision
    person = [decision.c[name] for name in LINES.names if name in decision.c]
    amounts = [line.c[name] for name in ("line_id", "person_id", "period", "jkk_idr", "jkm_idr", "total_idr")]
    same = and_(decision.c.roster_id == line.c.roster_id, decision.c.person_id == line.c.person_id)
    query = (
        select(*amounts, *person)
        .join_from(line, decision, same)
        .where(line.c.invoice_id == header.invoice_id)
    )
    types = {field.name: field.type for field in LINES}
    rows = copy_out(connection, query, {**types, "person_id": pa.int64(), "period": pa.string()})
    if digest_lines(rows) != header.lines_sha256:
        raise ReportingError(
            f"Invoice {document.number}: its lines no longer have the digest they were issued with. "
            "No document is made; have billing.invoice_line examined."
        )
    return rows.select(LINES.names)


def _record(connection: Connection, header: Row[Any], made: Document) -> None:
    table = reporting.document
    shown = {"uri": made.uri, "sha256": made.sha256, "lines_sha256": header.lines_sha256}
    statement = insert(table).values(invoice_id=header.invoice_id, kind=made.kind, **shown)
    changed = or_(*(table.c[name] != statement.excluded[name] for name in shown))
    values = {**shown, "made_at": func.now()}
    connection.execute(
        statement.on_conflict_do_update(index_elements=["invoice_id", "kind"], set_=values, where=changed)
    )
