"""NIK as lists spoil them: missing, one digit wrong, the last one lost in Excel, one left out."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sigap.synth.draw import Dice, Indices, Keys
from sigap.synth.labelled.entries import Entries
from sigap.synth.labelled.profiles import Profile

_TENS: Indices = np.asarray(10 ** np.arange(15, -1, -1), dtype=np.int64)  # worth of each of 16 places
_FIRST_PROVINCE = 11 * 10**14  # Aceh
_TRIES = 3
_FLAWS = ("missing", "wrong", "excel", "short")


def niks(entries: Entries) -> tuple[pa.Array, pa.Array]:
    """`nik` and `nik_digits` of the rows, as they come out of the check."""
    nik, keys = entries.people.numbers(entries.person), entries.keys
    limits = np.cumsum([entries.share("nik", flaw) for flaw in _FLAWS], axis=0)
    flaw = (entries.dice.share("nik flaw", keys) >= limits).sum(axis=0)
    wrong = np.flatnonzero(flaw == _FLAWS.index("wrong"))
    nik[wrong] = _one_wrong(entries.dice, entries.profile, keys[wrong], nik[wrong])
    excel, short = (flaw == _FLAWS.index(name) for name in ("excel", "short"))
    digits = np.where(excel, nik // 10, _one_less(entries.dice, keys, nik))
    no_nik = excel | short | (flaw == _FLAWS.index("missing"))
    return _text(nik, ~no_nik), _text(digits, excel | short)


def _text(numbers: Indices, is_there: NDArray[np.bool_]) -> pa.Array:
    return pc.cast(pa.array(numbers, mask=~is_there), pa.string())


def _one_less(dice: Dice, keys: Keys, nik: Indices) -> Indices:
    place = _TENS[dice.below("left out", keys, 16)]
    return nik // (place * 10) * place + nik % place


def _one_wrong(dice: Dice, profile: Profile, keys: Keys, nik: Indices) -> Indices:
    """One digit replaced or two neighbours changed; mostly still a number somebody could have."""
    swapped = dice.share("transposed", keys) < profile.tree["wrong_digit"]["transposed"]
    wrong = nik.copy()
    for number in range(_TRIES):
        todo = np.flatnonzero((wrong == nik) | ~_is_possible(wrong))
        wrong[todo] = np.where(
            swapped[todo] & (number == 0),
            _transposed(dice, f"transposed {number}", keys[todo], nik[todo]),
            _substituted(dice, f"substituted {number}", keys[todo], nik[todo], first=0),
        )
    todo = np.flatnonzero((wrong == nik) | ~_is_possible(wrong))
    wrong[todo] = _substituted(dice, "substituted serial", keys[todo], nik[todo], first=13)
    return wrong


def _substituted(dice: Dice, purpose: str, keys: Keys, nik: Indices, first: int) -> Indices:
    place = _TENS[first + dice.below(f"{purpose} place", keys, 16 - first)]
    old = nik // place % 10
    new = (old + 1 + dice.below(purpose, keys, 9)) % 10
    return np.asarray(nik + (new - old) * place, dtype=np.int64)


def _transposed(dice: Dice, purpose: str, keys: Keys, nik: Indices) -> Indices:
    place = _TENS[1 + dice.below(purpose, keys, 15)]
    right, left = nik // place % 10, nik // place // 10 % 10
    return np.asarray(nik + (right - left) * 9 * place, dtype=np.int64)


def _is_possible(nik: Indices) -> NDArray[np.bool_]:
    """What the check lets pass: a day and a month of a calendar, a province, a serial."""
    day, month = nik // 10**8 % 100, nik // 10**6 % 100
    is_date = (day % 40 >= 1) & (day % 40 <= 31) & (day <= 71) & (month >= 1) & (month <= 12)
    return np.asarray(is_date & (nik >= _FIRST_PROVINCE) & (nik % 10**4 > 0))
