"""The rows of the two tables: what a list says of a person, right or wrong."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sigap.domain.datasets import RECORDS
from sigap.synth.labelled.dates import birth_dates
from sigap.synth.labelled.entries import Entries, entries_of
from sigap.synth.labelled.numbers import niks
from sigap.synth.labelled.people import Population
from sigap.synth.labelled.profiles import cumulated
from sigap.synth.labelled.roster import ASSOCIATION, MEMBER, SECOND_ASSOCIATION, Rows
from sigap.synth.labelled.spelling import full_names, mother_names
from sigap.synth.places import digits, sector_codes, words

TRUTH = pa.schema([pa.field("record", pa.int64()), pa.field("person", pa.int64())])
_SOURCES = ("dtks", "memberships")  # beside the associations: the codes of the catalog
_PHONE_FORMS = (("0800", ""), ("+62 800-", "-"), ("62800", ""), ("0800-", " "))  # start, middle


def draw_rows(people: Population, rows: Rows, first: int) -> tuple[pa.Table, pa.Table]:
    """Some rows as RECORDS, and their truth; `first` is the record number of the first."""
    entries, record = entries_of(people, rows), pa.array(np.arange(first, first + len(rows)))
    nik, nik_digits = niks(entries)
    kelurahan, kecamatan = _places(entries)
    columns = {
        "record": record,
        "source": _sources(entries),
        "nik": nik,
        "nik_digits": nik_digits,
        "full_name": full_names(entries),
        "birth_date": birth_dates(entries),
        "sex": _sexes(entries),
        "kk": _cards(entries),
        "mother_name": mother_names(entries),
        "kelurahan_code": kelurahan,
        "kecamatan_code": kecamatan,
        "phone": _phones(entries),
    }
    truth = pa.table({"record": record, "person": pa.array(rows.person)}, schema=TRUTH)
    return pa.table(columns, schema=RECORDS), truth


def _sources(entries: Entries) -> pa.Array:
    """Who sent the row. The second association of a person is another one."""
    codes, dice, person, which = sector_codes(), entries.dice, entries.person, entries.which
    limits = cumulated([sector["weight"] for sector in words()["sectors"].values()])
    first = np.searchsorted(limits, dice.share("sector", person), side="right")
    other = (first + 1 + dice.below("other sector", person, len(codes) - 1)) % len(codes)
    sector = len(_SOURCES) + np.where(which == SECOND_ASSOCIATION, other, first)
    position = np.select([which < ASSOCIATION, which >= MEMBER], [0 * sector, 0 * sector + 1], sector)
    return pa.array([*_SOURCES, *codes]).take(pa.array(position))


def _sexes(entries: Entries) -> pa.Array:
    sex = entries.people.sex(entries.person) ^ entries.happens("sex", "wrong")
    return pa.array(["L", "P"]).take(pa.array(sex, mask=entries.happens("sex", "missing")))


def _cards(entries: Entries) -> pa.Array:
    """The KK, or the one of before the household moved or split."""
    people, person = entries.people, entries.person
    kk = np.where(entries.happens("kk", "changed"), people.old_cards(person), people.cards(person))
    return pc.cast(pa.array(kk, mask=~entries.happens("kk", "present")), pa.string())


def _places(entries: Entries) -> tuple[pa.Array, pa.Array]:
    """Kelurahan and kecamatan; of some only the kecamatan is known."""
    land, keys = entries.people.land, entries.keys
    elsewhere = entries.dice.below("moved to", keys, len(land.kelurahan))
    home = np.where(entries.happens("place", "moved"), elsewhere, entries.people.homes(entries.person))
    missing = entries.happens("place", "missing")
    half = entries.dice.share("kecamatan", keys) < entries.profile.tree["missing_kelurahan_only"]
    return (
        land.kelurahan.take(pa.array(home, mask=missing)),
        land.kecamatan.take(pa.array(home, mask=missing & ~half)),
    )


def _phones(entries: Entries) -> pa.Array:
    """Numbers as people type them."""
    old = entries.dice.below("old phone", entries.keys, 10**9)
    number = digits(
        np.where(entries.happens("phone", "changed"), old, entries.people.phones(entries.person)), 9
    )
    form = entries.dice.below("phone form", entries.keys, len(_PHONE_FORMS))
    start, middle = (pa.array(texts).take(pa.array(form)) for texts in zip(*_PHONE_FORMS, strict=True))
    begin, end = (pc.utf8_slice_codeunits(number, *ends) for ends in ((0, 4), (4, 9)))
    typed = pc.binary_join_element_wise(start, begin, middle, end, "")
    return pc.if_else(pa.array(entries.happens("phone", "present")), typed, pa.scalar(None, pa.string()))
