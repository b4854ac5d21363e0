"""The marks of ods sheets, searched for in the bytes of their XML; nothing in it is expanded."""

import re
import zipfile
from collections.abc import Iterator
from html import unescape
from typing import IO

from sigap.sources.marks import Marks

_BLOCK = 1024 * 1024
_LONGEST = 16 * _BLOCK  # bytes of a row: what is kept of a piece in which no row begins
_LAST_LINE = 1_048_576
_ROW = b"<table:table-row"
_OF_SHEETS = rb"<table:(?:(table) |(table-column)|(table-row)(?=[ />])"
_TAG = re.compile(_OF_SHEETS + rb"|(?:covered-)?(table-cell))([^<>]{0,999})>(?:<text:p>([^<]*))?")
_ROW_TAG = re.compile(_OF_SHEETS + rb"|(\b\B))([^<>]{0,999})>()")  # a cell is none of these
_NOT_SHOWN = re.compile(rb"table:visibility=\"(?:collapse|filter)\"")
_REPEATED = re.compile(rb"table:number-(?:rows|columns)-repeated=\"(\d{1,8})\"")
_NAME = re.compile(rb"table:name=\"([^\"]*)\"")
_FORMULA, _ERROR = b"table:formula=", b':value-type="error"'
_FROM_1904 = re.compile(rb"<table:null-date[^<>]{0,99}table:date-value=\"1904-01-01\"")


def ods_marks(package: zipfile.ZipFile, sheet: str) -> Marks:
    """The marks of one sheet of an open document."""
    marks, place = Marks(), _Place(sheet)
    with package.open("content.xml") as stream:
        for piece in _pieces(stream):
            marks.is_1904 |= not place.has_begun and _FROM_1904.search(piece) is not None
            for found in (_TAG if _FORMULA in piece or _ERROR in piece else _ROW_TAG).finditer(piece):
                place.move(found, marks)
    return marks


class _Place:
    """Where in the document the search stands: in the wanted sheet or not, at which line and column."""

    def __init__(self, sheet: str) -> None:
        self._sheet, self._is_in = sheet, False
        self.has_begun = False
        self._line = self._column = self._next_line = 1

    def move(self, found: re.Match[bytes], marks: Marks) -> None:
        """Pass one tag, and note what it says."""
        table, column, row, _, attributes, text = found.groups()
        if table:
            self._begin(attributes)
        elif self._is_in and row:
            self._line, self._column = self._next_line, 1
            self._next_line = min(self._line + _times(attributes), _LAST_LINE + 1)
            if _NOT_SHOWN.search(attributes):
                marks.hide_lines(self._line, self._next_line - self._line)
        elif self._is_in:
            first, self._column = self._column, self._column + _times(attributes)
            if column and _NOT_SHOWN.search(attributes):
                marks.hide_columns(first, self._column - 1)
            if _FORMULA in attributes:
                marks.note_formula(self._line, first)
            if _ERROR in attributes:
                marks.note_error(self._line, first, (text or b"").decode("utf-8", "replace"))

    def _begin(self, attributes: bytes) -> None:
        name = _NAME.search(attributes)
        self._is_in = name is not None and unescape(name[1].decode("utf-8", "replace")) == self._sheet
        self.has_begun = True
        self._line = self._column = self._next_line = 1


def _times(attributes: bytes) -> int:
    repeated = _REPEATED.search(attributes)
    return int(repeated[1]) if repeated else 1


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """The document in pieces that end where a row begins."""
    rest = b""
    while block := stream.read(_BLOCK):
        piece = rest + block
        cut = piece.rfind(_ROW)
        if cut <= 0:
            if len(piece) < _LONGEST:
                rest = piece
                continue
            cut = piece.rfind(b"<", 1)
        cut = cut if cut > 0 else len(piece)
        yield piece[:cut]
        rest = piece[cut:]
    yield rest
