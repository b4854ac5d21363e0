"""Six counters of rows that say again what another row said."""

import datetime as dt
from itertools import product

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sigap.engine import connect
from sigap.quality.duplicates import (
    NEARNESS,
    SCOPES,
    TWIN_COLUMNS,
    Listed,
    count_duplicates,
    count_repeats,
    find_repeats,
)

SCHEMA = pa.schema(
    [(name, pa.date32() if name == "birth_date" else pa.string()) for name in TWIN_COLUMNS],
)
NIK, OTHER_NIK = "3275011708800001", "3275011708800002"
BORN, ANOTHER_DAY = dt.date(1980, 8, 17), dt.date(1980, 8, 18)


def person(**changes: object) -> dict[str, object]:
    row = {
        "nik": NIK,
        "nik_state": "valid",
        "full_name": "Budi Contoh",
        "birth_date": BORN,
        "kelurahan_code": "32.75.02.1002",
        "kecamatan_code": "32.75.02",
    } | changes
    return {"nik_digits": row["nik"]} | row


def without_nik(**changes: object) -> dict[str, object]:
    return person(nik=None, nik_state="missing", nik_digits=None, **changes)


def damaged(digits: str, **changes: object) -> dict[str, object]:
    return person(nik=None, nik_state="damaged", nik_digits=digits, **changes)


def table(rows: list[dict[str, object]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def repeats(*rows: dict[str, object]) -> dict[int, str]:
    """The place of each row that has a twin before it, with how near it is."""
    typed = table(list(rows)).append_column("position", pa.array(range(len(rows)), pa.int64()))
    with connect() as connection:
        connection.register("typed", typed)
        found = find_repeats(connection, "typed")
    return dict(zip(found["position"].to_pylist(), found["nearness"].to_pylist(), strict=True))


def counted(*deliveries: tuple[str, list[dict[str, object]]]) -> dict[tuple[str, str, str], int]:
    """The counters that are not zero."""
    found = count_duplicates([Listed(source, table(rows)) for source, rows in deliveries])
    return {key: rows for key, rows in found.items() if rows}


@pytest.mark.parametrize(
    ("later", "nearness"),
    [
        (person(), "exact"),
        (person(full_name="BUDI  CONTOH"), "exact"),
        (person(full_name="Búdi Cont'oh", kelurahan_code=None), "exact"),
        (person(full_name="Budi Lain"), "near"),
        (person(birth_date=ANOTHER_DAY), "near"),
        (person(birth_date=None), "near"),
        (person(full_name=None), "near"),
        (person(nik=OTHER_NIK), "near"),
        (without_nik(), "near"),
        (damaged(NIK[:15]), "near"),
        (damaged(NIK, birth_date=None), "near"),
        (damaged(NIK[:12], birth_date=None, kelurahan_code=None, kecamatan_code=None), "near"),
        (damaged(NIK[:11], birth_date=None), None),  # too few digits are left to tell namesakes apart
        (damaged("327501170880123", birth_date=None), None),
        (damaged(NIK[:15], full_name="Budi Lain"), None),
        (without_nik(birth_date=None), None),
        (without_nik(birth_date=ANOTHER_DAY), None),
        (without_nik(kelurahan_code="32.75.02.1001"), None),
        (without_nik(kelurahan_code=None, kecamatan_code=None), None),
        (person(nik=OTHER_NIK, full_name="Budi Lain"), None),
        (person(nik_state="invalid", nik_digits=None, full_name="Budi Lain"), None),
    ],
)
def test_later_row_is_as_near_to_the_first_as_the_rule_says(later, nearness):
    assert repeats(person(), later).get(1) == nearness
    assert repeats(later, person()).get(1) == nearness, "which of the two comes first changes nothing"


def test_first_row_never_repeats_and_every_later_one_counts_once():
    assert repeats(person(), person(), person(full_name="Lain"), without_nik()) == {
        1: "exact",
        2: "near",
        3: "near",
    }


def test_rows_without_a_nik_name_or_date_are_no_twins_of_each_other():
    nobody = without_nik(full_name=None, birth_date=None)
    assert repeats(nobody, nobody) == {}


def test_two_damaged_niks_agree_by_the_digits_that_both_have():
    blank = {"birth_date": None, "kelurahan_code": None, "kecamatan_code": None}
    assert repeats(damaged(NIK[:13], **blank), damaged(NIK[:15], **blank)) == {1: "near"}
    assert repeats(damaged(NIK[:15], **blank), damaged(NIK[:13], **blank)) == {1: "near"}


def test_valid_niks_that_agree_only_with_a_damaged_one_are_not_near_each_other():
    elsewhere = {"kelurahan_code": None, "kecamatan_code": None}
    rows = person(**elsewhere), person(nik=OTHER_NIK, **elsewhere), damaged(NIK[:15], **elsewhere)
    assert repeats(*rows) == {2: "near"}


def test_each_scope_counts_where_the_twin_stands():
    assert counted(
        ("dtks", [person()]),
        ("becak", [person(), person()]),
        ("becak", [person(full_name="Lain")]),
        ("pasar", [person(nik=OTHER_NIK)]),
    ) == {
        ("becak", "file", "exact"): 1,
        ("becak", "source", "near"): 1,
        ("becak", "across", "exact"): 2,
        ("becak", "across", "near"): 1,
        ("pasar", "across", "near"): 1,
    }


def test_a_month_without_deliveries_has_no_counters_and_an_empty_list_has_zeros():
    assert count_duplicates([]) == {}
    assert set(count_duplicates([Listed("becak", table([]))]).values()) == {0}


NIKS = [f"327501170880{serial:04d}" for serial in (1, 2, 3)]
ROWS = st.builds(
    person,
    nik=st.sampled_from(NIKS),
    full_name=st.sampled_from(["Budi Contoh", "budi contoh", "Ani Contoh", None]),
    birth_date=st.sampled_from([BORN, ANOTHER_DAY, None]),
    kelurahan_code=st.sampled_from(["32.75.02.1001", None]),
    kecamatan_code=st.sampled_from(["32.75.02", None]),
) | st.builds(
    damaged,
    st.sampled_from([nik[:kept] for nik, kept in product(NIKS, (11, 12, 15, 16))]),
    full_name=st.sampled_from(["Budi Contoh", "Ani Contoh"]),
    birth_date=st.sampled_from([BORN, None]),
)
MONTHS = st.lists(
    st.tuples(st.sampled_from(["becak", "dtks", "pasar"]), st.lists(ROWS, max_size=6)), max_size=5
).map(lambda month: sorted(month, key=lambda delivery: delivery[0]))


def pairwise(month: list[tuple[str, list[dict[str, object]]]]) -> dict[tuple[str, str, str], int]:
    """The same counters the long way: every row beside every row before it."""
    places = [
        (source, delivery, line, row)
        for delivery, (source, rows) in enumerate(month)
        for line, row in enumerate(rows)
    ]
    found: dict[tuple[str, str, str], int] = {}
    for source, delivery, line, row in places:
        for scope in SCOPES:
            twins = [
                nearness
                for its_source, its_delivery, its_line, its_row in places
                if _is_before(scope, (its_source, its_delivery, its_line), (source, delivery, line))
                and (nearness := _nearness(its_row, row))
            ]
            if twins:
                key = (source, scope, "exact" if "exact" in twins else "near")
                found[key] = found.get(key, 0) + 1
    return found


def _is_before(scope: str, one: tuple[str, int, int], other: tuple[str, int, int]) -> bool:
    if scope == "file":
        return one[1] == other[1] and one[2] < other[2]
    if scope == "source":
        return one[0] == other[0] and one[1] < other[1]
    return one[0] < other[0]


def _nearness(one: dict[str, object], other: dict[str, object]) -> str | None:
    names = [str(row["full_name"] or "").upper().replace(" ", "") for row in (one, other)]
    same_name, same_day = names[0] == names[1], one["birth_date"] == other["birth_date"]
    if one["nik"] and one["nik"] == other["nik"]:
        return "exact" if same_name and same_day else "near"
    if not names[0] or not same_name:
        return None
    where = [row["kelurahan_code"] or row["kecamatan_code"] for row in (one, other)]
    if one["birth_date"] and same_day and where[0] and where[0] == where[1]:
        return "near"
    if one["nik"] and other["nik"]:
        return None
    kept = min(len(str(row["nik_digits"])) for row in (one, other))
    if kept >= 12 and str(one["nik_digits"])[:kept] == str(other["nik_digits"])[:kept]:
        return "near"
    return None


@given(MONTHS)
@settings(max_examples=40)
def test_counters_are_those_of_comparing_every_pair_of_rows(month):
    assert counted(*month) == pairwise(month)


@given(MONTHS, st.randoms())
@settings(max_examples=40)
def test_counters_never_exceed_the_rows_and_do_not_depend_on_how_the_rows_are_handed_in(month, chance):
    counts = count_duplicates([Listed(source, table(rows)) for source, rows in month])
    for source in {source for source, _ in month}:
        rows = sum(len(rows) for its_source, rows in month if its_source == source)
        for scope in SCOPES:
            assert sum(counts[source, scope, nearness] for nearness in NEARNESS) <= rows
    exact = {key: rows for key, rows in counts.items() if key[2] == "exact"}
    mixed = [(source, chance.sample(rows, len(rows))) for source, rows in month]
    other = count_duplicates([Listed(source, table(rows)) for source, rows in mixed])
    assert {key: rows for key, rows in other.items() if key[2] == "exact"} == exact
    across = {key: rows for key, rows in counts.items() if key[1] != "file"}
    assert {key: rows for key, rows in other.items() if key[1] != "file"} == across


@given(st.lists(ROWS, max_size=8))
@settings(max_examples=40)
def test_counters_within_the_file_are_what_its_own_check_found(rows):
    found = repeats(*rows)
    counts = count_duplicates([Listed("becak", table(rows))]) or {
        ("becak", "file", nearness): 0 for nearness in NEARNESS
    }
    file = {nearness: counts["becak", "file", nearness] for nearness in NEARNESS}
    assert file == count_repeats(pa.table({"nearness": pa.array(found.values(), pa.string())}))
