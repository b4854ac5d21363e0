"""One person per NIK, told by small lists."""

import datetime as dt
import random
from typing import Any

import pyarrow as pa
import pytest

from sigap.domain.datasets import PAIRS, PERSON_MEMBERSHIPS, PERSON_ROWS, PERSONS
from sigap.errors import IdentityError
from sigap.identity.people import MEMBERS, WORKERS, Links, link_people, number_people

NIK = "3275014101860001"
HOME = {
    "address": "JL A",
    "kelurahan_code": "32.75.01.1001",
    "kecamatan_code": "32.75.01",
    "regency_code": "32.75",
}


def worker(**given: Any) -> dict[str, Any]:
    return {
        "delivery_id": "d1", "sheet": "s", "row": 1, "source": "dtks", "nik": NIK, "full_name": "RINA WATI",
        "birth_date": dt.date(1986, 1, 1), "is_inactive": False, "is_deceased": False,
    } | given  # fmt: skip


def member(**given: Any) -> dict[str, Any]:
    return {
        "delivery_id": "m1",
        "sheet": "s",
        "row": 9,
        "nik": NIK,
        "full_name": "RINA WATI",
        "segment": "PU",
    } | given


def link(workers: list[dict[str, Any]], members: list[dict[str, Any]] | None = None) -> Links:
    return link_people(pa.Table.from_pylist(workers, WORKERS), pa.Table.from_pylist(members or [], MEMBERS))


def only(links: Links) -> dict[str, Any]:
    (person,) = links.persons.to_pylist()
    return dict(person)


def test_two_lists_make_one_person_and_keep_both_rows() -> None:
    links = link([worker(), worker(source="becak", delivery_id="d2", sector="becak")])
    assert only(links)["sources"] == "becak,dtks"
    assert only(links)["listed_rows"] == 2
    assert {row["delivery_id"] for row in links.rows.to_pylist()} == {"d1", "d2"}
    counted = {name: links.counts[name] for name in ("persons", "listed_rows", "conflicts", "memberships")}
    assert counted == {"persons": 1, "listed_rows": 2, "conflicts": 0, "memberships": 0}


def test_the_registry_leads_though_another_row_is_more_complete() -> None:
    fuller = worker(
        source="becak", delivery_id="a", full_name="RINA WATY", sex="P", kk="1", desil=3, job="BECAK", **HOME
    )
    person = only(link([fuller, worker(row=4)]))
    assert (person["full_name"], person["delivery_id"], person["row"]) == ("RINA WATI", "d1", 4)


def test_the_most_complete_row_leads_among_associations_then_the_first() -> None:
    bare = worker(source="pkl", delivery_id="a", full_name="RINA WATEE")
    full = worker(source="becak", delivery_id="b", sex="P")
    assert only(link([bare, full]))["delivery_id"] == "b"
    assert only(link([bare, worker(source="becak", delivery_id="b")]))["delivery_id"] == "a"


def test_a_value_the_leading_row_lacks_comes_from_the_next_and_an_address_stays_whole() -> None:
    leading = worker(birth_date=None, address="TANPA KELURAHAN")
    person = only(link([leading, worker(source="pkl", delivery_id="d2", desil=4, **HOME)]))
    assert person["birth_date"] == dt.date(1986, 1, 1)
    assert person["desil"] == 4
    assert {name: person[name] for name in HOME} == HOME


def test_death_and_inactivity_count_from_any_row() -> None:
    person = only(
        link([worker(), worker(source="pkl", is_deceased=True), worker(source="umkm", is_inactive=True)])
    )
    assert (person["is_deceased"], person["is_inactive"]) == (True, True)


@pytest.mark.parametrize(
    ("rows", "sector"),
    [
        ([{"job": "Pengemudi becak"}], "becak"),
        ([{"job": "Driver Online / Ojol"}], "ojek_daring"),
        ([{"job": "Pedagang sayur keliling"}], "pkl"),
        ([{"job": "Direktur"}], "lainnya"),
        ([{"job": None}], "lainnya"),
        ([{"job": "Nelayan", "sector": "dtks"}], "nelayan"),
        (
            [{"job": "Nelayan"}, {"source": "pkl", "sector": "pkl"}, {"source": "becak", "sector": "becak"}],
            "becak",
        ),
    ],
)
def test_the_sector_is_the_association_s_else_told_by_the_registry_s_occupation(
    rows: list[dict[str, Any]], sector: str
) -> None:
    assert only(link([worker(**row) for row in rows]))["sector"] == sector


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Moh. Ali", "Muhammad Ali"),
        ("M. Ali", "MOCHAMAD  ALI"),
        ("Drs. H. Moh.Ali Ma'ruf, S.Pd., M.M", "MUHAMAD ALI MARUF"),
        ("Siti Aminah", "Siti"),
        ("Suhendar Asep", "Asep Suhendar"),
        ("A. Rahman", "Achmad Rahman"),
        ("A R", "Agus Riyanto"),
        ("Moh Joesoef", "Muhammad Yusuf"),
        ("Sutrisna", "Sutrisno"),
        ("Sri Hartati", "Srihartati"),
        ("Hasan bin Ali", "Hasan"),
        ("José Lay", "Jose Lay"),
        ("Wawan", "Hermawan"),
    ],
)
def test_one_nik_is_one_person_when_names_are_spelled_differently(one: str, other: str) -> None:
    assert only(link([worker(full_name=one), worker(full_name=other, source="pkl")]))["conflict"] is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Budi Santoso", "Rina Wati"),
        ("Muhammad Ali", "Muhammad Yusuf"),
        ("Siti Aminah", "Siti Rohmah"),
        ("H. Budi", "H. Slamet"),
    ],
)
def test_a_nik_is_held_when_its_names_and_birth_dates_clearly_differ(one: str, other: str) -> None:
    stranger = worker(full_name=other, source="pkl", birth_date=dt.date(1971, 9, 23))
    links = link([worker(full_name=one), stranger])
    assert only(links)["conflict"] in ("NIK_NAME_CONFLICT", "LINK_DOUBTFUL")
    assert links.counts["conflicts"] + links.counts["doubtful"] == 1
    assert only(link([worker(full_name=one), worker(full_name=other, source="pkl")]))["conflict"] is None


def test_a_nik_is_held_when_only_the_membership_names_another() -> None:
    stranger = member(full_name="BUDI SANTOSO", birth_date=dt.date(1970, 5, 6))
    links = link([worker()], [stranger])
    assert only(links)["conflict"] == "NIK_NAME_CONFLICT"
    assert links.memberships.num_rows == 0, "a conflict is never a match"
    undated = member(full_name="BUDI SANTOSO")
    assert only(link([worker()], [undated]))["conflict"] == "LINK_DOUBTFUL", "the NIK cannot confirm itself"
    assert only(link([worker()], [member(birth_date=dt.date(1970, 5, 6))]))["conflict"] is None
    assert (
        only(link([worker()], [member(nik="3275014101860002", full_name="BUDI SANTOSO")]))["conflict"] is None
    )


@pytest.mark.parametrize(
    ("other", "conflict"),
    [
        (dt.date(1986, 4, 7), None),
        (dt.date(1986, 7, 4), "LINK_DOUBTFUL"),  # day and month swapped
        (dt.date(1986, 4, 8), "LINK_DOUBTFUL"),  # the day alone
        (dt.date(1987, 4, 7), "LINK_DOUBTFUL"),  # the year alone
        (dt.date(1987, 9, 8), "NIK_NAME_CONFLICT"),
    ],
)
def test_birth_dates_under_another_name_clearly_differ_beyond_a_slip_of_typing(
    other: dt.date, conflict: str | None
) -> None:
    stranger = worker(birth_date=other, source="pkl", full_name="BUDI SANTOSO")
    assert only(link([worker(birth_date=dt.date(1986, 4, 7)), stranger]))["conflict"] == conflict


def test_an_officer_s_different_about_two_rows_of_one_nik_leaves_the_nik_in_conflict() -> None:
    rows = [worker(), worker(full_name="RINA SARI", source="pkl", birth_date=dt.date(1971, 9, 23))]
    doubtful = link(rows)
    assert only(doubtful)["conflict"] == "LINK_DOUBTFUL"
    key = next(pair["fact_key"] for pair in doubtful.pairs.to_pylist() if pair["decision"] == "review")
    for verdict, conflict in (("different", "NIK_NAME_CONFLICT"), ("same", None)):
        verdicts = pa.table({"fact_key": [key], "verdict": [verdict]})
        settled = link_people(pa.Table.from_pylist(rows, WORKERS), MEMBERS.empty_table(), verdicts=verdicts)
        assert only(settled)["conflict"] == conflict


def test_two_rows_without_a_nik_are_compared_and_are_nobody_alone() -> None:
    nameless = {"nik": None, "phone": "081234567890", **HOME}
    links = link([worker(**nameless), worker(**nameless, source="pkl", delivery_id="d2")])
    assert links.persons.num_rows == 0
    assert links.counts["nobodys_rows"] == 2
    assert links.counts["rows_same"] == 1


def test_a_common_name_and_birth_date_are_settled_by_what_else_the_extract_says() -> None:
    day, told = dt.date(1975, 1, 1), {"mother_name": "Karsih", "sex": "P", "phone": "0812-9000-4455"}
    places = {name: HOME[name] for name in ("kelurahan_code", "kecamatan_code")}
    common = {"full_name": "SITI AMINAH", "birth_date": day}
    rows = [worker(), worker(**common, **told, **HOME, nik=None, source="becak", row=2)]
    bare = member(**common, nik="3275024101750003")
    fuller = bare | places | told | {"phone": "6281290004455"}
    assert decided(link(rows, [bare])) == {"membership_review": 1}
    assert decided(link(rows, [fuller])) == {"membership_same": 1}
    elsewhere = {"kelurahan_code": "32.75.04.1001", "kecamatan_code": "32.75.04"}
    stranger = fuller | elsewhere | {"mother_name": "Suminten", "sex": "L", "phone": "081311112222"}
    assert decided(link(rows, [stranger])) == {}


def test_a_membership_without_a_nik_is_a_person_s_when_the_rest_of_it_agrees() -> None:
    common = {"full_name": "SITI AMINAH", "birth_date": dt.date(1975, 1, 1)}
    told = {"mother_name": "Karsih", "sex": "P", "kk": "3275010101750009"}
    rows, bare = [worker(**common, **told, **HOME)], member(**common, nik=None)
    assert only(link(rows, [bare]))["conflict"] == "LINK_DOUBTFUL"
    known = link(rows, [bare | told | {name: HOME[name] for name in ("kelurahan_code", "kecamatan_code")}])
    assert only(known)["conflict"] is None
    assert known.memberships["row"].to_pylist() == [9]


def decided(links: Links) -> dict[str, int]:
    """How many pairs of a row and a membership were called same, or wait for a person."""
    return {
        name: links.counts[name] for name in ("membership_same", "membership_review") if name in links.counts
    }


def test_the_order_of_rows_received_does_not_matter() -> None:
    rows = [
        worker(
            nik=f"32750141018600{i % 7:02d}",
            row=i,
            source=["dtks", "pkl", "umkm"][i % 3],
            desil=i % 5 or None,
        )
        for i in range(1, 60)
    ]
    first = link(rows)
    random.Random(1).shuffle(rows)  # noqa: S311
    again = link(rows)
    assert first.persons.num_rows == 7
    assert first.persons == again.persons


def numbers(*given: tuple[int, int]) -> pa.Table:
    columns = {"entity": [entity for entity, _ in given], "person_id": [number for _, number in given]}
    return pa.table({name: pa.array(values, pa.int64()) for name, values in columns.items()})


def test_numbers_replace_the_entities_and_unknown_memberships_are_dropped() -> None:
    links = link([worker()], [member(), member(nik="3275014101860002", row=10, full_name="BUDI SANTOSO")])
    assert links.counts["memberships"] == 1
    numbered = number_people(links, numbers((1, 7)))
    assert numbered.persons.schema == PERSONS
    assert numbered.rows.schema == PERSON_ROWS
    assert numbered.memberships.schema == PERSON_MEMBERSHIPS
    assert numbered.pairs.schema == PAIRS
    assert numbered.memberships["row"].to_pylist() == [9]
    assert {*numbered.persons["person_id"].to_pylist(), *numbered.rows["person_id"].to_pylist()} == {7}


def test_a_person_without_a_number_is_refused() -> None:
    with pytest.raises(IdentityError, match="Run link again"):
        number_people(link([worker()]), numbers())
