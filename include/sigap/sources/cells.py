"""The typed cells of a workbook's column as text."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from sigap.sources.text import as_text

_NUMBERS = frozenset(
    {int, float, bool, dt.date, dt.datetime, dt.time, dt.timedelta}
)  # how a workbook stores them all


def column_text(cells: Sequence[Any]) -> pa.Array:
    """One column as text, class of value by class of value: a column that a person typed is rarely of one."""
    kinds = set(map(type, cells))
    if len(kinds) == 1:
        return _plain(list(cells), kinds.pop())
    of = np.fromiter(map(hash, map(type, cells)), dtype=np.int64, count=len(cells))
    values = np.empty(len(cells), dtype=object)
    values[:] = cells
    text = np.full(len(cells), None, dtype=object)
    for kind in kinds:
        mask = of == hash(kind)
        text[mask] = _plain(values[mask].tolist(), kind).to_numpy(zero_copy_only=False)
    return pa.array(text, pa.string())


def holds_numbers(cells: Sequence[Any]) -> np.ndarray:
    """Which cells hold a number, or what a workbook stores as one: a day, a time, a truth."""
    kinds = set(map(type, cells))
    if not kinds & _NUMBERS:
        return np.zeros(len(cells), dtype=bool)
    return np.fromiter((type(cell) in _NUMBERS for cell in cells), dtype=bool, count=len(cells))


def _plain(cells: list[Any], kind: type) -> pa.Array:
    return as_text(pa.array([*map(str, cells)] if kind in (dt.timedelta, dt.time) else cells))
