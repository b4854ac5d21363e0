"""Why this person, beside the trail: what the trail does not show already, with charts."""

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from sigap.audit.explain import Explanation
from sigap.audit.sections import Section
from sigap.audit.step import Step
from sigap.audit.wording import label_of, section_of
from sigap_portal.trail import NOTHING, Words, received

_BESIDE_A_TRAIL = ("joined", "memberships", "refused", "verdicts")
_IN_THE_TRAIL = ("cells", "period", "received_at", "file_sha256")


@dataclass(frozen=True, slots=True)
class Point:
    """One fact: several sentences as a list. `is_digest` asks for a typewriter face."""

    label: Words
    texts: list[str]
    is_digest: bool


@dataclass(frozen=True, slots=True)
class Reasoned:
    """A pair, a membership, a verdict or a row; `cells` are those of a row where no trail shows them."""

    title: str
    points: list[Point]
    cells: list[tuple[str, str]]


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


def why(found: Explanation, *, is_alone: bool = False) -> Why:
    """An explanation ready to be shown below the trail of the same person, or alone: then with all of it."""
    (person,) = (section for section in found.sections if section.name == "person")
    history = [event for step in person.steps for event in step.facts.get("history", [])]
    shown = [one for one in found.sections if is_alone or one.name in _BESIDE_A_TRAIL]
    return Why(found.summary, history, [_part(section, found, is_alone) for section in shown])


def _part(section: Section, found: Explanation, is_alone: bool) -> Part:
    chart = found.chart(section.name) if section.name in found.drawn else None
    title = Words(section.title, section_of(section.name, "en")[0])
    drawn = Markup(chart) if chart else None  # noqa: S704  (drawn by us, its texts escaped)
    return Part(title, section.lead, [_reasoned(step, is_alone) for step in section.steps], drawn)


def _reasoned(step: Step, is_alone: bool) -> Reasoned:
    hidden = ("cells", "history") if is_alone else _IN_THE_TRAIL
    points = [_point(name, value) for name, value in step.facts.items() if name not in hidden]
    cells = step.facts.get("cells") or {} if is_alone else {}
    return Reasoned(step.title, points, received(cells))


def _point(name: str, value: Any) -> Point:
    label = Words(label_of(name, "id"), label_of(name, "en"))
    texts = value if isinstance(value, list) else [NOTHING if value is None else str(value)]
    return Point(label, texts, name.endswith("sha256"))
