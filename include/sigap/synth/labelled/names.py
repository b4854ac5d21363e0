"""Names as rows of word numbers: drawn as parents give them, and written as text."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sigap.synth.draw import Dice, Indices, Keys
from sigap.synth.labelled.profiles import cumulated
from sigap.synth.labelled.vocabulary import NONE, Choice, names, vocabulary

WORDS = 4  # of a name; beside them, when written, a title before and what may follow
BEFORE, FIRST, AFTER = 0, 1, 1 + WORDS
_COLUMNS = AFTER + 1


@dataclass(frozen=True, slots=True)
class Written:
    """Names on their way into a list. What befalls them changes the arrays in place."""

    words: Indices  # (names, 6): a title, four words, what follows
    kept: Indices  # how many characters the list keeps, 0 for all
    joined: NDArray[np.bool_]  # whether the first two words are written as one

    @property
    def proper(self) -> Indices:
        """The name without a title or what follows."""
        return self.words[:, FIRST:AFTER]

    def text(self, letters: Indices) -> pa.Array:
        """As text in capitals (0), title case (1) or small letters (2)."""
        known = vocabulary()
        offset = letters * known.size
        columns = [known.text.take(pa.array(offset + word, mask=word == NONE)) for word in self.words.T]
        names = pc.binary_join_element_wise(*columns, " ", null_handling="skip")
        names = pc.replace_substring(names, " ,", ",")
        for length in np.unique(self.kept[self.kept > 0]).tolist():
            chosen = pa.array(self.kept == length)
            short = pc.utf8_slice_codeunits(names.filter(chosen), 0, length)
            names = pc.replace_with_mask(names, chosen, pc.utf8_rtrim(short, " "))
        together = pc.replace_substring(names.filter(pa.array(self.joined)), " ", "", max_replacements=1)
        return pc.replace_with_mask(names, pa.array(self.joined), together)


def as_written(words: Indices) -> Written:
    """Names of four word numbers, not yet altered."""
    written = np.full((len(words), _COLUMNS), NONE)
    written[:, FIRST:AFTER] = words
    return Written(written, np.zeros(len(words), dtype=np.int64), np.zeros(len(words), dtype=np.bool_))


def draw_words(dice: Dice, purpose: str, keys: Keys, sex: Indices, second: Keys) -> Indices:
    """A name per key as (keys, 4) word numbers, NONE for no word. Equal `second` share the last word."""
    words = np.full((len(keys), WORDS), NONE)
    for code in (0, 1):
        chosen = np.flatnonzero(sex == code)
        words[chosen] = _words_of(dice, purpose, keys[chosen], second[chosen], code)
    return words


def _words_of(dice: Dice, purpose: str, keys: Keys, second: Keys, sex: int) -> Indices:
    """A common word before or none, a given name, and as many second names as the count leaves room for."""
    known = vocabulary()
    count = 1 + np.searchsorted(cumulated(names()["words"]), dice.share(f"{purpose} count", keys), "right")
    leading = np.where(count > 1, _pick(dice, f"{purpose} leading", keys, known.leading[sex]), NONE)
    given = _pick(dice, f"{purpose} given", keys, known.given[sex])
    last = _pick(dice, f"{purpose} last", second, known.second[sex])
    middle, other = (
        _pick(dice, f"{purpose} {part}", keys, known.second[sex]) for part in ("middle", "other")
    )
    rest = count - (leading != NONE)
    columns = [
        leading,
        np.where(given == leading, last, given),
        np.where((rest >= 4) & (other != middle), other, NONE),
        np.where((rest >= 3) & (middle != last), middle, NONE),
        np.where((rest >= 2) & (last != given), last, NONE),
    ]
    return _packed(np.stack(columns, axis=1))[:, :WORDS]


def _pick(dice: Dice, purpose: str, keys: Keys, choice: Choice) -> Indices:
    return choice.pick(dice.share(purpose, keys))


def _packed(words: Indices) -> Indices:
    """The same words moved to the left, NONE behind them."""
    order = np.argsort(words == NONE, axis=1, kind="stable")
    return np.take_along_axis(words, order, axis=1)
