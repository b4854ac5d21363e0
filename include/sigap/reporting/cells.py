"""Writing cells: received text is never a formula, and a formula is kept beside the value it must give."""

from dataclasses import dataclass, field
from typing import Any

from openpyxl.cell import Cell
from openpyxl.styles.cell_style import StyleArray
from openpyxl.worksheet.worksheet import Worksheet

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_LONGEST = 32_767  # characters that a spreadsheet cell can hold


def write_text(cell: Cell, value: str, style: str) -> None:
    """Store text as text.

    What a spreadsheet could take for a formula also gets the quote prefix, so that editing it
    changes nothing.
    """
    cell.value = value[:_LONGEST]
    cell.style = style
    _keep_as_text(cell, value)


def make_cell(sheet: Worksheet, value: object, style: StyleArray) -> Cell:
    """A cell for `sheet.append`, the quick way for many rows; text is kept as text like in `write_text`."""
    if not isinstance(value, str):
        return Cell(sheet, value=value, style_array=style)
    cell = Cell(sheet, value=value[:_LONGEST], style_array=style)
    _keep_as_text(cell, value)
    return cell


def _keep_as_text(cell: Cell, value: str) -> None:
    cell.data_type = "s"
    if value.startswith(_FORMULA_STARTS):
        cell.quotePrefix = True


@dataclass(slots=True)
class Results:
    """What each formula of a sheet gives, so that programs that do not calculate can show it too."""

    values: dict[str, int | float | str] = field(default_factory=dict)

    def write(self, sheet: Worksheet, place: str, formula: str, value: float | str, style: str) -> None:
        """Write a formula and keep its value."""
        cell: Any = sheet[place]
        cell.value = formula
        cell.style = style
        self.values[place] = value
