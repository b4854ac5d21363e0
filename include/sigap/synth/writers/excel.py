"""Excel workbooks, new (openpyxl) and old (xlwt)."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED

import pyarrow as pa
import xlwt
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.writer.excel import ExcelWriter

from sigap.synth.layouts import NUMBER_MARK, Layout
from sigap.synth.writers.archive import ClocklessZip

_DATE_FORMS = {"ymd_cell": "yyyy-mm-dd", "dmy_cell": "dd/mm/yyyy"}
_LONG_AGO = dt.datetime(2020, 1, 1)  # noqa: DTZ001 — a workbook property without a zone, fixed so that bytes repeat


def rows_of(cells: pa.Table, nik_header: str) -> Iterator[list[Any]]:
    """The rows as Python values: '' becomes no cell, a NIK typed as a number what Excel keeps of it."""
    columns = {name: cells[name].to_pylist() for name in cells.column_names}
    marks = columns.pop(NUMBER_MARK)
    columns[nik_header] = [
        int(nik) // 10 * 10 if mark else nik for nik, mark in zip(columns[nik_header], marks, strict=True)
    ]
    for row in zip(*columns.values(), strict=True):
        yield [None if value == "" else value for value in row]


class XlsxWriter:
    """An xlsx workbook with one sheet, written row by row so that memory stays small."""

    def __init__(self, path: Path, layout: Layout) -> None:
        self._path, self._nik = path, layout.columns["nik"]
        self._form = _DATE_FORMS.get(layout.date)
        self._workbook = Workbook(write_only=True)
        self._sheet = self._workbook.create_sheet(layout.sheet)
        for line in layout.lines_above:
            self._sheet.append(line)

    def write(self, cells: pa.Table) -> None:
        """Append rows."""
        for row in rows_of(cells, self._nik):
            self._sheet.append([self._dated(value) if isinstance(value, dt.date) else value for value in row])

    def _dated(self, value: dt.date) -> WriteOnlyCell:
        cell = WriteOnlyCell(self._sheet, value)
        cell.number_format = self._form
        return cell

    def close(self) -> None:
        """Finish the file. `Workbook.save` would note the time; its writer does not."""
        properties = self._workbook.properties
        properties.creator, properties.created, properties.modified = "Sekretariat", _LONG_AGO, _LONG_AGO
        ExcelWriter(self._workbook, ClocklessZip(self._path, "w", ZIP_DEFLATED, allowZip64=True)).save()


class XlsWriter:
    """An xls workbook (BIFF8) with one sheet of at most 65,536 lines."""

    def __init__(self, path: Path, layout: Layout) -> None:
        self._path, self._nik = path, layout.columns["nik"]
        self._date = xlwt.easyxf(num_format_str=_DATE_FORMS.get(layout.date, "General"))
        self._workbook = xlwt.Workbook(encoding="utf-8")
        self._sheet = self._workbook.add_sheet(layout.sheet)
        self._line = 0
        for line in layout.lines_above:
            self._append(line)

    def write(self, cells: pa.Table) -> None:
        """Append rows."""
        for row in rows_of(cells, self._nik):
            self._append(row)

    def _append(self, row: list[Any]) -> None:
        for position, value in enumerate(row):
            if isinstance(value, dt.date):
                self._sheet.write(self._line, position, value, self._date)
            elif value is not None:
                self._sheet.write(self._line, position, value)
        self._line += 1

    def close(self) -> None:
        """Finish the file."""
        self._workbook.save(str(self._path))
