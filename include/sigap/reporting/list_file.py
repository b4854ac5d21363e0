"""A file of persons as its template lays it out, batch by batch: memory does not grow with the rows."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from sigap.reporting.cells import Results, write_text
from sigap.reporting.columns import columns_of
from sigap.reporting.look import add_styles, style_numbers
from sigap.reporting.office import Office
from sigap.reporting.package import describe_file, pack_into
from sigap.reporting.page import prepare_page
from sigap.reporting.parts import NOTHING, Sums
from sigap.reporting.people import Kind, Shown
from sigap.reporting.rows import Column, rows_xml
from sigap.reporting.seal import seal_words
from sigap.reporting.template import Template, TemplateColumn
from sigap.reporting.words import grouped, indonesian_date, indonesian_months

_STYLES: dict[Kind, str] = {
    "text": "cell_wrap", "nik": "nik", "day": "day", "month": "nik", "count": "centre", "idr": "idr",
}  # fmt: skip
_WIDTHS: dict[Kind, float] = {"text": 16, "nik": 19, "day": 13, "month": 11, "count": 9, "idr": 14}
_FORMULAS = r"^[=+\-@\t\r\n]"
_ADDED = ("jkk_idr", "jkm_idr", "total_idr")


def write_list(
    file: Path, template: Template, shown: Shown, office: Office, batches: Iterable[pa.Table], people: int
) -> Sums:
    """Write one part to a new file and say what it adds up to.

    `batches` are `PEOPLE` tables of together `people` rows. The same rows give the same bytes. Raises
    `ReportingError` for a code that the template does not know.
    """
    if template.format == "csv":
        return _write_csv(file, template, shown, batches)
    workbook = Workbook()
    sums, results = _Sums(), Results()
    looks = add_styles(workbook)
    sheet = workbook.active
    sheet.title = template.sheet
    _lay_out(sheet, template, shown)
    styles = [
        style_numbers(sheet, looks[_style(column)]) for column in template.columns
    ]  # before it is saved
    results.rows = _rows(template, shown, styles, batches, sums)
    if template.has_totals:
        _write_totals(sheet, template, results, people, sums)
    _describe(workbook, template, shown, office)
    with file.open("xb") as target:
        pack_into(target, workbook, [results], shown.document.issued_date)
    return sums.total


class _Sums:
    """Added up while rows are written."""

    def __init__(self) -> None:
        self.total = NOTHING
        self.months = 0

    def add(self, batch: pa.Table) -> None:
        amounts = [pc.sum(batch[name]).as_py() for name in _ADDED]
        self.total += Sums(batch.num_rows, *amounts)
        self.months += pc.sum(batch["months"]).as_py()

    def of(self, field: str | None) -> int:
        return self.months if field == "months" else int(getattr(self.total, field or "people"))


def heading_of(template: Template, shown: Shown) -> list[str]:
    """The lines above the headers, filled in."""
    document = shown.document
    words = {
        "number": document.number,
        "months": indonesian_months(document.covers_from, document.covers_to),
        "regency": shown.regency,
        "part": shown.part,
        "parts": shown.parts,
        "wadah": document.wadah_name,
        "payer": document.payer_name,
        "issued": indonesian_date(document.issued_date),
        "people": grouped(document.people),
    }
    return [line.format(**words) for line in template.heading]


def _lay_out(sheet: Worksheet, template: Template, shown: Shown) -> None:
    for row, line in enumerate(heading_of(template, shown), start=1):
        write_text(sheet[f"A{row}"], line, "section" if row == 1 else "label")
    row = template.header_row
    for place, column in enumerate(template.columns, start=1):
        letter = get_column_letter(place)
        write_text(sheet[f"{letter}{row}"], column.header, "column")
        sheet.column_dimensions[letter].width = _width(column)
    sheet.freeze_panes = f"A{row + 1}"
    prepare_page(sheet, shown.document, landscape=template.is_landscape)
    sheet.print_title_rows = f"{row}:{row}"
    if shown.parts > 1:
        sheet.oddFooter.left.text = f"{shown.document.number}, bagian {shown.part} dari {shown.parts}"


def _width(column: TemplateColumn) -> float:
    return column.width or max(_WIDTHS[column.kind], len(column.header) * 1.15 + 2)


def _rows(
    template: Template,
    shown: Shown,
    styles: Sequence[tuple[int, int]],
    batches: Iterable[pa.Table],
    sums: _Sums,
) -> Iterator[bytes]:
    wraps = [_width(column) if _style(column) == "cell_wrap" else None for column in template.columns]
    for batch, at in _numbered(batches, shown):
        values = columns_of(template, batch, at)
        columns = [
            Column(column.to_pylist(), *style, wraps_at=width)
            for column, style, width in zip(values, styles, wraps, strict=True)
        ]
        yield rows_xml(columns, template.header_row + 1 + at.first - shown.first)
        sums.add(batch)


def _style(column: TemplateColumn) -> str:
    return "nik" if column.format else _STYLES[column.kind]


def _numbered(batches: Iterable[pa.Table], shown: Shown) -> Iterator[tuple[pa.Table, Shown]]:
    first = shown.first
    for batch in batches:
        yield batch, shown.at(first)
        first += batch.num_rows


def _write_totals(sheet: Worksheet, template: Template, results: Results, people: int, sums: _Sums) -> None:
    first, row = template.header_row + 1, template.header_row + 1 + people
    results.rows_before, results.values = row, _Later(sums)
    for place, column in enumerate(template.columns, start=1):
        letter = get_column_letter(place)
        sheet[f"{letter}{row}"].style = "total"
        if column.field in _ADDED or column.field == "months":
            style = "total_count" if column.field == "months" else "total_idr"
            cell = sheet[f"{letter}{row}"]
            cell.value, cell.style = f"=SUM({letter}{first}:{letter}{row - 1})", style
            results.values[f"{letter}{row}"] = column.field
        elif column.field == "full_name":
            write_text(sheet[f"{letter}{row}"], "JUMLAH", "total")


class _Later(dict[str, int | float | str]):
    """Values of total cells, looked up only when the rows above them are written: place to field."""

    def __init__(self, sums: _Sums) -> None:
        super().__init__()
        self._sums = sums

    def __getitem__(self, place: str) -> int:
        return self._sums.of(str(super().__getitem__(place)))


def _describe(workbook: Workbook, template: Template, shown: Shown, office: Office) -> None:
    describe_file(
        workbook,
        title=f"Tagihan {shown.document.number}",
        subject=f"SHA-256 {shown.document.lines_sha256}",
        creator=", ".join(office.letterhead),
        day=shown.document.issued_date,
    )
    workbook.properties.description = template.title
    workbook.properties.keywords = seal_words(template, shown.part, shown.parts)


def _write_csv(file: Path, template: Template, shown: Shown, batches: Iterable[pa.Table]) -> Sums:
    sums = _Sums()
    schema = pa.schema([(column.header, pa.string()) for column in template.columns])
    options = pa_csv.WriteOptions(delimiter=template.delimiter)
    with file.open("xb") as target, pa_csv.CSVWriter(target, schema, write_options=options) as writer:
        for batch, at in _numbered(batches, shown):
            texts = [_plain(values) for values in columns_of(template, batch, at)]
            writer.write_table(pa.table(texts, schema=schema))
            sums.add(batch)
    return sums.total


def _plain(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Values as text; what a spreadsheet program would run gets an apostrophe (OWASP)."""
    texts = pc.fill_null(values.cast(pa.string()), "")
    marked = pc.binary_join_element_wise("'", texts, "")
    return pc.if_else(pc.match_substring_regex(texts, _FORMULAS), marked, texts)
