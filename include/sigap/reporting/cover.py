"""The sheet `Sampul`: the bill itself, ready to be signed."""

from openpyxl.styles import Border, Side
from openpyxl.worksheet.worksheet import Worksheet

from sigap.domain.money import rupiah
from sigap.reporting.annex import AnnexRange
from sigap.reporting.cells import Results, write_text
from sigap.reporting.facts import approvals_of, charges_of, facts_of
from sigap.reporting.invoice import InvoiceDocument
from sigap.reporting.look import bilingual
from sigap.reporting.office import Office
from sigap.reporting.page import prepare_page
from sigap.reporting.signing import write_signatures
from sigap.reporting.words import english_months, indonesian_months, terbilang

TITLE = "Sampul"
_WIDTHS = {"A": 20, "B": 20, "C": 17, "D": 17, "E": 17, "F": 17}
_HEADINGS = {
    "A": ("Uraian", "Description"),
    "C": ("Kode rekening", "Account"),
    "D": ("Tenaga kerja", "Persons"),
    "E": ("Jumlah (Rp)", "Amount"),
}
_SIGNED = (("A", "B"), ("C", "D"), ("E", "F"))


def write_cover(
    sheet: Worksheet, document: InvoiceDocument, office: Office, annex: AnnexRange | None
) -> Results:
    """Fill the sheet; returns the values of its formulas. Without an annex its figures are the header's."""
    for letter, width in _WIDTHS.items():
        sheet.column_dimensions[letter].width = width
    results = Results()
    row = _write_letterhead(sheet, document, office)
    row = _write_facts(sheet, row, document)
    row = _write_amounts(sheet, results, row, document, annex)
    row = _write_grounds(sheet, row, document)
    row = write_signatures(sheet, row, document, office, _SIGNED)
    _write_digest(sheet, row, document)
    prepare_page(sheet, document)
    sheet.page_setup.fitToHeight = 1
    return results


def _wide(sheet: Worksheet, row: int, text: str, style: str, *, height: float | None = None) -> None:
    sheet.merge_cells(f"A{row}:F{row}")
    write_text(sheet[f"A{row}"], text, style)
    if height:
        sheet.row_dimensions[row].height = height


def _section(sheet: Worksheet, row: int, indonesian: str, english: str) -> None:
    cell = sheet[f"A{row}"]
    cell.value, cell.style = bilingual(indonesian, english, bold=True), "section"


def _write_letterhead(sheet: Worksheet, document: InvoiceDocument, office: Office) -> int:
    row = 1
    for line in office.letterhead:
        _wide(sheet, row, line.upper(), "head", height=19)
        row += 1
    _wide(sheet, row, office.programme, "subhead", height=18)
    for letter in _WIDTHS:
        sheet[f"{letter}{row}"].border = Border(bottom=Side("medium", color="FF1F4E5F"))
    months = document.covers_from, document.covers_to
    _wide(sheet, row + 2, "TAGIHAN IURAN JKK DAN JKM", "title", height=24)
    _wide(sheet, row + 3, f"Masa perlindungan {indonesian_months(*months)}", "subhead")
    english = f"Work-accident and death premiums, cover of {english_months(*months)}"
    _wide(sheet, row + 4, english, "note_centre")
    return row + 6


def _write_facts(sheet: Worksheet, row: int, document: InvoiceDocument) -> int:
    for fact in facts_of(document):
        sheet.merge_cells(f"A{row}:B{row}")
        sheet.merge_cells(f"C{row}:F{row}")
        sheet[f"A{row}"].value = bilingual(fact.label, fact.label_en)
        sheet[f"A{row}"].style = "label"
        write_text(sheet[f"C{row}"], fact.value, "strong" if fact.is_strong else "text")
        sheet.row_dimensions[row].height = 17 * (1 + len(fact.value) // 68)
        row += 1
    return row + 1


def _write_amounts(
    sheet: Worksheet, results: Results, row: int, document: InvoiceDocument, annex: AnnexRange | None
) -> int:
    _write_amount_row(sheet, row, "column")
    for letter, (indonesian, english) in _HEADINGS.items():
        sheet[f"{letter}{row}"].value = bilingual(indonesian, english, bold=True, lines=True)
    sheet.row_dimensions[row].height = 30
    for place, charge in enumerate(charges_of(document), start=row + 1):
        _write_amount_row(sheet, place, "idr")
        sheet[f"A{place}"].value = bilingual(charge.label, charge.account.name, lines=True)
        sheet[f"A{place}"].style = "cell_wrap"
        write_text(sheet[f"C{place}"], charge.account.code, "centre")
        counted, summed = (
            (f"=COUNTA({annex['nik']})", f"=SUM({annex[charge.column]})") if annex else (None, None)
        )
        results.write(sheet, f"D{place}", counted, document.people, "idr")
        results.write(sheet, f"E{place}", summed, charge.amount_idr, "idr")
        sheet.row_dimensions[place].height = 29
    total = row + 3
    _write_amount_row(sheet, total, "total_idr")
    write_text(sheet[f"A{total}"], "JUMLAH TAGIHAN", "total")
    counted = f"=COUNTA({annex['nik']})" if annex else None
    results.write(sheet, f"D{total}", counted, document.people, "total_idr")
    results.write(sheet, f"E{total}", f"=SUM(E{row + 1}:E{row + 2})", document.total_idr, "total_idr")
    sheet.row_dimensions[total].height = 20
    words = f"Terbilang: {terbilang(document.total_idr)}"
    _wide(sheet, total + 1, words, "quote", height=24 + 15 * (len(words) // 100))
    _write_control(sheet, results, total + 2, total, document)
    return total + 4


def _write_amount_row(sheet: Worksheet, row: int, style: str) -> None:
    for letter in _WIDTHS:
        sheet[f"{letter}{row}"].style = style
    sheet.merge_cells(f"A{row}:B{row}")
    sheet.merge_cells(f"E{row}:F{row}")


def _write_control(
    sheet: Worksheet, results: Results, row: int, total: int, document: InvoiceDocument
) -> None:
    sheet.merge_cells(f"A{row}:E{row}")
    said = f"{document.people:,} orang".replace(",", ".")
    write_text(
        sheet[f"A{row}"],
        f"Kendali terhadap tagihan terbit di gudang data: {said}, {rupiah(document.total_idr)}",
        "note",
    )
    formula = f'=IF(AND(D{total}={document.people},E{total}={document.total_idr}),"SESUAI","TIDAK SESUAI")'
    results.write(sheet, f"F{row}", formula, "SESUAI", "note_right")


def _write_grounds(sheet: Worksheet, row: int, document: InvoiceDocument) -> int:
    _section(sheet, row, "Dasar hukum", "Legal basis")
    for number, ground in enumerate(document.legal_basis, start=1):
        row += 1
        _wide(sheet, row, f"{number}. {ground}", "text", height=15 * (1 + len(ground) // 120))
    row += 2
    _section(sheet, row, "Persetujuan dalam sistem", "Approvals in the system")
    for fact in approvals_of(document):
        row += 1
        _wide(sheet, row, f"{fact.label}: {fact.value}", "text")
    return row + 2


def _write_digest(sheet: Worksheet, row: int, document: InvoiceDocument) -> None:
    _wide(sheet, row, "SHA-256 himpunan baris tagihan / digest of the line set", "note")
    _wide(sheet, row + 1, document.lines_sha256, "digest")
