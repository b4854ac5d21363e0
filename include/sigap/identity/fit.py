"""Weights from labelled pairs: what a level says beside all the others, learned with the truth.

Training without the truth (train.py) takes the facts of a pair for independent. They are not: of twins birth
date, mother and most of the NIK agree, and a NIK repeats the birth date. So on labelled sets the weights are
learned together: those under which the sum of a pair is the log odds that it is one person's (logistic
regression over the levels, and over how rare the name or birth date is where it is the same). The form stays
that of Fellegi and Sunter, and of Splink: u is kept, and m becomes what gives the weight.
"""

import copy
import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sigap.engine import connect
from sigap.errors import IdentityError
from sigap.identity.calibrate import load_labelled, undecided
from sigap.identity.cascade import link_records
from sigap.identity.logistic import Bools, Floats, fit_bits
from sigap.identity.model import Level, Model
from sigap.identity.policy import policy

_LOWEST = -15.0  # bits of the former model: pairs below are nobody's, and there are too many of them
_FEW = 20  # what fewer pairs show stays as it was
_BY_NIK = ("same_nik", "sure_nik", "nik_doubt", "nik_conflict")
_TRUTH = """
SELECT pairs.*, coalesce(a.person = b.person, false) AS is_right
FROM pairs JOIN worker_truth AS a ON a.record = "left"
LEFT JOIN (SELECT 'rows' AS kind, * FROM worker_truth UNION ALL SELECT 'membership', * FROM member_truth) AS b
       ON b.kind = pairs.kind AND b.record = "right"
ORDER BY pairs.kind, "left", "right"
"""


@dataclass(frozen=True, slots=True)
class Term:
    """What is weighed: a level, or with `is_rarity` how rare the value is where that level holds.

    `is_best`: the level at which both records agree in full, which must not speak against.
    """

    comparison: str
    level: Level
    is_best: bool
    is_rarity: bool = False

    @property
    def bits(self) -> float:
        """What it weighs in the model, a rarity for each bit."""
        return self.level.tf_weight if self.is_rarity else self.level.weight


@dataclass(frozen=True, slots=True)
class Labelled:
    """Pairs with a column for the prior and one for each term; whether one person's, and under one NIK."""

    columns: npt.NDArray[np.float32]
    is_right: Bools
    is_one_nik: Bools


def fit_weights(tree: Mapping[str, Any], folders: Sequence[Path]) -> dict[str, Any]:
    """The model with prior and weights learned from labelled sets: folders as `choose_thresholds` takes them.

    First from the pairs that no NIK settles; then, from those under one NIK, what the same NIK says beside
    the rest. What hardly any pair shows keeps its weight. Raises `IdentityError` when a file is missing, or
    when the sets show no pair of one person or none of two.
    """
    model = undecided(tree)
    terms = tuple(_terms(model))
    sets = [_pairs(folder, model, terms) for folder in folders]
    columns, is_right, is_one_nik = (
        np.concatenate([getattr(each, field.name) for each in sets]) for field in dataclasses.fields(Labelled)
    )
    told = is_right[~is_one_nik]
    if told.all() or not told.any():
        raise IdentityError(
            "The labelled sets show only pairs of one person, or only pairs of two. Take larger ones."
        )
    weights = np.array([model.prior, *(term.bits for term in terms)])
    best = np.array([False, *(term.is_best for term in terms)])
    shown = _shown(columns[~is_one_nik])
    weights = _learn(columns[~is_one_nik], told, weights, shown, best)
    only_there = _shown(columns[is_one_nik]) & ~shown
    weights = _learn(columns[is_one_nik], is_right[is_one_nik], weights, only_there, best)
    return {**tree, "splink": _written(tree["splink"], terms, weights)}


def _terms(model: Model) -> Iterator[Term]:
    for comparison in model.comparisons:
        best = max(level.number for level in comparison.levels)
        for level in comparison.levels:
            if level.number >= 0:
                yield Term(comparison.name, level, level.number == best)
                if level.tf_column:
                    yield Term(comparison.name, level, is_best=True, is_rarity=True)


def _pairs(folder: Path, model: Model, terms: Sequence[Term]) -> Labelled:
    """What the engine finds in a labelled folder, down to pairs for which hardly anything speaks."""
    rules = policy()
    wide = dataclasses.replace(rules, evidence_from=_LOWEST, two_niks_from=_LOWEST + rules.evidence_below)
    with connect() as connection:
        load_labelled(connection, folder, model)
        connection.register("pairs", link_records(connection, model, rules=wide).pairs)
        found = connection.sql(_TRUTH).to_arrow_table()
    columns = np.ones((len(found), 1 + len(terms)), np.float32)
    for place, term in enumerate(terms, 1):
        columns[:, place] = _column(found, term)
    return Labelled(
        columns,
        np.asarray(found["is_right"].to_numpy(), np.bool_),
        np.isin(found["rule"].to_numpy(), _BY_NIK),
    )


def _column(pairs: pa.Table, term: Term) -> Floats:
    """1 where the level holds; of a rarity the bits by which the value is rarer than values are by chance."""
    holds = np.asarray(pairs[f"level_{term.comparison}"].to_numpy() == term.level.number, np.float64)
    if not term.is_rarity:
        return holds
    adjusted = pairs[f"weight_{term.comparison}"].to_numpy() - term.level.weight
    return np.asarray(holds * adjusted / (term.level.tf_weight or 1.0), np.float64)


def _shown(columns: npt.NDArray[np.float32]) -> Bools:
    """What enough pairs show, so that they can tell its weight."""
    return np.asarray((columns != 0).sum(axis=0) >= _FEW)


def _learn(
    columns: npt.NDArray[np.float32], is_right: Bools, weights: Floats, free: Bools, best: Bools
) -> Floats:
    """The weights with the free ones learned; what agrees in full says nothing rather than speak against."""
    while True:
        learned = fit_bits(columns, is_right, weights, free)
        against = best & free & (learned < 0)
        if not against.any():
            return learned
        weights, free = np.where(against, 0.0, weights), free & ~against


def _written(splink: Mapping[str, Any], terms: Sequence[Term], weights: Floats) -> dict[str, Any]:
    """Splink's settings with the weights; where m would be no probability both become smaller."""
    tree: dict[str, Any] = copy.deepcopy(dict(splink))
    odds = 2.0 ** float(weights[0])
    tree["probability_two_random_records_match"] = float(f"{odds / (1 + odds):.6g}")
    learned = {
        (term.comparison, term.level.label, term.is_rarity): float(weight)
        for term, weight in zip(terms, weights[1:], strict=True)
    }
    for comparison in tree["comparisons"]:
        for level in comparison["comparison_levels"]:
            name = comparison["output_column_name"], level["label_for_charts"]
            if level.get("is_null_level"):
                continue
            ratio = 2.0 ** learned[*name, False]
            level["u_probability"] = min(level["u_probability"], float(f"{1 / ratio:.6g}"))
            level["m_probability"] = float(f"{level['u_probability'] * ratio:.6g}")
            if (*name, True) in learned:
                level["tf_adjustment_weight"] = float(f"{learned[*name, True]:.6g}")
    return tree
