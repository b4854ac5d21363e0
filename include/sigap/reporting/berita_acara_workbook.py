"""The Berita Acara Rekonsiliasi as a workbook: the statement to sign, every difference, and the evidence."""

import datetime as dt
from collections.abc import Sequence

from openpyxl.styles import Alignment, Border, Side
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from sigap.reporting.berita_acara import SUBJECT, TITLE, BeritaAcara
from sigap.reporting.berita_acara_lists import write_differences, write_evidence
from sigap.reporting.berita_acara_page import prepare
from sigap.reporting.berita_acara_parties import Party
from sigap.reporting.cells import Results, write_text
from sigap.reporting.look import add_styles
from sigap.reporting.package import pack
from sigap.reporting.page import height_of
from sigap.reporting.words import indonesian_date

_WIDTHS = {"A": 34, "B": 15, "C": 18, "D": 18, "E": 18, "F": 18}
_LINE = 128  # characters that fit into the whole width


def make_workbook(document: BeritaAcara) -> bytes:
    """The xlsx file: the same document gives the same bytes."""
    workbook = Workbook()
    add_styles(workbook)
    first = workbook.active
    first.title = "Berita Acara"
    _write_statement(first, document)
    write_differences(workbook.create_sheet("Selisih"), document)
    write_evidence(workbook.create_sheet("Data pembanding"), document)
    properties = workbook.properties
    properties.title = f"{TITLE} {document.month}"
    properties.subject = f"SHA-256 {document.compared_sha256}"
    properties.creator = ", ".join(document.office.letterhead)
    properties.language = "id-ID"
    properties.created = dt.datetime.combine(document.made_on, dt.time())
    return pack(workbook, [Results(), Results(), Results()], document.made_on)


def _write_statement(sheet: Worksheet, document: BeritaAcara) -> None:
    for letter, width in _WIDTHS.items():
        sheet.column_dimensions[letter].width = width
    row = _write_head(sheet, document)
    row = _write_parties(sheet, row, document)
    row = _write_sides(sheet, row, document)
    row = _write_classes(sheet, row, document)
    row = _write_groups(sheet, row, document)
    row = _write_invoices(sheet, row, document)
    row = _write_end(sheet, row, document)
    _write_signatures(sheet, row, document)
    prepare(sheet, document)
    sheet.page_setup.fitToHeight = 1


def _wide(sheet: Worksheet, row: int, text: str, style: str, height: float | None = None) -> int:
    sheet.merge_cells(f"A{row}:F{row}")
    write_text(sheet[f"A{row}"], text, style)
    sheet.row_dimensions[row].height = height or height_of([(text, _LINE)])
    return row + 1


def _write_head(sheet: Worksheet, document: BeritaAcara) -> int:
    row = 1
    for line in document.office.letterhead:
        row = _wide(sheet, row, line.upper(), "head", 19)
    _wide(sheet, row, document.office.programme, "subhead", 18)
    for letter in _WIDTHS:
        sheet[f"{letter}{row}"].border = Border(bottom=Side("medium", color="FF1F4E5F"))
    row = _wide(sheet, row + 2, TITLE.upper(), "title", 24)
    row = _wide(sheet, row, SUBJECT, "subhead")
    row = _wide(sheet, row, f"Bulan perlindungan {document.month}", "subhead")
    row = _wide(sheet, row, f"Nomor: {'.' * 44}", "subhead")
    return _wide(sheet, row + 1, document.opening, "text")


def _write_parties(sheet: Worksheet, row: int, document: BeritaAcara) -> int:
    for number, party in enumerate((document.parties.first, document.parties.second), start=1):
        facts = (
            ("Nama", party.name or "." * 50),
            (party.id_label, party.id_number or "." * 50),
            ("Jabatan", party.role),
            ("", f"bertindak untuk dan atas nama {party.on_behalf_of}, selanjutnya disebut {party.title}."),
        )
        for place, (label, value) in enumerate(facts):
            write_text(sheet[f"A{row}"], f"{number}. {label}" if place == 0 else f"    {label}", "label")
            sheet.merge_cells(f"B{row}:F{row}")
            write_text(sheet[f"B{row}"], value, "text")
            row += 1
    return _wide(sheet, row + 1, document.statement, "text") + 1


def _write_sides(sheet: Worksheet, row: int, document: BeritaAcara) -> int:
    row = _section(sheet, row, "I. Data yang dibandingkan")
    row = _write_heads(sheet, row, ("Sumber data", "Orang", "Jumlah (Rp)", "Keterangan", "", ""))
    for side in document.sides:
        _write_values(sheet, row, (side.label, side.people, side.amount_idr))
        sheet.merge_cells(f"D{row}:F{row}")
        write_text(sheet[f"D{row}"], side.note, "cell_wrap")
        sheet[f"D{row}"].alignment = Alignment(vertical="center", wrap_text=True, indent=1)
        sheet.row_dimensions[row].height = height_of([(side.note, 48), (side.label, _WIDTHS["A"])])
        row += 1
    for words in document.words:
        row = _wide(sheet, row, words, "text")
    return row + 1


def _write_classes(sheet: Worksheet, row: int, document: BeritaAcara) -> int:
    row = _section(sheet, row, "II. Hasil pencocokan orang per orang")
    row = _write_heads(
        sheet, row, ("Hasil", "Orang", "SIGAP (Rp)", "BPJS (Rp)", "Selisih (Rp)", "Belum aktif")
    )
    for one in document.shown_classes:
        billed = one.billed_idr if document.is_by_name else None
        off = one.expected_idr - one.billed_idr if document.is_by_name else None
        _write_values(sheet, row, (one.title, one.people, one.expected_idr, billed, off, one.not_active))
        row += 1
    _write_totals(sheet, row, document)
    for remark in document.remarks:
        row = _wide(sheet, row + 1, f"– {remark}", "note") - 1
    return row + 2


def _write_totals(sheet: Worksheet, row: int, document: BeritaAcara) -> None:
    not_active = [one.not_active for one in document.classes if one.not_active is not None]
    values = {
        "B": sum(one.people for one in document.classes),
        "C": document.expected_idr,
        "D": document.billed_idr if document.is_by_name else None,
        "E": document.expected_idr - document.billed_idr if document.is_by_name else None,
        "F": sum(not_active) if not_active else None,
    }
    write_text(sheet[f"A{row}"], "Jumlah", "total")
    for letter, value in values.items():
        sheet[f"{letter}{row}"].value, sheet[f"{letter}{row}"].style = value, "total_idr"


def _write_groups(sheet: Worksheet, row: int, document: BeritaAcara) -> int:
    if not document.groups:
        return row
    row = _section(sheet, row, "Perbandingan jumlah per wadah")
    row = _write_heads(sheet, row, ("Wadah", "Orang SIGAP", "SIGAP (Rp)", "Orang BPJS", "BPJS (Rp)", "Hasil"))
    for one in document.groups:
        result = "Sesuai" if one.agrees else "Tidak sesuai"
        values = (one.wadah_code, one.people_expected, one.expected_idr, one.people_billed, one.billed_idr)
        _write_values(sheet, row, (*values, result))
        row += 1
    return row + 1


def _write_invoices(sheet: Worksheet, row: int, document: BeritaAcara) -> int:
    row = _section(sheet, row, "III. Tagihan dan pembayaran")
    row = _write_heads(
        sheet,
        row,
        ("Nomor tagihan", "Bulan ini (Rp)", "Tagihan (Rp)", "Nota (Rp)", "Dibayar (Rp)", "Sisa (Rp)"),
    )
    for one in document.invoices:
        amounts = (one.month_idr, one.total_idr, one.noted_idr, one.paid_idr, one.open_idr)
        _write_values(sheet, row, (f"{one.number} ({one.covers})", *amounts))
        row += 1
    return row + 1


def _write_end(sheet: Worksheet, row: int, document: BeritaAcara) -> int:
    row = _section(sheet, row, "IV. Kesimpulan dan tindak lanjut")
    row = _wide(sheet, row, document.conclusion, "text")
    for number, step in enumerate(document.steps, start=1):
        row = _wide(sheet, row, f"{number}. {step}", "text")
    said = (
        f"Demikian Berita Acara Rekonsiliasi ini dibuat dengan sebenarnya dalam {document.parties.copies}, "
        f"untuk dipergunakan sebagaimana mestinya."
    )
    row = _wide(sheet, row + 1, said, "text")
    day = indonesian_date(document.signed_on) if document.signed_on else "." * 30
    sheet.merge_cells(f"D{row}:F{row}")
    write_text(sheet[f"D{row}"], f"{document.office.place}, {day}", "sign")
    return row + 1


def _write_signatures(sheet: Worksheet, row: int, document: BeritaAcara) -> None:
    parties = document.parties
    _sign(sheet, row, "A", "C", parties.first)
    _sign(sheet, row, "D", "F", parties.second)
    _sign(sheet, row + 7, "B", "E", parties.witness)


def _sign(sheet: Worksheet, row: int, first: str, last: str, party: Party) -> None:
    lines = (
        party.title,
        f"{party.role}\n{party.on_behalf_of}",
        "",
        party.name or "." * 40,
        f"{party.id_label} {party.id_number or '.' * 30}",
    )
    for place, text in enumerate(lines, start=row):
        sheet.merge_cells(f"{first}{place}:{last}{place}")
        write_text(sheet[f"{first}{place}"], text, "sign")
    sheet.row_dimensions[row + 1].height = 42
    sheet.row_dimensions[row + 2].height = 46


def _section(sheet: Worksheet, row: int, text: str) -> int:
    write_text(sheet[f"A{row}"], text, "section")
    return row + 1


def _write_heads(sheet: Worksheet, row: int, heads: Sequence[str]) -> int:
    for letter, head in zip(_WIDTHS, heads, strict=True):
        write_text(sheet[f"{letter}{row}"], head, "column")
    return row + 1


def _write_values(sheet: Worksheet, row: int, values: Sequence[str | int | None]) -> None:
    for letter, value in zip(_WIDTHS, values, strict=False):
        cell = sheet[f"{letter}{row}"]
        if isinstance(value, str):
            write_text(cell, value, "cell_wrap")
        else:
            cell.value, cell.style = value, "idr"
