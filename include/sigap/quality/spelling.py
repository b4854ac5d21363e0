"""Names of places however they are written: `Jaka Sampurna`, `Bks Brt`, `Kel. Jakasampurna, Bekasi Barat`."""

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

LEVELS = ("kelurahan", "kecamatan", "kabupaten")
_NEIGHBOURHOOD = re.compile(r"\bR\.?[TW]\b\.?[\s:/-]*[0-9]+(\s*/\s*[0-9]+)?")  # RT 01/02, RW.003
_WORD = re.compile(r"[A-Z]+")


@dataclass(frozen=True, slots=True)
class Names:
    """The names that are known at one level, folded: those of the city, and those of places elsewhere."""

    own: Set[str]
    elsewhere: Set[str]

    def __contains__(self, key: object) -> bool:
        return key in self.own or key in self.elsewhere


@dataclass(frozen=True, slots=True)
class Spelled:
    """What a cell names at each level, folded; '' where nothing. `near`: levels read from a near spelling."""

    keys: Mapping[str, str]
    near: frozenset[str] = frozenset()


def place_key(name: str) -> str:
    """Fold a name for comparison: `Kel. Jaka Sampurna` and `JAKASAMPURNA` give the same key."""
    return _fold(_WORD.findall(name.upper()))[1]


def spell_cells(cells: Sequence[str], level: str, known: Mapping[str, Names]) -> list[Spelled]:
    """What each of these texts of the column `level` names.

    A cell may name more than one level; a word such as Kec. or a known name decides which, else the order: a
    kelurahan first, what it lies in after it. A name that is not known but near to one name of the city
    becomes that one.
    """
    read = [_read(cell, level, known) for cell in cells]
    near = {one: _near({keys[one] for keys in read}, known[one]) for one in LEVELS}
    return [_respell(keys, near) for keys in read]


def _read(cell: str, level: str, known: Mapping[str, Names]) -> dict[str, str]:
    parts = [part for part in (_fold(words) for words in _parts(cell)) if part[1]]
    found = {stated: key for stated, key in reversed(parts) if stated}
    for place, (stated, key) in enumerate(parts):
        by_order = LEVELS[min(LEVELS.index(level) + place, len(LEVELS) - 1)]
        if stated is None:
            found.setdefault(_level_of(key, by_order, known), key)
    return {one: found.get(one, "") for one in LEVELS}


def _level_of(key: str, by_order: str, known: Mapping[str, Names]) -> str:
    if key in known[by_order]:
        return by_order
    return next((level for level in LEVELS if key in known[level].own), by_order)


def _parts(cell: str) -> Iterable[list[str]]:
    """The words of each name in a cell."""
    text = _NEIGHBOURHOOD.sub(" ", cell.upper())
    return [_WORD.findall(part) for part in _between().split(text)]


def _fold(words: Sequence[str]) -> tuple[str | None, str]:
    """The level that the words state, and the key of the name."""
    start, level = 0, None
    while start < len(words) and words[start] in _stated():
        level = _stated()[words[start]]
        start += 1
    name = words[start - 1 :] if level == "kabupaten" else words[start:]  # Kabupaten Bekasi, not Bekasi
    return level, "".join(_rules()["abbreviations"].get(word, word) for word in name)


def _near(keys: Set[str], names: Names) -> dict[str, str]:
    """The one name of the city that each unknown key is near to."""
    unknown = sorted(key for key in keys if len(key) >= _rules()["near"]["one_letter"] and key not in names)
    own = sorted(names.own)
    if not unknown or not own:
        return {}
    distance = cdist(unknown, own, scorer=OSA.distance, score_cutoff=3, dtype=np.uint8)
    nearest, at = distance.min(axis=1), distance.argmin(axis=1)
    is_long = np.array([len(key) >= _rules()["near"]["two_letters"] for key in unknown])
    one = (nearest == 1) & ((distance <= 1).sum(axis=1) == 1)
    two = (nearest == 2) & ((distance <= 3).sum(axis=1) == 1) & is_long
    return {unknown[row]: own[at[row]] for row in np.flatnonzero(one | two)}


def _respell(keys: Mapping[str, str], near: Mapping[str, Mapping[str, str]]) -> Spelled:
    read = {level: near[level].get(key, key) for level, key in keys.items()}
    return Spelled(read, frozenset(level for level in LEVELS if read[level] != keys[level]))


@cache
def _stated() -> dict[str, str]:
    return {word: level for level, words in _rules()["levels"].items() for word in words}


@cache
def _between() -> re.Pattern[str]:
    """Where one name ends and the next begins: a comma, a dash between blanks, or a word such as Kec."""
    words = "|".join(sorted(_stated(), key=len, reverse=True))
    return re.compile(rf"[,;/()|\n]|\s[-–]\s|(?=\b(?:{words})\b)")


@cache
def _rules() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(
        Path(__file__).with_name("places.yaml").read_text(encoding="utf-8")
    )
    return content
