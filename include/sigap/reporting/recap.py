"""The recap sheets: by kecamatan and sector as formulas over the annex, by month as amounts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from openpyxl.worksheet.worksheet import Worksheet

from sigap.domain.period import Period
from sigap.reporting.annex import AnnexRange
from sigap.reporting.cells import Results, write_text
from sigap.reporting.invoice import InvoiceDocument
from sigap.reporting.look import bilingual
from sigap.reporting.page import fit_height, prepare_page
from sigap.reporting.words import indonesian_month, indonesian_months

_HEADER_ROW = 4
_FIRST_ROW = _HEADER_ROW + 1
_COUNTED = {"C": "people", "D": "jkk_idr", "E": "jkm_idr", "F": "total_idr"}
_HEADINGS = (
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
    counted: str = "Tenaga kerja"
    counted_en: str = "Persons"


MONTHS = Recap(
    "Rekap Bulan",
    "period",
    "Rekapitulasi per bulan perlindungan",
    "Recap by month of cover",
    "Bulan",
    "Month",
    "Orang-bulan",
    "Person-months",
)
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


def month_groups(months: pa.Table) -> list[dict[str, Any]]:
    """The rows of the recap by month, in words: from `by_month`."""
    return [row | {"name": indonesian_month(Period.parse(row.pop("period")))} for row in months.to_pylist()]


def write_recap(
    sheet: Worksheet,
    kind: Recap,
    document: InvoiceDocument,
    groups: list[dict[str, Any]],
    source: AnnexRange | None = None,
) -> Results:
    """Fill the sheet; returns the values of its formulas. With a source they count and sum its rows."""
    results = Results()
    last = _FIRST_ROW + len(groups) - 1
    _write_heading(sheet, kind, document)
    for row, group in enumerate(groups, start=_FIRST_ROW):
        _write_group(sheet, results, row, group, kind.column, source, last + 1, document)
    _write_totals(sheet, results, last, document, sum(group["people"] for group in groups))
    sheet.freeze_panes = f"A{_FIRST_ROW}"
    prepare_page(sheet, document)
    sheet.print_title_rows = f"{_HEADER_ROW}:{_HEADER_ROW}"
    return results


def _write_heading(sheet: Worksheet, kind: Recap, document: InvoiceDocument) -> None:
    sheet["A1"].value = bilingual(kind.heading, kind.heading_en, bold=True)
    write_text(
        sheet["A2"],
        f"Tagihan {document.number}, {indonesian_months(document.covers_from, document.covers_to)}",
        "label",
    )
    words = (
        ("No", "No"),
        (kind.label, kind.label_en),
        (kind.counted, kind.counted_en),
        *_HEADINGS,
    )
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
    source: AnnexRange | None,
    total_row: int,
    document: InvoiceDocument,
) -> None:
    number = sheet[f"A{row}"]
    number.value, number.style = row - _FIRST_ROW + 1, "centre"
    write_text(sheet[f"B{row}"], group["name"], "cell_wrap")
    fit_height(sheet, row, [(group["name"], _WIDTHS["B"])])
    for letter, name in _COUNTED.items():
        place = f"{letter}{row}"
        formula = _formula(source, column, name, row) if source else None
        results.write(sheet, place, formula, group[name], "idr")
    share = group["total_idr"] / document.total_idr
    results.write(sheet, f"G{row}", f"=F{row}/F${total_row}", share, "share")


def _formula(source: AnnexRange, column: str, name: str, row: int) -> str:
    if name == "people":
        return f"=COUNTIF({source[column]},$B{row})"
    return f"=SUMIF({source[column]},$B{row},{source[name]})"


def _write_totals(
    sheet: Worksheet, results: Results, last: int, document: InvoiceDocument, people: int
) -> None:
    row = last + 1
    sheet[f"A{row}"].style = "total"
    write_text(sheet[f"B{row}"], "JUMLAH", "total")
    sums = {"C": people, "D": document.jkk_idr, "E": document.jkm_idr, "F": document.total_idr}
    for letter, value in sums.items():
        results.write(
            sheet, f"{letter}{row}", f"=SUM({letter}{_FIRST_ROW}:{letter}{last})", value, "total_idr"
        )
    results.write(sheet, f"G{row}", f"=SUM(G{_FIRST_ROW}:G{last})", 1.0, "total_share")
