"""How far the cells of an xlsx workbook reach, seen in the bytes of its sheets.

A reader holds everything between the first cell of a sheet and its last, so that one cell in the last corner
makes 17 thousand million. What the sheet claims in its dimension record plays no part.
"""

import re
from dataclasses import dataclass, field

from sigap.sources.header import column_letter, column_position

_MOST_CELLS = 30_000_000
_MOST_TEXT = 2 * 1024**3  # bytes, if every cell held the longest of the texts that cells share
_SHEET, _TEXTS = re.compile(r"/?xl/worksheets/[^/]+\.xml"), re.compile(r"/?xl/sharedStrings\.xml")
_ROW = re.compile(rb"<row r=\"(\d{1,7})\"")
_TWO_LETTERS, _LETTERS = re.compile(rb"<c r=\"[A-Z]{2}"), re.compile(rb"<c r=\"([A-Z]{1,3})\d{1,7}\"")


@dataclass(slots=True)
class _Sheet:
    """`is_plain`: written as all programs write sheets, so that nothing of it can have been overlooked."""

    rows: int = 0
    columns: int = 26
    cells: int = 0
    is_plain: bool = True

    def look(self, piece: bytes) -> None:
        cells, rows = piece.count(b'<c r="'), _ROW.findall(piece)
        others = piece.count(b"<c") - cells
        self.is_plain &= not others or others == piece.count(b"<co")
        self.is_plain &= piece.count(b"<row") == len(rows) and b":c" not in piece
        self.cells += cells
        self.rows = max([self.rows, *map(int, rows)])
        if _TWO_LETTERS.search(piece):
            furthest = (column_position(text.decode()) for text in set(_LETTERS.findall(piece)))
            self.columns = max([self.columns, *furthest])


@dataclass(slots=True)
class Extent:
    """What the sheets looked at come to, all together."""

    sheets: dict[str, _Sheet] = field(default_factory=dict)
    longest_text: int = 0
    _text: int = 0  # bytes of the text that goes on in the next piece

    def look(self, part: str, piece: bytes) -> None:
        """Look at the next piece of a part; no tag is cut in two by its end."""
        if b"<" not in piece:
            self._text += len(piece)
        elif _SHEET.fullmatch(part):
            self.sheets.setdefault(part, _Sheet()).look(piece)
        elif _TEXTS.fullmatch(part):
            first, *others = map(len, piece.split(b"</si>"))
            self.longest_text = max([self.longest_text, self._text + first, *others])
            self._text = others[-1] if others else self._text + first

    def is_certain(self) -> bool:
        """Whether all that will be read was understood, and fits in memory."""
        cells = sum(sheet.cells for sheet in self.sheets.values())
        return (
            bool(self.sheets)
            and all(sheet.is_plain for sheet in self.sheets.values())
            and cells * self.longest_text <= _MOST_TEXT
        )

    def too_far(self) -> str | None:
        """The furthest cell, as XFD1048576, when the sheets span more cells than memory should hold."""
        if sum(sheet.rows * sheet.columns for sheet in self.sheets.values()) <= _MOST_CELLS:
            return None
        largest = max(self.sheets.values(), key=lambda sheet: sheet.rows * sheet.columns)
        return f"{column_letter(largest.columns - 1)}{largest.rows}"
