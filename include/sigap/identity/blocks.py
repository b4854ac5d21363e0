"""Where pairs are looked for: the blocking rules of a model as joins that score while they join.

A pair is scored in the join that finds it, so that candidates are never written down: what cannot reach the
wanted weight is gone before the next pair is read, and a block that explodes costs time, not memory.
"""

import math
import re
from dataclasses import dataclass
from typing import Self

from sigap.identity.model import Comparison, Level, Model, is_exact, on

# Parts of a rule, those in parentheses kept whole.
_AND = re.compile(r"\s+and\s+(?![^()]*\))", flags=re.IGNORECASE)
# What is compared without measuring how alike two words are.
_CHEAP = frozenset({"nik", "birth_date", "place", "kk", "sex", "phone"})


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
    """A join of two standardised relations `l` and `r` that keeps the pairs of at least `least` weight."""

    model: Model
    least: float | str  # a number, or an expression over l and r

    def sql(self, block: Block, left: str, right: str, also: str = "true") -> str:
        """Pairs of a block: `left`, `right` (records) and `match_weight`."""
        weight = self.model.weight_sql(equal=block.equal)
        return (
            f'SELECT l.record AS "left", r.record AS "right", {weight} AS match_weight '
            f"FROM {left} AS l JOIN {right} AS r ON {block.on} "
            f"WHERE {also} AND {self._hopeful(block)} AND {weight} >= {self.least}"
        )

    def _hopeful(self, block: Block) -> str:
        """What the cheap comparisons alone say, and the most that the dear ones could add."""
        cheap = [each for each in self.model.comparisons if each.name in _CHEAP]
        dear = [each for each in self.model.comparisons if each.name not in _CHEAP]
        said = [each.weight_sql(equal=block.equal) for each in cheap] + [_hope_sql(each) for each in dear]
        return f"{self.model.prior} + {' + '.join(said)} >= {self.least}" if cheap else "true"


def _hope_sql(comparison: Comparison) -> str:
    """The most a comparison can add, told without measuring: nothing of a missing value."""
    missing = [level.condition for level in comparison.levels if level.number < 0 and level.condition]
    known = [level for level in comparison.levels if level.number >= 0]
    cases = [f"WHEN {on(condition, 'l', 'r')} THEN 0" for condition in missing]
    if is_exact(known[0].condition):
        cases.append(f"WHEN {on(known[0].condition, 'l', 'r')} THEN {_most(known[0])}")
        known = known[1:]
    return f"(CASE {' '.join(cases)} ELSE {max(_most(level) for level in known)} END)"


def _most(level: Level) -> float:
    """The most a level can add, the rarest value taken into account."""
    rarest = level.tf_base - _log_least(level.tf_least) if level.tf_column else 0.0
    return level.weight + level.tf_weight * max(0.0, rarest)


def _log_least(least: float) -> float:
    return math.log2(max(least, 1e-12))
