"""The PDF bill of one invoice (PDF/A-2b), set by Typst with its own fonts. Same figures as the workbook."""

import datetime as dt
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import typst

from sigap.errors import ReportingError
from sigap.reporting.facts import Charge, Fact, approvals_of, charges_of, facts_of
from sigap.reporting.invoice import InvoiceDocument, check_annex, recap
from sigap.reporting.office import Office
from sigap.reporting.recap import RECAPS, Recap
from sigap.reporting.words import english_month, grouped, indonesian_date, indonesian_month, terbilang

_TEMPLATE = Path(__file__).with_name("invoice.typ")


def make_pdf(document: InvoiceDocument, annex: pa.Table, office: Office) -> bytes:
    """The PDF of an invoice: the same arguments give the same bytes.

    `annex` as from `make_annex`. Raises `ReportingError` when it does not add up to the header, or when Typst
    refuses the template.
    """
    check_annex(document, annex)
    midnight = dt.datetime.combine(document.issued_date, dt.time(), tzinfo=dt.UTC)
    try:
        made = typst.compile(
            _TEMPLATE.read_bytes(),
            format="pdf",
            sys_inputs={"data": json.dumps(content_of(document, annex, office), ensure_ascii=False)},
            pdf_standards="a-2b",
            ignore_system_fonts=True,
            timestamp=midnight,
        )
    except typst.TypstError as error:
        raise ReportingError(
            f"Invoice {document.number}: reporting/invoice.typ cannot be set: {error.message}"
        ) from None
    return bytes(made)


def content_of(document: InvoiceDocument, annex: pa.Table, office: Office) -> dict[str, Any]:
    """Everything the template shows, as plain text values."""
    return {
        "title": f"Tagihan {document.number}",
        "author": ", ".join(office.letterhead),
        "subject": f"SHA-256 {document.lines_sha256}",
        "number": document.number,
        "lines_sha256": document.lines_sha256,
        "letterhead": list(office.letterhead),
        "programme": office.programme,
        "month": indonesian_month(document.period),
        "month_en": english_month(document.period),
        "facts": [_fact(fact) for fact in facts_of(document)],
        "charges": [_charge(charge, document.people) for charge in charges_of(document)],
        "people": grouped(document.people),
        "jkk": grouped(document.jkk_idr),
        "jkm": grouped(document.jkm_idr),
        "total": grouped(document.total_idr),
        "terbilang": terbilang(document.total_idr),
        "legal_basis": list(document.legal_basis),
        "approvals": [_fact(fact) for fact in approvals_of(document)],
        "place": office.place,
        "issued": indonesian_date(document.issued_date),
        "signatories": [asdict(signatory) for signatory in office.signatories],
        "recaps": [_recap(kind, annex) for kind in RECAPS],
    }


def _fact(fact: Fact) -> dict[str, Any]:
    return {"label": fact.label, "en": fact.label_en, "value": fact.value, "strong": fact.is_strong}


def _charge(charge: Charge, people: int) -> dict[str, str]:
    return {
        "label": charge.label,
        "account": charge.account.code,
        "account_name": charge.account.name,
        "people": grouped(people),
        "amount": grouped(charge.amount_idr),
    }


def _recap(kind: Recap, annex: pa.Table) -> dict[str, Any]:
    rows = [
        {"name": group["name"], "people": grouped(group["people"]), "jkk": grouped(group["jkk_idr"]),
         "jkm": grouped(group["jkm_idr"]), "total": grouped(group["total_idr"])}
        for group in recap(annex, kind.column).to_pylist()
    ]  # fmt: skip
    return {
        "title": kind.heading,
        "en": kind.heading_en,
        "label": kind.label,
        "label_en": kind.label_en,
        "rows": rows,
    }
