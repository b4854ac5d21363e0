"""Difference rows as a file that opens in a spreadsheet program, where no text becomes a formula."""

import io

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import xlsxwriter

from sigap.errors import ReportingError

FORMATS = (".csv", ".xlsx")
_MOST_ROWS = 1_048_575  # of a sheet, below its header
_FORMULA_STARTS = r"^[=+\-@\t\r\n]"


def differences_file(rows: pa.Table, suffix: str) -> bytes:
    """The bytes of `difference_rows` as .csv or .xlsx. Raises `ReportingError` past a sheet's last row."""
    return _csv(rows) if suffix == ".csv" else _workbook(rows)


def _csv(rows: pa.Table) -> bytes:
    for place, field in enumerate(rows.schema):
        if pa.types.is_string(field.type):
            texts = rows.column(place)
            marked = pc.binary_join_element_wise("'", texts, "")
            guarded = pc.if_else(pc.match_substring_regex(texts, _FORMULA_STARTS), marked, texts)
            rows = rows.set_column(place, field, guarded)
    buffer = io.BytesIO()
    pa_csv.write_csv(rows, buffer)
    return buffer.getvalue()


def _workbook(rows: pa.Table) -> bytes:
    if rows.num_rows > _MOST_ROWS:
        raise ReportingError(f"{rows.num_rows} differences do not fit into one sheet. Write a .csv file.")
    buffer = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        sheet = book.add_worksheet("Selisih")
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        money = book.add_format({"num_format": "#,##0"})
        for column, name in enumerate(rows.column_names):
            sheet.set_column(column, column, 20, money if "(Rp)" in name else None)
        sheet.write_row(0, 0, rows.column_names, head)
        sheet.freeze_panes(1, 3)
        sheet.autofilter(0, 0, max(rows.num_rows, 1), rows.num_columns - 1)
        columns = [column.to_pylist() for column in rows.columns]
        for line, values in enumerate(zip(*columns, strict=True), start=1):
            sheet.write_row(line, 0, values)
    return buffer.getvalue()
