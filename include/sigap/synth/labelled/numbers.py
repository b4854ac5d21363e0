"""NIK as lists spoil them: missing, one digit wrong, the last one lost in Excel, one left out."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sigap.synth.draw import Dice, Indices, Keys
from sigap.synth.labelled.profiles import Profile

_TENS = 10 ** np.arange(15, -1, -1)  # worth of each of 16 places
_TRIES = 3


def spoil(dice: Dice, profile: Profile, keys: Keys, kind: Indices, nik: Indices) -> tuple[pa.Array, pa.Array]:
    """`nik` and `nik_digits` of some rows, as they come out of the check."""
    limits = np.cumsum(
        [profile.of(kind, "nik", flaw) for flaw in ("missing", "wrong", "excel", "short")], axis=0
    )
    flaw = (dice.share("nik flaw", keys) >= limits).sum(axis=0)
    wrong = np.flatnonzero(flaw == 1)
    nik = nik.copy()
    nik[wrong] = _one_wrong(dice, profile, keys[wrong], nik[wrong])
    digits = np.where(flaw == 2, nik // 10, _one_less(dice, keys, nik))
    return (
        pc.cast(pa.array(nik, mask=(flaw != 1) & (flaw != 4)), pa.string()),
        pc.cast(pa.array(digits, mask=(flaw != 2) & (flaw != 3)), pa.string()),
    )


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
    return nik + (new - old) * place


def _transposed(dice: Dice, purpose: str, keys: Keys, nik: Indices) -> Indices:
    place = _TENS[1 + dice.below(purpose, keys, 15)]
    right, left = nik // place % 10, nik // place // 10 % 10
    return nik + (right - left) * 9 * place


def _is_possible(nik: Indices) -> NDArray[np.bool_]:
    """What the check lets pass: a day and a month of a calendar, a province, a serial."""
    day, month = nik // 10**8 % 100, nik // 10**6 % 100
    return np.asarray(
        (day % 40 >= 1)
        & (day % 40 <= 31)
        & (day <= 71)
        & (month >= 1)
        & (month <= 12)
        & (nik >= 11 * 10**14)
        & (nik % 10**4 > 0)
    )
