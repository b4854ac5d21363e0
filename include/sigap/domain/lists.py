"""What a list of a received file looks like: its header, which column is what, what was left out."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self


@dataclass(slots=True)
class FoundList:
    """One list of a delivery, as kept in sources.delivery.lists.

    Lines count from 1 as the sender's program counts them, columns go by their spreadsheet letter. `left_out`
    are lines that are no rows: {kind: lines}, the kinds repeated_header, numbering, total, signature.
    Whatever the reader flags for a whole list stands here, what it flags for single rows in their `flags`.
    """

    sheet: str
    header_lines: tuple[int, ...]
    headers: tuple[str, ...]  # verbatim, in the order of the columns; the parts of a two-row header joined
    columns: Mapping[str, str]  # canonical column: letter
    extras: tuple[str, ...] = ()  # headers that no column goes by: kept in `cells`
    minimised: tuple[str, ...] = ()  # headers whose columns stay in the archive
    guessed: Mapping[str, str] = field(default_factory=dict)  # misspelt header: the column it was taken for
    hidden_columns: tuple[str, ...] = ()  # letters
    is_hidden: bool = False
    hidden_rows: int = 0
    formulas: int = 0  # cells whose value is the cached result of a formula
    dates_from_1904: bool = False
    rows: int = 0
    left_out: dict[str, list[int]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain values for the warehouse."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The list from `as_dict`, as JSON gives it back."""
        tuples = ("header_lines", "headers", "extras", "minimised", "hidden_columns")
        return cls(**{**values, **{name: tuple(values[name]) for name in tuples}})
