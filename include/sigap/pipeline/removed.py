"""Who was taken out by two people: the rosters to come must not bring them back by themselves."""

from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, Select, Subquery, case, exists, func, select, union_all

from sigap.domain.period import Period
from sigap.entitlement.decisions import REMOVED
from sigap.entitlement.rules import load_rules
from sigap.errors import ApprovalError
from sigap.pipeline.resources import Resources
from sigap.warehouse.store import copy_out
from sigap.warehouse.tables import billing, entitlement, notes, removals


def removed_people(connection: Connection, period: Period) -> pa.Table:
    """The people (`entitlement.decisions.REMOVED`) whom two people took out of this month or an earlier one:
    by an agreed correction, or by a removal where there was no line to correct. What two people took back as
    well does not count.
    """
    taken_out = _taken_out()
    wanted = (
        select(taken_out.c.person_id, func.max(taken_out.c.is_dead).label("is_dead"))
        .where(taken_out.c.period <= str(period))
        .group_by(taken_out.c.person_id)
    )
    return copy_out(connection, wanted, {"person_id": pa.int64(), "is_dead": pa.int8()}).cast(REMOVED)


def refuse_removed(
    connection: Connection, period: Period, subject: str, roster_id: int, resources: Resources
) -> None:
    """Raise `ApprovalError` where a roster, or the drafts made from it, still hold somebody who was taken out
    after it was decided. Where the rules of the month let such people stay, nobody is refused.
    """
    if not load_rules(period, resources.settings.rules).person_stop_removed:
        return
    people = connection.execute(_held(subject, roster_id)).scalar_one()
    if people:
        step = "" if subject == "roster" else "reject these invoices, then "
        raise ApprovalError(
            f"{period}: two people took out {people} of the {subject}'s people since the roster was decided, "
            f"and nobody may be billed who died or left. To go on, {step}decide the month again."
        )


def _held(subject: str, roster_id: int) -> Select[Any]:
    """How many people of a roster, or of the draft invoices made from it, are taken out by now."""
    taken_out, line, decision = _taken_out(), billing.invoice_line.c, entitlement.decision.c
    counted = select(func.count(func.distinct(taken_out.c.person_id)))
    if subject == "roster":
        month = select(entitlement.roster.c.period).where(entitlement.roster.c.roster_id == roster_id)
        return counted.join(entitlement.decision, decision.person_id == taken_out.c.person_id).where(
            decision.roster_id == roster_id,
            decision.outcome == "subsidised",
            taken_out.c.period <= month.scalar_subquery(),
        )
    draft = select(billing.invoice.c.invoice_id).where(
        billing.invoice.c.roster_id == roster_id, billing.invoice.c.status == "draft"
    )
    return counted.join(billing.invoice_line, line.person_id == taken_out.c.person_id).where(
        line.invoice_id.in_(draft), taken_out.c.period <= line.period
    )


def _taken_out() -> Subquery:
    """Person, first month, whether dead: of every agreed removal that was not taken back."""
    corrections = _agreed(notes.correction, notes.correction_check, "correction_id")
    corrections = corrections.where(notes.correction.c.kind == "credit")
    return union_all(corrections, _agreed(removals.removal, removals.removal_check, "removal_id")).subquery(
        "taken_out"
    )


def _agreed(asked: Any, check: Any, key: str) -> Select[Any]:
    back, answer = asked.alias(), check.alias()
    is_back = exists().where(
        back.c.reverses_id == asked.c[key], answer.c[key] == back.c[key], answer.c.answer == "agree"
    )
    is_dead = case((asked.c.reason_code == "DECEASED", 1), else_=0).label("is_dead")
    return (
        select(asked.c.person_id, asked.c.period, is_dead)
        .join(check, check.c[key] == asked.c[key])
        .where(check.c.answer == "agree", asked.c.reason_code.in_(removals.LEAVING), ~is_back)
    )
