"""Weights from labelled sets: near the truth they were drawn from, calibrated, and of Splink's form."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sigap.errors import IdentityError
from sigap.identity import fit
from sigap.identity.fit import fit_weights
from sigap.identity.logistic import fit_bits
from sigap.identity.model import read_model
from sigap.identity.train import read_tree
from sigap.synth.labelled import write_labelled

FOUND = np.array([-6.0, 5.0, -3.0, 0.5])  # prior and three facts, in bits


def drawn(count: int) -> tuple[Any, Any]:
    """Facts of pairs drawn by chance, and whether they are one person's, drawn by FOUND."""
    chance = np.random.default_rng(5)
    columns = np.ones((count, 4), np.float32)
    columns[:, 1:3] = chance.random((count, 2)) < 0.5
    columns[:, 3] = chance.normal(4, 4, count)
    return columns, chance.random(count) < 1 / (1 + np.exp2(-(columns @ FOUND)))


def test_the_weights_that_drew_the_pairs_are_found_however_far_off_they_start() -> None:
    columns, holds = drawn(100_000)
    for start in (np.zeros(4), np.array([-25.0, 20.0, 15.0, 9.0])):
        assert fit_bits(columns, holds, start, np.ones(4, np.bool_)) == pytest.approx(FOUND, abs=0.2)


def test_a_weight_that_is_not_free_stays_and_the_others_make_up_for_it() -> None:
    columns, holds = drawn(100_000)
    start, free = np.array([0.0, 0.0, -1.0, 0.0]), np.array([True, True, False, True])
    found = fit_bits(columns, holds, start, free)
    assert found[2] == -1.0 and found[0] < FOUND[0]
    assert (fit_bits(columns, holds, start, ~np.ones(4, np.bool_)) == start).all()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("labelled") / "one"
    write_labelled(path, 1_500, 6_000, "careless", 9)
    return path


@pytest.fixture(scope="module")
def learned(folder: Path) -> dict[str, Any]:
    former = read_tree()
    before = copy.deepcopy(former)
    tree = fit_weights(former, [folder])
    assert former == before
    return tree


def levels(tree: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for comparison in tree["splink"]["comparisons"]:
        for level in comparison["comparison_levels"]:
            if not level.get("is_null_level"):
                yield comparison["output_column_name"], level


def test_only_weights_and_prior_are_learned_and_all_are_probabilities(learned: dict[str, Any]) -> None:
    weighed = {"m_probability", "u_probability", "tf_adjustment_weight"}
    for (name, old), (_, new) in zip(levels(read_tree()), levels(learned), strict=True):
        assert {**old, **dict.fromkeys(weighed)} == {**new, **dict.fromkeys(weighed)}, name
        assert 0 < new["m_probability"] <= 1 and 0 < new["u_probability"] <= 1, name
    assert {**learned, "splink": None} == {**read_tree(), "splink": None}
    assert learned["splink"] != read_tree()["splink"]


def test_a_best_level_that_speaks_against_says_nothing_and_the_others_are_learned_without_it() -> None:
    columns, holds = drawn(100_000)  # the third weight that drew them is -3
    start, free = np.zeros(4), np.ones(4, np.bool_)
    best = np.array([False, False, True, False])
    found = fit._learn(columns, holds, start, free, best)
    assert found[2] == 0.0 and found[1] > 2.0
    assert fit._learn(columns, holds, start, free, ~free)[2] == pytest.approx(-3.0, abs=0.2)


def test_what_agrees_in_full_never_speaks_against(learned: dict[str, Any]) -> None:
    for comparison in read_model(learned, "learned", "").comparisons:
        best = max(comparison.levels, key=lambda level: level.number)
        assert best.weight > -1e-4, comparison.name


def test_a_set_without_its_truth_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "workers.parquet").write_bytes((folder / "workers.parquet").read_bytes())
    with pytest.raises(IdentityError, match=r"lacks .*truth_workers\.parquet"):
        fit_weights(read_tree(), [tmp_path])
