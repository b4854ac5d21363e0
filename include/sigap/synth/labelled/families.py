"""Families of labelled people: when each was born, and of which sex. All follows from the seed and a number.

Four numbers in a row are a family: three siblings, of whom two may be twins, and somebody who married in.
"""

import numpy as np
from numpy.typing import NDArray

from sigap.synth.draw import Dice, Indices, Keys
from sigap.synth.labelled.profiles import Profile

SLOTS = 4
DAY = np.timedelta64(1, "D")
_IN_LAW = 3
_HOUSES = SLOTS + 1  # of a family: the parents' house, and one of each who has left


def is_sibling(people: Keys) -> NDArray[np.bool_]:
    """Whether they are children of the family, not married in."""
    return np.asarray(people % SLOTS != _IN_LAW)


def parents(people: Keys) -> Keys:
    """A number for whose child they are."""
    family, slot = np.divmod(people, SLOTS)
    return np.where(slot == _IN_LAW, family * _HOUSES + 1 + slot, family * _HOUSES)


def household(dice: Dice, profile: Profile, people: Keys) -> Keys:
    """A number for the household they live in: the family's or their own."""
    left = dice.share("left home", people) < profile.people("left_home")
    family, slot = np.divmod(people, SLOTS)
    return np.where(left, family * _HOUSES + 1 + slot, family * _HOUSES)


def is_younger_twin(dice: Dice, profile: Profile, people: Keys) -> NDArray[np.bool_]:
    """Second or third of the siblings, born with the one before. A family has at most one pair of twins."""
    family, slot = np.divmod(people, SLOTS)
    births = profile.people("twin_births")
    limit = births * SLOTS / (1 + births)
    drawn = dice.share("twins", family)
    return np.asarray((drawn < limit) & (slot == np.where(drawn < limit / 2, 1, 2)))


def is_twin(dice: Dice, profile: Profile, people: Keys) -> NDArray[np.bool_]:
    """Either of the two."""
    has_younger = is_younger_twin(dice, profile, people + 1) & is_sibling(people)
    return np.asarray(is_younger_twin(dice, profile, people) | has_younger)


def draw_sex(dice: Dice, profile: Profile, people: Keys) -> Indices:
    """0 for men, 1 for women."""
    younger = is_younger_twin(dice, profile, people)
    same = younger & (dice.share("twins same", people // SLOTS) < profile.people("twins_same"))
    return (dice.share("sex", people - same) < 0.5).astype(np.int64)


def draw_births(dice: Dice, profile: Profile, people: Keys) -> NDArray[np.datetime64]:
    """The birth date as registered: for some of the elderly, 1 January."""
    elder = people - is_younger_twin(dice, profile, people)
    born = _first_birth(dice, profile, elder // SLOTS) + _days_later(dice, elder) * DAY
    year = born.astype("datetime64[Y]")
    elderly = year < np.datetime64(str(profile.people("elderly_born_before")), "Y")
    is_undated = elderly & (dice.share("new year", elder) < profile.people("new_year"))
    return np.where(is_undated, year.astype("datetime64[D]"), born)


def _first_birth(dice: Dice, profile: Profile, family: Keys) -> NDArray[np.datetime64]:
    first, last = (np.datetime64(profile.people(end)) for end in ("first_birth", "last_birth"))
    return np.asarray(first + dice.below("birth", family, int((last - first) / DAY) + 1) * DAY)


def _days_later(dice: Dice, people: Keys) -> Indices:
    """From the birth of the eldest: siblings one to five years apart, in-laws up to ten years either way."""
    family, slot = np.divmod(people, SLOTS)
    second, third = (400 + dice.below(f"gap {number}", family, 1400) for number in (1, 2))
    in_law = dice.below("in-law", people, 7300) - 3650
    return np.select([slot == 0, slot == 1, slot == 2], [0 * family, second, second + third], in_law)
