"""How alike two headers are, however they are abbreviated or misspelt."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from rapidfuzz import fuzz

from sigap.domain.source import SourceEntry
from sigap.sources.catalog import common_headers, load_catalog
from sigap.sources.header import header_key

RENAMED = 0.85  # so alike that a header is probably another spelling of the known one
CONCEIVABLE = 0.6  # alike enough to be proposed to a person
_CONTAINED = 0.8  # 'Nomor Kartu KTP' holds all words of 'Nomor KTP', and may still mean something else
_WORD = re.compile(r"[^\W_]+")
_LONGEST = 60  # letters; a longer text is a sentence
_MOST_DIGITS = 2


@cache
def header_words() -> Mapping[str, Any]:
    """Abbreviations, headers that are not carried on, headers that are not needed: headers.yaml."""
    content = Path(__file__).with_name("headers.yaml").read_text(encoding="utf-8")
    words: Mapping[str, Any] = yaml.safe_load(content)
    return words


def likeness(header: str, other: str) -> float:
    """0 for nothing in common, 1 for the same words, abbreviations of headers.yaml spelt out."""
    written = fuzz.ratio(header_key(header), header_key(other))
    one, two = " ".join(_spelt(header)), " ".join(_spelt(other))
    meant = max(fuzz.token_sort_ratio(one, two), _CONTAINED * fuzz.token_set_ratio(one, two))
    return max(written, meant) / 100


def closest(header: str, known: Mapping[str, Iterable[str]]) -> tuple[str | None, float]:
    """The meaning whose headers this one is most like, and how much; the first of equals."""
    found = [
        (max((likeness(header, text) for text in texts), default=0.0), name) for name, texts in known.items()
    ]
    alike, name = max(found, key=lambda one: one[0], default=(0.0, None))
    return name, alike


def propose_columns(headers: Iterable[str], entry: SourceEntry, missing: Iterable[str]) -> dict[str, str]:
    """Which of the missing columns the unknown headers probably are: {header: column}, one header each.

    A header that is more like a column already found, or like one that is not needed, is left alone.
    """
    known = likely_headers(entry)
    ranked = sorted(((header, *closest(header, known)) for header in headers), key=lambda one: -one[2])
    open_columns, proposal = set(missing), {}
    for header, name, alike in ranked:
        if name and alike >= CONCEIVABLE and name in open_columns:
            open_columns.discard(name)
            proposal[header] = name
    return proposal


def known_headers(entry: SourceEntry) -> dict[str, tuple[str, ...]]:
    """The headers of an entry by what they mean: a column, `ignore` or `minimise`."""
    columns = {column.name: column.headers for column in entry.columns.values()}
    return {**columns, "ignore": entry.ignore, "minimise": entry.minimise}


def likely_headers(entry: SourceEntry) -> dict[str, tuple[str, ...]]:
    """The same, with what other senders write above the columns of this one."""
    common = common_headers(entry.kind, load_catalog())
    own = known_headers(entry)
    return {name: own[name] + common.get(name, ()) for name in own}


def may_be_quoted(header: str, entry: SourceEntry) -> bool:
    """Whether a header may stand in a message: it is known, or half of its words are words of headers.

    A wrong header line could hold the name of a person.
    """
    own = (text for texts in known_headers(entry).values() for text in texts)
    if header_key(header) in {header_key(text) for text in (*own, *entry.template)}:
        return True
    words = _spelt(header)
    digits = sum(letter.isdigit() for letter in header)
    if not words or len(header) > _LONGEST or digits > _MOST_DIGITS or "@" in header:
        return False
    common = common_headers(entry.kind, load_catalog())
    groups = (*known_headers(entry).values(), *common.values())
    known = _vocabulary(tuple(text for texts in groups for text in texts))
    return sum(_is_known(word, known) for word in words) * 2 >= len(words)


def _spelt(header: str) -> list[str]:
    short = header_words()["short"]
    return [short.get(word, word) for word in _WORD.findall(header.casefold())]


@cache
def _vocabulary(headers: tuple[str, ...]) -> frozenset[str]:
    words = header_words()
    texts = [*headers, *words["minimise"], *words["ignore"], *words["words"]]
    texts += [*words["short"], *words["short"].values()]
    return frozenset(word for text in texts for word in _spelt(text))


def _is_known(word: str, known: frozenset[str]) -> bool:
    if word in known:
        return True
    return any(fuzz.ratio(word, other) >= RENAMED * 100 for other in known if len(other) > 3)
