"""A stretch of one list as text, whatever file it came from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from sigap.domain.lists import FoundList
from sigap.sources.layout import Layout


@dataclass(frozen=True, slots=True)
class Chunk:
    """Consecutive lines below a header. Every column is an Arrow string array, null where the cell is empty.

    `lines` are the 1-based lines of the sheet or file; `nik_is_number`: the NIK stood in a numeric cell;
    `flags`: which lines carry a reason code, by code; `formulas`: how many cells of each line are formulas.
    """

    layout: Layout
    columns: list[pa.Array]
    lines: pa.Array
    nik_is_number: pa.Array
    flags: Mapping[str, np.ndarray] = field(default_factory=dict)
    formulas: np.ndarray | None = None

    def keep(self, mask: np.ndarray) -> "Chunk":
        """The lines that the mask names."""
        if mask.all():
            return self
        named = pa.array(mask)
        return Chunk(
            self.layout,
            [column.filter(named) for column in self.columns],
            self.lines.filter(named),
            self.nik_is_number.filter(named),
            {code: lines[mask] for code, lines in self.flags.items()},
            None if self.formulas is None else self.formulas[mask],
        )


@dataclass(frozen=True, slots=True)
class OpenList:
    """One list of a file whose header is known and whose lines are still to be read."""

    layout: Layout
    found: FoundList
    chunks: Iterable[Chunk]
