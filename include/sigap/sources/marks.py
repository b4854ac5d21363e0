"""What a sheet says of its cells beside their values: hidden, formulas, errors, dates counted from 1904."""

from array import array
from dataclasses import dataclass, field

import numpy as np

ERRORS = (
    "#N/A",
    "#REF!",
    "#VALUE!",
    "#DIV/0!",
    "#NAME?",
    "#NULL!",
    "#NUM!",
    "#GETTING_DATA",
    "#SPILL!",
    "#CALC!",
)
_FURTHEST = 16_384  # columns that a spreadsheet has


@dataclass(slots=True)
class Marks:
    """The marks of one sheet, noted cell by cell. Lines and columns count from 1; column 0 is not known.

    A workbook may consist of nothing but formulas: plain arrays keep that small.
    """

    is_1904: bool = False
    hidden_columns: set[int] = field(default_factory=set)
    _hidden: "array[int]" = field(default_factory=lambda: array("i"))  # from, up to, from, up to, …
    _formulas: "array[int]" = field(default_factory=lambda: array("i"))  # line, column, line, column, …
    _errors: "array[int]" = field(default_factory=lambda: array("i"))  # line, column, place in ERRORS, …

    def hide_lines(self, first: int, count: int = 1) -> None:
        """Note lines that are not shown."""
        self._hidden.extend((first, first + count))

    def hide_columns(self, first: int, last: int) -> None:
        """Note columns that are not shown."""
        self.hidden_columns.update(range(first, min(last, _FURTHEST) + 1))

    def note_formula(self, line: int, column: int) -> None:
        """Note a cell whose value was computed."""
        self._formulas.extend((line, column))

    def note_error(self, line: int, column: int, text: str) -> None:
        """Note a cell that shows an error; one that no program writes counts as #N/A."""
        self._errors.extend((line, column, ERRORS.index(text) if text in ERRORS else 0))

    def hidden(self, first: int, count: int) -> np.ndarray:
        """Which of `count` lines from `first` on are hidden."""
        spans = np.frombuffer(self._hidden, dtype=np.intc).reshape(-1, 2)
        starts, ends = (np.clip(spans[:, side] - first, 0, count) for side in (0, 1))
        change = np.bincount(starts, minlength=count + 1) - np.bincount(ends, minlength=count + 1)
        return np.asarray(np.cumsum(change)[:count] > 0)

    def formulas(self, first: int, count: int) -> np.ndarray:
        """The cells with formulas in `count` lines from `first` on: pairs of place among them and column."""
        return _between(self._formulas, 2, first, count)

    def errors(self, first: int, count: int) -> np.ndarray:
        """The cells with errors in those lines: place, column, place in ERRORS."""
        return _between(self._errors, 3, first, count)


def _between(cells: "array[int]", width: int, first: int, count: int) -> np.ndarray:
    table = np.frombuffer(cells, dtype=np.intc).reshape(-1, width)
    found = table[(table[:, 0] >= first) & (table[:, 0] < first + count)].copy()
    found[:, 0] -= first
    return found
