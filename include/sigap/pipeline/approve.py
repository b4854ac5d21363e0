"""People judge: the Dinas the roster, finance the invoices. Never the same person both."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from sigap.billing.payers import Payers
from sigap.domain.period import Period
from sigap.errors import ApprovalError
from sigap.pipeline.approvers import approvers
from sigap.pipeline.budget import keep_within_pagu
from sigap.pipeline.locks import lock_month
from sigap.pipeline.notes import notes_of
from sigap.pipeline.removed import refuse_removed
from sigap.pipeline.resources import Resources, code_version
from sigap.pipeline.rosters import (
    billed_roster_id,
    current_roster,
    generation_to_judge,
    invoices_of,
    standing_invoices,
)
from sigap.settings import Settings
from sigap.warehouse.tables import audit, billing, entitlement

VERDICTS = ("approved", "rejected")

_roster = entitlement.roster.c
_approval = audit.approval.c
_invoice = billing.invoice.c


def record_approval(
    period: Period,
    subject: str,
    verdict: str,
    actor: str,
    reason: str | None,
    resources: Resources,
    shown: Mapping[str, Any] | None = None,
) -> None:
    """Record what a person judged, with the figures that were seen, and carry it out.

    `shown` are the figures (see `figures_to_judge`) that the person was asked about; when the roster or the
    drafts are others by now the answer is refused, since it was about something else.

    An approved roster may be billed, a rejected one is closed. Approved invoices may be issued; rejected ones
    are deleted and their roster is closed, so that a new run makes a new version; where other invoices rest
    on it, issued or void, it stays and the next run makes the rejected ones anew. The same verdict by the
    same person again changes nothing. Raises `ApprovalError` when the person may not judge, a rejection lacks
    its reason, there is nothing to judge, or it was judged otherwise before; `BillingError` when the approved
    invoices would exceed the budget ceiling of the year.
    """
    with resources.outcome_of("approve", period, subject) as outcome:
        _refuse_verdict(subject, verdict, actor, reason, resources.settings)
        outcome.read("entitlement.roster" if subject == "roster" else "billing.invoice")
        outcome.versions["code"] = code_version()
        with resources.warehouse.begin() as connection:
            lock_month(connection, period)
            roster = _judged_roster(connection, period, subject)
            if not _is_repeated(connection, subject, verdict, actor, roster):
                _refuse_other_figures(connection, subject, roster, shown)
                if verdict == "approved":
                    refuse_removed(connection, period, subject, roster.roster_id, resources)
                _judge(connection, subject, verdict, actor, reason, roster, resources.payers())
        outcome.wrote("audit.approval")
        outcome.count({"roster_version": roster.version, verdict: 1})


def figures_to_judge(period: Period, subject: str, resources: Resources) -> dict[str, Any]:
    """The figures of what a person has to judge now: people, rupiah, digests. No person stands in them."""
    with resources.warehouse.connect() as connection:
        return _seen(connection, subject, _judged_roster(connection, period, subject))


def is_approved(period: Period, subject: str, resources: Resources) -> bool:
    """Whether the roster that the month goes by, or its invoices, are approved; also when `bill` found that
    everybody is paid for in advance or parked, so that no invoice waits for a judgement.
    """
    with resources.warehouse.connect() as connection:
        if subject == "roster":
            roster = current_roster(connection, period)
            return roster is not None and roster.status == "approved"
        before = _judgement(connection, subject, billed_roster_id(connection, period))
        if before is None:
            return has_nothing_to_judge(connection, period)
    return bool(before.verdict == "approved")


def has_nothing_to_judge(connection: Connection, period: Period) -> bool:
    """Whether `bill` left no invoice or note to judge: all is paid in advance, parked, or issued before."""
    outcome = audit.outcome.c
    newest = (
        select(outcome.counts["to_judge"].astext)
        .where(outcome.verb == "bill", outcome.period == str(period), outcome.status == "ok")
        .order_by(outcome.outcome_id.desc())
        .limit(1)
    )
    return connection.execute(newest).scalar() == "0"


def _refuse_verdict(subject: str, verdict: str, actor: str, reason: str | None, settings: Settings) -> None:
    if actor not in approvers(subject, settings):
        raise ApprovalError(
            f"This account may not judge the {subject}. "
            f"It may be judged by: {', '.join(approvers(subject, settings))}."
        )
    if verdict not in VERDICTS:
        raise ApprovalError(f"{verdict!r} is no verdict. Give one of: {', '.join(VERDICTS)}.")
    if verdict == "rejected" and not (reason or "").strip():
        raise ApprovalError(f"Rejecting the {subject} needs a reason. Say what has to change.")


def _judged_roster(connection: Connection, period: Period, subject: str) -> Row[Any]:
    """The newest roster; for invoices, the one they stand on, or that closed when they were rejected."""
    wanted = select(entitlement.roster).where(_roster.period == str(period)).order_by(_roster.version.desc())
    if subject == "invoices":
        billed = billed_roster_id(connection, period)
        closed = select(_approval.roster_id).where(_approval.subject == "invoices")
        wanted = wanted.where(_roster.roster_id == billed if billed else _roster.roster_id.in_(closed))
    roster = connection.execute(wanted.limit(1)).first()
    if roster is None:
        first = "`sigap decide`" if subject == "roster" else "the approval of the roster"
        raise ApprovalError(f"{period}: there is nothing to judge yet. First comes {first}.")
    if subject == "roster":
        _refuse_late(connection, period, roster)
    return roster


def _refuse_late(connection: Connection, period: Period, newest: Row[Any]) -> None:
    """A version that came while finance judged the invoices of an older one is not judged any more."""
    current = current_roster(connection, period)
    if current is not None and current.roster_id != newest.roster_id:
        raise ApprovalError(
            f"{period}: finance has approved the invoices of roster version {current.version}, so version "
            f"{newest.version} came too late. Run the month again to end it; what is new counts next month."
        )


def _judge(
    connection: Connection,
    subject: str,
    verdict: str,
    actor: str,
    reason: str | None,
    roster: Row[Any],
    payers: Payers,
) -> None:
    if subject == "invoices" and verdict == "approved":
        _refuse_same_person(connection, actor, roster)
        period = Period.parse(roster.period)
        judged = invoices_of(connection, roster.roster_id, generation_to_judge(connection, roster.roster_id))
        owed = [*standing_invoices(connection, period), *judged]
        amounts = [(row.funding_source, row.total_idr) for row in owed]
        keep_within_pagu(connection, period, amounts, payers)
    seen = _seen(connection, subject, roster)
    generation = _generation(connection, subject, roster.roster_id)
    connection.execute(
        insert(audit.approval).values(
            period=roster.period,
            subject=subject,
            roster_id=roster.roster_id,
            generation=generation,
            verdict=verdict,
            actor=actor,
            reason=reason,
            seen=seen,
        )
    )
    _carry_out(connection, subject, verdict, roster.roster_id, generation)


def _refuse_other_figures(
    connection: Connection, subject: str, roster: Row[Any], shown: Mapping[str, Any] | None
) -> None:
    if shown is not None and shown != _seen(connection, subject, roster):
        raise ApprovalError(
            f"{roster.period}: the {subject} changed after the question was asked, so the answer is about "
            "other figures. Ask again, look at the new figures, and answer those."
        )


def _seen(connection: Connection, subject: str, roster: Row[Any]) -> dict[str, Any]:
    return _seen_roster(roster) if subject == "roster" else _seen_invoices(connection, roster)


def _seen_roster(roster: Row[Any]) -> dict[str, Any]:
    return {
        "roster_version": roster.version,
        "people": roster.people,
        "subsidised": roster.subsidised,
        "decisions_sha256": roster.decisions_sha256,
    }


def _seen_invoices(connection: Connection, roster: Row[Any]) -> dict[str, Any]:
    names = (
        "funding_source", "wadah_code", "people", "jkk_idr", "jkm_idr", "total_idr", "lines_sha256",
    )  # fmt: skip
    generation = generation_to_judge(connection, roster.roster_id)
    rows = invoices_of(connection, roster.roster_id, generation)
    notes = [asdict(note) for note in notes_of(connection, Period.parse(roster.period)) if not note.number]
    if not rows and not notes:
        raise ApprovalError(
            f"{roster.period}: there are no invoices to judge. Run `sigap bill {roster.period}` first."
        )
    return {
        "roster_version": roster.version,
        "people": sum(row.people for row in rows),
        "total_idr": sum(row.total_idr for row in rows),
        "invoices": [{name: getattr(row, name) for name in names} for row in rows],
        **({"notes": notes} if notes else {}),
    }


def _is_repeated(connection: Connection, subject: str, verdict: str, actor: str, roster: Row[Any]) -> bool:
    before = _judgement(connection, subject, roster.roster_id)
    if before is None:
        return False
    if (before.verdict, before.actor) == (verdict, actor):
        return True
    raise ApprovalError(
        f"{roster.period}, roster version {roster.version}: the {subject} were {before.verdict} already, "
        f"and a judgement stands. Run the month again for a new version."
    )


def _refuse_same_person(connection: Connection, actor: str, roster: Row[Any]) -> None:
    other = connection.execute(
        select(_approval.actor).where(_approval.roster_id == roster.roster_id, _approval.subject == "roster")
    ).scalar()
    if other is not None and other.strip().lower() == actor.strip().lower():
        raise ApprovalError(
            f"Whoever approved the roster of {roster.period} cannot approve its invoices. "
            f"Ask another person in finance."
        )


def _judgement(connection: Connection, subject: str, roster_id: int | None) -> Row[Any] | None:
    """The judgement about what stands to be judged now, if there is one."""
    wanted = select(audit.approval).where(
        _approval.roster_id == roster_id,
        _approval.subject == subject,
        _approval.generation == _generation(connection, subject, roster_id),
    )
    return connection.execute(wanted).first()


def _generation(connection: Connection, subject: str, roster_id: int | None) -> int:
    return generation_to_judge(connection, roster_id) if subject == "invoices" else 0


def _carry_out(connection: Connection, subject: str, verdict: str, roster_id: int, generation: int) -> None:
    if subject == "invoices":
        judged = (_invoice.roster_id == roster_id, _invoice.generation == generation)
        if verdict == "approved":
            connection.execute(update(billing.invoice).where(*judged).values(status="approved"))
            return
        connection.execute(delete(billing.invoice).where(*judged))
        others = select(func.count()).select_from(billing.invoice).where(_invoice.roster_id == roster_id)
        if connection.execute(others).scalar_one():
            return
    connection.execute(
        update(entitlement.roster).where(_roster.roster_id == roster_id).values(status=verdict)
    )
