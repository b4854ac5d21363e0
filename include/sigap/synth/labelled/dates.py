"""Birth dates as lists write them: day and month in each other's place, one part off, 1 January, or none."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sigap.synth.draw import Indices
from sigap.synth.labelled.entries import Entries
from sigap.synth.labelled.families import DAY

_SWAPPABLE = 0.361  # of days: at most the 12th, and not that of the month
_EVERY_MONTH = 28  # days that every month has
_STEPS = np.asarray([-10, -3, -2, -1, -1, 1, 1, 2, 3, 10])  # years, months or days off: mostly few


def birth_dates(entries: Entries) -> pa.Array:
    """The birth date as written, null for none."""
    true = entries.people.birth(entries.person)
    year, month, day = _parts(true)
    limits = np.cumsum(
        [
            entries.share("birth_date", "new_year"),
            entries.share("birth_date", "part"),
            entries.share("birth_date", "swapped") / _SWAPPABLE,
        ],
        axis=0,
    )
    flaw = (entries.dice.share("birth flaw", entries.keys) >= limits).sum(axis=0)
    written = np.select(
        [flaw == 0, flaw == 1, (flaw == 2) & (day <= 12)],
        [
            _date(year, 0 * month + 1, 0 * day + 1),
            _one_part_off(entries, year, month, day),
            _date(year, day, month),
        ],
        true,
    )
    return pa.array(written.astype("datetime64[D]"), mask=entries.happens("birth_date", "missing"))


def _one_part_off(entries: Entries, year: Indices, month: Indices, day: Indices) -> NDArray[np.datetime64]:
    step = _STEPS[entries.dice.below("birth step", entries.keys, len(_STEPS))]
    part = np.where(day > _EVERY_MONTH, 0, entries.dice.below("birth part", entries.keys, 3))
    other_day = (day - 1 + step) % _EVERY_MONTH + 1
    other_month = (month - 1 + step) % 12 + 1
    return _date(
        np.where(part == 2, year + step, year),
        np.where(part == 1, other_month, month),
        np.where(part == 0, other_day, day),
    )


def _parts(birth: NDArray[np.datetime64]) -> tuple[Indices, Indices, Indices]:
    months = birth.astype("datetime64[M]")
    year, month = np.divmod(months.astype(np.int64), 12)
    return year + 1970, month + 1, (birth - months).astype(np.int64) + 1


def _date(year: Indices, month: Indices, day: Indices) -> NDArray[np.datetime64]:
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    return np.asarray(months.astype("datetime64[D]") + (day - 1) * DAY)
