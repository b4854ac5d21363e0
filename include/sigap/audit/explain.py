"""Why this person: their rows, why those are one person, their memberships, what was refused and decided."""

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

MOST_CHARTS = 6


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a person is who they are in a month. `summary`: the conclusion in a few sentences.

    `drawn` are the pairs worth a chart: the person's own, the doubtful, then the nearest refused.
    """

    person_id: int
    period: Period
    language: Language
    summary: tuple[str, ...]
    sections: tuple[Section, ...]
    drawn: tuple[WeighedPair, ...]
    model: Model | None

    def chart(self) -> str | None:
        """The waterfall of every drawn pair as one SVG, which names nobody; None without pairs."""
        return waterfall_svg(self.drawn, self.model, self.language) if self.model else None

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "person_id": self.person_id,
            "period": str(self.period),
            "language": self.language,
            "summary": list(self.summary),
            "sections": [asdict(section) for section in self.sections],
            "pairs": [asdict(pair) for pair in self.drawn],
            "model": f"{self.model.name} {self.model.sha256[:12]}" if self.model else None,
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
        drawn = [*case.joined, *case.linked, *case.refused][:MOST_CHARTS]
        return Explanation(
            person_id,
            period,
            language,
            _summary(case),
            sections_of(case),
            tuple(_weighed(case, pair) for pair in drawn),
            case.model if drawn else None,
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


def _weighed(case: Case, pair: Pair) -> WeighedPair:
    decided = value_of(pair.kind, pair.decision, case.language)
    title = f"{case.title(pair)}: {decided}"
    return WeighedPair(title, pair.levels, pair.weights, pair.match_weight, limits_of(pair, case.model))
