"""Rows of one table on their way into a list: whose they are, and what befalls each of them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sigap.synth.draw import Dice, Indices, Keys
from sigap.synth.labelled.people import Population
from sigap.synth.labelled.profiles import Profile
from sigap.synth.labelled.roster import Rows

_KINDS = np.asarray([0, 1, 1, 2, 2])  # registry, association or members, by which row it is


@dataclass(frozen=True, slots=True)
class Entries:
    """`people` is everybody, `person` whose row it is; `keys` tell rows apart, also those of one person."""

    people: Population
    person: Keys
    which: NDArray[np.int8]
    keys: Keys
    kind: Indices  # a position in profiles.KINDS

    @property
    def dice(self) -> Dice:
        """The chance of this seed."""
        return self.people.dice

    @property
    def profile(self) -> Profile:
        """What is wrong how often."""
        return self.people.profile

    def share(self, part: str, flaw: str) -> NDArray[np.float64]:
        """How often that happens to rows of this kind."""
        return self.profile.of(self.kind, part, flaw)

    def happens(self, part: str, flaw: str) -> NDArray[np.bool_]:
        """To which rows it happens."""
        return np.asarray(self.dice.share(f"{part} {flaw}", self.keys) < self.share(part, flaw))

    def part(self, rows: NDArray[np.bool_]) -> "Entries":
        """Some of the rows."""
        return Entries(self.people, self.person[rows], self.which[rows], self.keys[rows], self.kind[rows])


def entries_of(people: Population, rows: Rows) -> Entries:
    """The entries that some rows of the roster become."""
    return Entries(people, rows.person, rows.which, rows.keys, _KINDS[rows.which])
