"""What two spellings, dates or numbers are to each other: the level of the newest model, case by case."""

import datetime as dt
from typing import Any

import pyarrow as pa
import pytest

from sigap.domain.datasets import RECORDS
from sigap.engine import connect
from sigap.identity.model import load_model
from sigap.identity.normalise import standardise
from sigap.identity.terms import Terms

MODEL = load_model()
BORN, NIK = dt.date(1985, 4, 16), "3275045604850001"
PERSON = {"full_name": "KOMARIAH LESTARI", "birth_date": BORN, "mother_name": "SUMIYATI HANDAYANI"}


def name(one: str, other: str) -> tuple[dict[str, Any], dict[str, Any]]:
    return {"full_name": one}, {"full_name": other}


def born(other: dt.date) -> tuple[dict[str, Any], dict[str, Any]]:
    return {}, {"birth_date": other}


def nik(digits: dict[str, Any], other: str = NIK, **more: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    return digits | more, {"nik": other}


CASES: dict[str, tuple[str, int, tuple[dict[str, Any], dict[str, Any]]]] = {
    "the same name": ("name", 9, name("KOMARIAH LESTARI", "KOMARIAH LESTARI")),
    "another order": ("name", 8, name("KOMARIAH LESTARI", "LESTARI KOMARIAH")),
    "two words of three, the third a letter off": (
        "name", 7, name("DEWI KOMARIAH LESTARI", "DEWI KOMARIEH LESTARI")),
    "the last word cut off": ("name", 7, name("DEWI KOMARIAH LESTARI", "DEWI KOMARIAH LES")),
    "the middle word left out": ("name", 6, name("DEWI KOMARIAH LESTARI", "DEWI LESTARI")),
    "one word, which the other holds": ("name", 5, name("KOMARIAH", "KOMARIAH LESTARI")),
    "one letter": ("name", 4, name("KOMARIAH LESTARI", "KOMARIAH LASTARI")),
    "a blank": ("name", 4, name("KOMARIAHLESTARI", "KOMARIAH LESTARI")),
    "an initial": ("name", 3, name("KOMARIAH L", "KOMARIAH LESTARI")),
    "two letters in two words": ("name", 2, name("KUMARIAH LASTARI", "KOMARIAH LESTARI")),
    "one word of two": ("name", 1, name("KOMARIAH HIDAYATI", "KOMARIAH LESTARI")),
    "another name": ("name", 0, name("BAMBANG GUNAWAN", "KOMARIAH LESTARI")),
    "a day and a month swapped": (
        "birth_date", 4, ({"birth_date": dt.date(1985, 4, 6)}, {"birth_date": dt.date(1985, 6, 4)})),
    "a day of ten more": ("birth_date", 3, born(dt.date(1985, 4, 26))),
    "a year of three less": ("birth_date", 3, born(dt.date(1982, 4, 16))),
    "1 January of the year": ("birth_date", 2, born(dt.date(1985, 1, 1))),
    "a month of six more": ("birth_date", 1, born(dt.date(1985, 10, 16))),
    "a day and a month more": ("birth_date", 0, born(dt.date(1985, 5, 17))),
    "a digit wrong in the kecamatan": ("nik", 5, nik({"nik": "3275014506850001"}, "3275044506850001")),
    "a digit wrong in the serial": ("nik", 4, nik({"nik": "3275044506850002"}, "3275044506850001")),
    "the last digit lost, born the same day": ("nik", 3, nik({"nik_digits": NIK[:15]})),
    "a digit left out, and no birth date": (
        "nik", 2, nik({"nik_digits": NIK[:5] + NIK[6:]}, birth_date=None)),
    "the last digit lost, and born on another day": (
        "nik", 2, nik({"nik_digits": NIK[:15]}, birth_date=dt.date(1990, 1, 2))),
    "the last digit lost and another wrong": ("nik", 1, nik({"nik_digits": NIK[:9] + "9" + NIK[10:15]})),
    "another number": ("nik", 0, nik({"nik": "3275011203770004"})),
    "a mother's name cut off": (
        "mother", 1, ({"mother_name": "SUMIYATI HANDAYANI"}, {"mother_name": "SUMIYATI"})),
    "another mother": ("mother", 0, ({"mother_name": "SUMIYATI HANDAYANI"}, {"mother_name": "ROHAETI"})),
}  # fmt: skip


@pytest.fixture(scope="module")
def found() -> dict[str, int]:
    """The level of each case, all standardised and compared at once."""
    with connect() as connection:
        for place, side in enumerate(("left", "right")):
            rows = [
                PERSON | {"record": n, "source": "becak"} | case[2][place]
                for n, case in enumerate(CASES.values())
            ]
            connection.register(f"{side}_rows", pa.Table.from_pylist(rows, RECORDS))
            standardise(connection, f"{side}_rows", f"{side}_standard", Terms.none())
        pairs = "left_standard AS l JOIN right_standard AS r USING (record)"
        told = {
            each.name: dict(connection.sql(f"SELECT l.record, {each.level_sql()} FROM {pairs}").fetchall())
            for each in MODEL.comparisons
        }
    return {case: told[CASES[case][0]][n] for n, case in enumerate(CASES)}


@pytest.mark.parametrize("case", CASES)
def test_two_values_stand_at_the_level_that_their_likeness_deserves(case: str, found: dict[str, int]) -> None:
    assert found[case] == CASES[case][1]


def test_every_level_of_names_dates_and_damaged_niks_has_a_case() -> None:
    told = {(comparison, level) for comparison, level, _ in CASES.values()}
    levels = {(each.name, level.number) for each in MODEL.comparisons for level in each.levels}
    certain = {("nik", 6), ("birth_date", 5), ("mother", 2)}  # the same value
    wanted = {(name, n) for name, n in levels if name in ("nik", "name", "birth_date", "mother") and n >= 0}
    assert wanted - certain == told
