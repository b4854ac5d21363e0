"""How lists alter names: one way per name among those that fit it, each as often as profiles.yaml says."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from sigap.synth.draw import Dice, Indices, Keys
from sigap.synth.labelled.names import AFTER, BEFORE, FIRST, Written
from sigap.synth.labelled.vocabulary import NONE, vocabulary

_LIMITS = (25, 25, 30)  # characters that old systems keep; the shorter one is more common
_LEAST_WORDS = {"initial": 2, "dropped": 3, "order": 2, "joined": 2}


def alter(
    dice: Dice,
    purpose: str,
    keys: Keys,
    names: Written,
    rows: Indices,
    sex: Indices,
    ways: Mapping[str, float],
) -> None:
    """Alter the names at some positions in place. `keys` and `sex` are those of all names."""
    fits = np.stack([_fits(way, names, rows) for way in ways], axis=1)
    limits = np.cumsum(fits * np.asarray(list(ways.values()), dtype=np.float64), axis=1)
    drawn = dice.share(f"{purpose} way", keys[rows]) * limits[:, -1]
    chosen = (drawn[:, None] >= limits).sum(axis=1)
    for number, way in enumerate(ways):
        some = rows[chosen == number]
        change = _CHANGES.get(way)
        if change is None:
            _rewrite(dice, f"{purpose} {way}", keys[some], names, some, way)
        else:
            change(dice, f"{purpose} {way}", keys[some], names, some, sex[some])


def _fits(way: str, names: Written, rows: Indices) -> NDArray[np.bool_]:
    """To which of the names it can be done."""
    words, known = names.proper[rows], vocabulary()
    enough = np.asarray(words[:, _LEAST_WORDS.get(way, 1) - 1] != NONE)
    if way in known.ways:
        return enough & (known.ways[way].size[words] > 0).any(axis=1)
    if way == "cut":
        return np.asarray((known.length[words + 1] + (words != NONE)).sum(axis=1) - 1 > min(_LIMITS))
    return enough


def _rewrite(dice: Dice, purpose: str, keys: Keys, names: Written, rows: Indices, way: str) -> None:
    """One word by one of its other ways, all equally likely."""
    ways, words = vocabulary().ways[way], names.proper[rows]
    limits = np.cumsum(ways.size[words], axis=1)
    drawn = dice.below(purpose, keys, limits[:, -1])
    column = (drawn[:, None] >= limits).sum(axis=1)
    every = np.arange(len(rows))
    word = words[every, column]
    nth = drawn - (limits[every, column] - ways.size[word])
    names.proper[rows, column] = ways.flat[ways.start[word] + nth]


def _entitle(dice: Dice, purpose: str, keys: Keys, names: Written, rows: Indices, sex: Indices) -> None:
    _put(dice, purpose, keys, names, rows, sex, BEFORE, vocabulary().before)


def _link(dice: Dice, purpose: str, keys: Keys, names: Written, rows: Indices, sex: Indices) -> None:
    _put(dice, purpose, keys, names, rows, sex, AFTER, vocabulary().fathers)


def _graduate(dice: Dice, purpose: str, keys: Keys, names: Written, rows: Indices, sex: Indices) -> None:
    _put(dice, purpose, keys, names, rows, sex, AFTER, (vocabulary().after,) * 2)


def _put(
    dice: Dice, purpose: str, keys: Keys, names: Written, rows: Indices, sex: Indices, column: int,
    choices: tuple[Indices, Indices],
) -> None:  # fmt: skip
    for code, words in enumerate(choices):
        chosen = sex == code
        names.words[rows[chosen], column] = words[dice.below(purpose, keys[chosen], len(words))]


def _drop(dice: Dice, purpose: str, keys: Keys, names: Written, rows: Indices, sex: Indices) -> None:
    names.words[rows, _last(names, rows)] = NONE


def _turn(dice: Dice, purpose: str, keys: Keys, names: Written, rows: Indices, sex: Indices) -> None:
    last = _last(names, rows)
    first = names.words[rows, FIRST]
    names.words[rows, FIRST] = names.words[rows, last]
    names.words[rows, last] = first


def _last(names: Written, rows: Indices) -> Indices:
    return np.asarray(FIRST + (names.proper[rows] != NONE).sum(axis=1) - 1)


def _cut(dice: Dice, purpose: str, keys: Keys, names: Written, rows: Indices, sex: Indices) -> None:
    names.kept[rows] = np.asarray(_LIMITS)[dice.below(purpose, keys, len(_LIMITS))]


def _join(dice: Dice, purpose: str, keys: Keys, names: Written, rows: Indices, sex: Indices) -> None:
    names.joined[rows] = True


# The ways that do not rewrite a word (for those see vocabulary.py).
_CHANGES: dict[str, Callable[[Dice, str, Keys, Written, Indices, Indices], None]] = {
    "title_before": _entitle,
    "title_after": _graduate,
    "link": _link,
    "dropped": _drop,
    "order": _turn,
    "cut": _cut,
    "joined": _join,
}
