"""Names as rows of word numbers: drawn, altered as lists alter them, and written."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sigap.synth.draw import Dice, Indices, Keys
from sigap.synth.labelled.profiles import cumulated
from sigap.synth.labelled.vocabulary import NONE, Choice, names, vocabulary

WORDS = 4
_BEFORE, _FIRST, _LAST, _AFTER = (
    0,
    1,
    WORDS,
    WORDS + 1,
)  # columns of a name as written: a title, words, what follows
_COLUMNS = WORDS + 2
CUT_AT = 25  # characters that an old system keeps


def draw_words(dice: Dice, purpose: str, keys: Keys, sex: Indices, second: Keys) -> Indices:
    """A name per key as (keys, 4) word numbers, NONE for no word. Rows of the same `second` share the last words."""
    words = np.full((len(keys), WORDS), NONE)
    for code in (0, 1):
        chosen = np.flatnonzero(sex == code)
        words[chosen] = _words_of(dice, purpose, keys[chosen], second[chosen], code)
    return words


def _words_of(dice: Dice, purpose: str, keys: Keys, second: Keys, sex: int) -> Indices:
    known = vocabulary()
    leading = known.leading[sex].pick(dice.share(f"{purpose} leading", keys))
    given = _pick(dice, f"{purpose} given", keys, known.given[sex])
    last = _pick(dice, f"{purpose} last", second, known.second[sex])
    middle = _pick(dice, f"{purpose} middle", keys, known.second[sex])
    count = 1 + np.searchsorted(cumulated(names()["words"]), dice.share(f"{purpose} count", keys), "right")
    given = np.where(given == leading, last, given)
    rest = count - (leading != NONE)
    columns = [
        leading,
        np.where((rest >= 1) | (leading == NONE), given, NONE),
        np.where((rest >= 3) & (middle != last), middle, NONE),
        np.where((rest >= 2) & (last != given), last, NONE),
    ]
    return packed(np.stack(columns, axis=1))


def _pick(dice: Dice, purpose: str, keys: Keys, choice: Choice) -> Indices:
    return choice.pick(dice.share(purpose, keys))


def packed(words: Indices) -> Indices:
    """The same words moved to the left, NONE behind them."""
    order = np.argsort(words == NONE, axis=1, kind="stable")
    return np.take_along_axis(words, order, axis=1)


def as_written(words: Indices) -> Indices:
    """Names with room for a title before and what may follow."""
    written = np.full((len(words), _COLUMNS), NONE)
    written[:, _FIRST : _LAST + 1] = words
    return written


def alter(
    dice: Dice, purpose: str, keys: Keys, written: Indices, sex: Indices, weights: Mapping[str, float]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Alter each of the names in place, in one way that fits it. Returns which are to be cut and which joined."""
    fits = np.stack([_fits(way, written) for way in weights], axis=1)
    limits = np.cumsum(fits * np.asarray(list(weights.values()), dtype=np.float64), axis=1)
    drawn = dice.share(f"{purpose} way", keys) * limits[:, -1]
    way = (drawn[:, None] >= limits).sum(axis=1)
    for number, name in enumerate(weights):
        rows = np.flatnonzero(way == number)
        if name in vocabulary().ways:
            _replace(dice, f"{purpose} {name}", keys[rows], written, rows, name)
        else:
            _rearrange(dice, f"{purpose} {name}", keys[rows], written, rows, name, sex[rows])
    ways = list(weights)
    return way == ways.index("cut"), way == ways.index("joined")


def _fits(way: str, written: Indices) -> NDArray[np.bool_]:
    words = written[:, _FIRST : _LAST + 1]
    if way == "link":
        return np.asarray(written[:, _AFTER] == NONE)
    if way in vocabulary().ways:
        return np.asarray(
            (vocabulary().ways[way].size[words] > 0).any(axis=1) & _has(words, _LEAST.get(way, 1))
        )
    if way == "cut":
        return np.asarray(_characters(words) > CUT_AT)
    return _has(words, _LEAST.get(way, 1))


_LEAST = {"initial": 2, "dropped": 3, "order": 2, "joined": 2}


def _has(words: Indices, count: int) -> NDArray[np.bool_]:
    return np.asarray(words[:, count - 1] != NONE)


def _characters(words: Indices) -> Indices:
    return np.asarray((vocabulary().length[words + 1] + (words != NONE)).sum(axis=1) - 1)


def _replace(dice: Dice, purpose: str, keys: Keys, written: Indices, rows: Indices, way: str) -> None:
    """One word of each name by one of its other ways, all equally likely."""
    ways = vocabulary().ways[way]
    words = written[rows, _FIRST : _LAST + 1]
    limits = np.cumsum(ways.size[words], axis=1)
    drawn = dice.below(purpose, keys, limits[:, -1])
    column = (drawn[:, None] >= limits).sum(axis=1)
    at = np.arange(len(rows))
    chosen = words[at, column]
    nth = drawn - (limits[at, column] - ways.size[chosen])
    written[rows, _FIRST + column] = ways.flat[ways.start[chosen] + nth]


def _rearrange(
    dice: Dice, purpose: str, keys: Keys, written: Indices, rows: Indices, way: str, sex: Indices
) -> None:
    known = vocabulary()
    last = _FIRST + (written[rows, _FIRST : _LAST + 1] != NONE).sum(axis=1) - 1
    if way == "title_before":
        for code in (0, 1):
            chosen = sex == code
            titles = known.before[code]
            written[rows[chosen], _BEFORE] = titles[dice.below(purpose, keys[chosen], len(titles))]
    elif way == "title_after":
        written[rows, _AFTER] = known.after[dice.below(purpose, keys, len(known.after))]
    elif way == "link":
        for code in (0, 1):
            chosen = sex == code
            fathers = known.fathers[code]
            written[rows[chosen], _AFTER] = fathers[dice.below(purpose, keys[chosen], len(fathers))]
    elif way == "dropped":
        written[rows, last] = NONE
    elif way == "order":
        first = written[rows, _FIRST]
        written[rows, _FIRST] = written[rows, last]
        written[rows, last] = first


def write(written: Indices, letters: Indices) -> pa.Array:
    """Names as text; `letters` says capitals (0), title case (1) or small letters (2)."""
    known = vocabulary()
    offset = letters * known.size
    columns = [known.text.take(pa.array(offset + words, mask=words == NONE)) for words in written.T]
    name = pc.binary_join_element_wise(*columns, " ", null_handling="skip")
    return pc.replace_substring(name, " ,", ",")
