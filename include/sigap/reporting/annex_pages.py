"""The annex as PDF: every person by name and address, a section per kelurahan, NIK masked."""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from sigap.reporting.invoice import InvoiceDocument, check_annex, masked
from sigap.reporting.office import Office
from sigap.reporting.pdf import set_pages
from sigap.reporting.words import grouped, indonesian_months

_PAGE = 53  # lines on a page
_AROUND = 7  # lines that a section's heading, its rules and its total take
_LETTER, _CAPITAL = 1.3, 0.6  # millimetres of a letter at 7.5 points, and what a capital takes beyond


@dataclass(frozen=True, slots=True)
class _Column:
    """A printed column: its annex column, title, width in millimetres, side."""

    name: str
    title: str
    width: float
    right: bool = False


_COLUMNS = (
    _Column("no", "No", 9, right=True),
    _Column("nik", "NIK", 24),
    _Column("full_name", "Nama lengkap", 48),
    _Column("birth_date", "Tgl lahir", 15),
    _Column("address", "Alamat", 54),
    _Column("sector", "Sektor pekerjaan", 25),
    _Column("covers", "Masa", 20),
    _Column("months", "Bln", 6, right=True),
    _Column("jkk_idr", "JKK (Rp)", 16, right=True),
    _Column("jkm_idr", "JKM (Rp)", 16, right=True),
    _Column("total_idr", "Jumlah (Rp)", 18, right=True),
)
_WRAPPED = {
    place: column.width
    for place, column in enumerate(_COLUMNS)
    if column.name in ("full_name", "address", "sector")
}


@dataclass(slots=True)
class _Part:
    """What stands on one page of one kelurahan."""

    title: str
    note: str
    rows: list[Sequence[str]]
    breaks: bool
    total: Sequence[str] | None = None


def make_annex_pdf(document: InvoiceDocument, annex: pa.Table, office: Office) -> bytes:
    """The PDF of the annex (`make_annex`): the same arguments give the same bytes.

    Raises `ReportingError` when the annex does not add up to the header.
    """
    check_annex(document, annex)
    content = {
        "title": f"Lampiran {document.number}",
        "author": ", ".join(office.letterhead),
        "subject": f"SHA-256 {document.lines_sha256}",
        "number": document.number,
        "lines_sha256": document.lines_sha256,
        "wadah": document.wadah_name,
        "months": indonesian_months(document.covers_from, document.covers_to),
        "columns": [
            {"title": column.title, "width": column.width, "right": column.right} for column in _COLUMNS
        ],
        "parts": [_shown(part) for part in _parts(annex, document)],
    }
    return set_pages("annex.typ", content, document, tags=False)  # tags would make it thirty times as large


def _shown(part: _Part) -> dict[str, Any]:
    cells = ["\n".join(column) for column in zip(*part.rows, strict=True)]
    return {"title": part.title, "note": part.note, "cells": cells, "break": part.breaks, "total": part.total}


def _parts(annex: pa.Table, document: InvoiceDocument) -> Iterator[_Part]:
    """Sections cut into pages, so that a heading stands above the rows of every page."""
    left = _PAGE
    for title, rows in _sections(annex):
        note = f"{grouped(rows.num_rows)} orang, Rp{grouped(pc.sum(rows['total_idr']).as_py())}"
        breaks = left < 2 * _AROUND
        part = _Part(title, note, [], breaks)
        left = (_PAGE if breaks else left) - _AROUND
        for lines in _lines(rows):
            if len(lines) > left and part.rows:
                yield part
                part = _Part(f"{title} (lanjutan)", "", [], breaks=True)
                left = _PAGE - _AROUND
            part.rows += lines
            left -= len(lines)
        part.total = _sums(rows, "Jumlah kelurahan")
        yield part
    yield _Part("Jumlah seluruh lampiran", "", [_sums(annex, "JUMLAH")], breaks=left < _AROUND + 1)


def _sections(annex: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """Rows by kecamatan and kelurahan, which the annex is sorted by."""
    places = pc.binary_join_element_wise(annex["kelurahan"], annex["kecamatan"], ", Kecamatan ")
    ends = pc.run_end_encode(places.combine_chunks())
    start = 0
    for title, end in zip(ends.values.to_pylist(), ends.run_ends.to_pylist(), strict=True):
        yield f"Kelurahan {title}", annex.slice(start, end - start)
        start = end


def _lines(rows: pa.Table) -> Iterator[list[Sequence[str]]]:
    """Each person as one line or, with a long name or address, as several."""
    columns = [_texts(rows, column.name) for column in _COLUMNS]
    for row in zip(*columns, strict=True):
        if all(_width(row[place]) <= width for place, width in _WRAPPED.items()):
            yield [row]
        else:
            yield _broken(row)


def _width(text: str) -> float:
    """How wide a text is set, in millimetres; rather too wide than too narrow."""
    return len(text) * _LETTER + sum(map(str.isupper, text)) * _CAPITAL


def _broken(row: Sequence[str]) -> list[Sequence[str]]:
    cells = [_wrap(text, _WRAPPED[place]) if place in _WRAPPED else [text] for place, text in enumerate(row)]
    high = max(len(cell) for cell in cells)
    return list(zip(*(cell + [""] * (high - len(cell)) for cell in cells), strict=True))


def _wrap(text: str, width: float) -> list[str]:
    fits = int(width * len(text) / max(_width(text), 1))
    return textwrap.wrap(text, max(fits - 2 * (fits < len(text)), 4)) or [""]


def _texts(rows: pa.Table, name: str) -> list[str]:
    column = rows[name]
    if name == "nik":
        return list(masked(column).to_pylist())
    if name == "birth_date":
        return [day or "" for day in pc.strftime(column, "%d/%m/%Y").to_pylist()]
    if name.endswith("_idr"):
        return [f"{amount:,}".replace(",", ".") for amount in column.to_pylist()]
    return [str(value) for value in column.to_pylist()]


def _sums(rows: pa.Table, label: str) -> Sequence[str]:
    sums = {
        name: grouped(pc.sum(rows[name]).as_py()) for name in ("months", "jkk_idr", "jkm_idr", "total_idr")
    }
    return [sums.get(column.name, label if column.name == "full_name" else "") for column in _COLUMNS]
