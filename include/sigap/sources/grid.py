"""Some lines of a list as one block of texts, asked about all at once.

A pattern takes milliseconds to prepare however few texts it is tried on, so all columns are tried together.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sigap.sources.header import header_key

Mask = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
"""Truths: one per line, or one per column and line."""


class Grid:
    """The texts of some lines, column by column, without the blanks at their ends."""

    def __init__(self, columns: Sequence[pa.Array], is_in: Mask) -> None:
        named = pa.array(is_in)
        texts = pa.concat_arrays([column.filter(named) for column in columns])
        self.width, self.count = len(columns), int(is_in.sum())
        self._texts = pc.utf8_trim_whitespace(pc.fill_null(texts, ""))
        self._keys: pa.Array | None = None
        self.filled = self._shaped(pc.not_equal(self._texts, ""))

    def match(self, pattern: str) -> Mask:
        """Where a pattern is found."""
        return self._shaped(pc.match_substring_regex(self._texts, pattern))

    def ordinals(self, pattern: str) -> np.ndarray:
        """The group `number` of a pattern where the whole of it is found, elsewhere -1."""
        number = pc.struct_field(pc.extract_regex(self._texts, pattern), "number").cast(pa.int64())
        return np.asarray(pc.fill_null(number, -1)).reshape(self.width, self.count)

    def says(self, line: Sequence[str]) -> Mask:
        """Where the texts are those of a line, signs and case apart; a blank one is like no text."""
        keys = pa.array([header_key(text) or None for text in line], pa.string())
        wanted = keys.take(pa.array(np.repeat(np.arange(self.width), self.count)))
        return self._shaped(pc.equal(self._folded(), wanted))

    def is_among(self, wholes: Sequence[str]) -> Mask:
        """Which lines, all of their texts put together, are one of these, signs and case apart."""
        columns = [self._folded().slice(place * self.count, self.count) for place in range(self.width)]
        whole = pc.binary_join_element_wise(*columns, "")
        return np.asarray(pc.is_in(whole, pa.array(wholes, pa.string())))

    def all_filled(self, holds: Mask) -> Mask:
        """Which lines have it in every cell that is filled."""
        return np.asarray((~self.filled | holds).all(axis=0))

    def first_filled(self, holds: Mask) -> Mask:
        """Which lines have it in their first filled cell."""
        first = self.filled.argmax(axis=0)
        return np.asarray(holds[first, np.arange(self.count)])

    def _folded(self) -> pa.Array:
        if self._keys is None:
            self._keys = pc.replace_substring_regex(
                pc.utf8_lower(self._texts), r"[^0-9a-z\x{80}-\x{10ffff}]+", ""
            )
        return self._keys

    def _shaped(self, values: pa.Array) -> Mask:
        truths = pc.fill_null(values, False).to_numpy(zero_copy_only=False)
        return np.asarray(truths, dtype=bool).reshape(self.width, self.count)
