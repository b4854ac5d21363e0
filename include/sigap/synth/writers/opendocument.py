"""OpenDocument spreadsheets, written as a stream: odfpy would keep every cell as an object."""

from pathlib import Path
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.compute as pc

from sigap.synth.layouts import NUMBER_MARK, Layout
from sigap.synth.writers.archive import ClocklessZip, entry

_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
    ' manifest:version="1.2">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_TYPE}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    "</manifest:manifest>"
)
_OPENING = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<office:document-content'
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">'
    '<office:body><office:spreadsheet><table:table table:name="{sheet}">\n'
)
_CLOSING = "</table:table></office:spreadsheet></office:body></office:document-content>\n"
_CELL_END = "</text:p></table:table-cell>"
_TEXT = '<table:table-cell office:value-type="string"><text:p>'
_DATE = '<table:table-cell office:value-type="date" office:date-value="'
_NUMBER = '<table:table-cell office:value-type="float" office:value="'


class OdsWriter:
    """An ods workbook with one sheet."""

    def __init__(self, path: Path, layout: Layout) -> None:
        self._nik = layout.columns["nik"]
        self._zip = ClocklessZip(path, "w")
        super(ClocklessZip, self._zip).writestr(entry("mimetype", stored=True), _TYPE)
        self._zip.writestr("META-INF/manifest.xml", _MANIFEST)
        self._content = self._zip.open(entry("content.xml"), "w", force_zip64=True)
        self._content.write(_OPENING.format(sheet=escape(layout.sheet)).encode())
        for line in layout.lines_above:
            cells = "".join(f"{_TEXT}{escape(title)}{_CELL_END}" for title in line) or "<table:table-cell/>"
            self._content.write(f"<table:table-row>{cells}</table:table-row>\n".encode())

    def write(self, cells: pa.Table) -> None:
        """Append rows; the markup is joined column by column."""
        marks = cells[NUMBER_MARK].combine_chunks()
        columns = [
            self._cells(name, cells[name].combine_chunks(), marks)
            for name in cells.column_names
            if name != NUMBER_MARK
        ]
        rows = pc.binary_join_element_wise("<table:table-row>", *columns, "</table:table-row>\n", "")
        self._content.write("".join(rows.to_pylist()).encode())

    def _cells(self, name: str, values: pa.Array, marks: pa.Array) -> pa.Array:
        if pa.types.is_date(values.type):
            day = values.cast(pa.string())
            return pc.binary_join_element_wise(_DATE, day, '"><text:p>', day, _CELL_END, "")
        text = _text_cells(values)
        if name != self._nik:
            return text
        kept = pc.binary_join_element_wise(pc.utf8_slice_codeunits(values, 0, 15), "0", "")
        return pc.if_else(
            marks, pc.binary_join_element_wise(_NUMBER, kept, '"><text:p>', kept, _CELL_END, ""), text
        )

    def close(self) -> None:
        """Finish the file."""
        self._content.write(_CLOSING.encode())
        self._content.close()
        self._zip.close()


def _text_cells(values: pa.Array) -> pa.Array:
    safe = values.cast(pa.string())
    for sign, written in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        safe = pc.replace_substring(safe, sign, written)
    filled = pc.binary_join_element_wise(_TEXT, safe, _CELL_END, "")
    return pc.if_else(pc.equal(safe, ""), "<table:table-cell/>", filled)
