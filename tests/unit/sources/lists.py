"""Writes one logical list in every layout that a sender may choose."""

import csv
import datetime as dt
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

Line = Sequence[Any]


def write_xlsx(path: Path, lines: Sequence[Line], sheet: str = "Daftar") -> Path:
    book = openpyxl.Workbook()
    book.active.title = sheet
    for line in lines:
        book.active.append(list(line))
    book.save(path)
    return path


def write_xls(path: Path, lines: Sequence[Line], sheet: str = "Daftar") -> Path:
    book = xlwt.Workbook()
    cells, day = book.add_sheet(sheet), xlwt.easyxf(num_format_str="dd/mm/yyyy")
    for row, line in enumerate(lines):
        for column, value in enumerate(line):
            if value is not None:
                cells.write(row, column, value, *([day] if isinstance(value, dt.date) else []))
    book.save(str(path))
    return path


def write_ods(path: Path, lines: Sequence[Line], sheet: str = "Daftar") -> Path:
    document, table = OpenDocumentSpreadsheet(), Table(name=sheet)
    for line in lines:
        row = TableRow()
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
    cell = TableCell(valuetype="string")
    cell.addElement(P(text=value))
    return cell


def write_csv(path: Path, lines: Sequence[Line], delimiter: str = ",", encoding: str = "utf-8") -> Path:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter).writerows(lines)
    path.write_bytes(buffer.getvalue().encode(encoding))
    return path


def write_parquet(path: Path, header: Sequence[str], lines: Sequence[Line]) -> Path:
    pq.write_table(pa.table({name: [line[i] for line in lines] for i, name in enumerate(header)}), path)
    return path
