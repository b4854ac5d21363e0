"""Print set-up that all sheets share."""

import datetime as dt
import textwrap
from collections.abc import Iterable
from typing import Protocol

from openpyxl.worksheet.worksheet import Worksheet

_LINE, _HIGHEST = 13.0, 409.0  # points: one line of text, and the highest row that a spreadsheet knows


class Sealed(Protocol):
    """A document that stands for a set of lines: its number, its day, the digest of that set."""

    @property
    def number(self) -> str:
        """As it is written on every page."""

    @property
    def issued_date(self) -> dt.date:
        """As the city counts days."""

    @property
    def lines_sha256(self) -> str:
        """Of the lines."""


def fit_height(sheet: Worksheet, row: int, texts: Iterable[tuple[str, float]]) -> None:
    """Make a row as high as its wrapped texts need, given as (text, width of its column).

    A spreadsheet program would not do it for a file that it did not write, and print half of a long name.
    """
    height = height_of(texts)
    if height is not None:
        sheet.row_dimensions[row].height = height


def height_of(texts: Iterable[tuple[str, float]]) -> float | None:
    """The height that wrapped texts need, in points; None when one line is enough."""
    lines = 1
    for text, width in texts:
        if len(text) > width:
            lines = max(lines, len(textwrap.wrap(text, int(width))))
    return min(_LINE * lines + 2, _HIGHEST) if lines > 1 else None


def prepare_page(sheet: Worksheet, document: Sealed, *, landscape: bool = False) -> None:
    """A4, fitted to its width; its number, the digest of its lines and `Halaman x dari y` at the foot."""
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.5
    sheet.page_margins.top, sheet.page_margins.bottom = 0.6, 0.7
    sheet.print_options.horizontalCentered = True
    sheet.oddFooter.left.text = document.number
    sheet.oddFooter.center.text = f"SHA-256 {document.lines_sha256}"
    sheet.oddFooter.right.text = "Halaman &P dari &N"
    sheet.oddFooter.left.size = sheet.oddFooter.right.size = 8
    sheet.oddFooter.center.size = 6  # 64 digits beside the others
