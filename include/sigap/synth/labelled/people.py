"""Labelled people: everything about a person follows from the seed and their number."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sigap.synth.draw import Dice, Indices, Keys
from sigap.synth.labelled.families import (
    DAY,
    SLOTS,
    draw_births,
    draw_sex,
    household,
    is_sibling,
    is_twin,
    is_younger_twin,
    parents,
)
from sigap.synth.labelled.names import draw_words
from sigap.synth.labelled.places import Land, land
from sigap.synth.labelled.profiles import Profile
from sigap.synth.labelled.register import entries, issue
from sigap.synth.labelled.vocabulary import vocabulary

_BLOCK = 1 << 21
_SERIALS = 1000  # of family cards, of invented people as those of NIK
_CARD_PARTS = {"day": (1, 28), "month": (1, 12), "year": (5, 20), "serial": (9000, _SERIALS)}


@dataclass(frozen=True, slots=True)
class Population:
    """All people there could be, numbered from 0: those in the tables and the rest of their families."""

    dice: Dice
    profile: Profile
    size: int
    land: Land
    nik: Indices  # as issued, by number

    def sex(self, people: Keys) -> Indices:
        """0 for men, 1 for women."""
        return draw_sex(self.dice, self.profile, self._facts(people))

    def birth(self, people: Keys) -> NDArray[np.datetime64]:
        """The birth date, which was corrected for a few after their NIK was issued."""
        registered = draw_births(self.dice, self.profile, self._facts(people))
        corrected = self.dice.share("corrected", people) < self.profile.people("corrected_birth")
        days = 1 + self.dice.below("corrected by", people, 900)
        return np.where(corrected, registered + days * DAY, registered)

    def numbers(self, people: Keys) -> Indices:
        """The NIK they use: a few have somebody else's."""
        shared = self.dice.share("shared nik", people) < self.profile.people("shared_nik")
        return np.asarray(self.nik[np.where(shared, self._somebody("shared nik with", people), people)])

    def names(self, people: Keys) -> Indices:
        """The full name as word numbers. Twins share the last word, as some siblings do; many are alike."""
        dice, profile, facts = self.dice, self.profile, self._facts(people)
        family, sex, twin = facts // SLOTS, draw_sex(dice, profile, facts), is_twin(dice, profile, facts)
        shares = twin | (dice.share("family name", family) < profile.people("family_name"))
        words = draw_words(dice, "name", facts, sex, np.where(shares & is_sibling(facts), -1 - family, facts))
        alike = twin & (dice.share("twins alike", family) < profile.people("twins_alike"))
        younger = is_younger_twin(dice, profile, facts).astype(np.int64)
        for code, pairs in enumerate(vocabulary().twins):
            rows = np.flatnonzero(alike & (sex == code))
            words[rows, 0] = pairs[dice.below("twin names", family[rows], len(pairs)), younger[rows]]
        return words

    def mothers(self, people: Keys) -> Indices:
        """The mother's name as word numbers: one for all siblings."""
        key = parents(people)
        return draw_words(self.dice, "mother", key, np.ones(len(key), dtype=np.int64), key)

    def homes(self, people: Keys) -> Indices:
        """The number of the kelurahan where they live."""
        return self._home_of(household(self.dice, self.profile, people))

    def cards(self, people: Keys) -> Indices:
        """The KK of the household (16 digits)."""
        return self._card(household(self.dice, self.profile, people), self.homes(people), "kk")

    def old_cards(self, people: Keys) -> Indices:
        """The KK of before the household moved or split."""
        return self._card(people, self.homes(people), "old kk")

    def phones(self, people: Keys) -> Indices:
        """What follows 0800 (toll-free, so nobody's own): 9 digits. Some have the phone of the household."""
        shared = self.dice.share("family phone", people) < self.profile.people("family_phone")
        owner = np.where(shared, -1 - household(self.dice, self.profile, people), people)
        return self.dice.below("phone", owner, 10**9)

    def entered(self, people: Keys) -> Keys:
        """What the register notes of them when it issues their NIK: most at their parents' home."""
        facts, origin = self._facts(people), parents(people)
        came = self.dice.share("newcomer", origin) < self.profile.people("newcomers")
        prefixes = len(self.land.prefixes)
        elsewhere = self.dice.below("came from", origin, prefixes)
        prefix = np.where(came, elsewhere, self.land.home_prefix[self._home_of(origin)])
        birth = draw_births(self.dice, self.profile, facts)
        return entries(people, birth, prefix, draw_sex(self.dice, self.profile, facts), prefixes)

    def _facts(self, people: Keys) -> Keys:
        """Whose name, sex and birth date they have: their own, or those of a namesake."""
        namesake = self.dice.share("namesake", people) < self.profile.people("namesakes")
        return np.where(namesake, self._somebody("namesake of", people), people)

    def _somebody(self, purpose: str, people: Keys) -> Keys:
        return (people + SLOTS * (1 + self.dice.below(purpose, people, 1000))) % self.size

    def _home_of(self, house: Keys) -> Indices:
        return self.dice.below("home", house, len(self.land.kelurahan))

    def _card(self, keys: Keys, homes: Indices, purpose: str) -> Indices:
        prefix = self.land.prefixes[self.land.home_prefix[homes]]
        day, month, year, serial = (
            first + self.dice.below(f"{purpose} {part}", keys, size)
            for part, (first, size) in _CARD_PARTS.items()
        )
        return np.asarray((prefix * 1_000_000 + day * 10_000 + month * 100 + year) * 10_000 + serial)


def populate(dice: Dice, profile: Profile, size: int) -> Population:
    """All people numbered below `size`, with a NIK each."""
    places = land(size, profile.tree["regencies"])
    unnumbered = Population(dice, profile, size, places, np.zeros(0, dtype=np.int64))
    blocks = (np.arange(start, min(start + _BLOCK, size)) for start in range(0, size, _BLOCK))
    return Population(dice, profile, size, places, issue(map(unnumbered.entered, blocks), places.prefixes))
