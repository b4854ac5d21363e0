"""A list that comes again as a whole is told from another list of the same sender."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sigap.sources.resent import COMPARED, Repetition, compare_lists

Row = tuple[str | None, str, str | None, str | None]


def people(*numbers: int, cell: str = "text") -> list[Row]:
    names = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return [
        (f"32750117088{n:05d}", cell, f"Warga {names[n % 26]}{names[n // 26]}", f"{n % 28 + 1}/8/1980")
        for n in numbers
    ]


def stretches(rows: list[Row], size: int = 4) -> list[pa.Table]:
    schema = pa.schema([(name, pa.string()) for name in COMPARED])
    pieces = [rows[start : start + size] for start in range(0, len(rows), size)]
    return [
        pa.Table.from_pylist([dict(zip(COMPARED, row, strict=True)) for row in piece], schema)
        for piece in pieces
    ]


def compare(newer: list[Row], earlier: list[Row]) -> Repetition:
    return compare_lists(stretches(newer), {"first": stretches(earlier)})["first"]


def test_a_corrected_list_is_the_same_list_with_some_rows_new_and_some_gone() -> None:
    found = compare(people(*range(2, 12)), people(*range(10)))
    assert found == Repetition(again=8, added=2, gone=2)
    assert found.is_whole


def test_a_part_of_a_list_does_not_put_the_rest_of_it_out_of_use() -> None:
    assert not compare(people(*range(8)), people(*range(10))).is_whole
    assert compare(people(*range(9)), people(*range(10))).is_whole


def test_a_list_of_another_kecamatan_is_another_list() -> None:
    assert not compare(people(*range(8, 20)), people(*range(10))).is_whole


def test_a_list_is_known_again_when_every_nik_was_typed_anew() -> None:
    damaged = [(nik[:15] + "0", "number", name, day) for nik, _, name, day in people(*range(10))]
    assert compare(people(*range(10)), damaged) == Repetition(again=10, added=0, gone=0)


def test_a_list_is_known_again_when_names_and_dates_are_written_another_way() -> None:
    other = [(nik, cell, name.upper(), "1980-08-01") for nik, cell, name, _ in people(*range(10))]
    assert compare(other, people(*range(10))) == Repetition(again=10, added=0, gone=0)


def test_number_cells_that_share_their_first_digits_are_not_one_person() -> None:
    first = [("3275011708800010", "number", "Ani", "1/1/1980")]
    assert compare([("3275011708800010", "number", "Budi", "2/2/1985")], first).again == 0


def test_rows_without_nik_and_name_do_not_make_lists_alike() -> None:
    empty: list[Row] = [(None, "empty", None, None)]
    assert compare([*people(1, 2), *empty], [*people(3, 4, 5), *empty]) == Repetition(1, 2, 3)


def test_each_earlier_list_is_compared_apart() -> None:
    found = compare_lists(
        stretches(people(*range(10))),
        {"same": stretches(people(*range(9))), "other": stretches(people(*range(20, 30)))},
    )
    assert (found["same"].share, found["other"].share) == (1.0, 0.0)


@settings(max_examples=40)
@given(st.sets(st.integers(0, 600)), st.sets(st.integers(0, 600)))
def test_again_added_and_gone_add_up(newer: set[int], earlier: set[int]) -> None:
    found = compare(people(*newer), people(*earlier))
    assert found.again + found.gone == len(earlier)
    assert found.again == len(newer & earlier)
    assert found.added == len(newer - earlier)


@pytest.mark.parametrize("share", [0.4, 0.5])
def test_half_of_the_earlier_list_is_enough(share: float) -> None:
    kept = round(10 * share)
    assert compare(people(*range(kept), *range(30, 40)), people(*range(10))).is_whole == (share >= 0.5)
