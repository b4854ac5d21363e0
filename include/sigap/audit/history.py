"""What became of a person's number, and what officers decided about pairs, as explanations tell it."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, case, func, or_, select

from sigap.audit.wording import day_of, say
from sigap.domain.period import Period
from sigap.identity.words import Language
from sigap.warehouse.tables import identity, identity_review

_event = identity.person_event.c
_verdict, _check = identity_review.verdict.c, identity_review.verdict_check.c


def events_of(connection: Connection, person_id: int, period: Period, language: Language) -> list[str]:
    """What happened to the number until the end of a month, as one sentence per event."""
    wanted = (
        select(identity.person_event)
        .where(or_(_event.person_id == person_id, _event.other_person_id == person_id))
        .where(_event.withdrawn_at.is_(None), _event.period <= str(period))
        .order_by(_event.period, _event.event_id)
    )
    told = [_event_words(dict(row), language) for row in connection.execute(wanted).mappings()]
    return list(dict.fromkeys(told))  # several governments may have recorded the same


def survivor_of(connection: Connection, person_id: int, period: Period) -> int | None:
    """The person that this one was merged into by the end of a month, None for nobody."""
    merged = func.identity.merge_as_of(str(period)).table_valued("person_id", "parent_id", "survivor_id")
    wanted = select(merged.c.survivor_id).where(merged.c.person_id == person_id)
    return connection.execute(wanted).scalar_one_or_none()


def verdicts_about(connection: Connection, fact_keys: Collection[str]) -> list[dict[str, Any]]:
    """Every verdict about these pairs, the oldest first, with what a second person said.

    `effect` is agree (it counts), disagree, or waits.
    """
    answer = func.coalesce(
        _check.answer, case((_verdict.risk_idr <= _verdict.limit_idr, "agree"), else_="waits")
    )
    second = (_check.actor.label("checker"), _check.reason.label("checker_reason"), _check.checked_at)
    wanted = (
        select(identity_review.verdict, answer.label("effect"), *second)
        .outerjoin(identity_review.verdict_check, _check.verdict_id == _verdict.verdict_id)
        .where(_verdict.fact_key.in_(list(fact_keys)))
        .order_by(_verdict.verdict_id)
    )
    return [dict(row) for row in connection.execute(wanted).mappings()]


def given_by(verdict: Mapping[str, Any], language: Language) -> str:
    """Who gave a verdict, and when."""
    day = day_of(verdict["judged_at"], language)
    return say("sentences", "given", language, actor=verdict["actor"], day=day)


def checked_by(verdict: Mapping[str, Any], language: Language) -> str | None:
    """Who checked it and what they said; that nobody had to, or None while somebody is waited for."""
    if verdict["checker"] is None:
        return say("sentences", "single", language) if verdict["effect"] == "agree" else None
    day, reason = day_of(verdict["checked_at"], language), verdict["checker_reason"] or "–"
    return say("sentences", "second", language, actor=verdict["checker"], day=day, reason=reason)


def _event_words(event: Mapping[str, Any], language: Language) -> str:
    words = say("events", event["kind"], language, **event)
    return words + (say("events", "by_verdict", language, **event) if event["cause"] == "verdict" else "")
