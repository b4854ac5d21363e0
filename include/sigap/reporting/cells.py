"""Writing cells: received text is never a formula, and a formula is kept beside the value it must give."""

from dataclasses import dataclass, field
from typing import Any

from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_LONGEST = 32_767  # characters that a spreadsheet cell can hold


def write_text(cell: Cell, value: str, style: str) -> None:
    """Store text as text.

    What a spreadsheet could take for a formula also gets the quote prefix, so that editing it changes nothing.
    """
    cell.value = value[:_LONGEST]
    cell.data_type = "s"
    cell.style = style
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
