"""Where pairs are looked for: the blocking rules of a model, read into keys of either side."""

import re
from dataclasses import dataclass
from typing import Self

# Parts of a rule, those in parentheses kept whole.
_AND = re.compile(r"\s+and\s+(?![^()]*\))", flags=re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Block:
    """A rule `a(l) = a(r) AND b(l) = b(r) …`: its keys on the left and on the right.

    `narrowed` holds what stands in parentheses: conditions that narrow it, e.g. that a date is missing.
    """

    left: tuple[str, ...]
    right: tuple[str, ...]
    narrowed: tuple[str, ...] = ()

    @classmethod
    def parse(cls, rule: str) -> Self:
        """Read the rule of a model. Raises `ValueError` when a part is no equality of the two sides."""
        left, right, narrowed = [], [], []
        for part in _AND.split(rule):
            sides = part.split("=")
            if part.startswith("(") and part.endswith(")"):
                narrowed.append(part)
            elif len(sides) == 2 and "l." in sides[0] and "r." in sides[1]:
                left.append(sides[0].strip())
                right.append(sides[1].strip())
            else:
                raise ValueError(rule)
        if not left:
            raise ValueError(rule)
        return cls(tuple(left), tuple(right), tuple(narrowed))

    @property
    def on(self) -> str:
        """The rule as a join condition."""
        keys = [f"{mine} = {theirs}" for mine, theirs in zip(self.left, self.right, strict=True)]
        return " AND ".join([*keys, *self.narrowed])

    @property
    def equal(self) -> frozenset[str]:
        """Columns that are the same on both sides of every pair of the block."""
        return frozenset(
            mine.removeprefix("l.")
            for mine, theirs in zip(self.left, self.right, strict=True)
            if re.fullmatch(r"l\.[a-z0-9_]+", mine) and mine[2:] == theirs.removeprefix("r.")
        )
