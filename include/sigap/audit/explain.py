"""Why this person: their rows, why those are one person, their memberships, what was refused and decided."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Engine

from sigap.audit.case import Case
from sigap.audit.evidence import Pair
from sigap.audit.known import absent, refuse_unknown, rests_on
from sigap.audit.sections import Section, sections_of
from sigap.audit.wording import limits_of, reason_of, say, value_of
from sigap.domain.period import Period
from sigap.errors import IdentityError
from sigap.identity.model import Model
from sigap.identity.waterfall import WeighedPair, waterfall_svg
from sigap.identity.words import Language
from sigap.lake import Lake

MOST_CHARTS = 2  # in a section: the clearest of those that were joined, the nearest of those that were not


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a person is who they are in a month. `summary`: the conclusion in a few sentences.

    `drawn` are the pairs worth a chart by section: joined, memberships, refused.
    """

    person_id: int
    period: Period
    language: Language
    summary: tuple[str, ...]
    sections: tuple[Section, ...]
    drawn: Mapping[str, tuple[WeighedPair, ...]]
    model: Model

    def chart(self, section: str | None = None) -> str | None:
        """The waterfall of the drawn pairs, of one section or all, as one SVG that names nobody.

        None without pairs.
        """
        pairs = [pair for name, drawn in self.drawn.items() if section in (None, name) for pair in drawn]
        return waterfall_svg(pairs, self.model, self.language) if pairs else None

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "person_id": self.person_id,
            "period": str(self.period),
            "language": self.language,
            "summary": list(self.summary),
            "sections": [asdict(section) for section in self.sections],
            "drawn": {name: [asdict(pair) for pair in pairs] for name, pairs in self.drawn.items()},
            "model": f"{self.model.name} {self.model.sha256[:12]}",
        }


def explain_person(
    person_id: int,
    period: Period,
    warehouse: Engine,
    lake: Lake,
    language: Language = "id",
    roster_id: int | None = None,
) -> Explanation:
    """Explain a person of a month by the links that a roster rests on, without one by the newest links.

    Other people's facts are not in it; their rows are named. Raises `IdentityError` for an unknown person, a
    month without links, and a person of whom the month knows nothing.
    """
    with warehouse.connect() as connection:
        refuse_unknown(connection, person_id)
        origin, roster = rests_on(connection, period, roster_id)
        case = Case(connection, lake, origin, roster, person_id, period, language)
        if not (case.rows or case.memberships or case.pairs or case.decision):
            raise IdentityError(absent(connection, person_id, period))
        return Explanation(
            person_id,
            period,
            language,
            _summary(case),
            sections_of(case),
            _drawn(case),
            case.model,
        )


def _summary(case: Case) -> tuple[str, ...]:
    """The conclusion: how many rows, memberships and doubts, and the decision."""
    language, refused = case.language, case.refused
    lists = len({row["delivery_id"] for row in case.rows})
    counted = {
        "memberships": len(case.memberships),
        "review": sum(pair.decision == "review" for pair in refused),
        "refused": sum(pair.decision == "different" for pair in refused),
    }
    told = [say("summary", "memberships", language, **counted)]
    if case.rows:
        told.insert(0, say("summary", "rows", language, rows=len(case.rows), lists=lists))
    if case.decision:
        outcome = value_of("outcome", case.decision["outcome"], language)
        reason = reason_of(case.decision["reason_code"], language)
        told.append(say("summary", "decision", language, outcome=outcome, reason=reason))
    return tuple(told)


def _drawn(case: Case) -> dict[str, tuple[WeighedPair, ...]]:
    surest = {pair.there.place: pair for pair in reversed(case.linked)}  # one per membership
    pairs = {"joined": case.joined, "memberships": list(surest.values())[::-1], "refused": case.refused}
    return {
        name: tuple(_weighed(case, pair) for pair in found[:MOST_CHARTS]) for name, found in pairs.items()
    }


def _weighed(case: Case, pair: Pair) -> WeighedPair:
    decided = value_of(pair.kind, pair.decision, case.language)
    title = f"{case.title(pair)}: {decided}"
    return WeighedPair(title, pair.levels, pair.weights, pair.match_weight, limits_of(pair, case.model))
