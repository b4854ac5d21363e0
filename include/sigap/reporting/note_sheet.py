"""The sheet of a credit or debit note in the finance workbook of the month that books it."""

import pyarrow as pa
from openpyxl.worksheet.worksheet import Worksheet

from sigap.reporting.cells import Results, write_text
from sigap.reporting.look import bilingual
from sigap.reporting.note import NoteDocument, check_note, make_rows, note_approvals, note_facts, sources_of
from sigap.reporting.page import fit_height, prepare_page
from sigap.reporting.words import grouped, terbilang

_WIDTHS = {"A": 6, "B": 21, "C": 34, "D": 16, "E": 30, "F": 17, "G": 24, "H": 14, "I": 14, "J": 16}
_TEXTS = {"B": ("nik", "nik"), "C": ("full_name", "cell_wrap"), "D": ("month", "centre"),
          "E": ("reason", "cell_wrap"), "F": ("since", "centre"), "G": ("invoice", "cell_wrap")}  # fmt: skip
_SUMMED = {"H": "jkk_idr", "I": "jkm_idr", "J": "total_idr"}
_HEADINGS = (
    ("No", "No"),
    ("NIK", "NIK"),
    ("Nama lengkap", "Full name"),
    ("Bulan", "Month"),
    ("Alasan", "Reason"),
    ("Tanggal kejadian", "Day of the event"),
    ("Tagihan asal", "Original invoice"),
    ("JKK (Rp)", "Work accident"),
    ("JKM (Rp)", "Death"),
    ("Jumlah (Rp)", "Total"),
)


def sheet_title(document: NoteDocument) -> str:
    """`Nota K0001`: short enough for a tab, and one per note of a workbook."""
    return f"Nota {document.number.rpartition('/')[2]}"


def write_note(sheet: Worksheet, document: NoteDocument, lines: pa.Table, reasons: dict[str, str]) -> Results:
    """Fill the sheet from `NOTE_LINES`; returns the values of its formulas.

    Raises `ReportingError` when the lines do not add up to the header.
    """
    check_note(document, lines)
    for letter, width in _WIDTHS.items():
        sheet.column_dimensions[letter].width = width
    write_text(sheet["A1"], f"{document.title} {document.number}", "section")
    row = _write_facts(sheet, 3, document, lines)
    results = Results()
    row = _write_rows(sheet, results, row + 1, document, make_rows(lines, reasons))
    _write_below(sheet, row + 1, document, lines)
    prepare_page(sheet, document, landscape=True)
    return results


def _write_facts(sheet: Worksheet, row: int, document: NoteDocument, lines: pa.Table) -> int:
    for fact in (*note_facts(document, lines), *note_approvals(document)):
        sheet[f"A{row}"].value, sheet[f"A{row}"].style = bilingual(fact.label, fact.label_en), "label"
        sheet.merge_cells(f"A{row}:C{row}")
        sheet.merge_cells(f"D{row}:J{row}")
        write_text(sheet[f"D{row}"], fact.value, "strong" if fact.is_strong else "text")
        row += 1
    return row


def _write_rows(sheet: Worksheet, results: Results, head: int, document: NoteDocument, rows: pa.Table) -> int:
    for letter, (indonesian, english) in zip(_WIDTHS, _HEADINGS, strict=True):
        sheet[f"{letter}{head}"].value = bilingual(indonesian, english, bold=True, lines=True)
        sheet[f"{letter}{head}"].style = "column"
    sheet.row_dimensions[head].height = 30
    for place, one in enumerate(rows.to_pylist(), start=head + 1):
        sheet[f"A{place}"].value, sheet[f"A{place}"].style = one["no"], "centre"
        for letter, (name, style) in _TEXTS.items():
            write_text(sheet[f"{letter}{place}"], one[name], style)
        for letter, name in _SUMMED.items():
            sheet[f"{letter}{place}"].value, sheet[f"{letter}{place}"].style = one[name], "idr"
        fit_height(sheet, place, [(one[name], _WIDTHS[letter]) for letter, (name, _) in _TEXTS.items()])
    last = head + int(rows.num_rows)
    total = last + 1
    for letter in _WIDTHS:
        sheet[f"{letter}{total}"].style = "total"
    write_text(sheet[f"C{total}"], "JUMLAH", "total")
    sums = {"H": document.jkk_idr, "I": document.jkm_idr, "J": document.total_idr}
    for letter, value in sums.items():
        formula = f"=SUM({letter}{head + 1}:{letter}{last})"
        results.write(sheet, f"{letter}{total}", formula, value, "total_idr")
    sheet.print_title_rows = f"{head}:{head}"
    return total


def _write_below(sheet: Worksheet, row: int, document: NoteDocument, lines: pa.Table) -> None:
    words = f"Terbilang: {terbilang(document.total_idr)}"
    sheet.merge_cells(f"A{row}:J{row}")
    write_text(sheet[f"A{row}"], words, "quote")
    sheet.row_dimensions[row].height = 24
    row += 2
    for one in sources_of(lines):
        people = grouped(int(str(one["people"])))
        digest = f", SHA-256 {one['sha256']}" if one["sha256"] else ""
        sheet.merge_cells(f"A{row}:J{row}")
        write_text(sheet[f"A{row}"], f"Tagihan asal {one['number']}: {people} orang{digest}", "note")
        row += 1
    sheet.merge_cells(f"A{row}:J{row}")
    write_text(sheet[f"A{row}"], f"SHA-256 himpunan baris nota {document.lines_sha256}", "note")
