"""Lists that are cut: parts never over a limit or two regencies, together the whole."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sigap.errors import ReportingError
from sigap.reporting.lock import new_password
from sigap.reporting.parts import Feed, plan_parts

REGENCIES = st.lists(st.integers(1, 500), min_size=1, max_size=6).map(
    lambda sizes: [(f"32.{place:02d}", people) for place, people in enumerate(sizes)]
)


@given(REGENCIES, st.integers(1, 200))
def test_parts_add_up_and_stay_below_the_limit(regencies: list[tuple[str | None, int]], most: int) -> None:
    parts = plan_parts(regencies, most)

    assert all(1 <= part.people <= most for part in parts)
    assert [part.part for part in parts] == list(range(1, len(parts) + 1))
    assert {part.parts for part in parts} == {len(parts)}
    for code, people in regencies:
        assert sum(part.people for part in parts if part.regency_code == code) == people
    assert [part.first for part in parts] == [
        1 + sum(other.people for other in parts[:place]) for place in range(len(parts))
    ]


@given(st.lists(st.integers(0, 40), max_size=8), st.lists(st.integers(1, 30), max_size=8))
def test_rows_are_given_out_once_and_in_order(batches: list[int], sizes: list[int]) -> None:
    rows = pa.table({"n": range(sum(batches))})
    starts = [sum(batches[:place]) for place in range(len(batches))]
    feed = Feed(rows.slice(start, size) for start, size in zip(starts, batches, strict=True))
    given_out: list[int] = []
    for size in sizes:
        if len(given_out) + size > rows.num_rows:
            with pytest.raises(ReportingError, match="ended before its last part"):
                list(feed.take(size))
            break
        taken = [n for batch in feed.take(size) for n in batch["n"].to_pylist()]
        assert len(taken) == size
        given_out += taken
    assert given_out == list(range(len(given_out)))


def test_a_month_of_three_million_people_makes_files_below_the_row_limit() -> None:
    parts = plan_parts([("32.75", 1_200_000), ("32.76", 1_800_000)], 1_048_575)

    assert [(part.regency_code, part.people) for part in parts] == [
        ("32.75", 1_048_575), ("32.75", 151_425), ("32.76", 1_048_575), ("32.76", 751_425),
    ]  # fmt: skip


def test_passwords_are_new_each_time_and_easy_to_read_out() -> None:
    passwords = {new_password() for _ in range(50)}

    assert len(passwords) == 50
    assert not set("".join(passwords)) & set("0o1il")
