"""The sheets `Rekap Kecamatan` and `Rekap Sektor`: the annex counted and summed by formulas."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from openpyxl.worksheet.worksheet import Worksheet

from sigap.reporting.annex import AnnexRange
from sigap.reporting.cells import Results, write_text
from sigap.reporting.invoice import InvoiceDocument, recap
from sigap.reporting.look import bilingual
from sigap.reporting.page import fit_height, prepare_page
from sigap.reporting.words import indonesian_month

_HEADER_ROW = 4
_FIRST_ROW = _HEADER_ROW + 1
_AMOUNTS = {"D": "jkk_idr", "E": "jkm_idr", "F": "total_idr"}
_HEADINGS = (
    ("Tenaga kerja", "Persons"),
    ("JKK (Rp)", "Work accident"),
    ("JKM (Rp)", "Death"),
    ("Jumlah (Rp)", "Total"),
    ("Bagian", "Share"),
)
_WIDTHS = {"A": 6, "B": 32, "C": 15, "D": 18, "E": 18, "F": 20, "G": 11}


@dataclass(frozen=True, slots=True)
class Recap:
    """One recap sheet: by which annex column, under which words."""

    title: str
    column: str
    heading: str
    heading_en: str
    label: str
    label_en: str


RECAPS = (
    Recap(
        "Rekap Kecamatan",
        "kecamatan",
        "Rekapitulasi per kecamatan",
        "Recap by district",
        "Kecamatan",
        "District",
    ),
    Recap(
        "Rekap Sektor",
        "sector",
        "Rekapitulasi per sektor pekerjaan",
        "Recap by occupation",
        "Sektor",
        "Occupation",
    ),
)


def write_recap(sheet: Worksheet, kind: Recap, document: InvoiceDocument, annex: pa.Table) -> Results:
    """Fill the sheet; returns the values of its formulas."""
    results, source = Results(), AnnexRange(annex.num_rows)
    groups = recap(annex, kind.column).to_pylist()
    last = _FIRST_ROW + len(groups) - 1
    _write_heading(sheet, kind, document)
    for row, group in enumerate(groups, start=_FIRST_ROW):
        _write_group(sheet, results, row, group, kind.column, source, last + 1, document)
    _write_totals(sheet, results, last, document)
    sheet.freeze_panes = f"A{_FIRST_ROW}"
    prepare_page(sheet, document)
    sheet.print_title_rows = f"{_HEADER_ROW}:{_HEADER_ROW}"
    return results


def _write_heading(sheet: Worksheet, kind: Recap, document: InvoiceDocument) -> None:
    sheet["A1"].value = bilingual(kind.heading, kind.heading_en, bold=True)
    write_text(sheet["A2"], f"Tagihan {document.number}, {indonesian_month(document.period)}", "label")
    words = (("No", "No"), (kind.label, kind.label_en), *_HEADINGS)
    for (letter, width), (indonesian, english) in zip(_WIDTHS.items(), words, strict=True):
        cell = sheet[f"{letter}{_HEADER_ROW}"]
        cell.value = bilingual(indonesian, english, bold=True, lines=True)
        cell.style = "column"
        sheet.column_dimensions[letter].width = width
    sheet.row_dimensions[_HEADER_ROW].height = 30


def _write_group(
    sheet: Worksheet,
    results: Results,
    row: int,
    group: Mapping[str, Any],
    column: str,
    source: AnnexRange,
    total_row: int,
    document: InvoiceDocument,
) -> None:
    number = sheet[f"A{row}"]
    number.value, number.style = row - _FIRST_ROW + 1, "centre"
    write_text(sheet[f"B{row}"], group["name"], "cell_wrap")
    fit_height(sheet, row, [(group["name"], _WIDTHS["B"])])
    results.write(sheet, f"C{row}", f"=COUNTIF({source[column]},$B{row})", group["people"], "idr")
    for letter, name in _AMOUNTS.items():
        formula = f"=SUMIF({source[column]},$B{row},{source[name]})"
        results.write(sheet, f"{letter}{row}", formula, group[name], "idr")
    share = group["total_idr"] / document.total_idr
    results.write(sheet, f"G{row}", f"=F{row}/F${total_row}", share, "share")


def _write_totals(sheet: Worksheet, results: Results, last: int, document: InvoiceDocument) -> None:
    row = last + 1
    sheet[f"A{row}"].style = "total"
    write_text(sheet[f"B{row}"], "JUMLAH", "total")
    sums = {"C": document.people, "D": document.jkk_idr, "E": document.jkm_idr, "F": document.total_idr}
    for letter, value in sums.items():
        results.write(
            sheet, f"{letter}{row}", f"=SUM({letter}{_FIRST_ROW}:{letter}{last})", value, "total_idr"
        )
    results.write(sheet, f"G{row}", f"=SUM(G{_FIRST_ROW}:G{last})", 1.0, "total_share")
