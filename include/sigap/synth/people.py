"""The listed people of a month: who they are, where they live, in which lists, what is the matter.

A person is a number; everything about them follows from the seed and that number, so next month finds the
same person. The people of a month are a window of numbers that moves on by 3 % of its length each month.
"""

import datetime as dt
import math
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sigap.domain.period import Period
from sigap.synth.cases import cases
from sigap.synth.draw import Dice, Indices, Keys, weigh
from sigap.synth.names import draw_names
from sigap.synth.niks import Identities, NikSpace
from sigap.synth.places import city_prefixes, digits, draw_homes, draw_jobs, pick, sector_codes, words

LISTED_PER_PLACE = 1.25
MONTHLY_CHANGE = 0.03
FIRST_STRANGER = 100_000_000  # listed people have smaller numbers
_BEGINNING = Period(2026, 1)
_FIRST_LISTED = 50_000_000
_NEWCOMERS = 0.14
_BIRTHS = {
    "child": (dt.date(2009, 2, 1), dt.date(2010, 12, 31)),
    "adult": (dt.date(1966, 1, 1), dt.date(2004, 12, 31)),
    "old": (dt.date(1940, 1, 1), dt.date(1957, 12, 31)),
}
# Where people stand: in the registry or not, and in how many associations; shares in a hundred.
_STANDS = ((True, 0, 72), (True, 1, 10), (True, 2, 2), (False, 1, 14), (False, 2, 2))


@dataclass(frozen=True, slots=True)
class Window:
    """The numbers of the people listed in one month: `size` of them from `first` on."""

    first: int
    size: int

    def numbers(self, start: int, end: int) -> Keys:
        """The numbers at positions `start` to `end`, the end left out."""
        return np.arange(self.first + start, self.first + end) % FIRST_STRANGER


def listed(period: Period, places: int) -> Window:
    """Who is listed in a month, given the places of the programme."""
    size = math.ceil(places * LISTED_PER_PLACE)
    months = (period.year - _BEGINNING.year) * 12 + period.month - _BEGINNING.month
    return Window(_FIRST_LISTED + months * max(1, round(size * MONTHLY_CHANGE)), size)


def draw_identities(dice: Dice, keys: Keys, ages: list[str]) -> Identities:
    """NIK, sex and birth date of each key; `ages` names the range of birth dates of each."""
    nik, sex = np.zeros(len(keys), dtype=np.int64), np.zeros(len(keys), dtype=np.int64)
    birth = np.zeros(len(keys), dtype="datetime64[D]")
    age = np.asarray(ages)
    is_newcomer = dice.share("newcomer", keys) < _NEWCOMERS
    elsewhere = tuple(int(prefix) for prefix in words()["newcomer_prefixes"])
    for name, births in _BIRTHS.items():
        for prefixes, came in ((city_prefixes(), False), (elsewhere, True)):
            chosen = (age == name) & (is_newcomer == came)
            found = NikSpace(prefixes, *births).identities(dice, keys[chosen])
            nik[chosen], sex[chosen], birth[chosen] = found.nik, found.sex, found.birth
    return Identities(nik, sex, birth)


def draw_people(dice: Dice, keys: Keys) -> pa.Table:
    """One row per listed person: the columns of datasets.py as this person would fill them in.

    Beside them `person`, `case` (a position), `in_registry`, and `first` and `second`: the associations.
    """
    case = weigh(dice.spread("case", 1, keys), [entry.share for entry in cases()])
    found = draw_identities(dice, keys, np.asarray([entry.age for entry in cases()])[case].tolist())
    sector = weigh(dice.spread("sector", 3, keys), [entry["weight"] for entry in words()["sectors"].values()])
    names = np.asarray([entry.name for entry in cases()])
    columns = {
        "person": pa.array(keys),
        "case": pa.array(case).cast(pa.int8()),
        "nik": pa.array(found.nik).cast(pa.string()),
        "sex": pa.array(["L", "P"]).take(pa.array(found.sex)),
        "birth_date": pa.array(found.birth.astype("datetime64[D]")),
        "full_name": draw_names(dice, "name", keys, found.sex),
        "mother_name": draw_names(dice, "mother", keys, np.ones(len(keys), dtype=np.int64)),
        "birth_place": pick(dice, "birth place", keys, words()["birth_places"]),
        "kk": _kk(dice, keys),
        "phone": pc.binary_join_element_wise(
            "0800", "0000", digits(dice.below("phone", keys, 10_000), 4), "-"
        ),
        "desil": pa.array(_desil(dice, keys, names[case] == "better_off")).cast(pa.string()),
        "job": draw_jobs(dice, keys, sector),
        "income": pa.array(600_000 + 50_000 * dice.below("income", keys, 40)).cast(pa.string()),
        "joined_date": pa.array(np.datetime64("2023-06-01") + dice.below("joined", keys, 870)),
        **draw_homes(dice, keys, names[case] == "lives_elsewhere"),
        **_stands(dice, keys, case, sector),
    }
    return pa.table(columns)


def _stands(dice: Dice, keys: Keys, case: Indices, sector: Indices) -> dict[str, pa.Array]:
    stand = weigh(dice.spread("stand", 2, keys), [share for _, _, share in _STANDS])
    only_registry = np.asarray([entry.registry for entry in cases()])[case]
    two_names = np.asarray([entry.name == "two_names" for entry in cases()])[case]
    in_registry = np.asarray([registry for registry, _, _ in _STANDS])[stand] | only_registry
    lists = np.where(two_names, 1, np.asarray([count for _, count, _ in _STANDS])[stand])
    codes = pa.array(sector_codes())
    other = (sector + 1 + dice.below("other sector", keys, len(codes) - 1)) % len(codes)
    return {
        "sector": codes.take(pa.array(sector)),
        "in_registry": pa.array(in_registry),
        "first": codes.take(pa.array(sector, mask=lists < 1)),
        "second": codes.take(pa.array(other, mask=lists < 2)),
    }


def _kk(dice: Dice, keys: Keys) -> pa.Array:
    family = keys // 2
    prefix = np.asarray(city_prefixes())[dice.below("kk place", family, len(city_prefixes()))]
    recorded = dice.below("kk day", family, 28) + 1
    dated = (
        recorded * 10_000
        + (dice.below("kk month", family, 12) + 1) * 100
        + 5
        + dice.below("kk year", family, 20)
    )
    return pa.array(
        (prefix * 1_000_000 + dated) * 10_000 + 9000 + dice.below("kk serial", family, 1000)
    ).cast(pa.string())


def _desil(dice: Dice, keys: Keys, is_better_off: NDArray[np.bool_]) -> Indices:
    poor = 1 + weigh(dice.share("desil", keys), [12, 18, 25, 25, 20])
    return np.where(is_better_off, 6 + dice.below("desil above", keys, 5), poor)
