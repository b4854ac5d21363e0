"""A trace in the words of its readers. What has no words of its own is shown under the name it has."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sigap.audit.step import Step
from sigap.domain.money import rupiah
from sigap.domain.reasons import reasons
from sigap.reporting.words import grouped, indonesian_date, sector_names
from sigap_portal.render import moment

NOTHING = "–"
_COUNTS = ("people", "rank", "row")


@dataclass(frozen=True, slots=True)
class Words:
    """The same in both languages, Indonesian first."""

    indonesian: str
    english: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of a step. `is_digest` asks for a typewriter face; `note` is the number of a note to go to."""

    label: Words
    text: str
    is_digest: bool
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """One step of the trail; `cells` are those of a received row, header and text, exactly as received."""

    title: Words
    facts: list[Fact]
    cells: list[tuple[str, str]]


def trail(steps: list[Step]) -> list[Stop]:
    """The steps of a trace, ready to be read; digests stand last in each."""
    return [_stop(step) for step in steps]


def title_of(title: str) -> Words:
    """The Indonesian title of a step of `sigap.audit.trace`; the English one stays beside it."""
    for pattern, words in _words()["titles"].items():
        if match := re.fullmatch(pattern, title):
            return Words(words.format(*match.groups()), re.split("[:,]", title)[0])
    return Words(title, "")


def label_of(name: str) -> Words:
    """The label of a fact."""
    found = _words()["labels"].get(name)
    return Words(found["id"], found["en"]) if found else Words(name, "")


def _stop(step: Step) -> Stop:
    cells = step.facts.get("cells") or {}
    facts = [_fact(name, value) for name, value in step.facts.items() if name != "cells"]
    return Stop(title_of(step.title), sorted(facts, key=lambda fact: fact.is_digest), received(cells))


def received(cells: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The cells of a row by header; an empty one is shown as such."""
    return [(header, NOTHING if text is None else str(text)) for header, text in cells.items()]


def _fact(name: str, value: Any) -> Fact:
    note = value if name == "note_number" else None
    return Fact(label_of(name), _text(name, value), name.endswith("sha256"), note)


def _text(name: str, value: Any) -> str:
    spoken = _words()["values"].get(name, {})
    if value is None or value == "":
        text = NOTHING
    elif name in ("reasons", "warnings"):
        text = "; ".join(_reason(code) for code in str(value).split(","))
    elif name == "sector":
        text = sector_names([str(value)])[str(value)]
    elif value in spoken:
        text = f"{spoken[value]} ({value})"
    else:
        text = _plain(name, value)
    return text


def _plain(name: str, value: Any) -> str:
    if isinstance(value, dt.datetime):
        return moment(value)
    if isinstance(value, dt.date):
        return indonesian_date(value)
    if isinstance(value, int) and name.endswith("_idr"):
        return rupiah(value)
    return grouped(value) if name in _COUNTS else str(value)


def _reason(code: str) -> str:
    known = reasons().get(code)
    return f"{known.indonesian} ({code})" if known else code


@cache
def _words() -> dict[str, Any]:
    text = Path(__file__).with_name("words.yaml").read_text(encoding="utf-8")
    words: dict[str, Any] = yaml.safe_load(text)
    return words
