"""Labelled people: everything about a person follows from the seed and their number.

Four numbers in a row are a family: three siblings, of whom two may be twins, and somebody who married in.
"""

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sigap.synth.draw import Dice, Indices, Keys
from sigap.synth.labelled.names import WORDS, draw_words, packed
from sigap.synth.labelled.places import Land, land
from sigap.synth.labelled.profiles import Profile
from sigap.synth.labelled.vocabulary import NONE, vocabulary
from sigap.synth.niks import FIRST_SERIAL

SLOTS = 4
_IN_LAW = 3
_KEYS = SLOTS + 1  # of a family: the family itself, and each of its people
_ROOM = 1 << 28  # families there is room for
_ODD = 0x9E3779B1  # spreads families, so that neighbours in the list are no neighbours in the register
_DAY = np.timedelta64(1, "D")
_BLOCK = 1 << 21


@dataclass(frozen=True, slots=True)
class Population:
    """All people there could be: those in the tables and the rest of their families."""

    dice: Dice
    profile: Profile
    size: int
    land: Land
    nik: Indices  # by number

    def sex(self, keys: Keys) -> Indices:
        """0 for men, 1 for women."""
        return _sex(self.dice, self.profile, self._facts(keys))

    def birth(self, keys: Keys) -> NDArray[np.datetime64]:
        """The true birth date, which the NIK of a few does not show."""
        born = _birth(self.dice, self.profile, self._facts(keys))
        corrected = self.dice.share("corrected", keys) < self.profile.people("corrected_birth")
        days = 1 + self.dice.below("corrected by", keys, 900)
        return np.where(corrected, born + days * _DAY, born)

    def numbers(self, keys: Keys) -> Indices:
        """The NIK as issued: 16 digits. Two people share one now and then."""
        shared = self.dice.share("shared nik", keys) < self.profile.people("shared_nik")
        return np.asarray(self.nik[np.where(shared, self._somebody("shared nik with", keys), keys)])

    def names(self, keys: Keys) -> Indices:
        """The full name as word numbers."""
        facts = self._facts(keys)
        sex = _sex(self.dice, self.profile, facts)
        family = facts // SLOTS
        alike = self.dice.share("family name", family) < self.profile.people("family_name")
        younger = _is_younger_twin(self.dice, self.profile, facts)
        twin = younger | _is_younger_twin(self.dice, self.profile, facts + 1) & (facts % SLOTS != _IN_LAW)
        second = np.where((alike | twin) & (facts % SLOTS != _IN_LAW), -1 - family, facts)
        words = draw_words(self.dice, "name", facts, sex, second)
        return self._alike(family, sex, words, twin, younger)

    def _alike(
        self, family: Keys, sex: Indices, words: Indices, twin: NDArray[np.bool_], younger: NDArray[np.bool_]
    ) -> Indices:
        """Give pairs of alike names to most twins."""
        alike = twin & (self.dice.share("twins alike", family) < self.profile.people("twins_alike"))
        for code in (0, 1):
            rows = np.flatnonzero(alike & (sex == code))
            pairs = vocabulary().twins[code]
            pair = self.dice.below(f"twin names {code}", family[rows], len(pairs))
            is_one = words[rows, 1] == NONE
            words[rows[is_one], 0] = pairs[pair[is_one], younger[rows[is_one]].astype(int)]
            words[rows[~is_one], 0] = pairs[pair[~is_one], younger[rows[~is_one]].astype(int)]
        return packed(words)

    def mothers(self, keys: Keys) -> Indices:
        """The mother's name as word numbers: one for all siblings."""
        key = self._birth_family(keys)
        return draw_words(self.dice, "mother", key, np.ones(len(keys), dtype=np.int64), key)

    def homes(self, keys: Keys) -> Indices:
        """The kelurahan where they live."""
        return self.dice.below("home", self._household(keys), len(self.land.kelurahan))

    def kk(self, keys: Keys) -> Indices:
        """The number of the family card: 16 digits."""
        household = self._household(keys)
        prefix = self.land.prefixes[self.land.home_prefix[self.homes(keys)]]
        day, month, year = (
            first + self.dice.below(f"kk {part}", household, size)
            for part, first, size in (("day", 1, 28), ("month", 1, 12), ("year", 5, 20))
        )
        serial = FIRST_SERIAL + self.dice.below("kk serial", household, 1000)
        return np.asarray((prefix * 1_000_000 + day * 10_000 + month * 100 + year) * 10_000 + serial)

    def phones(self, keys: Keys) -> Indices:
        """What follows 0800 (toll-free, so nobody's own): 9 digits. Some have the phone of the household."""
        shared = self.dice.share("family phone", keys) < self.profile.people("family_phone")
        return self.dice.below("phone", np.where(shared, -1 - self._household(keys), keys), 10**9)

    def _facts(self, keys: Keys) -> Keys:
        """Whose name, sex and birth date they have: their own, or those of a namesake."""
        namesake = self.dice.share("namesake", keys) < self.profile.people("namesakes")
        return np.where(namesake, self._somebody("namesake of", keys), keys)

    def _somebody(self, purpose: str, keys: Keys) -> Keys:
        return (keys + SLOTS * (1 + self.dice.below(purpose, keys, 1000))) % self.size

    def _household(self, keys: Keys) -> Keys:
        left = self.dice.share("left home", keys) < self.profile.people("left_home")
        family, slot = np.divmod(keys, SLOTS)
        return np.where(left, family * _KEYS + 1 + slot, family * _KEYS)

    def _birth_family(self, keys: Keys) -> Keys:
        return _birth_family(keys)


def populate(dice: Dice, profile: Profile, size: int) -> Population:
    """All people numbered below `size`, with a NIK each."""
    places = land(size, profile.tree["regencies"])
    empty = Population(dice, profile, size, places, np.zeros(0, dtype=np.int64))
    cells = np.concatenate([_cells(empty, keys) for keys in _blocks(size)])
    return Population(dice, profile, size, places, _issue(cells, places, size))


def _blocks(size: int) -> list[Keys]:
    return [np.arange(start, min(start + _BLOCK, size)) for start in range(0, size, _BLOCK)]


def _cells(people: Population, keys: Keys) -> Indices:
    """Where and when each was registered, as one number: birth date, prefix, sex, then who."""
    facts = people._facts(keys)
    day = (_birth(people.dice, people.profile, facts) - _FIRST_DAY).astype(np.int64)
    origin = _birth_family(keys)
    came = people.dice.share("newcomer", origin) < people.profile.people("newcomers")
    prefixes = len(people.land.prefixes)
    home = people.land.home_prefix[people.dice.below("home", origin, len(people.land.kelurahan))]
    prefix = np.where(came, people.dice.below("came from", origin, prefixes), home)
    cell = (day * prefixes + prefix) * 2 + _sex(people.dice, people.profile, facts)
    family, slot = np.divmod(keys, SLOTS)
    return np.asarray(cell * (_ROOM * SLOTS) + family * _ODD % _ROOM * SLOTS + slot)


def _issue(cells: Indices, places: Land, size: int) -> Indices:
    """The NIK of each: within one kecamatan, birth date and sex, serials count up; twins are neighbours."""
    cells.sort()
    nik = np.zeros(size, dtype=np.int64)
    inverse = pow(_ODD, -1, _ROOM)
    first = _first_of_run(cells // (_ROOM * SLOTS))
    for start in range(0, size, _BLOCK):
        block = cells[start : start + _BLOCK]
        cell, who = np.divmod(block, _ROOM * SLOTS)
        family, slot = np.divmod(who, SLOTS)
        # Not all begin with the same last digit: Excel makes that one a 0.
        serial = (
            FIRST_SERIAL + 1 + cell * 7 % 9 + np.arange(len(block)) + start - first[start : start + _BLOCK]
        )
        rest, sex = np.divmod(cell, 2)
        day, prefix = np.divmod(rest, len(places.prefixes))
        dated = _dated(_FIRST_DAY + day * _DAY, sex)
        nik[family * inverse % _ROOM * SLOTS + slot] = (
            places.prefixes[prefix] * 1_000_000 + dated
        ) * 10_000 + serial
    return nik


def _first_of_run(values: Indices) -> Indices:
    """The position at which the run of equal values began, for each position."""
    starts = np.arange(len(values))
    starts[1:][values[1:] == values[:-1]] = 0
    return np.asarray(np.maximum.accumulate(starts, out=starts))


def _dated(birth: NDArray[np.datetime64], sex: Indices) -> Indices:
    month = birth.astype("datetime64[M]")
    year = birth.astype("datetime64[Y]").astype(np.int64) + 1970
    day = (birth - month.astype("datetime64[D]")).astype(np.int64) + 1 + 40 * sex
    return np.asarray(day * 10_000 + (month.astype(np.int64) % 12 + 1) * 100 + year % 100)


_FIRST_DAY = np.datetime64(dt.date(1930, 1, 1))


def _birth_family(keys: Keys) -> Keys:
    family, slot = np.divmod(keys, SLOTS)
    return np.where(slot == _IN_LAW, family * _KEYS + 1 + _IN_LAW, family * _KEYS)


def _is_younger_twin(dice: Dice, profile: Profile, keys: Keys) -> NDArray[np.bool_]:
    """Second or third of the siblings, born with the one before. A family has at most one pair of twins."""
    family, slot = np.divmod(keys, SLOTS)
    births = profile.people("twin_births")
    limit = births * SLOTS / (1 + births)
    draw = dice.share("twins", family)
    return np.asarray((draw < limit) & (slot == np.where(draw < limit / 2, 1, 2)))


def _sex(dice: Dice, profile: Profile, keys: Keys) -> Indices:
    younger = _is_younger_twin(dice, profile, keys)
    same = younger & (dice.share("twins same", keys // SLOTS) < profile.people("twins_same"))
    return (dice.share("sex", keys - same) < 0.5).astype(np.int64)


def _birth(dice: Dice, profile: Profile, keys: Keys) -> NDArray[np.datetime64]:
    """The birth date as registered."""
    elder = keys - _is_younger_twin(dice, profile, keys)
    family, slot = np.divmod(elder, SLOTS)
    first, last = (np.datetime64(profile.people(end)) for end in ("first_birth", "last_birth"))
    base = first + dice.below("birth", family, int((last - first).astype(np.int64)) + 1) * _DAY
    gaps = [400 + dice.below(f"gap {number}", family, 1400) for number in (1, 2)]
    years_apart = dice.below("in-law", elder, 7300) - 3650
    days = np.select([slot == 0, slot == 1, slot == 2], [0 * family, gaps[0], gaps[0] + gaps[1]], years_apart)
    born = base + days * _DAY
    year = born.astype("datetime64[Y]")
    elderly = year < np.datetime64(str(profile.people("elderly_born_before")), "Y")
    new_year = elderly & (dice.share("new year", elder) < profile.people("new_year"))
    return np.where(new_year, year.astype("datetime64[D]"), born)
