"""Identity numbers of nobody: right in structure, with serials that real registration does not reach.

The last four digits of a NIK count the people registered in one kecamatan with one sex and birth date, from
0001. Such a count stays in the tens, so nobody has 9000 to 9999.
More in docs/sample_partners.md.
"""

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sigap.synth.draw import Dice, Indices, Keys

FIRST_SERIAL = 9000
SERIALS = 1000


@dataclass(frozen=True, slots=True)
class Identities:
    """NIK (16 digits), sex (0 man, 1 woman) and birth date of some people, in their order."""

    nik: Indices
    sex: Indices
    birth: NDArray[np.datetime64]


@dataclass(frozen=True, slots=True)
class NikSpace:
    """Every NIK that some prefixes and some birth dates allow, numbered.

    Keys that differ by less than `size` get different NIK: their numbers are shuffled, none is used twice.
    """

    prefixes: tuple[int, ...]
    first_birth: dt.date
    last_birth: dt.date

    @property
    def size(self) -> int:
        """How many NIK there are."""
        return self._days * len(self.prefixes) * 2 * SERIALS

    @property
    def _days(self) -> int:
        return (self.last_birth - self.first_birth).days + 1

    def identities(self, dice: Dice, keys: Keys) -> Identities:
        """The NIK of each key, with the sex and birth date that it carries."""
        day, rest = self._shuffled(dice, keys)
        rest, serial = np.divmod(rest, SERIALS)
        place, sex = np.divmod(rest, 2)
        birth = np.datetime64(self.first_birth) + day
        return Identities(_nik(np.asarray(self.prefixes)[place], birth, sex, serial), sex, birth)

    def _shuffled(self, dice: Dice, keys: Keys) -> tuple[Indices, Indices]:
        """Each key's number in two digits, day and rest, turned by draws of each other in three rounds."""
        days, others = self._days, self.size // self._days
        day, rest = np.divmod(keys % self.size, others)
        day = (day + dice.below("nik day", rest, days)) % days
        rest = (rest + dice.below("nik rest", day, others)) % others
        return (day + dice.below("nik day again", rest, days)) % days, rest


def _nik(prefix: Indices, birth: NDArray[np.datetime64], sex: Indices, serial: Indices) -> Indices:
    month = birth.astype("datetime64[M]")
    year = birth.astype("datetime64[Y]").astype(np.int64) + 1970
    day = (birth - month.astype("datetime64[D]")).astype(np.int64) + 1 + 40 * sex
    dated = day * 10_000 + (month.astype(np.int64) % 12 + 1) * 100 + year % 100
    return np.asarray((prefix * 1_000_000 + dated) * 10_000 + FIRST_SERIAL + serial)
