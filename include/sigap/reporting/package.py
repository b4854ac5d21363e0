"""The last touch to a workbook file: fixed times and values beside its formulas.

Fixed times, so that the same invoice gives the same bytes. Values, so that programs that do not calculate
(previews, readers of data) show the totals; a spreadsheet program recalculates them when it opens the file.
"""

import datetime as dt
import io
import re
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from openpyxl.workbook import Workbook
from openpyxl.writer.excel import ExcelWriter

from sigap.reporting.cells import Results

_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(<)")
_FORMULA = re.compile(rb'<c r="([A-Z]+[0-9]+)"([^>]*)>(<f>[^<]*</f>)<v\s*(?:/>|></v>)')


def pack(workbook: Workbook, results: Sequence[Results], day: dt.date) -> bytes:
    """The bytes of a workbook; `results` in the order of its sheets. Times inside are midnight of `day`."""
    buffer, packed = io.BytesIO(), io.BytesIO()
    ExcelWriter(workbook, ZipFile(buffer, "w", ZIP_STORED, allowZip64=True)).save()
    sheets = {f"xl/worksheets/sheet{place}.xml": result for place, result in enumerate(results, start=1)}
    with ZipFile(buffer) as made, ZipFile(packed, "w") as archive:
        for name in sorted(made.namelist(), key=_order):
            content = _finish(name, made.read(name), sheets, day)
            entry = ZipInfo(name, date_time=(day.year, day.month, day.day, 0, 0, 0))
            entry.compress_type, entry.create_system = ZIP_DEFLATED, 0
            archive.writestr(entry, content)
    return packed.getvalue()


def _order(name: str) -> tuple[bool, str]:
    return name != "[Content_Types].xml", name


def _finish(name: str, content: bytes, sheets: Mapping[str, Results], day: dt.date) -> bytes:
    if name == "docProps/core.xml":
        return _MODIFIED.sub(rb"\g<1>" + f"{day}T00:00:00Z".encode() + rb"\g<2>", content)
    if name in sheets:
        values = sheets[name].values
        written = _FORMULA.sub(lambda found: _with_value(found, values), content)
        place = b'<row r="%d"' % sheets[name].rows_before
        return written.replace(place, sheets[name].rows + place, 1) if sheets[name].rows else written
    return content


def _with_value(found: re.Match[bytes], values: Mapping[str, int | float | str]) -> bytes:
    place, attributes, formula = found.groups()
    value = values[place.decode()]
    kind = b' t="str"' if isinstance(value, str) else b""
    written = escape(value) if isinstance(value, str) else repr(value)
    return b'<c r="%b"%b%b>%b<v>%b</v>' % (place, attributes, kind, formula, written.encode())
