"""The sheet `Lampiran BNBA`: every person of the invoice by name and address, NIK masked."""

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from openpyxl.styles.cell_style import StyleArray
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from sigap.reporting.cells import Results, write_text
from sigap.reporting.invoice import InvoiceDocument, masked
from sigap.reporting.look import bilingual, style_numbers
from sigap.reporting.page import prepare_page
from sigap.reporting.rows import Column, rows_xml
from sigap.reporting.words import indonesian_months

TITLE = "Lampiran BNBA"
_HEADER_ROW = 4
_FIRST_ROW = _HEADER_ROW + 1

# column of the annex: Indonesian, English, width, style
_COLUMNS: dict[str, tuple[str, str, float, str]] = {
    "no": ("No", "No", 6.5, "centre"),
    "nik": ("NIK", "Population no.", 18.5, "nik"),
    "full_name": ("Nama lengkap", "Full name", 30, "cell_wrap"),
    "birth_date": ("Tanggal lahir", "Birth date", 11.5, "day"),
    "address": ("Alamat", "Address", 38, "cell_wrap"),
    "kelurahan": ("Kelurahan", "Village", 17.5, "cell_wrap"),
    "kecamatan": ("Kecamatan", "District", 15.5, "cell_wrap"),
    "sector": ("Sektor pekerjaan", "Occupation", 21, "cell_wrap"),
    "covers": ("Masa perlindungan", "Months covered", 14, "centre"),
    "months": ("Bulan", "Months", 7, "centre"),
    "jkk_idr": ("JKK (Rp)", "Work accident", 12, "idr"),
    "jkm_idr": ("JKM (Rp)", "Death", 12, "idr"),
    "total_idr": ("Jumlah (Rp)", "Total", 13, "idr"),
    "line_id": ("ID baris", "Line id", 8, "small_id"),
}
_LETTERS = {name: get_column_letter(place) for place, name in enumerate(_COLUMNS, start=1)}


@dataclass(frozen=True, slots=True)
class AnnexRange:
    """Where the rows of the annex stand, for the formulas of other sheets."""

    rows: int

    def __getitem__(self, column: str) -> str:
        letter, last = _LETTERS[column], _FIRST_ROW + self.rows - 1
        return f"'{TITLE}'!${letter}${_FIRST_ROW}:${letter}${last}"


def write_annex(
    sheet: Worksheet, document: InvoiceDocument, annex: pa.Table, styles: Mapping[str, StyleArray]
) -> Results:
    """Fill the sheet; returns the values of its formulas."""
    _write_heading(sheet, document)
    last = _FIRST_ROW + annex.num_rows - 1
    width = _LETTERS["line_id"]
    sheet.freeze_panes = f"D{_FIRST_ROW}"
    sheet.auto_filter.ref = f"A{_HEADER_ROW}:{width}{last}"
    prepare_page(sheet, document, landscape=True)
    sheet.print_title_rows = f"{_HEADER_ROW}:{_HEADER_ROW}"
    sheet.print_area = f"A1:{width}{last + 1}"
    results = _write_totals(sheet, annex, last)
    results.rows = [rows_xml(_columns(sheet, annex, styles), _FIRST_ROW)]
    results.rows_before = last + 1
    return results


def _write_heading(sheet: Worksheet, document: InvoiceDocument) -> None:
    write_text(sheet["A1"], f"Lampiran tagihan {document.number}", "section")
    months = indonesian_months(document.covers_from, document.covers_to)
    subject = f"Daftar peserta menurut nama dan alamat (BNBA), {document.wadah_name}, {months}"
    write_text(sheet["A2"], subject, "note_line")
    for name, (indonesian, english, width, _) in _COLUMNS.items():
        cell = sheet[f"{_LETTERS[name]}{_HEADER_ROW}"]
        cell.value = bilingual(indonesian, english, bold=True, lines=True)
        cell.style = "column"
        sheet.column_dimensions[_LETTERS[name]].width = width
    sheet.row_dimensions[_HEADER_ROW].height = 30


def _columns(sheet: Worksheet, annex: pa.Table, styles: Mapping[str, StyleArray]) -> list[Column]:
    shown = annex.set_column(annex.column_names.index("nik"), "nik", masked(annex["nik"]))
    return [
        Column(
            shown[name].to_pylist(),
            *style_numbers(sheet, styles[style]),
            wraps_at=width if style == "cell_wrap" else None,
        )
        for name, (_, _, width, style) in _COLUMNS.items()
    ]


def _write_totals(sheet: Worksheet, annex: pa.Table, last: int) -> Results:
    results, row = Results(), last + 1
    for name in _COLUMNS:
        sheet[f"{_LETTERS[name]}{row}"].style = "total"
    write_text(sheet[f"C{row}"], "JUMLAH", "total")
    nik = _LETTERS["nik"]
    results.write(
        sheet, f"{nik}{row}", f"=COUNTA({nik}{_FIRST_ROW}:{nik}{last})", annex.num_rows, "total_count"
    )
    for name in ("months", "jkk_idr", "jkm_idr", "total_idr"):
        letter = _LETTERS[name]
        formula = f"=SUM({letter}{_FIRST_ROW}:{letter}{last})"
        style = "total_count" if name == "months" else "total_idr"
        results.write(sheet, f"{letter}{row}", formula, pc.sum(annex[name]).as_py(), style)
    return results
