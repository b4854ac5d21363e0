"""Every word that a name in the tables can hold, numbered, with the ways to write it: read from names.yaml.

A name is a row of word numbers, so a million names are altered with a few steps over numbers, and misspelt
words are worked out once per word.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import yaml
from numpy.typing import NDArray

from sigap.synth.draw import Indices

SEXES = "LP"
NONE = -1  # no word


@dataclass(frozen=True, slots=True)
class Choice:
    """Words to choose from, the frequent ones more often."""

    words: Indices
    limits: NDArray[np.float64]

    def pick(self, shares: NDArray[np.float64]) -> Indices:
        """A word for each number from 0 to 1."""
        return np.asarray(self.words[np.searchsorted(self.limits, shares, side="right")])


@dataclass(frozen=True, slots=True)
class Ways:
    """Other ways to write each word: those of word w are `flat[start[w] : start[w] + size[w]]`."""

    start: Indices
    size: Indices
    flat: Indices


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All words. `text` holds them three times: capitals, title case, small letters."""

    text: pa.Array
    length: Indices  # characters of each word, 0 for none: index with NONE + 1
    leading: tuple[Choice, Choice]
    given: tuple[Choice, Choice]
    second: tuple[Choice, Choice]
    twins: tuple[Indices, Indices]  # (pairs, 2) by sex
    before: tuple[Indices, Indices]
    after: Indices
    fathers: tuple[Indices, Indices]  # bin Agus, binti Agus
    ways: Mapping[str, Ways]

    @property
    def size(self) -> int:
        """How many words there are."""
        return len(self.text) // 3


class _Numbers(dict[str, int]):
    """Gives every new word the next number."""

    def __missing__(self, word: str) -> int:
        self[word] = len(self)
        return self[word]

    def of(self, words: Iterable[str]) -> Indices:
        return np.asarray([self[word] for word in words], dtype=np.int64)


@cache
def names() -> dict[str, Any]:
    """The content of names.yaml."""
    tree: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("names.yaml").read_text(encoding="utf-8"))
    return tree


@cache
def vocabulary() -> Vocabulary:
    """All words and their ways, worked out once."""
    tree, numbers = names(), _Numbers()
    given = [_ranked(numbers, tree["given"][sex], _composed(sex)) for sex in SEXES]
    second = [_ranked(numbers, tree["second"][sex], _composed(sex)) for sex in SEXES]
    leading = [_weighted(numbers, tree["leading"][sex]) for sex in SEXES]
    twins = [numbers.of(word for pair in tree["twins"][sex] for word in pair).reshape(-1, 2) for sex in SEXES]
    for heading in ("spellings", "nicknames"):
        numbers.of(tree[heading])
    base = list(numbers)
    ways = {name: _ways(numbers, base, way) for name, way in _WAYS.items()}
    before = [numbers.of(tree["titles"]["before"][sex]) for sex in SEXES]
    after = numbers.of(tree["titles"]["after"])
    fathers = [numbers.of(_fathers(sex)) for sex in SEXES]
    words = list(numbers)
    ways = {name: _padded(way, len(words)) for name, way in ways.items()}
    text = [word.upper() for word in words] + words + [word.lower() for word in words]
    return Vocabulary(
        pa.array(text),
        np.asarray([0, *map(len, words)], dtype=np.int64),
        (leading[0], leading[1]),
        (given[0], given[1]),
        (second[0], second[1]),
        (twins[0], twins[1]),
        (before[0], before[1]),
        after,
        (fathers[0], fathers[1]),
        ways,
    )


def _ranked(numbers: _Numbers, common: list[str], tail: list[str]) -> Choice:
    ordered = list(dict.fromkeys([*common, *tail]))
    weights = (np.arange(len(ordered)) + 1.0 + names()["flat"]) ** -names()["steep"]
    weights[len(dict.fromkeys(common)) :] *= names()["tail"]
    return _choice(numbers.of(ordered), weights)


def _weighted(numbers: _Numbers, weights: Mapping[str, float]) -> Choice:
    """Words with their weights in a hundred; for the rest of the hundred, none."""
    shares = np.asarray([*weights.values(), 100 - sum(weights.values())], dtype=np.float64)
    return _choice(np.append(numbers.of(weights), NONE), shares)


def _choice(words: Indices, weights: NDArray[np.float64]) -> Choice:
    limits = np.cumsum(weights)
    return Choice(words, limits / limits[-1])


def _composed(sex: str) -> list[str]:
    parts = names()["composed"][sex]
    return [start + end for end in parts["ends"] for start in parts["starts"]]


def _fathers(sex: str) -> list[str]:
    return [f"{link} {father}" for link in names()["links"][sex] for father in names()["given"]["L"]]


def _ways(numbers: _Numbers, words: list[str], way: Callable[[str], Iterable[str]]) -> Ways:
    """The other ways to write each word, without the word itself."""
    found = [[other for other in dict.fromkeys(way(word)) if other and other != word] for word in words]
    size = np.asarray([len(others) for others in found], dtype=np.int64)
    return Ways(np.cumsum(size) - size, size, numbers.of(other for others in found for other in others))


def _padded(ways: Ways, words: int) -> Ways:
    """The same for all words (the misspelt ones have no further ways); the last place is that of NONE."""
    missing = words + 1 - len(ways.size)
    return Ways(np.pad(ways.start, (0, missing)), np.pad(ways.size, (0, missing)), ways.flat)


def _replaced(word: str, pairs: Iterable[tuple[str, str]]) -> Iterable[str]:
    for old, new in pairs:
        for place in range(len(word)):
            if word.lower().startswith(old, place):
                yield (word[:place] + new + word[place + len(old) :]).capitalize()


def _old(word: str) -> Iterable[str]:
    yield from _replaced(word, names()["old"])


def _sounds(word: str) -> Iterable[str]:
    yield from _replaced(word, names()["sounds"])
    yield word + "h" if word[-1] in "aiu" else word.removesuffix("h")
    for place in range(2, len(word) - 1):
        if word[place] in "dlmnrst" and word[place - 1] in "aiueo" and word[place + 1] in "aiueo":
            yield word[: place + 1] + word[place:]


def _slips(word: str) -> Iterable[str]:
    """A letter left out, two changed places, a letter twice, the key beside it."""
    for place in range(1, len(word)):
        yield word[:place] + word[place + 1 :]
        yield word[:place] + word[place + 1 : place + 2] + word[place] + word[place + 2 :]
        yield word[:place] + word[place] + word[place:]
        for key in names()["keyboard"].get(word[place], ""):
            yield word[:place] + key + word[place + 1 :]


_WAYS: dict[str, Callable[[str], Iterable[str]]] = {
    "spelling": lambda word: names()["spellings"].get(word, ()),
    "nickname": lambda word: names()["nicknames"].get(word, ()),
    "old": _old,
    "sound": _sounds,
    "slip": _slips,
    "initial": lambda word: (word[0] + ".", word[0]),
}
