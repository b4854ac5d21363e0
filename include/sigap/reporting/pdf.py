"""The PDF bill of one invoice (PDF/A-2b), set by Typst with its own fonts. Same figures as the workbook."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import typst

from sigap.errors import ReportingError
from sigap.reporting.facts import Charge, Fact, approvals_of, charges_of, facts_of
from sigap.reporting.invoice import InvoiceDocument, check_annex, check_recaps, recap
from sigap.reporting.letter import DOTS, letter_of
from sigap.reporting.office import Office
from sigap.reporting.page import Sealed
from sigap.reporting.recap import MONTHS, RECAPS, Recap, month_groups
from sigap.reporting.spp import spp_facts
from sigap.reporting.words import english_months, grouped, indonesian_date, indonesian_months, terbilang

_FOLDER = Path(__file__).parent


def make_pdf(
    document: InvoiceDocument, annex: pa.Table, office: Office, months: pa.Table | None = None
) -> bytes:
    """The PDF of an invoice (letter, bill, accounts, recaps): the same arguments give the same bytes.

    `annex` as from `make_annex`, `months` as from `by_month` when there are several. Raises `ReportingError`
    when they do not add up to the header, or when Typst refuses the template.
    """
    check_annex(document, annex, months)
    recaps = {kind.column: recap(annex, kind.column) for kind in RECAPS}
    return set_pages("invoice.typ", content_of(document, recaps, office, months), document)


def make_short_pdf(
    document: InvoiceDocument, office: Office, recaps: Mapping[str, pa.Table], months: pa.Table | None = None
) -> bytes:
    """The same PDF from its recaps (`recap`, by annex column), for an invoice whose annex comes in parts."""
    check_recaps(document, recaps, months)
    return set_pages("invoice.typ", content_of(document, recaps, office, months), document)


def set_pages(template: str, content: dict[str, Any], document: Sealed, *, tags: bool = True) -> bytes:
    """A Typst template of this folder, filled. `tags` mark headings and tables for readers of screens."""
    midnight = dt.datetime.combine(document.issued_date, dt.time(), tzinfo=dt.UTC)
    try:
        made = typst.compile(
            _FOLDER.joinpath(template).read_bytes(),
            format="pdf",
            sys_inputs={"data": json.dumps(content, ensure_ascii=False)},
            pdf_standards="a-2b",
            pdf_tags=tags,
            ignore_system_fonts=True,
            timestamp=midnight,
        )
    except typst.TypstError as error:
        raise ReportingError(
            f"{document.number}: reporting/{template} cannot be set: {error.message}"
        ) from None
    return bytes(made)


def content_of(
    document: InvoiceDocument,
    recaps: Mapping[str, pa.Table],
    office: Office,
    months: pa.Table | None = None,
) -> dict[str, Any]:
    """Everything the template shows, as plain text values."""
    span = document.covers_from, document.covers_to
    tables = [_recap(kind, recaps[kind.column].to_pylist()) for kind in RECAPS]
    if months is not None:
        tables.append(_recap(MONTHS, month_groups(months)))
    return {
        "title": f"Tagihan {document.number}",
        "author": ", ".join(office.letterhead),
        "subject": f"SHA-256 {document.lines_sha256}",
        "number": document.number,
        "lines_sha256": document.lines_sha256,
        "letterhead": list(office.letterhead),
        "programme": office.programme,
        "months": indonesian_months(*span),
        "months_en": english_months(*span),
        "letter": asdict(letter_of(document, office)) | {"dots": DOTS},
        "spp": [fact_of(fact) for fact in spp_facts(document, office)],
        "facts": [fact_of(fact) for fact in facts_of(document)],
        "charges": [charge_of(charge, document.people) for charge in charges_of(document)],
        "people": grouped(document.people),
        "jkk": grouped(document.jkk_idr),
        "jkm": grouped(document.jkm_idr),
        "total": grouped(document.total_idr),
        "terbilang": terbilang(document.total_idr),
        "legal_basis": list(document.legal_basis),
        "approvals": [fact_of(fact) for fact in approvals_of(document)],
        "place": office.place,
        "issued": indonesian_date(document.issued_date),
        "signatories": [asdict(signatory) for signatory in office.signatories],
        "recaps": tables,
    }


def fact_of(fact: Fact) -> dict[str, Any]:
    """A fact as the templates show it."""
    return {"label": fact.label, "en": fact.label_en, "value": fact.value, "strong": fact.is_strong}


def charge_of(charge: Charge, people: int) -> dict[str, str]:
    """A premium as the templates show it."""
    return {
        "label": charge.label,
        "account": charge.account.code,
        "account_name": charge.account.name,
        "people": grouped(people),
        "amount": grouped(charge.amount_idr),
    }


def _recap(kind: Recap, groups: list[dict[str, Any]]) -> dict[str, Any]:
    rows = [
        {"name": group["name"], "people": grouped(group["people"]), "jkk": grouped(group["jkk_idr"]),
         "jkm": grouped(group["jkm_idr"]), "total": grouped(group["total_idr"])}
        for group in groups
    ]  # fmt: skip
    return {
        "title": kind.heading,
        "en": kind.heading_en,
        "label": kind.label,
        "label_en": kind.label_en,
        "counted": kind.counted,
        "counted_en": kind.counted_en,
        "people": grouped(sum(group["people"] for group in groups)),
        "rows": rows,
    }
