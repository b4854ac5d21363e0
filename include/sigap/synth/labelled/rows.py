"""The rows of the two tables: what a list says of a person, right or wrong."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sigap.domain.datasets import RECORDS
from sigap.synth.draw import Dice, Indices, Keys
from sigap.synth.labelled.names import CUT_AT, alter, as_written, write
from sigap.synth.labelled.numbers import spoil
from sigap.synth.labelled.people import Population
from sigap.synth.labelled.profiles import KINDS
from sigap.synth.labelled.roster import ASSOCIATION, MEMBER, SECOND_ASSOCIATION, Rows
from sigap.synth.places import sector_codes, words

_KIND = np.asarray([0, 1, 1, 2, 2])  # registry, association or members, by which row it is
_REGISTRY_SOURCE, _MEMBER_SOURCE = "dtks", "memberships"
_DAY = np.timedelta64(1, "D")
_SWAPPABLE = 0.361  # of days: at most the 12th, and not that of the month


def draw_rows(people: Population, rows: Rows, first: int) -> pa.Table:
    """Some rows with the columns of RECORDS; `first` is the record number of the first."""
    dice, keys, person = people.dice, rows.keys, rows.person
    kind = _KIND[rows.which]
    nik, nik_digits = spoil(dice, people.profile, keys, kind, people.numbers(person))
    kelurahan, kecamatan = _places(people, keys, person, kind)
    columns = {
        "record": pa.array(np.arange(first, first + len(rows))),
        "source": _sources(dice, person, rows.which),
        "nik": nik,
        "nik_digits": nik_digits,
        "full_name": _names(people, keys, person, kind),
        "birth_date": _births(people, keys, person, kind),
        "sex": _sexes(people, keys, person, kind),
        "kk": _cards(people, keys, person, kind),
        "mother_name": _mothers(people, keys, person, kind),
        "kelurahan_code": kelurahan,
        "kecamatan_code": kecamatan,
        "phone": _phones(people, keys, person, kind),
    }
    return pa.table(columns, schema=RECORDS)


def truth_of(rows: Rows, first: int) -> pa.Table:
    """Whose rows they are."""
    return pa.table(
        {"record": pa.array(np.arange(first, first + len(rows))), "person": pa.array(rows.person)}
    )


def _sources(dice: Dice, person: Keys, which: NDArray[np.int8]) -> pa.Array:
    weights = np.asarray([sector["weight"] for sector in words()["sectors"].values()], dtype=np.float64)
    limits = np.cumsum(weights) / weights.sum()
    sector = np.searchsorted(limits, dice.share("sector", person), side="right")
    other = (sector + 1 + dice.below("other sector", person, len(weights) - 1)) % len(weights)
    sector = np.where(which == SECOND_ASSOCIATION, other, sector)
    names = pa.array([_REGISTRY_SOURCE, _MEMBER_SOURCE, *sector_codes()])
    return names.take(pa.array(np.where(which < ASSOCIATION, 0, np.where(which >= MEMBER, 1, 2 + sector))))


def _names(people: Population, keys: Keys, person: Keys, kind: Indices) -> pa.Array:
    dice, profile = people.dice, people.profile
    written, sex = as_written(people.names(person)), people.sex(person)
    cut, joined = np.zeros(len(keys), dtype=bool), np.zeros(len(keys), dtype=bool)
    altered = dice.share("name altered", keys) < profile.of(kind, "name", "altered")
    again = altered & (dice.share("name again", keys) < profile.of(kind, "name", "again"))
    for number, chosen in enumerate((altered, again)):
        for code, name in enumerate(KINDS):
            rows = np.flatnonzero(chosen & (kind == code))
            some = written[rows]
            cuts, joins = alter(
                dice, f"name {number}", keys[rows], some, sex[rows], profile.tree["ways"][name]
            )
            written[rows], cut[rows], joined[rows] = some, cut[rows] | cuts, joined[rows] | joins
    return _shortened(write(written, _letters(people, keys, kind)), cut, joined)


def _letters(people: Population, keys: Keys, kind: Indices) -> Indices:
    share = people.dice.share("letters", keys)
    upper = people.profile.of(kind, "letters", "upper")
    title = upper + people.profile.of(kind, "letters", "title")
    return (share >= upper).astype(np.int64) + (share >= title).astype(np.int64)


def _shortened(names: pa.Array, cut: NDArray[np.bool_], joined: NDArray[np.bool_]) -> pa.Array:
    names = _where(cut, names, lambda some: pc.utf8_rtrim(pc.utf8_slice_codeunits(some, 0, CUT_AT), " "))
    return _where(joined, names, lambda some: pc.replace_substring(some, " ", "", max_replacements=1))


def _where(chosen: NDArray[np.bool_], names: pa.Array, change: Callable[[pa.Array], pa.Array]) -> pa.Array:
    return pc.replace_with_mask(names, pa.array(chosen), change(names.filter(pa.array(chosen))))


def _mothers(people: Population, keys: Keys, person: Keys, kind: Indices) -> pa.Array:
    dice, profile = people.dice, people.profile
    present = np.flatnonzero(dice.share("mother", keys) < profile.of(kind, "mother", "present"))
    written = as_written(people.mothers(person[present]))
    cut, joined = np.zeros(len(present), dtype=bool), np.zeros(len(present), dtype=bool)
    share = profile.of(kind[present], "mother", "altered")
    rows = np.flatnonzero(dice.share("mother altered", keys[present]) < share)
    some, women = written[rows], np.ones(len(rows), dtype=np.int64)
    cut[rows], joined[rows] = alter(
        dice, "mother", keys[present][rows], some, women, profile.tree["ways"]["mother"]
    )
    written[rows] = some
    names = _shortened(write(written, _letters(people, keys[present], kind[present])), cut, joined)
    place = np.zeros(len(keys), dtype=np.int64)
    place[present] = np.arange(len(present))
    return names.take(pa.array(place, mask=~np.isin(np.arange(len(keys)), present)))


def _births(people: Population, keys: Keys, person: Keys, kind: Indices) -> pa.Array:
    """The birth date, maybe with day and month changed places, one part off, as 1 January, or missing."""
    dice, profile = people.dice, people.profile
    birth = people.birth(person)
    year, month, day = _parts(birth)
    share = {
        name: profile.of(kind, "birth_date", name) for name in ("missing", "swapped", "part", "new_year")
    }
    swappable = (day <= 12) & (day != month)
    swapped = swappable & (dice.share("birth swapped", keys) < share["swapped"] / _SWAPPABLE)
    drawn = dice.share("birth flaw", keys)
    new_year = drawn < share["new_year"]
    off = ~new_year & ~swapped & (drawn < share["new_year"] + share["part"])
    birth = np.where(swapped, _date(year, day, month), birth)
    birth = np.where(off, _one_part_off(dice, keys, year, month, day), birth)
    birth = np.where(new_year, _date(year, 1 + 0 * month, 1 + 0 * day), birth)
    missing = dice.share("birth missing", keys) < share["missing"]
    return pa.array(birth.astype("datetime64[D]"), mask=missing)


def _one_part_off(
    dice: Dice, keys: Keys, year: Indices, month: Indices, day: Indices
) -> NDArray[np.datetime64]:
    part = dice.below("birth part", keys, 3)
    step = np.asarray([-10, -3, -2, -1, -1, 1, 1, 2, 3, 10])[dice.below("birth step", keys, 10)]
    other_day = (day - 1 + step) % 28 + 1
    other_month = (month - 1 + step) % 12 + 1
    return np.select(
        [part == 0, part == 1],
        [_date(year, month, other_day), _date(year, other_month, np.minimum(day, 28))],
        _date(year + step, month, np.minimum(day, 28)),
    )


def _parts(birth: NDArray[np.datetime64]) -> tuple[Indices, Indices, Indices]:
    months = birth.astype("datetime64[M]")
    year, month = np.divmod(months.astype(np.int64), 12)
    return year + 1970, month + 1, (birth - months).astype(np.int64) + 1


def _date(year: Indices, month: Indices, day: Indices) -> NDArray[np.datetime64]:
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    return np.asarray(months.astype("datetime64[D]") + (day - 1) * _DAY)


def _sexes(people: Population, keys: Keys, person: Keys, kind: Indices) -> pa.Array:
    dice, profile = people.dice, people.profile
    wrong = dice.share("sex wrong", keys) < profile.of(kind, "sex", "wrong")
    missing = dice.share("sex missing", keys) < profile.of(kind, "sex", "missing")
    return pa.array(["L", "P"]).take(pa.array(people.sex(person) ^ wrong, mask=missing))


def _cards(people: Population, keys: Keys, person: Keys, kind: Indices) -> pa.Array:
    """The KK; an old one differs in the date of recording and the serial."""
    dice, profile = people.dice, people.profile
    changed = dice.share("kk changed", keys) < profile.of(kind, "kk", "changed")
    kk = people.kk(person)
    old = (
        kk // 10**6 * 10**6
        + dice.below("old kk year", keys, 15) * 10**4
        + 9000
        + dice.below("old kk", keys, 1000)
    )
    missing = dice.share("kk", keys) >= profile.of(kind, "kk", "present")
    return pc.cast(pa.array(np.where(changed, old, kk), mask=missing), pa.string())


def _places(people: Population, keys: Keys, person: Keys, kind: Indices) -> tuple[pa.Array, pa.Array]:
    dice, profile, land = people.dice, people.profile, people.land
    moved = dice.share("moved", keys) < profile.of(kind, "place", "moved")
    home = np.where(moved, dice.below("moved to", keys, len(land.kelurahan)), people.homes(person))
    drawn, missing = dice.share("place", keys), profile.of(kind, "place", "missing")
    unknown = drawn < missing * (1 - profile.tree["missing_kelurahan_only"])
    return (
        land.kelurahan.take(pa.array(home, mask=drawn < missing)),
        land.kecamatan.take(pa.array(home, mask=unknown)),
    )


def _phones(people: Population, keys: Keys, person: Keys, kind: Indices) -> pa.Array:
    """Numbers as people type them."""
    dice, profile = people.dice, people.profile
    changed = dice.share("phone changed", keys) < profile.of(kind, "phone", "changed")
    number = np.where(changed, dice.below("old phone", keys, 10**9), people.phones(person))
    digits = pc.utf8_lpad(pc.cast(pa.array(number), pa.string()), 9, "0")
    form = dice.below("phone form", keys, 4)
    start = pa.array(["0800", "+62 800-", "62800", "0800-"]).take(pa.array(form))
    middle = pa.array(["", "-", "", " "]).take(pa.array(form))
    text = pc.binary_join_element_wise(
        start, pc.utf8_slice_codeunits(digits, 0, 4), middle, pc.utf8_slice_codeunits(digits, 4, 9), ""
    )
    missing = dice.share("phone", keys) >= profile.of(kind, "phone", "present")
    return pc.if_else(pa.array(missing), pa.scalar(None, pa.string()), text)
