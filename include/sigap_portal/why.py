"""Why this person, beside the trail: what the trail does not show already, with charts."""

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from sigap.audit.explain import Explanation
from sigap.audit.sections import Section
from sigap.audit.step import Step
from sigap.audit.wording import label_of, section_of
from sigap_portal.trail import Words

_SHOWN = ("joined", "memberships", "refused", "verdicts")
_IN_THE_TRAIL = ("cells", "period", "received_at", "file_sha256")


@dataclass(frozen=True, slots=True)
class Point:
    """One fact: several sentences as a list."""

    label: Words
    texts: list[str]


@dataclass(frozen=True, slots=True)
class Reasoned:
    """A pair, a membership or a verdict."""

    title: str
    points: list[Point]


@dataclass(frozen=True, slots=True)
class Part:
    """A section; `chart` is an SVG without scripts and styles, in which received text is escaped."""

    title: Words
    lead: str
    reasoned: list[Reasoned]
    chart: Markup | None


@dataclass(frozen=True, slots=True)
class Why:
    """The conclusion, what became of the person's number, and the sections."""

    summary: tuple[str, ...]
    history: list[str]
    parts: list[Part]


def why(found: Explanation) -> Why:
    """An explanation ready to be shown below the trail of the same person."""
    (person,) = (section for section in found.sections if section.name == "person")
    history = [event for step in person.steps for event in step.facts.get("history", [])]
    parts = [_part(section, found) for section in found.sections if section.name in _SHOWN]
    return Why(found.summary, history, parts)


def _part(section: Section, found: Explanation) -> Part:
    chart = found.chart(section.name) if section.name in found.drawn else None
    title = Words(section.title, section_of(section.name, "en")[0])
    drawn = Markup(chart) if chart else None  # noqa: S704  (drawn by us, its texts escaped)
    return Part(title, section.lead, [_reasoned(step) for step in section.steps], drawn)


def _reasoned(step: Step) -> Reasoned:
    points = [_point(name, value) for name, value in step.facts.items() if name not in _IN_THE_TRAIL]
    return Reasoned(step.title, points)


def _point(name: str, value: Any) -> Point:
    label = Words(label_of(name, "id"), label_of(name, "en"))
    return Point(label, value if isinstance(value, list) else [str(value)])
