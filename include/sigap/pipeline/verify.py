"""Whether a document still says what the warehouse says: its bytes, its digest, every figure in it."""

import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, Row, or_, select, union

from sigap.domain.period import Period
from sigap.errors import ReportingError
from sigap.pipeline.issued import invoices_where, lines_of
from sigap.pipeline.list_parts import write_parts
from sigap.pipeline.made_again import Hint, hints_about
from sigap.pipeline.note_documents import lines_of_note, note_pdf, notes_where
from sigap.pipeline.report import contents_of
from sigap.pipeline.resources import Resources
from sigap.reporting.differences import differences
from sigap.reporting.lock import is_protected, unlock
from sigap.reporting.seal import Seal, read_seal
from sigap.reporting.template import load_template
from sigap.warehouse.tables import billing, notes, reporting

State = Literal["matches", "changed", "void", "unknown"]
SHOWN = 20  # places of a changed file that are named
_invoice = billing.invoice.c
_note = notes.note.c


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `verify` found; `places` says where a changed file differs, `more` how many further places.

    `hints` say what is on record that may explain it; the file is changed all the same.
    """

    state: State
    said: str
    said_en: str
    number: str | None = None
    lines_sha256: str | None = None
    places: tuple[str, ...] = ()
    more: int = 0
    hints: tuple[Hint, ...] = ()


def verify(file: Path, resources: Resources, password: str | None = None) -> Verdict:
    """Compare a document with the warehouse as it is now. Nothing in it is quoted.

    Raises `ReportingError` for a file that cannot be read, or one that asks for another password.
    """
    content = _read(file)
    with resources.warehouse.connect() as connection:
        number = _known(content, connection)
        if number is None and is_protected(content):
            if password is None:
                raise ReportingError(f"{file.name} asks for a password. Give it with --password.")
            content = unlock(content, password)
            number = _known(content, connection)
        seal = None if number else read_seal(content, file.name)
        header = _header(number or (seal.number if seal else None), connection)
    if header is None:
        return _unknown(seal)
    with resources.outcome_of("verify", Period.parse(header.period), header.number) as outcome:
        outcome.read("billing.invoice", "billing.invoice_line", "reporting.document", "reporting.hand_over")
        with resources.warehouse.connect() as connection:
            verdict = _judge(content, seal, header, connection, resources)
        outcome.count({verdict.state: 1, "places": len(verdict.places) + verdict.more})
        outcome.versions["actor"] = resources.settings.actor
    return verdict


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        raise ReportingError(f"{file} cannot be read. Name a file that is there and open to you.") from None


def _known(content: bytes, connection: Connection) -> str | None:
    """The number of the invoice or note that a file of exactly these bytes was made for."""
    digest = hashlib.sha256(content).hexdigest()
    document, handed = reporting.document.c, reporting.hand_over.c
    made = union(
        select(document.invoice_id).where(document.sha256 == digest),
        select(handed.invoice_id).where(or_(handed.sha256 == digest, handed.copy_sha256 == digest)),
    )
    query = select(_invoice.number).where(_invoice.invoice_id.in_(made)).order_by(_invoice.invoice_id)
    noted = select(_note.number).join(reporting.document, document.note_id == _note.note_id)
    found = connection.execute(query.limit(1)).scalar_one_or_none()
    return found or connection.execute(noted.where(document.sha256 == digest).limit(1)).scalar_one_or_none()


def _header(number: str | None, connection: Connection) -> Row[Any] | None:
    if number is None:
        return None
    found = [*invoices_where(connection, _invoice.number == number)] or [
        *notes_where(connection, _note.number == number)
    ]
    return next(iter(found), None)


def _judge(
    content: bytes, seal: Seal | None, header: Row[Any], connection: Connection, resources: Resources
) -> Verdict:
    if header.status == "void":
        return _void(header, connection)
    if _is_note(header):
        lines_of_note(header, connection)
    else:
        lines_of(header, connection, with_people=False)
    if seal is None:
        return _verdict(header, "matches", "byte demi byte sama dengan yang dibuat", "the same bytes as made")
    if seal.lines_sha256 not in (None, header.lines_sha256):
        return _verdict(
            header,
            "changed",
            "SHA-256 himpunan baris di dalamnya bukan milik dokumen ini",
            "the digest of the line set in it is not that of this document",
        )
    expected = _expected(seal, header, connection, resources)
    if expected is None:
        return _verdict(
            header,
            "unknown",
            f"dibuat dengan templat {seal.template} edisi lain, sehingga isinya tidak dapat dibandingkan",
            "made from another edition of its template, so its content cannot be compared",
        )
    verdict = _compared(differences(content, expected), header)
    if verdict.state == "changed":
        verdict = replace(verdict, hints=hints_about(seal, header, expected, connection))
    return verdict


def _compared(found: Iterator[str], header: Row[Any]) -> Verdict:
    shown = tuple(islice(found, SHOWN))
    if not shown:
        return _verdict(
            header,
            "matches",
            "isinya sama, hanya berkasnya disimpan ulang",
            "the same content, in a file that was saved again",
        )
    more = sum(1 for _ in found)
    return replace(
        _verdict(header, "changed", "isinya berbeda di", "its content differs in"), places=shown, more=more
    )


def _expected(seal: Seal, header: Row[Any], connection: Connection, resources: Resources) -> bytes | None:
    """The document as it would be made now; None when its template is another by now."""
    if _is_note(header):
        return note_pdf(header, connection, resources.payers())
    if seal.template is None:
        return contents_of(header, connection, resources.payers()).get(seal.kind)
    template = load_template(seal.template, resources.settings.templates_dir)
    if seal.template_sha256 not in (None, template.sha256[:12]):
        return None
    with tempfile.TemporaryDirectory(prefix="sigap-verify-") as folder:
        parts = write_parts(header, Path(folder), template, connection, resources)
        files = {made.part: made.file for made in parts}
        return files[seal.part].read_bytes() if seal.part in files else None


def _is_note(header: Row[Any]) -> bool:
    return "note_id" in header._mapping


def _void(header: Row[Any], connection: Connection) -> Verdict:
    query = select(_invoice.number).where(_invoice.replaces_id == header.invoice_id)
    successor = connection.execute(query).scalar_one_or_none()
    if successor is None:
        said, said_en = "tagihan ini batal dan belum diganti", "this invoice is void and not replaced yet"
    else:
        said, said_en = f"tagihan ini batal, diganti {successor}", f"void, replaced by {successor}"
    return _verdict(header, "void", said, said_en)


def _verdict(header: Row[Any], state: State, said: str, said_en: str) -> Verdict:
    return Verdict(state, said, said_en, header.number, header.lines_sha256)


def _unknown(seal: Seal | None) -> Verdict:
    if seal is None or seal.number is None:
        return Verdict(
            "unknown", "bukan dokumen SIGAP, atau tidak menyebut nomor tagihan", "names no invoice of ours"
        )
    return Verdict(
        "unknown",
        f"tagihan {seal.number} tidak ada di gudang data ini",
        "no such invoice in this warehouse",
        seal.number,
    )
