"""Issued notes read back from the warehouse for their documents: header, who agreed, lines with persons."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlalchemy import ColumnElement, Connection, Row, column, func, select, table, text

from sigap.billing.correction import load_corrections
from sigap.billing.payer import Payer
from sigap.billing.payers import Payers
from sigap.domain.period import Period
from sigap.errors import ReportingError
from sigap.pipeline.issued import day_of, stated
from sigap.reporting.note import NOTE_LINES, NoteDocument
from sigap.reporting.note_pdf import make_note_pdf
from sigap.reporting.office import office_on
from sigap.warehouse.store import copy_out
from sigap.warehouse.tables import notes

_note = notes.note.c
_LINES = text(Path(__file__).with_name("note_lines.sql").read_text(encoding="utf-8"))


def notes_where(connection: Connection, condition: ColumnElement[bool]) -> Sequence[Row[Any]]:
    """Headers of issued notes with their day of issue, by number."""
    wanted = select(notes.note, day_of(_note.issued_at).label("issued_date"))
    wanted = wanted.where(_note.status == "issued", condition)
    return connection.execute(wanted.order_by(_note.number)).all()


def issued_notes(period: Period, connection: Connection) -> Sequence[Row[Any]]:
    """The notes that a month booked, by number."""
    return notes_where(connection, _note.period == str(period))


def note_sheet(
    header: Row[Any], connection: Connection, payers: Payers
) -> tuple[NoteDocument, pa.Table, dict[str, str]]:
    """A note, its lines (`NOTE_LINES`) and the titles of reasons, as its documents show them.

    Raises `ReportingError` when its lines no longer have the digest they were issued with.
    """
    lines = lines_of_note(header, connection)
    reasons = {code: reason.title for code, reason in load_corrections().reasons.items()}
    return _describe(header, payers[header.funding_source], connection), lines, reasons


def note_pdf(header: Row[Any], connection: Connection, payers: Payers) -> bytes:
    """The PDF of a note as the warehouse has it now: the same rows, the same bytes."""
    document, lines, reasons = note_sheet(header, connection, payers)
    return make_note_pdf(document, lines, office_on(document.issued_date), reasons)


def lines_of_note(header: Row[Any], connection: Connection) -> pa.Table:
    """The lines of a note (`NOTE_LINES`) by original invoice, name and month.

    Raises `ReportingError` when they no longer have the digest they were issued with.
    """
    if connection.execute(select(func.billing.digest_note(header.note_id))).scalar() != header.lines_sha256:
        raise ReportingError(
            f"Note {header.number}: its lines no longer have the digest they were issued with. "
            "No document is made; have billing.note_line examined."
        )
    connection.execute(text("DROP TABLE IF EXISTS pg_temp.noted_line"))
    connection.execute(_LINES, {"note_id": header.note_id})
    found = table("noted_line", *map(column, NOTE_LINES.names))
    wanted = select(*found.c).order_by(*(found.c[name] for name in _ORDER))
    return copy_out(connection, wanted, {field.name: field.type for field in NOTE_LINES}).cast(NOTE_LINES)


_ORDER = ("invoice_number", "full_name", "nik", "period", "correction_id")


def _describe(header: Row[Any], payer: Payer, connection: Connection) -> NoteDocument:
    return NoteDocument(
        **stated(header, payer),
        kind=header.kind,
        payee_name=payer.payee_name,
        proposed_by=_accounts(connection, header.note_id, notes.correction.c.actor),
        checked_by=_accounts(connection, header.note_id, notes.correction_check.c.actor),
    )


def _accounts(connection: Connection, note_id: int, actor: ColumnElement[str]) -> tuple[str, ...]:
    """Who proposed, or answered, the corrections of a note."""
    booked = notes.note_line.c
    wanted = (
        select(actor)
        .distinct()
        .select_from(notes.note_line)
        .join(notes.correction, notes.correction.c.correction_id == booked.correction_id)
        .join(notes.correction_check, notes.correction_check.c.correction_id == booked.correction_id)
        .where(booked.note_id == note_id)
        .order_by(actor)
    )
    return tuple(connection.execute(wanted).scalars())
