"""Corrections of issued months: one person proposes, another agrees; `sigap.pipeline.notes` books them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select

from sigap.billing.correction import Proposal, refuse_incomplete
from sigap.domain.nik import holds_nik
from sigap.domain.period import Period
from sigap.errors import BillingError
from sigap.pipeline.approvers import approvers
from sigap.pipeline.corrected import find_corrected, place_of, sql_of
from sigap.pipeline.proposed import Proposed, proposed
from sigap.pipeline.resources import Resources, code_version
from sigap.settings import Settings
from sigap.warehouse.tables import billing, notes, removals

_correction = notes.correction.c
_removal = removals.removal.c
_line = billing.invoice_line.c
ONE_AT_A_TIME = (3275_0010, 0)  # advisory lock: who proposes or drafts waits for whoever does so


@dataclass(frozen=True, slots=True)
class _About:
    """What people answer: a table, the answers to it, the key of both."""

    asked: Table
    check: Table
    key: str


_ABOUT = (
    _About(notes.correction, notes.correction_check, "correction_id"),
    _About(removals.removal, removals.removal_check, "removal_id"),
)


def propose(asked: Sequence[Proposal], actor: str, resources: Resources) -> list[Proposed]:
    """Keep proposals to correct issued months: all of them, or none with the reason in one sentence.

    An effective date corrects every issued line of the person from the month that corrections.yaml names;
    who stands on none leaves the rosters to come from that month on.
    Each proposal waits for a second person. Raises `BillingError` about the first that cannot be kept.
    """
    refuse_incomplete(asked)
    _refuse_account(actor, resources.settings)
    with resources.outcome_of("propose", _first_month(asked, resources)) as outcome:
        outcome.read("billing.invoice_line", "billing.correction")
        outcome.versions.update(code=code_version(), actor=actor)
        with resources.warehouse.begin() as connection:
            connection.execute(select(func.pg_advisory_xact_lock(*ONE_AT_A_TIME)))
            ids = find_corrected(connection, asked, resources.tariffs(), resources.payers())
            for kind in ("corrections", "removals"):
                connection.execute(sql_of(f"{kind}_keep"), {"actor": actor.strip()})
            kept = proposed(connection, ids)
        outcome.wrote("billing.correction", "billing.removal")
        outcome.count(
            {
                "proposals": len(kept),
                "corrections": sum(one.months for one in kept),
                "removals": sum(one.monthly_idr is not None for one in kept),
                "credit_idr": sum(one.credit_idr for one in kept),
                "debit_idr": sum(one.debit_idr for one in kept),
                "at_stake": sum(one.at_stake for one in kept),
            }
        )
    return kept


def check(ids: Sequence[int], answer: str, reason: str, actor: str, resources: Resources) -> list[Proposed]:
    """A second person agrees or disagrees with proposals, each as a whole; all of them or none.

    The same answer by the same person again changes nothing. Raises `BillingError` for an unknown proposal,
    one that was answered otherwise, the person who made it, or a disagreement without a reason.
    """
    _refuse_answer(answer, reason)
    _refuse_account(actor, resources.settings)
    with resources.warehouse.connect() as connection:
        before = {one.proposal_id: one for one in proposed(connection, ids)}
    if missing := [number for number in ids if number not in before]:
        raise BillingError(f"There is no proposal {missing[0]}. `sigap correction list` numbers them.")
    first = Period.parse(min(one.covers_from for one in before.values()))
    with resources.outcome_of("check_correction", first) as outcome:
        outcome.read("billing.correction")
        outcome.versions.update(code=code_version(), actor=actor)
        with resources.warehouse.begin() as connection:
            given = {"answer": answer, "actor": actor.strip(), "reason": reason.strip() or None}
            new = sum(_answer(connection, about, ids, given) for about in _ABOUT)
            kept = proposed(connection, ids)
        outcome.wrote("billing.correction_check", "billing.removal_check")
        outcome.count({answer: new})
    return kept


def _refuse_account(actor: str, settings: Settings) -> None:
    stewards = [name.strip() for name in settings.stewards.split(",")]
    known = dict.fromkeys((*approvers("invoices", settings), *stewards))
    if actor.strip() not in known:
        raise BillingError(
            f"This account may not correct issued months. They are corrected by: {', '.join(known)}."
        )


def _refuse_answer(answer: str, reason: str) -> None:
    if answer not in ("agree", "disagree"):
        raise BillingError(f"{answer!r} is no answer. Give agree or disagree.")
    if answer == "disagree" and not reason.strip():
        raise BillingError("Disagreeing needs a reason. Say what speaks against the correction.")
    if holds_nik(reason):
        raise BillingError("The reason holds a NIK. Name the document, not the person. Nothing was kept.")


def _first_month(asked: Sequence[Proposal], resources: Resources) -> Period:
    """The earliest month that the proposals name, for the record of the run."""
    lines = [one.line_id for one in asked if one.line_id is not None]
    taken_back = [one.reverses_id for one in asked if one.reverses_id is not None]
    named = [one.period for one in asked if one.period is not None]
    days = [one.effective_date for one in asked if one.effective_date is not None]
    with resources.warehouse.connect() as connection:
        for column, wanted in (
            (_line.period, _line.line_id.in_(lines)),
            (_correction.period, _correction.correction_id.in_(taken_back)),
            (_removal.period, _removal.removal_id.in_(taken_back)),
        ):
            found = connection.execute(select(func.min(column)).where(wanted)).scalar()
            named += [Period.parse(found)] if found else []
    named += [Period(day.year, day.month) for day in days]
    if not named:
        kind = "line" if lines else "correction"
        raise BillingError(f"{place_of(asked[0])}there is no such {kind}. Nothing was kept.")
    return min(named)


def _answer(connection: Connection, about: _About, ids: Sequence[int], given: dict[str, Any]) -> int:
    """Answer what these proposals ask of one kind; returns how much of it was unanswered."""
    new = _unanswered(connection, about, ids, given["answer"], given["actor"])
    if new:
        connection.execute(insert(about.check).values([{about.key: number} | given for number in new]))
    return len(new)


def _unanswered(
    connection: Connection, about: _About, ids: Sequence[int], answer: str, actor: str
) -> list[int]:
    """The corrections or removals of these proposals without an answer. Refuses what stands otherwise."""
    asked = about.asked.c
    rows = connection.execute(
        select(
            asked[about.key].label("number"),
            asked.proposal_id,
            about.check.c.answer,
            func.audit.same_account(asked.actor, actor).label("is_own"),
        )
        .select_from(about.asked.outerjoin(about.check))
        .where(asked.proposal_id.in_(ids))
        .order_by(asked[about.key])
    ).all()
    for row in rows:
        if row.is_own:
            raise BillingError(
                f"Proposal {row.proposal_id} is checked by somebody else than the person who made it. "
                f"Ask another."
            )
        if row.answer not in (None, answer):
            raise BillingError(
                f"Proposal {row.proposal_id} was answered otherwise, and an answer stands. Take an agreed "
                f"one back with REVERSED; propose a refused one anew."
            )
    return [row.number for row in rows if row.answer is None]
