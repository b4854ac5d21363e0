"""The marks of xlsb sheets: the few records of the binary workbook that say them (MS-XLSB 2.3, 2.4).

A record is a number and a length, each in as many bytes as it needs, and its content.
"""

import struct
import zipfile
from collections.abc import Iterator
from typing import IO

from sigap.sources.marks import ERRORS, Marks
from sigap.sources.markup import part_name, relations

_BLOCK = 1024 * 1024
_ROW, _ERROR, _FORMULAS, _FORMULA_ERROR, _COLUMN = 0, 3, range(8, 12), 11, 60
_BOOK, _SHEET = 153, 156
_CODES = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}


def xlsb_marks(package: zipfile.ZipFile, sheet: str) -> Marks:
    """The marks of one sheet of an open workbook."""
    marks, part = Marks(), ""
    targets = relations(package, "xl/_rels/workbook.bin.rels")
    with package.open("xl/workbook.bin") as stream:
        for number, record in _records(stream):
            if number == _BOOK and record:
                marks.is_1904 = bool(record[0] & 1)
            elif number == _SHEET:
                relation, rest = _text(record[8:])
                if _text(rest)[0] == sheet:
                    part = part_name(targets.get(relation, ""))
    if part in package.namelist():
        with package.open(part) as stream:
            _note(stream, marks)
    return marks


def _note(stream: IO[bytes], marks: Marks) -> None:
    line = 0
    for number, record in _records(stream):
        if number == _ROW and len(record) >= 12:
            line = struct.unpack_from("<I", record)[0] + 1
            if record[11] & 0x10:
                marks.hide_lines(line)
        elif number == _COLUMN and len(record) >= 18 and record[16] & 1:
            first, last = struct.unpack_from("<II", record)
            marks.hide_columns(first + 1, last + 1)
        elif (number == _ERROR or number in _FORMULAS) and len(record) >= 9:
            column = struct.unpack_from("<I", record)[0] + 1
            if number in _FORMULAS:
                marks.note_formula(line, column)
            if number in (_ERROR, _FORMULA_ERROR):
                marks.note_error(line, column, _CODES.get(record[8], ERRORS[0]))


def _records(stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Every record with its first bytes: no more of a long one is of use."""
    data, at = b"", 0
    while True:
        number, begin = _varying(data, at, 2)
        length, begin = _varying(data, begin, 4)
        if begin + length > len(data) or begin >= len(data):
            block = stream.read(max(_BLOCK, begin + length - len(data)))
            if not block:
                return
            data, at = data[at:] + block, 0
            continue
        yield number, data[begin : begin + min(length, 1024)]
        at = begin + length


def _varying(data: bytes, at: int, most: int) -> tuple[int, int]:
    """A number of seven bits a byte, and where it ends."""
    value = 0
    for place, byte in enumerate(data[at : at + most]):
        value |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return value, at + place + 1
    return value, at + most


def _text(data: bytes) -> tuple[str, bytes]:
    """A text, and what follows it."""
    end = 4 + 2 * struct.unpack_from("<I", data.ljust(4, b"\0"))[0]
    return data[4:end].decode("utf-16-le", "replace"), data[end:]
