"""How each sender writes its list: the words of layouts.yaml, and the tables that follow from them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import yaml

NUMBER_MARK = "nik as number"  # a column beside the cells: true where the NIK is typed as a number
_TEXT_DATES = {
    "dmy_slash": "%d/%m/%Y",
    "dmy_dash": "%d-%m-%Y",
    "dmy_text_dot": "%d.%m.%Y",
    "mdy_slash": "%m/%d/%Y",
    "ymd_text": "%Y-%m-%d",
}
_DATE_COLUMNS = ("birth_date", "joined_date")


@dataclass(frozen=True, slots=True)
class Layout:
    """One sender's form. `columns` maps our names to the sender's headers, in the sender's order."""

    code: str
    extension: str
    columns: Mapping[str, str]
    sheet: str = "Sheet1"
    header_row: int = 1
    date: str = "ymd_text"
    title_rows: tuple[str, ...] = ()
    delimiter: str = ","
    encoding: str = "utf-8"

    @property
    def has_number_cells(self) -> bool:
        """Whether a cell can be a number; in csv everything is text."""
        return self.extension != "csv"

    @property
    def lines_above(self) -> list[list[str]]:
        """The lines above the data: titles, empty lines, the header."""
        empty = self.header_row - 1 - len(self.title_rows)
        return [[title] for title in self.title_rows] + [[]] * empty + [list(self.columns.values())]

    def cells(self, rows: pa.Table) -> pa.Table:
        """The sender's cells of some rows, headers as column names, plus the mark of NIK typed as numbers."""
        table = pa.table({header: self._column(name, rows) for name, header in self.columns.items()})
        return table.append_column(NUMBER_MARK, rows[NUMBER_MARK])

    def _column(self, name: str, rows: pa.Table) -> pa.ChunkedArray:
        if name in _DATE_COLUMNS and self.date in _TEXT_DATES:
            return pc.strftime(rows[name], format=_TEXT_DATES[self.date])
        return rows[name]


@cache
def layouts() -> dict[str, Layout]:
    """The layout of each association by its code."""
    tree = yaml.safe_load(Path(__file__).with_name("layouts.yaml").read_text(encoding="utf-8"))
    return {
        code: Layout(code, **{**entry, "title_rows": tuple(entry.get("title_rows", ()))})
        for code, entry in tree.items()
    }
