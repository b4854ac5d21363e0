"""Precision, recall and rows in review, counted against a known truth; and the floors under them."""

import datetime as dt
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sigap.domain.datasets import COMPARED, FOUND
from sigap.domain.period import Period
from sigap.errors import IdentityError
from sigap.identity import floors as module
from sigap.identity.cascade import Linked
from sigap.identity.compared import Compared
from sigap.identity.floors import broken_floors, floors
from sigap.identity.measure import MEASURES, SOURCE_CLASSES, Figure, measure, run_engine, wilson
from sigap.identity.model import load_model
from sigap.identity.records import JUDGED
from sigap.quality.stops import stop_rules, word_stops
from sigap.synth.labelled import draw_labelled

JANUARY = Period(2026, 1)


def table(**columns: list[Any]) -> pa.Table:
    return pa.table(columns)


def linked(*pairs: tuple[str, int, int, str], entities: dict[int, int]) -> Linked:
    rows = [dict(zip(("kind", "left", "right", "decision"), pair, strict=True)) for pair in pairs]
    found = table(record=list(entities), entity=list(entities.values()))
    nothing = Compared(COMPARED.empty_table(), FOUND.empty_table())
    return Linked(pa.Table.from_pylist(rows, JUDGED), found, {}, nothing)


# Rows 1 and 2 are person 1 (registry and association), rows 3, 4, 5 are persons 3, 4, 5. Members 11 and 12
# are person 1's, 13 is person 3's, 14 person 4's, 19 a stranger's.
WORKERS = table(record=[1, 2, 3, 4, 5], source=["dtks", "becak", "dtks", "becak", "becak"])
TRUTH = table(record=[1, 2, 3, 4, 5], person=[1, 1, 3, 4, 5])
MEMBERS = table(record=[11, 12, 13, 14, 19], person=[1, 1, 3, 4, 9])


def figures(found: Linked) -> dict[tuple[str, str], tuple[float, int]]:
    return {
        (one.measure, one.source_class): (one.value, one.n) for one in measure(WORKERS, TRUTH, MEMBERS, found)
    }


def test_a_row_has_the_memberships_of_the_person_it_was_put_together_with() -> None:
    found = linked(
        ("rows", 1, 2, "same"),
        ("membership", 1, 11, "same"),
        ("membership", 1, 12, "same"),
        ("membership", 3, 19, "same"),
        ("membership", 4, 14, "review"),
        entities={1: 1, 2: 1, 3: 3, 4: 4, 5: 5},
    )
    told = figures(found)
    assert told["precision", "all"] == (0.8, 5), "four true ones of rows 1 and 2, and a stranger's"
    assert told["precision", "registry"] == (pytest.approx(2 / 3, abs=1e-6), 3)
    assert told["precision", "association"] == (1.0, 2)
    assert told["recall", "all"] == (pytest.approx(4 / 6, abs=1e-6), 6)
    assert told["recall", "registry"] == (pytest.approx(2 / 3, abs=1e-6), 3)
    assert told["f1", "all"][0] == pytest.approx(2 * 0.8 * (4 / 6) / (0.8 + 4 / 6), abs=1e-6)
    assert told["called_new", "all"] == (0.0, 4), (
        "row 3 has a wrong one, row 4 a doubtful one: neither is new"
    )
    assert told["in_review", "all"] == (0.2, 5)
    assert told["in_review", "association"] == (pytest.approx(1 / 3, abs=1e-6), 3)
    assert told["rows_precision", "all"] == told["rows_recall", "all"] == (1.0, 1)


def test_whoever_is_insured_and_has_not_even_a_doubtful_membership_is_called_new() -> None:
    found = linked(("membership", 1, 11, "different"), entities={1: 1, 2: 2, 3: 3, 4: 4, 5: 5})
    told = figures(found)
    assert told["called_new", "all"] == (1.0, 4)
    assert told["recall", "all"] == (0.0, 6)
    assert ("precision", "all") not in told, "nothing was called same: there is no share of nothing"
    assert told["rows_recall", "all"] == (0.0, 1)


def test_a_doubt_about_two_rows_puts_both_of_them_in_review() -> None:
    found = linked(("rows", 1, 2, "review"), entities={1: 1, 2: 2, 3: 3, 4: 4, 5: 5})
    assert figures(found)["in_review", "all"] == (0.4, 5)


def test_intervals_are_those_of_the_textbook() -> None:
    low, high = wilson(9, 10)
    assert (round(low, 4), round(high, 4)) == (0.5958, 0.9821)
    low, high = wilson(100, 100)
    assert (round(low, 4), high) == (0.9630, 1.0)


@given(st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_for_all_counts_the_share_lies_within_its_interval_and_that_within_0_and_1(
    counts: tuple[int, int],
) -> None:
    hits, n = counts
    low, high = wilson(hits, n)
    assert 0 <= low <= hits / n <= high <= 1
    assert low < high


def test_the_engine_in_use_gives_every_figure_of_a_labelled_set() -> None:
    drawn = draw_labelled(400, 1600, "standing", 7)
    found = run_engine(load_model())(drawn.workers, drawn.members)
    told = measure(drawn.workers, drawn.truth_workers, drawn.truth_members, found)
    names = [(one.measure, one.source_class) for one in told]
    assert names == [
        (name, source_class)
        for name in MEASURES
        for source_class in (SOURCE_CLASSES if not name.startswith("rows_") else ("all",))
    ]
    assert all(0 <= one.low <= one.value <= one.high <= 1 and one.n > 0 for one in told)
    assert told[0].high > 0.995, "of so few pairs one wrong one breaks the floor itself"


def figure(name: str, value: float, source_class: str = "all") -> Figure:
    return Figure(name, source_class, value, value - 0.01, min(1.0, value + 0.01), 1000)


@pytest.mark.parametrize(
    ("found", "broken"),
    [
        ([figure("precision", 0.995)], {}),
        ([figure("precision", 0.994)], {"link_precision": {"limit": 0.995, "found": [0.994, 0.984, 1.0]}}),
        ([figure("called_new", 0.02)], {}),
        ([figure("called_new", 0.021)], {"link_called_new": {"limit": 0.02, "found": [0.021, 0.011, 0.031]}}),
        ([figure("precision", 0.99, "registry")], {}),
        ([], {}),
    ],
    ids=[
        "at the floor",
        "below the floor",
        "at the ceiling",
        "above",
        "a class without a floor",
        "not measured",
    ],
)
def test_a_floor_is_broken_by_the_value_below_it(found: list[Figure], broken: dict[str, Any]) -> None:
    assert {name: {k: [round(x, 6) for x in v] if isinstance(v, list) else v for k, v in one.items()}
            for name, one in broken_floors(found, JANUARY).items()} == broken  # fmt: skip


def test_every_floor_is_dated_has_a_reference_and_words_for_who_judges() -> None:
    assert module.floors()
    for name, floor in floors().items():
        assert floor["measure"] in MEASURES
        assert floor["source_class"] in SOURCE_CLASSES
        assert floor["keep"] in ("at_least", "at_most")
        assert {"title", "advice", "unit"} <= stop_rules()[name].keys()
        for date, value in floor["values"].items():
            assert isinstance(date, dt.date)
            assert value["reference"]
            assert isinstance(value["verified"], bool)


def test_a_broken_floor_reads_with_its_interval() -> None:
    (told,) = word_stops({"link_precision": {"limit": 0.995, "found": [0.9912, 0.985, 0.9951]}})
    assert (told.limit, told.found) == ("99,5%", "99,12% (98,5% sampai 99,51%)")


def test_a_month_before_every_floor_is_refused_with_what_to_add() -> None:
    with pytest.raises(IdentityError, match="has no value in force on 2020-01-01"):
        broken_floors([], Period(2020, 1))
