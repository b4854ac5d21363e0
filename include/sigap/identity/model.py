"""The link model: what Splink trained, kept as a dated file, read into expressions that score without Splink.

A model file holds `splink` (settings as Splink itself saves them), `terms` (how frequent words and dates
are), `thresholds` by class of source and `trained` (by whom, on what, why). The match weight of a pair is the
prior plus, for each comparison, log2(m/u) of the first level whose condition holds and its term frequency
adjustment, as in Fellegi and Sunter (1969) and in Splink's `predict`.
"""

import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from sigap.errors import IdentityError

MODELS = Path(__file__).with_name("models")
_SMALLEST = 1e-100  # Splink clamps m and u here before it takes the logarithm
_SIDED = re.compile(r'"?\b([a-z][a-z0-9_]*?)_([lr])\b"?')


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a comparison: `number` counts from 0 (all others) up, -1 is a missing value."""

    number: int
    condition: str | None  # None: everything else
    label: str
    weight: float  # log2(m/u); 0 for a missing value
    tf_column: str | None = None
    tf_weight: float = 0.0
    tf_least: float = 0.0
    tf_base: float = 0.0  # log2 of u of the level that compares the column exactly

    def weight_sql(self, left: str, right: str) -> str:
        """The weight as an expression over the two relations, term frequency included."""
        if self.tf_column is None or self.tf_weight == 0:
            return _number(self.weight)
        mine, theirs = f"{left}.tf_{self.tf_column}", f"{right}.tf_{self.tf_column}"
        frequency = f"greatest({mine}, {theirs}, {_number(self.tf_least)})"  # greatest passes over nulls
        adjusted = f"{_number(self.tf_weight)} * ({_number(self.tf_base)} - log2({frequency}))"
        return (
            f"({_number(self.weight)} + CASE WHEN {mine} IS NULL AND {theirs} IS NULL THEN 0.0::DOUBLE "
            f"ELSE {adjusted} END)"
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """One fact that is compared, with its levels in the order in which they are tried."""

    name: str
    levels: tuple[Level, ...]

    def level_sql(self, left: str = "l", right: str = "r") -> str:
        """Number of the first level that holds, as an expression over two relations."""
        return self._case(left, right, [str(level.number) for level in self.levels]) + "::TINYINT"

    def weight_sql(self, left: str = "l", right: str = "r") -> str:
        """Weight of the first level that holds."""
        return self._case(left, right, [level.weight_sql(left, right) for level in self.levels])

    def known_weight_sql(self, level: str, left: str = "l", right: str = "r") -> str:
        """The same weight where the number of the level is already known as `level`."""
        cases = " ".join(f"WHEN {item.number} THEN {item.weight_sql(left, right)}" for item in self.levels)
        return f"(CASE {level} {cases} END)"

    def _case(self, left: str, right: str, results: Sequence[str]) -> str:
        cases = ""
        for level, result in zip(self.levels, results, strict=True):
            if level.condition is None:
                return f"(CASE {cases}ELSE {result} END)"
            cases += f"WHEN {on(level.condition, left, right)} THEN {result} "
        return f"(CASE {cases}END)"


@dataclass(frozen=True)
class Model:
    """A model as read: what it compares, where it looks for pairs, and from when a pair is one person."""

    name: str
    sha256: str
    splink: Mapping[str, Any]
    comparisons: tuple[Comparison, ...]
    prior: float  # log2 of the odds that two records of a block are one person
    blocks: tuple[str, ...]  # conditions over l and r
    terms: Mapping[str, Any]
    thresholds: Mapping[str, Mapping[str, float]]  # by class of source: same, review; match weights
    trained: Mapping[str, str]

    def weight_sql(self, left: str = "l", right: str = "r") -> str:
        """The match weight of a pair as one expression over two standardised relations."""
        parts = (each.weight_sql(left, right) for each in self.comparisons)
        return " + ".join([_number(self.prior), *parts])

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Columns that the comparisons read, those of term frequencies included."""
        found: dict[str, None] = {}
        for level in (level for each in self.comparisons for level in each.levels):
            found.update(dict.fromkeys(name for name, _ in _SIDED.findall(level.condition or "")))
            if level.tf_column:
                found[f"tf_{level.tf_column}"] = None
        return tuple(found)


def load_model(path: Path | None = None) -> Model:
    """Read a model file; without a path the newest of `models/`.

    Raises `IdentityError` when it is missing, not JSON, or not trained through.
    """
    newest = sorted(MODELS.glob("*.json"))
    if path is None and not newest:
        raise IdentityError(f"There is no link model in {MODELS}. Train one with `sigap model train`.")
    path = path or newest[-1]
    try:
        content = path.read_bytes()
        tree = json.loads(content)
    except (OSError, ValueError) as error:
        raise IdentityError(f"The link model {path} cannot be read as JSON. Give a trained model.") from error
    try:
        return read_model(tree, path.stem, hashlib.sha256(content).hexdigest())
    except (KeyError, TypeError) as error:
        raise IdentityError(
            f"The link model {path} lacks {error}. Train it through with `sigap model train`, or take one of "
            f"{MODELS}."
        ) from error


def read_model(tree: Mapping[str, Any], name: str, sha256: str) -> Model:
    """A model from the parsed file. Raises `KeyError` naming what it lacks."""
    splink = tree["splink"]
    odds = splink["probability_two_random_records_match"]
    return Model(
        name,
        sha256,
        splink,
        tuple(_comparison(each) for each in splink["comparisons"]),
        math.log2(odds / (1 - odds)),
        tuple(rule["blocking_rule"] for rule in splink["blocking_rules_to_generate_predictions"]),
        tree.get("terms", {}),
        tree.get("thresholds", {}),
        tree.get("trained", {}),
    )


def on(condition: str, left: str, right: str) -> str:
    """A condition of Splink over `name_l` and `name_r` as one over two relations."""
    return _SIDED.sub(lambda found: f'{left if found[2] == "l" else right}."{found[1]}"', condition)


def _comparison(tree: Mapping[str, Any]) -> Comparison:
    listed = tree["comparison_levels"]
    known = sum(not level.get("is_null_level", False) for level in listed)
    exact = {exact_column(level["sql_condition"]): level for level in listed}
    levels = []
    for level in listed:
        if level.get("is_null_level", False):
            levels.append(Level(-1, level["sql_condition"], level["label_for_charts"], 0.0))
            continue
        known -= 1
        levels.append(_level(level, known, exact))
    return Comparison(tree["output_column_name"], tuple(levels))


def _level(tree: Mapping[str, Any], number: int, exact: Mapping[str | None, Mapping[str, Any]]) -> Level:
    is_rest = tree["sql_condition"].strip().upper() == "ELSE"
    weight = math.log2(max(tree["m_probability"], _SMALLEST) / max(tree["u_probability"], _SMALLEST))
    column = None if is_rest else tree.get("tf_adjustment_column")
    base = exact[column]["u_probability"] if column else 1.0
    return Level(
        number,
        None if is_rest else tree["sql_condition"],
        tree["label_for_charts"],
        weight,
        column,
        tree.get("tf_adjustment_weight", 0.0) if column else 0.0,
        tree.get("tf_minimum_u_value", 0.0),
        math.log2(base),
    )


def exact_column(condition: str) -> str | None:
    """The column that a level compares for equality and nothing else."""
    found = re.fullmatch(r'\s*"?([a-z0-9_]+)_l"?\s*=\s*"?([a-z0-9_]+)_r"?\s*', condition)
    return found[1] if found and found[1] == found[2] else None


def _number(value: float) -> str:
    return f"{value!r}::DOUBLE"
