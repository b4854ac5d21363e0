"""Writing cells: received text is never a formula, and a formula is kept beside the value it must give."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
LONGEST = 32_767  # characters that a spreadsheet cell can hold


def write_text(cell: Cell, value: str, style: str) -> None:
    """Store text as text.

    What a spreadsheet could take for a formula also gets the quote prefix, so that editing it
    changes nothing.
    """
    cell.value = value[:LONGEST]
    cell.style = style
    _keep_as_text(cell, value)


def _keep_as_text(cell: Cell, value: str) -> None:
    cell.data_type = "s"
    if value.startswith(FORMULA_STARTS):
        cell.quotePrefix = True


@dataclass(slots=True)
class Results:
    """What each formula of a sheet gives, so that programs that do not calculate can show it too.

    `rows` are rows of the sheet that stand in no cell object (`rows_xml`), to go before row `rows_before`, or
    at the end when that is 0. They are asked for while the file is written, before the values of formulas
    below them, which whoever makes the rows may still set.
    """

    values: dict[str, int | float | str] = field(default_factory=dict)
    rows: Iterable[bytes] = ()
    rows_before: int = 0

    def write(
        self, sheet: Worksheet, place: str, formula: str | None, value: float | str, style: str
    ) -> None:
        """Write a formula and keep its value; without a formula, write the value."""
        cell: Any = sheet[place]
        cell.value = value if formula is None else formula
        cell.style = style
        if formula is not None:
            self.values[place] = value
