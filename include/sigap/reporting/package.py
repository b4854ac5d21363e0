"""The last touch to a workbook file: fixed times and values beside its formulas.

Fixed times, so that the same invoice gives the same bytes. Values, so that programs that do not calculate
(previews, readers of data) show the totals; a spreadsheet program recalculates them when it opens the file.
"""

import datetime as dt
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from openpyxl.workbook import Workbook
from openpyxl.writer.excel import ExcelWriter

from sigap.reporting.cells import Results

_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(<)")
_FORMULA = re.compile(rb'<c r="([A-Z]+[0-9]+)"([^>]*)>(<f>[^<]*</f>)<v\s*(?:/>|></v>)')


def describe_file(workbook: Workbook, *, title: str, subject: str, creator: str, day: dt.date) -> None:
    """What the file says of itself: number, digest of the line set, office; its formulas are to be run."""
    workbook.calculation.fullCalcOnLoad = True
    properties = workbook.properties
    properties.title, properties.subject, properties.creator = title, subject, creator
    properties.language = "id-ID"
    properties.created = dt.datetime.combine(day, dt.time())


def pack(workbook: Workbook, results: Sequence[Results], day: dt.date) -> bytes:
    """The bytes of a workbook; `results` in the order of its sheets. Times inside are midnight of `day`."""
    packed = io.BytesIO()
    pack_into(packed, workbook, results, day)
    return packed.getvalue()


def pack_into(target: BinaryIO, workbook: Workbook, results: Sequence[Results], day: dt.date) -> None:
    """Write a workbook as `pack` does; rows that are given piece by piece are never held together."""
    buffer = io.BytesIO()
    ExcelWriter(workbook, ZipFile(buffer, "w", ZIP_STORED, allowZip64=True)).save()
    sheets = {f"xl/worksheets/sheet{place}.xml": result for place, result in enumerate(results, start=1)}
    with ZipFile(buffer) as made, ZipFile(target, "w") as archive:
        for name in sorted(made.namelist(), key=_order):
            entry = ZipInfo(name, date_time=(day.year, day.month, day.day, 0, 0, 0))
            entry.compress_type, entry.create_system = ZIP_DEFLATED, 0
            with archive.open(entry, "w") as file:  # up to 2 GiB: a full sheet has about 1.2
                for piece in _finish(name, made.read(name), sheets, day):
                    file.write(piece)


def _order(name: str) -> tuple[bool, str]:
    return name != "[Content_Types].xml", name


def _finish(name: str, content: bytes, sheets: Mapping[str, Results], day: dt.date) -> Iterator[bytes]:
    if name == "docProps/core.xml":
        yield _MODIFIED.sub(rb"\g<1>" + f"{day}T00:00:00Z".encode() + rb"\g<2>", content)
    elif name in sheets:
        result = sheets[name]
        place = b'<row r="%d"' % result.rows_before if result.rows_before else b"</sheetData>"
        above, rest, below = content.partition(place)
        yield _with_values(above, result)
        yield from result.rows
        yield _with_values(rest + below, result)
    else:
        yield content


def _with_values(content: bytes, result: Results) -> bytes:
    return _FORMULA.sub(lambda found: _with_value(found, result.values), content)


def _with_value(found: re.Match[bytes], values: Mapping[str, int | float | str]) -> bytes:
    place, attributes, formula = found.groups()
    value = values[place.decode()]
    kind = b' t="str"' if isinstance(value, str) else b""
    written = escape(value) if isinstance(value, str) else repr(value)
    return b'<c r="%b"%b%b>%b<v>%b</v>' % (place, attributes, kind, formula, written.encode())
