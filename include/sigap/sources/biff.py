"""The marks of old xls sheets: the few records of the binary format that say them (MS-XLS 2.4, MS-CFB 2.2).

A compound file is a small file system: sectors, chained in a table. The workbook is one file in it, a row of
records: number, length, content. Whatever does not fit ends the search; the values are read elsewhere.
"""

import struct
from collections.abc import Iterator

import numpy as np

from sigap.sources.marks import ERRORS, Marks

_FREE = 0xFFFFFFFA  # sector numbers from here on are signs, not places
_HEADER, _SMALL = 512, 64  # bytes of the header and of a small sector
_SHIFTS = (9, 12)  # sectors have 512 or 4,096 bytes
_BOF, _EOF, _BOUNDSHEET, _DATEMODE = 0x0809, 0x000A, 0x0085, 0x0022
_COLINFO, _ROW, _FORMULA, _BOOLERR = 0x007D, 0x0208, 0x0006, 0x0205
_ERROR_CODES = {
    0x2A: "#N/A",
    0x17: "#REF!",
    0x0F: "#VALUE!",
    0x07: "#DIV/0!",
    0x1D: "#NAME?",
    0x00: "#NULL!",
    0x24: "#NUM!",
}


def xls_marks(content: bytes, sheet: int) -> Marks:
    """The marks of a sheet by its place in the workbook, from 0; none when the file is of an older kind."""
    marks = Marks()
    book = _book(content)
    if book is None:
        return marks
    starts: list[int] = []
    for number, record in _records(book, 0):
        if number == _DATEMODE:
            marks.is_1904 = record[:1] == b"\1"
        elif number == _BOUNDSHEET and len(record) >= 4:
            starts.append(struct.unpack_from("<I", record)[0])
    if sheet < len(starts):
        for number, record in _records(book, starts[sheet]):
            _note(number, record, marks)
    return marks


def _note(number: int, record: bytes, marks: Marks) -> None:
    if number == _FORMULA and len(record) >= 14:
        line, column = struct.unpack_from("<HH", record)
        marks.note_formula(line + 1, column + 1)
        if record[12:14] == b"\xff\xff" and record[6] == 2:  # its value is an error, not a number
            marks.note_error(line + 1, column + 1, _ERROR_CODES.get(record[8], ERRORS[0]))
    elif number == _BOOLERR and len(record) >= 8 and record[7]:
        line, column = struct.unpack_from("<HH", record)
        marks.note_error(line + 1, column + 1, _ERROR_CODES.get(record[6], ERRORS[0]))
    elif number == _ROW and len(record) >= 16 and record[12] & 0x20:
        marks.hide_lines(struct.unpack_from("<H", record)[0] + 1)
    elif number == _COLINFO and len(record) >= 10 and record[8] & 0x01:
        first, last = struct.unpack_from("<HH", record)
        marks.hide_columns(first + 1, last + 1)


def _records(book: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    """The records from `start` to the end of that part. Of a formula only its place and value are of use."""
    at, depth = start, 0
    while at + 4 <= len(book):
        number, length = struct.unpack_from("<HH", book, at)
        depth += (number == _BOF) - (number == _EOF)
        if depth <= 0:
            return
        if number in _WANTED:
            yield number, book[at + 4 : at + 4 + min(length, 32)]
        at += 4 + length


_WANTED = {_BOUNDSHEET, _DATEMODE, _COLINFO, _ROW, _FORMULA, _BOOLERR}


def _book(content: bytes) -> bytes | None:
    """The stream `Workbook` of a compound file. A short one stands in small sectors inside another."""
    if len(content) < _HEADER or content[30] not in _SHIFTS:
        return None
    size = 1 << content[30]
    first_directory, shortest, first_small = struct.unpack_from("<I4xII", content, 48)
    sectors, table = content[size:], _sector_table(content, size)
    directory = _chain(sectors, table, first_directory, size)
    streams = dict(_streams(directory))
    start, length = streams.get("Workbook", streams.get("Book", (_FREE, 0)))
    if length < shortest and "Root Entry" in streams:
        small_table = _numbers(_chain(sectors, table, first_small, size))
        small_sectors = _chain(sectors, table, streams["Root Entry"][0], size)
        return _chain(small_sectors, small_table, start, _SMALL)[:length]
    return _chain(sectors, table, start, size)[:length]


def _streams(directory: bytes) -> Iterator[tuple[str, tuple[int, int]]]:
    """The names in the directory, each with its first sector and its length."""
    for at in range(0, len(directory) - 127, 128):
        length = struct.unpack_from("<H", directory, at + 64)[0]
        name = directory[at : at + max(length - 2, 0)].decode("utf-16-le", "replace")
        yield name, struct.unpack_from("<II", directory, at + 116)


def _sector_table(content: bytes, size: int) -> np.ndarray:
    """Which sector follows each. Its own sectors are named in the header, and further ones in a chain."""
    places = list(struct.unpack_from("<109I", content, 76))
    further, entries = struct.unpack_from("<I", content, 68)[0], size // 4
    for _ in range(len(content) // size):
        if further >= _FREE or (further + 2) * size > len(content):
            break
        block = struct.unpack_from(f"<{entries}I", content, (further + 1) * size)
        places += block[:-1]
        further = block[-1]
    sectors = [content[(place + 1) * size : (place + 2) * size] for place in places if place < _FREE]
    whole = b"".join(sector for sector in sectors if len(sector) == size)
    return _numbers(whole)


def _numbers(data: bytes) -> np.ndarray:
    return np.frombuffer(data[: len(data) // 4 * 4], dtype="<u4")


def _chain(sectors: bytes, table: np.ndarray, start: int, size: int) -> bytes:
    found, at = [], start
    for _ in range(len(table)):  # a chain that is longer runs in a circle
        if at >= len(table):
            break
        found.append(sectors[at * size : (at + 1) * size])
        at = int(table[at])
    return b"".join(found)
