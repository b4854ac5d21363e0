"""Where pairs are looked for: the blocking rules of a model as joins of sketches.

A block brings only pairs that could reach the wanted weight by what their sketches say (see `sketch`); those
are then weighed. So the pairs of a block are never all written down, and few cost more than numbers.
"""

import math
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Self

from sigap.identity.model import Comparison, Level, Model, exact_column, on
from sigap.identity.sketch import digits, key, needs, weaker

# Parts of a rule, those in parentheses kept whole.
_AND = re.compile(r"\s+and\s+(?![^()]*\))", flags=re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Block:
    """A rule `a(l) = a(r) AND b(l) = b(r) …`: its keys on the left and on the right.

    `also` holds what stands in parentheses: a condition that narrows the block, e.g. that a date is missing.
    """

    left: tuple[str, ...]
    right: tuple[str, ...]
    also: str = ""

    @classmethod
    def parse(cls, rule: str) -> Self:
        """Read the rule of a model. Raises `ValueError` when a part is no equality of the two sides."""
        left, right, also = [], [], []
        for part in _AND.split(rule):
            sides = part.split("=")
            if part.startswith("(") and part.endswith(")"):
                also.append(part)
            elif len(sides) == 2 and "l." in sides[0] and "r." in sides[1]:
                left.append(sides[0].strip())
                right.append(sides[1].strip())
            else:
                raise ValueError(rule)
        if not left:
            raise ValueError(rule)
        return cls(tuple(left), tuple(right), " AND ".join(also))

    @property
    def on(self) -> str:
        """The rule as a join condition."""
        keys = [f"{mine} = {theirs}" for mine, theirs in zip(self.left, self.right, strict=True)]
        return " AND ".join([*keys, self.also] if self.also else keys)

    @property
    def equal(self) -> frozenset[str]:
        """Columns that are the same on both sides of every pair of the block."""
        return frozenset(
            mine.removeprefix("l.")
            for mine, theirs in zip(self.left, self.right, strict=True)
            if re.fullmatch(r"l\.[a-z0-9_]+", mine) and mine[2:] == theirs.removeprefix("r.")
        )


@dataclass(frozen=True)
class Search:
    """Pairs of two sketched relations `l` and `r` that may weigh at least `least`."""

    model: Model
    blocks: tuple[Block, ...]
    least: float | str  # a number, or an expression over the sketches l and r

    @property
    def sketched(self) -> tuple[str, ...]:
        """What sketches must hold: see `make_sketch`."""
        levels = [level for each in self.model.comparisons for level in each.levels]
        counted = [name for level in levels if level.condition for name in digits(level.condition)]
        keys = [needs(each, "l") for block in self.blocks for each in block.left]
        keys += [needs(each, "r") for block in self.blocks for each in block.right]
        return tuple(dict.fromkeys((*self.model.columns, *counted, *keys)))

    def sql(self, block: Block, left: str, right: str, also: str = "true") -> str:
        """`left` and `right` (records) of the pairs of a block that may weigh enough and for which `also`."""
        hope = [_hope_sql(each, block.equal) for each in self.model.comparisons]
        joined = _joined(block, left, right, also)
        return f'SELECT "left", "right" FROM {_heavy(joined, self.model.prior, hope, self.least)}'

    def agreed_sql(self, block: Block, left: str, right: str, also: str = "true") -> str:
        """As `sql`, with the pairs that cannot weigh enough: see `hopeful_sql`."""
        joined = _joined(block, left, right, also)
        return f'SELECT l.record AS "left", r.record AS "right" FROM {joined}'

    def hopeful_sql(self, pairs: str, left: str, right: str) -> str:
        """Those of the `pairs` of any blocks that may weigh enough by their sketches."""
        hope = [_hope_sql(each, ()) for each in self.model.comparisons]
        joined = _paired(pairs, left, right)
        return f'SELECT "left", "right" FROM {_heavy(joined, self.model.prior, hope, self.least)}'


def weighed_sql(model: Model, pairs: str, left: str, right: str, least: float | str) -> str:
    """`left`, `right` and `match_weight` of those `pairs` of two relations that weigh at least `least`."""
    weights = [each.weight_sql() for each in model.comparisons]
    joined = _paired(pairs, left, right)
    return f'SELECT "left", "right", match_weight FROM {_heavy(joined, model.prior, weights, least)}'


def _paired(pairs: str, left: str, right: str) -> str:
    """Pairs of records as a relation of `l` and `r`."""
    return f'{pairs} AS p JOIN {left} AS l ON l.record = p."left" JOIN {right} AS r ON r.record = p."right"'


def _joined(block: Block, left: str, right: str, also: str) -> str:
    """The pairs of a block by their sketches, as a relation of `l` and `r`."""
    keys = [
        f"{key(mine, 'l')} = {key(theirs, 'r')}" for mine, theirs in zip(block.left, block.right, strict=True)
    ]
    narrow = [weaker(block.also)[0]] if block.also else []
    return f"{left} AS l JOIN {right} AS r ON {' AND '.join([*keys, *narrow, also])}"


def _heavy(joined: str, prior: float, weights: Sequence[str], least: float | str) -> str:
    """Random numbers keep DuckDB from moving the condition into the join.

    There it would be computed for a handful of pairs at a time, which takes twice as long.
    """
    weight = " + ".join([f"{prior!r}::DOUBLE", *weights])
    return (
        f'(SELECT l.record AS "left", r.record AS "right", {weight} AS match_weight, {least} AS least '
        f"FROM {joined}) WHERE match_weight + 0 * random() >= least"
    )


def _hope_sql(comparison: Comparison, equal: Collection[str]) -> str:
    """The most a comparison can add, told from sketches, where the columns `equal` are known to be equal."""
    best = next(level for level in comparison.levels if level.number >= 0)
    if best.condition and exact_column(best.condition) in equal:
        return best.weight_sql("l", "r")
    cases = ""
    for place, level in enumerate(comparison.levels):
        left = repr(max(_most(each) for each in comparison.levels[place:] if each.number >= 0))
        if level.condition is None:
            return f"(CASE {cases}ELSE {left}::DOUBLE END)"
        weak, is_known = weaker(level.condition)
        if weak == "TRUE":
            return f"(CASE {cases}ELSE {left}::DOUBLE END)" if cases else f"{left}::DOUBLE"
        added = level.weight_sql("l", "r") if is_known else f"{left}::DOUBLE"
        cases += f"WHEN {on(weak, 'l', 'r')} THEN {added} "
    return f"(CASE {cases}END)"


def _most(level: Level) -> float:
    """The most a level can add, the rarest value taken into account."""
    rarest = level.tf_base - _log_least(level.tf_least) if level.tf_column else 0.0
    return level.weight + level.tf_weight * max(0.0, rarest)


def _log_least(least: float) -> float:
    return math.log2(max(least, 1e-12))
