"""The PDF of one credit or debit note (PDF/A-2b), set by Typst like the bill."""

from dataclasses import asdict
from typing import Any

import pyarrow as pa

from sigap.reporting.note import (
    TITLES,
    NoteDocument,
    check_note,
    make_rows,
    note_approvals,
    note_charges,
    note_facts,
    sources_of,
)
from sigap.reporting.office import Office
from sigap.reporting.pdf import charge_of, fact_of, set_pages
from sigap.reporting.words import grouped, indonesian_date, terbilang


def make_note_pdf(document: NoteDocument, lines: pa.Table, office: Office, reasons: dict[str, str]) -> bytes:
    """The PDF of a note: the same arguments give the same bytes. `lines` as `NOTE_LINES`.

    Raises `ReportingError` when they do not add up to the header, or when Typst refuses the template.
    """
    check_note(document, lines)
    return set_pages("note.typ", _content(document, lines, office, reasons), document)


def _content(
    document: NoteDocument, lines: pa.Table, office: Office, reasons: dict[str, str]
) -> dict[str, Any]:
    title, title_en = TITLES[document.kind]
    rows = make_rows(lines, reasons).to_pylist()
    return {
        "title": f"{title} {document.number}",
        "heading": title,
        "heading_en": title_en,
        "author": ", ".join(office.letterhead),
        "subject": f"SHA-256 {document.lines_sha256}",
        "number": document.number,
        "lines_sha256": document.lines_sha256,
        "letterhead": list(office.letterhead),
        "programme": office.programme,
        "facts": [fact_of(fact) for fact in note_facts(document, lines)],
        "charges": [charge_of(charge, document.people) for charge in note_charges(document)],
        "people": grouped(document.people),
        "jkk": grouped(document.jkk_idr),
        "jkm": grouped(document.jkm_idr),
        "total": grouped(document.total_idr),
        "terbilang": terbilang(document.total_idr),
        "sources": [
            {"number": one["number"], "sha256": one["sha256"], "people": grouped(int(str(one["people"]))),
             "total": grouped(int(str(one["total_idr"])))}
            for one in sources_of(lines)
        ],
        "rows": [
            {**row, "no": str(row["no"]), "jkk": grouped(row["jkk_idr"]), "jkm": grouped(row["jkm_idr"]),
             "total": grouped(row["total_idr"])}
            for row in rows
        ],
        "approvals": [fact_of(fact) for fact in note_approvals(document)],
        "place": office.place,
        "issued": indonesian_date(document.issued_date),
        "signatories": [asdict(signatory) for signatory in office.signatories],
    }  # fmt: skip
