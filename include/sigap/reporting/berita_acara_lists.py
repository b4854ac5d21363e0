"""The sheets `Selisih` and `Data pembanding`: every difference, and what each side was read from."""

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from sigap.reporting.berita_acara import BeritaAcara
from sigap.reporting.berita_acara_page import prepare
from sigap.reporting.berita_acara_rows import HEADERS
from sigap.reporting.cells import write_text
from sigap.reporting.page import height_of
from sigap.reporting.words import grouped

_WIDTHS = (6, 22, 19, 14, 10, 14, 12, 14, 14, 14, 8, 11, 34, 14, 8)
_STYLES = (
    "centre", "cell_wrap", "nik", "nik", "small_id", "idr", "idr", "idr", "idr", "idr", "centre", "idr",
    "cell_wrap", "cell_wrap", "small_id",
)  # fmt: skip
_HEADER_ROW = 4


def write_differences(sheet: Worksheet, document: BeritaAcara) -> None:
    """Fill the sheet, one row per difference, in the order of the list."""
    write_text(sheet["A1"], f"Daftar selisih, {document.month}", "section")
    write_text(sheet["A2"], _note(document), "note_line")
    for place, (head, width) in enumerate(zip(HEADERS, _WIDTHS, strict=True), start=1):
        letter = get_column_letter(place)
        write_text(sheet[f"{letter}{_HEADER_ROW}"], head, "column")
        sheet.column_dimensions[letter].width = width
    sheet.row_dimensions[_HEADER_ROW].height = 30
    rows = document.differences.to_pylist()
    for number, row in enumerate(rows, start=_HEADER_ROW + 1):
        for place, (value, style) in enumerate(zip(row.values(), _STYLES, strict=True), start=1):
            cell = sheet.cell(number, place)
            if isinstance(value, str):
                write_text(cell, value, style)
            else:
                cell.value, cell.style = value, style
        sheet.row_dimensions[number].height = height_of([(row["Keterangan"] or "", 34), (row["Kelas"], 22)])
    last = get_column_letter(len(HEADERS))
    sheet.freeze_panes = f"C{_HEADER_ROW + 1}"
    sheet.auto_filter.ref = f"A{_HEADER_ROW}:{last}{_HEADER_ROW + max(len(rows), 1)}"
    prepare(sheet, document, landscape=True)
    sheet.print_title_rows = f"{_HEADER_ROW}:{_HEADER_ROW}"


def write_evidence(sheet: Worksheet, document: BeritaAcara) -> None:
    """Fill the sheet: what each side was read from, with the SHA-256 of its content."""
    write_text(sheet["A1"], f"Data pembanding, {document.month}", "section")
    for letter, (head, width) in {"A": ("Sumber", 26), "B": ("Nama", 52), "C": ("SHA-256", 66)}.items():
        write_text(sheet[f"{letter}3"], head, "column")
        sheet.column_dimensions[letter].width = width
    for number, row in enumerate(document.evidence, start=4):
        for letter, value in {"A": row.side, "B": row.name, "C": row.sha256}.items():
            write_text(sheet[f"{letter}{number}"], value, "cell_wrap")
    end = 5 + len(document.evidence)
    write_text(sheet[f"A{end}"], "Himpunan yang dibandingkan", "strong")
    write_text(sheet[f"C{end}"], document.compared_sha256, "digest")
    prepare(sheet, document, landscape=True)


def _note(document: BeritaAcara) -> str:
    left = document.total_differences - document.differences.num_rows
    more = (
        f" {grouped(left)} baris lain: sigap reconcile differences {document.period} --out FILE."
        if left
        else ""
    )
    return (
        f"{grouped(document.total_differences)} orang. NIK dan KPJ disamarkan; lembar dan baris menunjuk ke "
        f"berkas tagihan BPJS Ketenagakerjaan.{more}"
    )
