"""The marks of xlsx and xlsm sheets, searched for in the bytes of their XML.

A sheet is looked through piece by piece and nothing in it is ever expanded: no entity, no reference. Only the
two small parts that name the sheets are parsed.
"""

import re
import zipfile
from collections.abc import Iterator, Mapping
from functools import cache
from typing import IO
from xml.parsers import expat

from sigap.sources.header import column_position
from sigap.sources.marks import Marks

_BLOCK = 1024 * 1024
_LONGEST = 64 * 1024  # bytes of a tag: what is kept when a piece ends inside one
_LARGEST_PART = 8 * 1024 * 1024  # bytes of a part that names the sheets
_PREFIX = re.compile(rb"<((?:\w+:)?)worksheet[\s>]")
_TRUE = (b"1", b"true")


def xlsx_marks(package: zipfile.ZipFile, sheet: str) -> Marks:
    """The marks of one sheet of an open workbook; none when the workbook names its sheets in no known way."""
    is_1904, parts = _parts(package)
    marks = Marks(is_1904)
    if sheet in parts and parts[sheet] in package.namelist():
        with package.open(parts[sheet]) as stream:
            _search(stream, marks)
    return marks


def _parts(package: zipfile.ZipFile) -> tuple[bool, dict[str, str]]:
    """Whether dates count from 1904, and the part of every sheet."""
    names = package.namelist()
    book, related = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
    if book not in names or related not in names:
        return False, {}
    targets, is_1904, parts = relations(package, related), False, {}
    for tag, attributes in _elements(package, book):
        if tag == "workbookPr":
            is_1904 = attributes.get("date1904", "0").encode() in _TRUE
        elif tag == "sheet":
            parts[attributes.get("name", "")] = part_name(targets.get(_relation(attributes), ""))
    return is_1904, parts


def relations(package: zipfile.ZipFile, part: str) -> dict[str, str]:
    """What the relations in a part stand for, by their ids."""
    found = (attributes for tag, attributes in _elements(package, part) if tag == "Relationship")
    return {one.get("Id", ""): one.get("Target", "") for one in found}


def part_name(target: str) -> str:
    """The name in the package of what a relation of the workbook points to."""
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _relation(attributes: Mapping[str, str]) -> str:
    return next((value for name, value in attributes.items() if name.rpartition(":")[2] == "id"), "")


def _elements(package: zipfile.ZipFile, part: str) -> list[tuple[str, dict[str, str]]]:
    """The elements of a small part with their attributes. No spreadsheet declares an entity."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda tag, attributes: found.append((tag.rpartition(":")[2], attributes))
    parser.EntityDeclHandler = _refuse_entity
    with package.open(part) as stream:
        parser.Parse(stream.read(_LARGEST_PART), True)
    return found


def _refuse_entity(*_: object) -> None:
    raise ValueError("declares an entity")


def _search(stream: IO[bytes], marks: Marks) -> None:
    start = stream.read(_BLOCK)
    named = _PREFIX.search(start)
    tags = _Tags(named[1] if named else b"")
    line, is_above = 0, True
    for piece in _pieces(stream, start, tags):
        if is_above:
            for column in tags.column.finditer(piece):
                _note_columns(column[1], marks)
            is_above = tags.data not in piece
        if b"hidden=" in piece or b' ht="0"' in piece or tags.formula in piece:
            line = _note_lines(piece, line, tags, marks)
        else:
            line = _last_line(piece, line, tags)
        if b't="e"' in piece or b"t='e'" in piece:
            _note_errors(piece, tags, marks)


class _Tags:
    """The patterns of one sheet: some programs write a prefix before every tag."""

    def __init__(self, prefix: bytes) -> None:
        p = re.escape(prefix)
        self.row_start, self.cell_start = b"<" + prefix + b"row", b"<" + prefix + b"c "
        self.data, self.formula = b"<" + prefix + b"sheetData", b"<" + prefix + b"f"
        self.column = re.compile(b"<" + p + rb"col\s([^<>]{0,999})>")
        self.row = re.compile(b"<" + p + rb"row\b([^<>]{0,999})>")
        self.row_or_formula = re.compile(
            b"<" + p + rb"row\b([^<>]{0,999})>|<" + p + rb"c\b([^<>]{0,999})>\s*<" + p + rb"f[\s/>]"
        )
        self.error = re.compile(
            b"<"
            + p
            + rb"c\b([^<>]{0,99}\bt=[\"']e[\"'][^<>]{0,99})>(?:(?!<"
            + p
            + rb"c\b).)*?<"
            + p
            + rb"v>([^<]*)<",
            re.DOTALL,
        )


def _pieces(stream: IO[bytes], start: bytes, tags: _Tags) -> Iterator[bytes]:
    """The sheet in pieces that end where a row or a cell begins."""
    rest, block = b"", start
    while block:
        piece = rest + block
        cut = max(piece.rfind(tags.row_start), piece.rfind(tags.cell_start))
        cut = cut if cut > 0 else max(len(piece) - _LONGEST, 0)
        yield piece[:cut]
        rest, block = piece[cut:], stream.read(_BLOCK)
    yield rest


def _attribute(attributes: bytes, name: bytes) -> bytes:
    found = _named(name).search(attributes)
    return found[1] if found else b""


@cache
def _named(name: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"(?:^|\s)" + name + rb"=[\"']([^\"']*)")


def _note_columns(attributes: bytes, marks: Marks) -> None:
    if _attribute(attributes, b"hidden") in _TRUE or _attribute(attributes, b"width") == b"0":
        first, last = _attribute(attributes, b"min"), _attribute(attributes, b"max")
        if first.isdigit() and last.isdigit():
            marks.hide_columns(int(first), int(last))


def _note_lines(piece: bytes, line: int, tags: _Tags, marks: Marks) -> int:
    for found in tags.row_or_formula.finditer(piece):
        if found[1] is None:
            marks.note_formula(line, _column(_attribute(found[2], b"r")))
            continue
        line = _number(found[1]) or line + 1
        if _attribute(found[1], b"hidden") in _TRUE or _attribute(found[1], b"ht") == b"0":
            marks.hide_lines(line)
    return line


def _last_line(piece: bytes, line: int, tags: _Tags) -> int:
    last = tags.row.search(piece, max(piece.rfind(tags.row_start), 0))
    return line if last is None else _number(last[1]) or line + piece.count(tags.row_start)


def _number(attributes: bytes) -> int:
    """The line that a row states; 0 for none: then it is the next one."""
    written = _attribute(attributes, b"r")
    return int(written) if written.isdigit() and len(written) < 9 else 0


def _note_errors(piece: bytes, tags: _Tags, marks: Marks) -> None:
    for found in tags.error.finditer(piece):
        place = _attribute(found[1], b"r")
        column = _column(place)
        if column:
            marks.note_error(int(place.lstrip(_LETTERS)), column, found[2].decode("ascii", "replace"))


_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PLACE = re.compile(rb"([A-Z]{1,3})\d{1,8}")


def _column(place: bytes) -> int:
    """The column of a cell's place, B of B7 as 2; 0 when the program wrote none."""
    found = _PLACE.fullmatch(place)
    return _position(found[1]) if found else 0


@cache
def _position(letters: bytes) -> int:
    return column_position(letters.decode())
