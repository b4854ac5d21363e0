"""Whom the engine joins by itself and about whom it asks: twins, neighbours, families, slips of typing."""

import datetime as dt
from typing import Any

import pyarrow as pa
import pytest

from sigap.domain.datasets import RECORDS
from sigap.identity.measure import run_engine
from sigap.identity.model import load_model

HOME = {"kelurahan_code": "32.75.04.1002", "kecamatan_code": "32.75.04"}
PERSON = {"full_name": "DARWATI NURAINI", "birth_date": dt.date(1965, 8, 9), "sex": "P", **HOME}
NIK = "3275044908659001"
SERIAL, PLACE = "3275044908659003", "3275014908659001"  # one digit apart: in the serial, in the kecamatan
MOTHER = {"mother_name": "SUMIYATI HANDAYANI"}
DAMAGED = {"nik": None, "nik_digits": NIK[:15]}

# What so little speaks for that no pair is kept.
APART: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "no NIK, one phone and family card, name and birth date others: relatives": (
        {"nik": None, "phone": "081234567890", "kk": "3275040101100001"},
        {"nik": NIK, "phone": "081234567890", "kk": "3275040101100001", "full_name": "JOKO PRASETYO",
         "birth_date": dt.date(1991, 2, 3), "sex": "L"}),
    "the last digit of the NIK lost, born the same day, another name, another kelurahan": (
        DAMAGED, {"nik": NIK, "full_name": "YULI PERMATA", "kelurahan_code": "32.75.04.1005"}),
}  # fmt: skip
CASES: dict[str, tuple[dict[str, Any], dict[str, Any], str, str]] = {
    "a NIK that differs in its serial, under the same name": ({"nik": NIK}, {"nik": SERIAL}, "score", "same"),
    "a NIK that differs in its serial, the name spelled almost alike: neighbours or twins": (
        {"nik": NIK}, {"nik": SERIAL, "full_name": "DARWITA NURAENA"}, "near_nik", "review"),
    "a NIK that differs elsewhere, the name spelled almost alike": (
        {"nik": NIK}, {"nik": PLACE, "full_name": "DARWITA NURAENA"}, "score", "same"),
    "a NIK that differs elsewhere, one word of the name shared": (
        {"nik": NIK}, {"nik": PLACE, "full_name": "DARWATI SULASTRI"}, "near_nik", "review"),
    "a NIK that differs in its serial, and a name of one word that the other holds": (
        {"nik": NIK}, {"nik": SERIAL, "full_name": "DARWATI"}, "score", "different"),
    "no NIK, the same mother and birth date, another name: twins": (
        {"nik": None, **MOTHER}, {"nik": NIK, "full_name": "KARTIKA NURAINI", **MOTHER}, "family", "review"),
    "no NIK, the same mother and birth date, the same name": (
        {"nik": None, **MOTHER}, {"nik": NIK, **MOTHER}, "score", "same"),
    "one NIK, a word of the name shared, the day of birth off, and nothing else known": (
        {"nik": NIK, "sex": None, "kelurahan_code": None, "kecamatan_code": None},
        {"nik": NIK, "full_name": "DARWATI SULASTRI", "birth_date": dt.date(1965, 8, 19)},
        "nik_doubt", "review"),
    "one NIK, a word of the name shared, the day of birth off, but mother and kelurahan agree": (
        {"nik": NIK, **MOTHER},
        {"nik": NIK, "full_name": "DARWATI SULASTRI", "birth_date": dt.date(1965, 8, 19), **MOTHER},
        "sure_nik", "same"),
    "the last digit of the NIK lost, born the same day, another name": (
        DAMAGED, {"nik": NIK, "full_name": "KARTIKA NURAINI"}, "damaged_nik", "review"),
    "the last digit of the NIK lost, the same name": (DAMAGED, {"nik": NIK}, "score", "same"),
}  # fmt: skip


def records(rows: list[dict[str, Any]], source: str) -> pa.Table:
    numbered = [PERSON | {"record": n, "source": source} | row for n, row in enumerate(rows, 1)]
    return pa.Table.from_pylist(numbered, RECORDS)


def judged(workers: list[dict[str, Any]], members: list[dict[str, Any]]) -> dict[Any, tuple[str, str]]:
    """Rule and decision of each pair, by kind and both records."""
    pairs = run_engine(load_model())(records(workers, "dtks"), records(members, "memberships")).pairs
    return {
        (pair["kind"], pair["left"], pair["right"]): (pair["rule"], pair["decision"])
        for pair in pairs.to_pylist()
    }


@pytest.mark.parametrize("name", CASES)
def test_a_pair_is_judged_by_what_it_may_be(name: str) -> None:
    worker, member, rule, decision = CASES[name]
    assert judged([worker], [member]).get(("membership", 1, 1)) == (rule, decision)


@pytest.mark.parametrize("name", APART)
def test_two_people_are_not_asked_about(name: str) -> None:
    worker, member = APART[name]
    assert judged([worker], [member]) == {}


def test_a_claim_that_outweighs_all_doubt_stands_beside_another_of_perhaps_the_same_person() -> None:
    pairs = judged([{"nik": NIK, **MOTHER}, {"nik": PLACE, **MOTHER}], [{"nik": NIK, **MOTHER}])
    assert pairs["membership", 1, 1] == ("same_nik", "same")
    assert pairs["rows", 1, 2] == ("other_nik", "review"), "whether they are one is asked about the two rows"
    assert pairs["membership", 2, 1] == ("score", "same")


def test_a_claim_that_does_not_is_asked_about() -> None:
    bare = {"sex": None, "kelurahan_code": None, "kecamatan_code": None}
    other = {"nik": PLACE, "birth_date": dt.date(1965, 8, 19), **bare}
    assert judged([other], [{"nik": NIK}])["membership", 1, 1] == ("score", "same")
    assert judged([{"nik": NIK}, other], [{"nik": NIK}])["membership", 2, 1] == ("claimed", "review")
