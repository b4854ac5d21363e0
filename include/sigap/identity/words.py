"""What was found out about a pair, in words: each comparison, how it weighs, and the way from start to total.

The words stand in review_words.yaml, by comparison and level of the link model. A weight is the log2 of a
Bayes factor: 1 doubles the odds that both records are one person, −1 halves them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from sigap.domain.datasets import EVIDENCE
from sigap.errors import IdentityError

Language = Literal["id", "en"]
Direction = Literal["for", "against", "none"]
_SILENT = 0.05  # less is 0,0 when written


@dataclass(frozen=True, slots=True)
class Line:
    """One step of the waterfall. `comparison` is one of EVIDENCE, or start or total."""

    comparison: str
    words: str
    weight: float
    direction: Direction


def describe(levels: Mapping[str, int], weights: Mapping[str, float], language: Language) -> list[Line]:
    """One line per comparison that `levels` names, in the order of EVIDENCE. What is missing weighs nothing.

    Raises `IdentityError` for a level that has no words.
    """
    names = [*(name for name in EVIDENCE if name in levels), *sorted(levels.keys() - set(EVIDENCE))]
    return [_line(name, levels[name], weights.get(name, 0.0), language) for name in names]


def waterfall(
    levels: Mapping[str, int], weights: Mapping[str, float], match_weight: float, language: Language
) -> list[Line]:
    """The lines of `describe` between where every pair starts and the match weight that they add up to."""
    found = describe(levels, weights, language)
    start = match_weight - sum(line.weight for line in found)
    total = _line("total", int(match_weight > 0), match_weight, language)
    return [_line("start", 0, start, language), *found, total]


def tell(line: Line, language: Language) -> str:
    """A line as a sentence: `Nama sama: menguatkan, 9,2`."""
    form = _words()["silent" if line.direction == "none" else "sentence"]
    direction = name_direction(line.direction, language)
    weight = write_weight(abs(line.weight), language)
    return str(form.format(words=line.words, direction=direction, weight=weight))


def name_comparison(comparison: str, language: Language) -> str:
    """What a comparison is called: `birth_date` is Tanggal lahir."""
    return str(_words()["comparisons"][comparison][language])


def top_level(comparison: str) -> int:
    """The level at which both records agree fully."""
    return int(max(_words()["levels"][comparison]))


def name_direction(direction: Direction, language: Language) -> str:
    """`for` is menguatkan."""
    return str(_words()["directions"][direction][language])


def write_weight(weight: float, language: Language, signed: bool = False) -> str:
    """One decimal, as the language writes it: `9,2`, `-4.1`, and `+9,2` where it is `signed`."""
    text = f"{weight:+.1f}" if signed and abs(weight) >= _SILENT else f"{weight:.1f}".replace("-0.0", "0.0")
    return text.replace(".", ",") if language == "id" else text


def _line(comparison: str, level: int, weight: float, language: Language) -> Line:
    direction: Direction = "none" if abs(weight) < _SILENT else "for" if weight > 0 else "against"
    try:
        words = _words()["levels"][comparison][level][language]
    except KeyError:
        raise IdentityError(
            f"Level {level} of {comparison} has no words. Add them to identity/review_words.yaml."
        ) from None
    return Line(comparison, words, weight, direction)


@cache
def _words() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(
        Path(__file__).with_name("review_words.yaml").read_text(encoding="utf-8")
    )
    return content
