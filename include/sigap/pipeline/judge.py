"""judge: a person answers for a list that was stopped, or for a month that broke a limit as a whole.

A judgement counts for the very figures it was about: a list that is checked again with others is asked about
again. None is ever changed; the newest about the same figures counts.
"""

from collections.abc import Collection, Mapping
from typing import Literal

from sqlalchemy import Connection, insert

from sigap.domain.period import Period
from sigap.errors import ApprovalError
from sigap.pipeline.locks import lock_month
from sigap.pipeline.questions import MONTH, newest_judgement, questions_in, stops_of
from sigap.pipeline.resources import Resources, code_version
from sigap.quality.stops import UNPASSABLE, Stops
from sigap.settings import Settings
from sigap.warehouse.tables import quality

Verdict = Literal["pass", "leave_out"]


def judge(
    period: Period,
    delivery_id: str | None,
    verdict: Verdict,
    actor: str,
    reason: str,
    resources: Resources,
) -> None:
    """Record what a person decided about a stopped list, or about the month (`delivery_id` None).

    pass: used all the same, or the month goes on. leave_out: not used, or the month waits. The same answer
    again changes nothing. Raises `ApprovalError` when the person may not judge, the reason is missing, or
    there is nothing to judge or to pass.
    """
    with resources.outcome_of("judge", period, delivery_id or MONTH) as outcome:
        refuse_judge(actor, resources.settings)
        outcome.read("quality.validation", "quality.duplicate", "reporting.link_quality")
        outcome.versions["code"] = code_version()
        with resources.warehouse.begin() as connection:
            lock_month(connection, period)
            stops = stops_of(connection, period, delivery_id, resources)
            _record(connection, period, delivery_id, stops, verdict, actor, reason)
        outcome.wrote("quality.judgement")
        outcome.count({verdict: 1})


def answer_questions(
    period: Period,
    passed: Collection[str],
    actor: str,
    reason: str,
    resources: Resources,
    shown: Mapping[str, Stops],
) -> bool:
    """Record one answer to all open questions: those in `passed` (keys) pass, the rest is left out.

    `shown` are the questions as they were asked: {key: stops}. When by now others are open, or one is about
    other figures, the answer is refused. Returns whether the month goes on.
    """
    with resources.outcome_of("judge", period) as outcome:
        refuse_judge(actor, resources.settings)
        outcome.read("quality.validation", "quality.duplicate", "reporting.link_quality")
        outcome.versions["code"] = code_version()
        with resources.warehouse.begin() as connection:
            lock_month(connection, period)
            _refuse_other_figures(connection, period, shown, resources)
            for key, stops in shown.items():
                verdict: Verdict = "pass" if key in passed else "leave_out"
                given = reason if verdict == "pass" else reason or "Tidak dipilih untuk diloloskan"
                _record(connection, period, _id_of(key), stops, verdict, actor, given)
        outcome.wrote("quality.judgement")
        outcome.count({"pass": len(set(passed)), "leave_out": len(set(shown) - set(passed))})
    return MONTH not in shown or MONTH in passed


def judges(settings: Settings) -> tuple[str, ...]:
    """The account names that may judge stopped lists: SIGAP_DELIVERY_JUDGES, else the roster approvers."""
    names = settings.delivery_judges.strip() or settings.roster_approvers
    return tuple(name.strip() for name in names.split(",") if name.strip())


def refuse_judge(actor: str, settings: Settings) -> None:
    """Raise `ApprovalError` when this account may not judge stopped lists."""
    if actor not in judges(settings):
        raise ApprovalError(
            f"This account may not judge stopped lists. They may be judged by: {', '.join(judges(settings))}."
        )


def _record(
    connection: Connection,
    period: Period,
    delivery_id: str | None,
    stops: Stops,
    verdict: Verdict,
    actor: str,
    reason: str,
) -> None:
    if not reason.strip():
        raise ApprovalError("A judgement of a stopped list needs a reason. Say why it may be used, or not.")
    if verdict == "pass" and UNPASSABLE in stops:
        raise ApprovalError(
            f"Delivery {delivery_id} cannot be let pass: the check contradicts itself about its rows. Leave "
            "it out and report a fault of the check."
        )
    before = newest_judgement(connection, period, delivery_id, stops)
    if before is not None and before.verdict == verdict:
        return
    values = {"verdict": verdict, "actor": actor, "reason": reason.strip()}
    connection.execute(
        insert(quality.judgement).values(period=str(period), delivery_id=delivery_id, stops=stops, **values)
    )


def _refuse_other_figures(
    connection: Connection, period: Period, shown: Mapping[str, Stops], resources: Resources
) -> None:
    now = {question.key: question.stops for question in questions_in(connection, period, resources)}
    for key in set(shown) - set(now):  # answered meanwhile, perhaps by this very answer before a crash
        now[key] = stops_of(connection, period, _id_of(key), resources)
    if now != shown:
        raise ApprovalError(
            f"{period}: the stopped lists changed after the question was asked, so the answer is about other "
            "figures. Ask again, look at the new figures, and answer those."
        )


def _id_of(key: str) -> str | None:
    return None if key == MONTH else key
