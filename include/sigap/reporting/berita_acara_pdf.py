"""The Berita Acara Rekonsiliasi as PDF/A-2b, set by Typst with its own fonts, as the workbook has it."""

import datetime as dt
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typst

from sigap.errors import ReportingError
from sigap.reporting.berita_acara import SUBJECT, TITLE, BeritaAcara, ClassRow
from sigap.reporting.words import grouped, indonesian_date

_TEMPLATE = Path(__file__).with_name("berita_acara.typ")
SHOWN = 400  # differences on paper; the workbook has them all
_COLUMNS = (
    "No", "NIK", "KPJ", "Kelas", "Tagihan SIGAP (Rp)", "Tagihan BPJS (Rp)", "Selisih (Rp)",
    "Hari belum aktif",
)  # fmt: skip
NO_VALUE = "–"


def make_pdf(document: BeritaAcara) -> bytes:
    """The PDF: the same document, the same bytes. Raises `ReportingError` when Typst refuses the template."""
    midnight = dt.datetime.combine(document.made_on, dt.time(), tzinfo=dt.UTC)
    try:
        made = typst.compile(
            _TEMPLATE.read_bytes(),
            format="pdf",
            sys_inputs={"data": json.dumps(content_of(document), ensure_ascii=False)},
            pdf_standards="a-2b",
            ignore_system_fonts=True,
            timestamp=midnight,
        )
    except typst.TypstError as error:
        raise ReportingError(
            f"{document.name}: reporting/{_TEMPLATE.name} cannot be set: {error.message}"
        ) from None
    return bytes(made)


def content_of(document: BeritaAcara) -> dict[str, Any]:
    """Everything the template shows, as plain text values."""
    parties = document.parties
    return {
        "title": f"{TITLE} {document.month}",
        "heading": TITLE,
        "about": SUBJECT,
        "author": ", ".join(document.office.letterhead),
        "subject": f"SHA-256 {document.compared_sha256}",
        "sha256": document.compared_sha256,
        "letterhead": list(document.office.letterhead),
        "programme": document.office.programme,
        "month": document.month,
        "opening": document.opening,
        "statement": document.statement,
        "parties": [asdict(parties.first), asdict(parties.second)],
        "witness": asdict(parties.witness),
        "copies": parties.copies,
        "sides": [
            {
                "label": row.label,
                "note": row.note,
                "people": count(row.people),
                "amount": count(row.amount_idr),
            }
            for row in document.sides
        ],
        "words": list(document.words),
        "classes": [_class(row, document) for row in document.shown_classes],
        "total": _total(document),
        "groups": [_group(row) for row in document.groups],
        "invoices": [_invoice(row) for row in document.invoices],
        "remarks": list(document.remarks),
        "conclusion": document.conclusion,
        "steps": list(document.steps),
        "place": document.office.place,
        "signed": indonesian_date(document.signed_on) if document.signed_on else "",
        "rows": _rows(document),
        "rows_note": _rows_note(document),
        "evidence": [asdict(row) for row in document.evidence],
    }


def count(number: int | None) -> str:
    """A number with Indonesian grouping, or a dash."""
    return NO_VALUE if number is None else grouped(number)


def _class(row: ClassRow, document: BeritaAcara) -> dict[str, str]:
    billed = row.billed_idr if document.is_by_name else None
    return {
        "title": row.title,
        "meaning": row.meaning,
        "people": grouped(row.people),
        "expected": grouped(row.expected_idr),
        "billed": count(billed),
        "not_active": count(row.not_active),
    }


def _total(document: BeritaAcara) -> dict[str, str]:
    not_active = [row.not_active for row in document.classes if row.not_active is not None]
    return {
        "people": grouped(sum(row.people for row in document.classes)),
        "expected": grouped(document.expected_idr),
        "billed": count(document.billed_idr if document.is_by_name else None),
        "not_active": count(sum(not_active) if not_active else None),
    }


def _group(row: Any) -> dict[str, str]:
    return {
        "wadah": row.wadah_code,
        "people_expected": grouped(row.people_expected),
        "expected": grouped(row.expected_idr),
        "people_billed": grouped(row.people_billed),
        "billed": grouped(row.billed_idr),
        "result": "Sesuai" if row.agrees else "Tidak sesuai",
    }


def _invoice(row: Any) -> dict[str, str]:
    return {
        "number": row.number,
        "covers": row.covers,
        "month": grouped(row.month_idr),
        "total": grouped(row.total_idr),
        "noted": grouped(row.noted_idr),
        "paid": grouped(row.paid_idr),
        "open": grouped(row.open_idr),
    }


def _rows(document: BeritaAcara) -> list[list[str]]:
    shown = document.differences.slice(0, SHOWN).select(_COLUMNS).to_pylist()
    return [[value if isinstance(value, str) else count(value) for value in row.values()] for row in shown]


def _rows_note(document: BeritaAcara) -> str:
    said = "NIK dan KPJ disamarkan; kolom Hari menghitung lama orang yang sudah dibayar belum aktif."
    left = document.total_differences - min(document.total_differences, SHOWN)
    if left == 0:
        return said
    return f"{said} {grouped(left)} baris lain ada pada lembar Selisih buku kerja {document.name}.xlsx."
