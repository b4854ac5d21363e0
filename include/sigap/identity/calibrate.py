"""From when a pair is one person, and until when somebody has to look: chosen by what errors cost.

On labelled sets every two thresholds have a cost: wrong links (a family uninsured), missed links (a premium
paid twice), reviews (an officer's minutes, and a wait of those who were not insured), as `costs.yaml` prices
them. The cheapest that keep the floors of precision are taken; of equals the higher, which link less. Reviews
that the officers have no time for make every review dearer until they fit. Pairs that NIK alone decides count
towards precision and stay as they are. Ties, which the engine holds afterwards, are not foreseen: the real
precision is a little higher.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import yaml

from sigap.engine import connect
from sigap.errors import IdentityError
from sigap.identity.cascade import link_records
from sigap.identity.model import Model, read_model
from sigap.identity.normalise import standardise
from sigap.identity.policy import policy
from sigap.identity.terms import Terms

CLASSES = ("registry", "association")
GRID = np.arange(-6.0, 40.25, 0.25)  # thresholds that are tried, in bits
_UNDECIDED = {"same": 1000.0, "review": -1000.0}  # no weight decides while pairs are collected
_Z = 1.959964  # of a 95 % interval
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Costs:
    """Rupiah for a wrong link, a missed link, a review, and the wait of somebody who is not insured.

    Floors of precision, and the share of rows that there is time to review.
    """

    wrong: float
    missed: float
    review: float
    wait: float
    floors: Mapping[str, float]
    capacity: float


@dataclass(frozen=True, slots=True)
class Scores:
    """Rows of one class that NIK alone does not settle, and how many pairs it does call the same.

    Per row the heaviest right and the heaviest wrong pair, -inf where there is none. `free` pairs are decided
    by their weight; guarded ones are at most reviewed.
    """

    free_right: Floats
    free_wrong: Floats
    guarded_right: Floats
    guarded_wrong: Floats
    right: int = 0
    wrong: int = 0
    rows: int = 0  # of the lists, settled or not

    @property
    def best_right(self) -> Floats:
        """The heaviest right pair, guarded or not."""
        return np.maximum(self.free_right, self.guarded_right)

    @property
    def is_alone(self) -> npt.NDArray[np.bool_]:
        """Which rows have no right pair, so that only their person would wait for an answer."""
        return np.isneginf(self.best_right)

    @property
    def best(self) -> Floats:
        """The heaviest pair of any kind."""
        return np.maximum(self.best_right, np.maximum(self.free_wrong, self.guarded_wrong))


@dataclass(frozen=True, slots=True)
class Chosen:
    """Thresholds per class, and what they were found to cost and to miss on the labelled sets."""

    thresholds: dict[str, dict[str, float]]
    found: dict[str, Any]


@cache
def costs() -> Costs:
    """`costs.yaml` in rupiah per event."""
    tree = yaml.safe_load(Path(__file__).with_name("costs.yaml").read_text(encoding="utf-8"))
    value = {name: float(entry["value"]) for name, entry in tree["values"].items()}
    return Costs(
        value["death_benefit"] * value["claim_in_a_year"] * value["months_uninsured"] / 12,
        value["premium"] * value["months_paid_twice"],
        value["review_minutes"] / 60 * value["officer_hour"],
        value["death_benefit"] * value["claim_in_a_year"] * value["months_waiting"] / 12,
        {name: floor["precision"] for name, floor in tree["floors"].items()},
        tree["capacity"]["share_of_rows"],
    )


def choose_thresholds(tree: Mapping[str, Any], folders: Sequence[Path]) -> Chosen:
    """Thresholds of a model from labelled sets: `workers`, `members` and `truth_…` as Parquet in each folder.

    Use sets that nothing is evaluated on. Raises `IdentityError` when a file is missing and when no
    thresholds keep the floors.
    """
    model = undecided(tree)
    return choose([_rows(folder, model) for folder in folders], costs())


def undecided(tree: Mapping[str, Any]) -> Model:
    """A model under which no weight decides, so that all its pairs can be looked at."""
    return read_model({**tree, "thresholds": dict.fromkeys(CLASSES, _UNDECIDED)}, "undecided", "")


def load_labelled(connection: duckdb.DuckDBPyConnection, folder: Path, model: Model) -> None:
    """A labelled set as `worker` and `member`, standardised, with `worker_truth` and `member_truth`.

    Raises `IdentityError` when a file is missing.
    """
    names = [f"{truth}{name}s.parquet" for name in ("worker", "member") for truth in ("", "truth_")]
    if lacking := [name for name in names if not (folder / name).exists()]:
        raise IdentityError(f"{folder} lacks {', '.join(lacking)}. Write it with `python -m bench labelled`.")
    for name in ("worker", "member"):
        connection.read_parquet(str(folder / f"{name}s.parquet")).create(f"{name}_records")
        connection.read_parquet(str(folder / f"truth_{name}s.parquet")).create(f"{name}_truth")
        standardise(connection, f"{name}_records", name, Terms.from_json(model.terms))


def choose(sets: Sequence[Mapping[str, Scores]], prices: Costs) -> Chosen:
    """The cheapest thresholds on the grid that keep the floors in each set and the officers' time in all."""
    scores = {name: _together([each[name] for each in sets]) for name in CLASSES}
    keeps = np.logical_and.reduce([_keeps(each, prices.floors) for each in sets])
    if not keeps.any():
        raise IdentityError(
            "No thresholds keep the floors of precision in costs.yaml on these labelled sets. Train the "
            "model on more rows, or look at the pairs that NIK alone calls the same."
        )
    price, room = prices.review, prices.capacity * sum(each.rows for each in scores.values())
    while True:
        chosen = _cheapest(scores, keeps, prices, price)
        if sum(chosen.found[name]["in_review"] for name in CLASSES) <= room or price > prices.missed:
            return chosen
        price *= 1.02


def _keeps(scores: Mapping[str, Scores], floors: Mapping[str, float]) -> npt.NDArray[np.bool_]:
    """Which thresholds, registry down and association across, keep the floors of precision."""
    registry, association = (_called(scores[name]) for name in CLASSES)
    right, called = registry[0][:, None] + association[0], registry[1][:, None] + association[1]
    overall = _lower(right, called) >= floors["overall"]
    return np.asarray(overall & (_lower(*association) >= floors["association"]))


def _cheapest(
    scores: Mapping[str, Scores], keeps: npt.NDArray[np.bool_], prices: Costs, price: float
) -> Chosen:
    """The cheapest when a review costs `price`: first from where to look, then from where to link."""
    review = {name: _review_from(scores[name], prices, price) for name in CLASSES}
    parts = [_same_cost(scores[name], review[name], prices, price) for name in CLASSES]
    cost = np.where(keeps, parts[0][:, None] + parts[1], np.inf)
    same = [float(GRID[place]) for place in np.argwhere(cost == cost.min())[-1]]  # the last links least
    thresholds = {
        name: {"same": limit, "review": min(review[name], limit)}
        for name, limit in zip(CLASSES, same, strict=True)
    }
    found = {name: _found(scores[name], thresholds[name]) for name in CLASSES}
    return Chosen(thresholds, found | {"price_of_a_review_idr": round(price)})


def _review_from(scores: Scores, prices: Costs, price: float) -> float:
    """Where looking begins to cost less than paying twice."""
    seen, found = _at_least(scores.best), _at_least(scores.best_right)
    waiting = _at_least(scores.best[scores.is_alone])
    cost = seen * price + waiting * prices.wait - found * prices.missed
    return float(GRID[np.flatnonzero(cost == cost.min())[-1]])


def _called(scores: Scores) -> tuple[Floats, Floats]:
    """Pairs called the same from each threshold on: the right ones, and all."""
    right = _at_least(scores.free_right) + scores.right
    return right, right + _at_least(scores.free_wrong) + scores.wrong


def _same_cost(scores: Scores, review: float, prices: Costs, price: float) -> Floats:
    """What it costs to link from each threshold on, up to a constant; nothing is reviewed above it."""
    linked = _at_least(np.maximum(scores.free_right, scores.free_wrong))
    begins = np.searchsorted(GRID, np.minimum(GRID, review))  # where looking begins, on the grid
    seen, found = _at_least(scores.best)[begins], _at_least(scores.best_right)[begins]
    waiting = _at_least(scores.best[scores.is_alone])[begins] - _at_least(scores.free_wrong[scores.is_alone])
    asked = (seen - linked) * price + waiting * prices.wait
    cost = _at_least(scores.free_wrong) * prices.wrong + asked - found * prices.missed
    return np.asarray(cost, np.float64)


def _at_least(weight: Floats) -> Floats:
    """How many weigh at least each threshold of the grid."""
    return len(weight) - np.searchsorted(np.sort(weight), GRID, side="left").astype(np.float64)


def _lower(right: Floats, called: Floats) -> Floats:
    """Lower end of Wilson's interval of a share; 1 where there is nothing."""
    n = np.maximum(called, 1.0)
    share = right / n
    spread = _Z * np.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    return np.where(called > 0, (share + _Z**2 / (2 * n) - spread) / (1 + _Z**2 / n), 1.0)


def _found(scores: Scores, limits: Mapping[str, float]) -> dict[str, float]:
    linked = np.maximum(scores.free_right, scores.free_wrong) >= limits["same"]
    right = int(np.count_nonzero(scores.free_right >= limits["same"])) + scores.right
    wrong = int(np.count_nonzero(scores.free_wrong >= limits["same"])) + scores.wrong
    best = scores.best_right
    return {
        "called_same": right + wrong,
        "precision": round(right / max(right + wrong, 1), 5),
        "in_review": int(np.count_nonzero((scores.best >= limits["review"]) & ~linked)),
        "missed": int(np.count_nonzero((best > -np.inf) & (best < limits["review"]))),
    }


def _together(parts: Sequence[Scores]) -> Scores:
    names = ("free_right", "free_wrong", "guarded_right", "guarded_wrong")
    weights: dict[str, Any] = {
        name: np.concatenate([getattr(part, name) for part in parts]) for name in names
    }
    counts = {name: sum(getattr(part, name) for part in parts) for name in ("right", "wrong", "rows")}
    return Scores(**weights, **counts)


def _rows(folder: Path, model: Model) -> dict[str, Scores]:
    """What the engine finds in a labelled folder, by class of source, with the truth beside it."""
    with connect() as connection:
        load_labelled(connection, folder, model)
        connection.register("pairs", link_records(connection, model).pairs)
        connection.execute("SET VARIABLE registry = ?", [list(policy().registry)])
        connection.execute(Path(__file__).with_name("calibrate.sql").read_text(encoding="utf-8"))
        return {name: _class(connection, name) for name in CLASSES}


def _class(connection: duckdb.DuckDBPyConnection, name: str) -> Scores:
    mine = connection.table("labelled_row").filter(f"class = '{name}'")
    columns = mine.project("free_right, free_wrong, guarded_right, guarded_wrong").fetchnumpy()
    counted = connection.table("labelled_count").filter(f"class = '{name}'")
    right, wrong, rows = counted.project('"right", wrong, rows').fetchall()[0]
    weights: dict[str, Any] = {name: np.asarray(column, np.float64) for name, column in columns.items()}
    return Scores(**weights, right=right, wrong=wrong, rows=rows)
