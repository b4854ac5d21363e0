"""Who stands in which row of the two tables, in an order that tells nothing."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sigap.errors import SettingsError
from sigap.synth.draw import Dice, Indices, Keys
from sigap.synth.labelled.families import SLOTS
from sigap.synth.labelled.profiles import Profile, cumulated

REGISTRY, ASSOCIATION, SECOND_ASSOCIATION, MEMBER, SECOND_MEMBER = range(5)
_LISTS = {
    "registry": (REGISTRY,),
    "association": (ASSOCIATION,),
    "both": (REGISTRY, ASSOCIATION),
    "two": (ASSOCIATION, SECOND_ASSOCIATION),
}
_BLOCK = 1 << 21


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one table: whose row it is, and which of theirs (REGISTRY to SECOND_MEMBER)."""

    person: Keys
    which: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.person)

    def part(self, start: int, end: int) -> "Rows":
        """Some of the rows."""
        return Rows(self.person[start:end], self.which[start:end])

    @property
    def keys(self) -> Keys:
        """A number for each row, for what befalls the row and not the person."""
        return self.person * 8 + self.which


@dataclass(frozen=True, slots=True)
class Roster:
    """The rows of both tables. All people have numbers below `population`."""

    workers: Rows
    members: Rows
    population: int


def draw_roster(dice: Dice, profile: Profile, workers: int, members: int) -> Roster:
    """So many rows of each table. Raises SettingsError when the members cannot hold all who are insured."""
    listed, rows = _listed(dice, profile, workers)
    insured = listed[dice.share("insured", listed) < profile.people("insured")]
    own = _memberships(dice, profile, insured)
    if len(own) > members:
        raise SettingsError(f"{workers} workers need at least {len(own)} members; {members} were asked for.")
    families = int(rows.person.max()) // SLOTS + 1
    others = _strangers(dice, profile, listed, families, members - len(own))
    joined = Rows(np.concatenate([own.person, others.person]), np.concatenate([own.which, others.which]))
    population = (max(int(rows.person.max()), int(joined.person.max())) // SLOTS + 1) * SLOTS
    return Roster(_shuffled(dice, "workers", rows), _shuffled(dice, "members", joined), population)


def _is_listed(dice: Dice, profile: Profile, keys: Keys) -> NDArray[np.bool_]:
    return np.asarray(dice.share("listed", keys) < profile.people("listed"))


def _listed(dice: Dice, profile: Profile, count: int) -> tuple[Keys, Rows]:
    """The listed people and their rows."""
    share, lists = profile.people("listed"), profile.tree["lists"]
    keys = np.arange(int(count / share * 1.05 / SLOTS + 100) * SLOTS)
    people = keys[_is_listed(dice, profile, keys)]
    stand = np.searchsorted(cumulated(lists), dice.share("stand", people), side="right")
    size = np.asarray([len(_LISTS[name]) for name in lists])[stand]
    table = np.asarray([(_LISTS[name] * 2)[:2] for name in lists], dtype=np.int8)
    person, which = np.repeat(people, size), table[np.repeat(stand, size), _nth(size)]
    rows = Rows(person[:count], which[:count])
    return people[people <= rows.person[-1]], rows


def _nth(size: Indices) -> Indices:
    """0 for the first row of each person, 1 for the second."""
    ends = np.cumsum(size)
    return np.arange(ends[-1]) - np.repeat(ends - size, size) if len(size) else size


def _memberships(dice: Dice, profile: Profile, people: Keys) -> Rows:
    size = 1 + (dice.share("second membership", people) < profile.people("second_membership"))
    return Rows(np.repeat(people, size), (MEMBER + _nth(size)).astype(np.int8))


def _strangers(dice: Dice, profile: Profile, listed: Keys, families: int, count: int) -> Rows:
    """Memberships of people in no list: first those of listed families, then those of others."""
    near = np.setdiff1d(np.arange(families * SLOTS), listed, assume_unique=True)
    near = near[~_is_listed(dice, profile, near)]
    found = [_memberships(dice, profile, near[dice.share("near", near) < profile.people("sibling_member")])]
    start = families * SLOTS
    while sum(map(len, found)) < count:
        keys = np.arange(start, start + _BLOCK)
        found.append(
            _memberships(dice, profile, keys[dice.share("stranger", keys) < profile.people("stranger")])
        )
        start += _BLOCK
    person, which = (
        np.concatenate([getattr(rows, name) for rows in found])[:count] for name in ("person", "which")
    )
    return Rows(person, which)


def _shuffled(dice: Dice, purpose: str, rows: Rows) -> Rows:
    order = np.argsort(dice.bits(f"order {purpose}", np.arange(len(rows))), kind="stable")
    return Rows(rows.person[order], rows.which[order])
