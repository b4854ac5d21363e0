"""Thresholds are the cheapest that keep the floors of precision and the officers' time."""

import dataclasses
import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sigap.errors import IdentityError
from sigap.identity.calibrate import CLASSES, GRID, Chosen, Costs, Scores, choose, choose_thresholds, costs
from sigap.identity.train import read_tree

NO_FLOORS = Costs(120_000, 100_000, 6_000, 2_000, {"overall": 0.0, "association": 0.0}, 1.0)
NONE = -np.inf


def rows(right: list[float], wrong: list[float], guarded: list[float] = ()) -> Scores:  # type: ignore[assignment]
    """One row per weight: of a right pair, of a wrong one, of a wrong one that a guard keeps."""
    count = len(right) + len(wrong) + len(guarded)
    weights = np.full((4, count), NONE)
    weights[0, : len(right)] = right
    weights[1, len(right) : len(right) + len(wrong)] = wrong
    weights[3, len(right) + len(wrong) :] = guarded
    return Scores(*weights, rows=count)


def expense(scores: Scores, same: float, review: float, prices: Costs) -> float:
    """What the thresholds cost, told row by row."""
    total = 0.0
    for place in range(len(scores.best)):
        alone = scores.best_right[place] == NONE
        linked = max(scores.free_right[place], scores.free_wrong[place]) >= same
        total += prices.wrong * (scores.free_wrong[place] >= same)
        total += prices.review * (scores.best[place] >= review and not linked)
        total += prices.wait * (alone and scores.best[place] >= review and not linked)
        total += prices.missed * (NONE < scores.best_right[place] < min(review, same))
    return total


def test_the_prices_are_those_of_the_file() -> None:
    prices = costs()
    assert (prices.wrong, prices.missed) == (126_000, 100_800)
    assert prices.review < prices.missed / 10


@settings(max_examples=25)
@given(*[st.lists(st.floats(-4, 12), min_size=1, max_size=12) for _ in range(2)])
def test_for_all_weights_no_other_thresholds_cost_less(right: list[float], wrong: list[float]) -> None:
    scores = rows(right, wrong)
    chosen = choose([{"registry": scores, "association": rows([], [])}], NO_FLOORS).thresholds["registry"]
    spent = expense(scores, chosen["same"], chosen["review"], NO_FLOORS)
    tried = GRID[(GRID <= 14) & (GRID % 1 == 0)]
    others = [
        expense(scores, same, review, NO_FLOORS)
        for same, review in itertools.product(tried, tried)
        if review <= same
    ]
    assert spent <= min(others) + 1e-6


def test_a_floor_outranks_the_cost() -> None:
    scores = rows([20.0] * 2_000 + [6.0] * 200, [6.0] * 8)
    free = choose([{"registry": scores, "association": rows([], [])}], NO_FLOORS)
    kept = dataclasses.replace(NO_FLOORS, floors={"overall": 0.998, "association": 0.0})
    strict = choose([{"registry": scores, "association": rows([], [])}], kept)
    assert free.thresholds["registry"]["same"] <= 6.0 < strict.thresholds["registry"]["same"]
    assert strict.thresholds["registry"]["review"] <= 6.0


def test_a_floor_is_kept_in_every_set_not_only_in_all_together() -> None:
    clean, careless = rows([20.0] * 20_000, []), rows([20.0] * 2_000 + [6.0] * 200, [6.0] * 8)
    sets = [{"registry": scores, "association": rows([], [])} for scores in (clean, careless)]
    kept = dataclasses.replace(NO_FLOORS, floors={"overall": 0.998, "association": 0.0})
    assert choose(sets[:1] * 2, kept).thresholds["registry"]["same"] == 20.0
    assert choose(sets, kept).thresholds["registry"]["same"] > 6.0


def test_reviews_that_nobody_has_time_for_are_not_asked() -> None:
    scores = rows([20.0] * 900 + [3.0] * 20, [3.0] * 80, [5.0] * 50)
    asked = {
        share: in_review(choose([{"registry": scores, "association": rows([], [])}], tight(share)))
        for share in (1.0, 0.02)
    }
    assert asked[1.0] > 0.02 * scores.rows >= asked[0.02]


def tight(share: float) -> Costs:
    return dataclasses.replace(NO_FLOORS, capacity=share, wrong=10_000_000)


def in_review(chosen: Chosen) -> int:
    return sum(int(chosen.found[name]["in_review"]) for name in CLASSES)


def test_floors_that_nothing_keeps_are_refused() -> None:
    scores = dataclasses.replace(rows([20.0], [20.0]), wrong=100)
    with pytest.raises(IdentityError, match="No thresholds keep the floors"):
        choose([{"registry": scores, "association": rows([], [])}], costs())


def test_a_folder_without_truth_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IdentityError, match=r"lacks workers\.parquet, truth_workers\.parquet"):
        choose_thresholds(read_tree(), [tmp_path])
