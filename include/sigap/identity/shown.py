"""A pair as a person sees it: two records side by side, what was compared, what is at stake."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

import yaml

from sigap.identity.words import describe, name_comparison, name_direction, top_level, waterfall

Look = Literal["same", "near", "other", "missing", "plain"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """The verdict that waits for a second person."""

    verdict_id: int
    fact_key: str
    verdict: str  # same | different
    actor: str
    reason: str
    judged_at: dt.datetime


@dataclass(frozen=True, slots=True)
class ShownPair:
    """One question. `left` and `right` are texts by the names of worklist.yaml's fields; '' for none.

    `levels` and `weights` go by comparison, see EVIDENCE; `risks` whole rupiah by verdict, `limit_idr` above
    which two people are needed. `waiting` is set when only the second person's answer is missing.
    """

    fact_key: str
    kind: str  # rows | membership
    match_weight: float
    left: Mapping[str, str]
    right: Mapping[str, str]
    levels: Mapping[str, int]
    weights: Mapping[str, float]
    risks: Mapping[str, int]
    limit_idr: int
    waiting: Waiting | None = field(default=None)

    def needs_two(self, verdict: str) -> bool:
        """Whether that verdict has effect only once a second person agreed."""
        return self.risks[verdict] > self.limit_idr


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One line of a pair: what it is, both texts, what the comparison found, its weight, how it looks."""

    label: str
    left: str
    right: str
    words: str
    weight: float | None
    look: Look


def lines_of(pair: ShownPair) -> list[ShownLine]:
    """The pair line by line: facts and their comparison, start and total. What both lack is left out."""
    found = {line.comparison: line for line in describe(pair.levels, pair.weights, "id")}
    lines = []
    for shown in sheet_words()["fields"]:
        left, right = (side.get(shown["name"], "") for side in (pair.left, pair.right))
        line = found.get(shown.get("comparison", ""))
        if not left and not right:
            continue
        if line is None:
            lines.append(ShownLine(shown["label"], left, right, "", None, "plain"))
        else:
            look = _look(line.comparison, pair.levels[line.comparison])
            lines.append(ShownLine(shown["label"], left, right, _told(line), line.weight, look))
    return [*lines, *_sums(pair)]


def unequal_parts(text: str, other: str) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether the other lacks it: digit by digit, or word by word."""
    if len(text) == len(other) and any(character.isdigit() for character in text):
        pieces = list(zip(text, (one != two for one, two in zip(text, other, strict=True)), strict=True))
        return [("".join(piece for piece, _ in run), unlike) for unlike, run in groupby(pieces, _unlike)]
    theirs = set(other.casefold().split())
    words = [(word, word.casefold() not in theirs) for word in text.split()]
    runs = [(" ".join(word for word, _ in run), unlike) for unlike, run in groupby(words, _unlike)]
    return [
        (piece if last else f"{piece} ", unlike)
        for last, (piece, unlike) in ((place == len(runs), run) for place, run in enumerate(runs, start=1))
    ]


def _unlike(piece: tuple[str, bool]) -> bool:
    return piece[1]


def _sums(pair: ShownPair) -> list[ShownLine]:
    lines = waterfall(pair.levels, pair.weights, pair.match_weight, "id")
    return [
        ShownLine(name_comparison(line.comparison, "id"), "", "", line.words, line.weight, "plain")
        for line in (lines[0], lines[-1])
    ]


def _told(line: Any) -> str:
    return f"{line.words}: {name_direction(line.direction, 'id')}"


def _look(comparison: str, level: int) -> Look:
    if level < 0:
        return "missing"
    if level == 0:
        return "other"
    return "same" if level == top_level(comparison) else "near"


@cache
def sheet_words() -> dict[str, Any]:
    """What the workbook says (worklist.yaml)."""
    content: dict[str, Any] = yaml.safe_load(
        Path(__file__).with_name("worklist.yaml").read_text(encoding="utf-8")
    )
    return content
