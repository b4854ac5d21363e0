"""A stretch of one list as text, whatever file it came from."""

from dataclasses import dataclass

import pyarrow as pa

from sigap.sources.header import Layout


@dataclass(frozen=True, slots=True)
class Chunk:
    """Consecutive lines below a header. Every column is an Arrow string array, null where the cell is empty.

    `lines` are the 1-based lines of the sheet or file; `nik_is_number`: the NIK stood in a numeric cell.
    """

    layout: Layout
    columns: list[pa.Array]
    lines: pa.Array
    nik_is_number: pa.Array
