"""Verb `report`: the workbook, the PDF and the annex of every issued invoice, and a PDF of every note."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, Row, func, or_
from sqlalchemy.dialects.postgresql import insert
from upath import UPath

from sigap.billing.payers import Payers
from sigap.domain.period import Period
from sigap.pipeline.approve import has_nothing_to_judge
from sigap.pipeline.issued import (
    READS,
    describe,
    issued_invoices,
    lines_of,
    months_of,
    place_names,
    recaps_of,
)
from sigap.pipeline.list_parts import write_parts
from sigap.pipeline.note_documents import issued_notes, note_pdf, note_sheet
from sigap.pipeline.resources import Resources, code_version
from sigap.pipeline.rosters import standing_invoices
from sigap.publish import publish_file
from sigap.reporting.annex_pages import make_annex_pdf
from sigap.reporting.folder import digest_file, file_name, put, room_in
from sigap.reporting.invoice import make_annex
from sigap.reporting.office import office_on
from sigap.reporting.pdf import make_pdf, make_short_pdf
from sigap.reporting.template import load_template
from sigap.reporting.workbook import make_short_workbook, make_workbook
from sigap.warehouse.tables import reporting

Kind = Literal["workbook", "pdf", "annex", "part", "note"]
_ENDINGS: dict[Kind, str] = {"workbook": ".xlsx", "pdf": ".pdf", "annex": "-lampiran.pdf", "note": ".pdf"}
WHOLE = 50_000  # persons whose annex stands in the workbook and in one PDF; of more it comes in parts


@dataclass(frozen=True, slots=True)
class Document:
    """One file that was handed over: of which invoice or note, where, and the digest of its bytes."""

    kind: Kind
    uri: str
    sha256: str
    number: str
    part: int = 1


def report(period: Period, resources: Resources) -> list[Document]:
    """Write the documents of each issued invoice and note of the month; again changes nothing. A month that
    is paid for in advance and books no note has none.

    Raises `ReportingError` when no invoice is issued, or when lines and header do not agree.
    """
    with resources.outcome_of("report", period) as outcome:
        outcome.read(*READS)
        payers = resources.payers()
        with resources.warehouse.begin() as connection:
            booked = issued_notes(period, connection)
            has_invoices = bool(standing_invoices(connection, period))
            if has_nothing_to_judge(connection, period) and not (has_invoices or booked):
                return []
            headers = [] if booked and not has_invoices else issued_invoices(period, connection)
            documents = [
                made for header in headers for made in _publish(header, connection, payers, resources)
            ]
            documents += [_publish_note(header, connection, payers, resources) for header in booked]
        outcome.count({"invoices": len(headers), "documents": len(documents)})
        if booked:
            outcome.read("billing.note", "billing.note_line")
            outcome.count({"notes": len(booked)})
        outcome.wrote("reporting.document", *(document.uri for document in documents))
        outcome.versions.update(
            code=code_version(),
            payers=payers.sha256,
            signatories=office_on([*headers, *booked][0].issued_date).sha256,
        )
    return documents


def contents_of(header: Row[Any], connection: Connection, payers: Payers) -> dict[Kind, bytes]:
    """The bytes of an invoice's documents as the warehouse has it now: the same rows, the same bytes.

    Of an invoice of more than `WHOLE` persons the annex comes in parts (`write_parts`), so it is not among
    them. Raises `ReportingError` when lines and header do not agree.
    """
    document = describe(header, payers[header.funding_source])
    office = office_on(document.issued_date)
    months = months_of(header, connection) if document.covers_from != document.covers_to else None
    lines = lines_of(header, connection, with_people=header.people <= WHOLE)
    notes = [note_sheet(one, connection, payers) for one in _booked_with(header, connection)]
    if header.people > WHOLE:
        recaps = recaps_of(header, connection)
        return {
            "workbook": make_short_workbook(document, office, recaps, months, notes),
            "pdf": make_short_pdf(document, office, recaps, months),
        }
    annex = make_annex(lines, place_names(connection, document.period))
    return {
        "workbook": make_workbook(document, annex, office, months, notes),
        "pdf": make_pdf(document, annex, office, months),
        "annex": make_annex_pdf(document, annex, office),
    }


def _booked_with(header: Row[Any], connection: Connection) -> list[Row[Any]]:
    """The notes that its month books for its payer and wadah: each has a sheet in the workbook."""
    payer = (header.funding_source, header.wadah_code)
    booked = issued_notes(Period.parse(header.period), connection)
    return [note for note in booked if (note.funding_source, note.wadah_code) == payer]


def document_name(number: str, kind: Kind) -> str:
    """The name of a document: `SIGAP-SG-2026-01-0001-lampiran.pdf`."""
    return file_name(number, _ENDINGS[kind])


def _publish(
    header: Row[Any], connection: Connection, payers: Payers, resources: Resources
) -> list[Document]:
    folder = resources.settings.place("documents") / header.period
    made = []
    for kind, content in contents_of(header, connection, payers).items():
        file = put(folder, document_name(header.number, kind), content)
        made.append(Document(kind, file.uri, file.sha256, header.number))
        _record(connection, header, made[-1])
    if header.people > WHOLE:
        made += _publish_parts(header, folder, connection, resources)
    return made


def _publish_note(header: Row[Any], connection: Connection, payers: Payers, resources: Resources) -> Document:
    folder = resources.settings.place("documents") / header.period
    file = put(folder, document_name(header.number, "note"), note_pdf(header, connection, payers))
    made = Document("note", file.uri, file.sha256, header.number)
    _record(connection, header, made)
    return made


def _publish_parts(
    header: Row[Any], folder: UPath, connection: Connection, resources: Resources
) -> list[Document]:
    template = load_template("finance", resources.settings.templates_dir)
    made = []
    is_local = folder.protocol in ("", "file")
    with room_in(Path(folder.path) if is_local else resources.settings.home) as room:
        parts = list(write_parts(header, room, template, connection, resources))
        for part in parts:
            document = Document(
                "part", str(folder / part.file.name), digest_file(part.file), header.number, part.part
            )
            publish_file(folder / part.file.name, part.file)
            _record(connection, header, document)
            made.append(document)
    return made


def _record(connection: Connection, header: Row[Any], made: Document) -> None:
    table = reporting.document
    shown = {"uri": made.uri, "sha256": made.sha256, "lines_sha256": header.lines_sha256}
    key = "note_id" if made.kind == "note" else "invoice_id"
    of = {key: getattr(header, key), "kind": made.kind, "part": made.part}
    statement = insert(table).values(**of, **shown)
    changed = or_(*(table.c[name] != statement.excluded[name] for name in shown))
    values = {**shown, "made_at": func.now()}
    connection.execute(statement.on_conflict_do_update(index_elements=list(of), set_=values, where=changed))
