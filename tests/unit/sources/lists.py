"""Writes one logical list in every layout that a sender may choose."""

import csv
import datetime as dt
import io
import struct
import zipfile
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.style import Style, TableProperties
from odf.table import Table, TableCell, TableColumn, TableRow
from odf.text import P

Line = Sequence[Any]


class Error(str):
    """What a cell shows in place of a value."""


class Formula(str):
    """What a cell computes; `value` is what it last came to."""

    value: Any

    def __new__(cls, text: str, value: Any) -> "Formula":
        formula = super().__new__(cls, text)
        formula.value = value
        return formula


def write_xlsx(
    path: Path,
    lines: Sequence[Line],
    sheet: str = "Daftar",
    *,
    merged: Collection[str] = (),
    hidden_rows: Collection[int] = (),
    hidden_columns: Collection[str] = (),
) -> Path:
    book = openpyxl.Workbook()
    cells = book.active
    cells.title = sheet
    for line in lines:
        cells.append(list(line))
    for place in merged:
        cells.merge_cells(place)
    for row in hidden_rows:
        cells.row_dimensions[row].hidden = True
    for column in hidden_columns:
        cells.column_dimensions[column].hidden = True
    book.save(path)
    return path


def write_sheets(
    path: Path, sheets: dict[str, Sequence[Line]], hidden: Collection[str] = (), *, from_1904: bool = False
) -> Path:
    """A workbook of several sheets as Excel leaves it: formulas stand beside what they last came to."""
    with xlsxwriter.Workbook(path, {"date_1904": from_1904}) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for name, lines in sheets.items():
            sheet = book.add_worksheet(name)
            if name in hidden:
                sheet.hide()
            for row, line in enumerate(lines):
                for column, value in enumerate(line):
                    if isinstance(value, Formula):
                        sheet.write_formula(row, column, str(value), None, value.value)
                    elif isinstance(value, dt.date):
                        sheet.write_datetime(row, column, dt.datetime.combine(value, dt.time()), day)
                    else:
                        sheet.write(row, column, value)
    return path


def write_xls(
    path: Path,
    lines: Sequence[Line],
    sheet: str = "Daftar",
    *,
    hidden_rows: Collection[int] = (),
    hidden_columns: Collection[str] = (),
    from_1904: bool = False,
) -> Path:
    book = xlwt.Workbook()
    book.dates_1904 = from_1904
    cells, day = book.add_sheet(sheet), xlwt.easyxf(num_format_str="dd/mm/yyyy")
    for row, line in enumerate(lines):
        for column, value in enumerate(line):
            written = xlwt.Formula(value.removeprefix("=")) if isinstance(value, Formula) else value
            if value is not None:
                cells.write(row, column, written, *([day] if isinstance(value, dt.date) else []))
    for row in hidden_rows:
        cells.row(row - 1).hidden = True
    for letter in hidden_columns:
        cells.col(ord(letter) - ord("A")).hidden = True
    book.save(str(path))
    return path


def write_ods(
    path: Path,
    lines: Sequence[Line],
    sheet: str = "Daftar",
    *,
    hidden_rows: Collection[int] = (),
    hidden_columns: Collection[str] = (),
    is_hidden: bool = False,
) -> Path:
    document = OpenDocumentSpreadsheet()
    style = Style(name="ta1", family="table")
    style.addElement(TableProperties(display="false" if is_hidden else "true"))
    document.automaticstyles.addElement(style)
    table = Table(name=sheet, stylename=style)
    for letter in map(chr, range(ord("A"), ord("A") + max(map(len, lines)))):
        table.addElement(TableColumn(visibility="collapse" if letter in hidden_columns else "visible"))
    for number, line in enumerate(lines, start=1):
        row = TableRow(visibility="collapse" if number in hidden_rows else "visible")
        for value in line:
            row.addElement(_ods_cell(value))
        table.addElement(row)
    document.spreadsheet.addElement(table)
    document.save(str(path))
    return path


def _ods_cell(value: Any) -> TableCell:
    match value:
        case None:
            return TableCell()
        case bool():
            return TableCell(valuetype="boolean", booleanvalue=str(value).lower())
        case int() | float():
            return TableCell(valuetype="float", value=value)
        case dt.date():
            return TableCell(valuetype="date", datevalue=value.isoformat())
    formula = {"formula": f"of:{value}"} if isinstance(value, Formula | Error) else {}
    cell = TableCell(valuetype="string", **formula)
    if isinstance(value, Error):
        cell.setAttrNS(
            "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0", "value-type", "error"
        )
        cell.setAttribute("stringvalue", "")
    cell.addElement(P(text=value.value if isinstance(value, Formula) else value))
    return cell


def write_xlsb(
    path: Path, lines: Sequence[Line], sheet: str = "Daftar", *, hidden_rows: Collection[int] = ()
) -> Path:
    """The binary sibling of xlsx, texts only. No library writes it: its few records are put together here."""
    rows = []
    for number, line in enumerate(lines):
        hidden = 0x10 if number + 1 in hidden_rows else 0
        rows.append(_record(0, struct.pack("<IIHBBBI", number, 0, 300, 0, hidden, 0, 0)))
        rows += [
            _record(6, struct.pack("<II", column, 0) + _wide(value))
            for column, value in enumerate(line)
            if value is not None
        ]
    extent = struct.pack("<IIII", 0, len(lines) - 1, 0, max(map(len, lines)) - 1)
    sheets = _record(0x9C, struct.pack("<II", 0, 1) + _wide("rId1") + _wide(sheet))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("xl/_rels/workbook.bin.rels", _XLSB_RELATIONS)
        package.writestr(
            "xl/workbook.bin", _record(0x8F, b"") + sheets + _record(0x90, b"") + _record(0x9D, b"")
        )
        package.writestr(
            "xl/worksheets/sheet1.bin",
            _record(0x81, b"")
            + _record(0x94, extent)
            + _record(0x91, b"")
            + b"".join(rows)
            + _record(0x92, b"")
            + _record(0x82, b""),
        )
    return path


_XLSB_RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Target="worksheets/sheet1.bin" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/></Relationships>'
)


def _record(number: int, content: bytes) -> bytes:
    kind = bytes([number]) if number < 0x80 else bytes([number & 0x7F | 0x80, number >> 7])
    length, size = b"", len(content)
    while size >= 0x80:
        length, size = length + bytes([size & 0x7F | 0x80]), size >> 7
    return kind + length + bytes([size]) + content


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def write_csv(path: Path, lines: Sequence[Line], delimiter: str = ",", encoding: str = "utf-8") -> Path:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter).writerows(lines)
    path.write_bytes(buffer.getvalue().encode(encoding))
    return path


def write_parquet(path: Path, header: Sequence[str], lines: Sequence[Line]) -> Path:
    pq.write_table(pa.table({name: [line[i] for line in lines] for i, name in enumerate(header)}), path)
    return path
