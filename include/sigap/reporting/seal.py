"""What a document says of itself: number of the invoice, digest of the line set, which list and part."""

import io
import re
from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal
from zipfile import BadZipFile, ZipFile

from sigap.errors import ReportingError
from sigap.reporting.template import Template

_NUMBER = re.compile(r"SIGAP/[A-Z]{2}/\d{4}-\d{2}/[KD]?\d{4,}")
_IN_NAME = re.compile(r"SIGAP-([A-Z]{2})-(\d{4}-\d{2})-([KD]?\d{4,})")
_NOTE = re.compile(r"/[KD]\d{4,}$")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_LIST = re.compile(r"([a-z_]+) bagian (\d+) dari (\d+) templat ([0-9a-f]{12})")
_NAMED_LIST = re.compile(r"\d{4,}-([a-z]+)(?:-.*-bagian-(\d+)-dari-(\d+))?\.csv$")


Kind = Literal["workbook", "pdf", "annex", "part", "note"]


@dataclass(frozen=True, slots=True)
class Seal:
    """`kind` is workbook, pdf, annex (PDF), part, or note (PDF). A part of a list names its template, which
    part it is, and how the digest of the template begins. What a file does not say is None.
    """

    kind: Kind
    number: str | None
    lines_sha256: str | None
    template: str | None = None
    part: int = 1
    template_sha256: str | None = None


def seal_words(template: Template, part: int, parts: int) -> str:
    """What a list says of itself in its properties."""
    return f"{template.name} bagian {part} dari {parts} templat {template.sha256[:12]}"


def read_seal(content: bytes, name: str) -> Seal | None:
    """The seal of an unprotected document; None for a file of another kind.

    Raises `ReportingError` for a damaged one. A csv says nothing of itself: its name does.
    """
    if content.startswith(b"%PDF"):
        return _pdf(content, name)
    if content.startswith(b"PK"):
        return _workbook(content, name)
    listed = _NAMED_LIST.search(name)
    return Seal("part", _number(name), None, listed[1], int(listed[2] or 1)) if listed else None


def _pdf(content: bytes, name: str) -> Seal:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(content))
        told = reader.metadata
        title, subject = (told.title or "", told.subject or "") if told else ("", "")
        first = reader.pages[0].extract_text()
    except (PyPdfError, IndexError):
        raise _damaged(name) from None
    kind: Kind = "annex" if title.startswith("Lampiran") or first.startswith("Lampiran") else "pdf"
    if _NOTE.search(_number(title + first) or ""):
        kind = "note"
    return Seal(kind, _number(title + first), _digest(subject) or _at_foot(first))


def _workbook(content: bytes, name: str) -> Seal | None:
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            if "xl/workbook.xml" not in archive.namelist():
                return None
            said = archive.read("docProps/core.xml").decode() if _has_core(archive) else ""
            is_told = _number(said) and _digest(said)
            end = "" if is_told else _footer(archive)
    except (BadZipFile, KeyError, UnicodeDecodeError):
        raise _damaged(name) from None
    listed = _LIST.search(said)
    number, digest = _number(said + end) or _number(name), _digest(said) or _digest(end)
    if listed:
        return Seal("part", number, digest, listed[1], int(listed[2]), listed[4])
    return Seal("workbook", number, digest)


def _has_core(archive: ZipFile) -> bool:
    return "docProps/core.xml" in archive.namelist()


def _footer(archive: ZipFile) -> str:
    """The end of the first sheet, where its footer stands."""
    end = b""
    with archive.open("xl/worksheets/sheet1.xml") as sheet:
        while piece := sheet.read(1 << 20):
            end = (end + piece)[-4096:]
    return end.decode(errors="replace")


def _number(text: str) -> str | None:
    if found := _NUMBER.search(text):
        return found[0]
    named = _IN_NAME.search(PurePath(text).name)
    return f"SIGAP/{named[1]}/{named[2]}/{named[3]}" if named else None


def _digest(text: str) -> str | None:
    found = _DIGEST.search(text)
    return found[0] if found else None


def _at_foot(page: str) -> str | None:
    """The last digest on a page: a note names those of the invoices that it corrects before its own."""
    found = _DIGEST.findall(page)
    return found[-1] if found else None


def _damaged(name: str) -> ReportingError:
    return ReportingError(f"{name} cannot be read: it is damaged or cut off. Ask for the file again.")
