"""The register of labelled people: who has which NIK.

Within one kecamatan, birth date and sex serials count up, as in a real register, so that neighbouring NIK
belong to twins, siblings and strangers. Only, they begin where real serials end (see synth/niks.py).
"""

import datetime as dt
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from sigap.synth.draw import Indices, Keys
from sigap.synth.labelled.families import DAY, SLOTS
from sigap.synth.niks import FIRST_SERIAL

_FIRST_DAY = np.datetime64(dt.date(1930, 1, 1))
_ROOM = 1 << 28  # families there is room for
_PEOPLE = _ROOM * SLOTS
_ODD = 0x9E3779B1  # spreads families, so that neighbours in the list are no neighbours in the register
_BACK = pow(_ODD, -1, _ROOM)
_STARTS = 9  # the serials of a cell begin with 1 to 9: Excel turns the last digit to 0
_BLOCK = 1 << 21


def entries(
    people: Keys, birth: NDArray[np.datetime64], prefix: Indices, sex: Indices, prefixes: int
) -> Keys:
    """One number for the cell of the register (birth date, prefix by its number, sex) and who is in it."""
    cell = ((birth - _FIRST_DAY).astype(np.int64) * prefixes + prefix) * 2 + sex
    family, slot = np.divmod(people, SLOTS)
    return np.asarray(cell * _PEOPLE + family * _ODD % _ROOM * SLOTS + slot)


def issue(entered: Iterable[Keys], prefixes: Indices) -> Indices:
    """The NIK (16 digits) of everybody entered, by their number: all numbers from 0 on must be there once."""
    found = np.concatenate(list(entered))
    found.sort()
    nik = np.zeros(len(found), dtype=np.int64)
    first = _first_of_run(found // _PEOPLE)
    for start in range(0, len(found), _BLOCK):
        block = slice(start, start + _BLOCK)
        cell, who = np.divmod(found[block], _PEOPLE)
        family, slot = np.divmod(who, SLOTS)
        nth = np.arange(start, start + len(cell)) - first[block]
        nik[family * _BACK % _ROOM * SLOTS + slot] = _number(cell, nth, prefixes)
    return nik


def _first_of_run(values: Indices) -> Indices:
    """The position at which the run of equal values began, for each position."""
    starts = np.arange(len(values))
    starts[1:][values[1:] == values[:-1]] = 0
    return np.asarray(np.maximum.accumulate(starts, out=starts))


def _number(cell: Indices, nth: Indices, prefixes: Indices) -> Indices:
    rest, sex = np.divmod(cell, 2)
    day, prefix = np.divmod(rest, len(prefixes))
    serial = FIRST_SERIAL + 1 + cell * 7 % _STARTS + nth
    return np.asarray((prefixes[prefix] * 1_000_000 + _dated(_FIRST_DAY + day * DAY, sex)) * 10_000 + serial)


def _dated(birth: NDArray[np.datetime64], sex: Indices) -> Indices:
    month = birth.astype("datetime64[M]")
    year = birth.astype("datetime64[Y]").astype(np.int64) + 1970
    day = (birth - month.astype("datetime64[D]")).astype(np.int64) + 1 + 40 * sex
    return np.asarray(day * 10_000 + (month.astype(np.int64) % 12 + 1) * 100 + year % 100)
