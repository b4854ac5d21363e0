"""Proposals as they are listed and shown: what each comes to, and how far it is."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select, text, union_all

from sigap.errors import BillingError
from sigap.pipeline.resources import Resources
from sigap.warehouse.tables import notes, removals

STATES = ("proposed", "turned_down", "agreed", "drafted", "booked")
_correction = notes.correction.c
_removal = removals.removal.c
_LISTED = Path(__file__).with_name("proposed.sql").read_text(encoding="utf-8")
_SHOWN = Path(__file__).with_name("proposed_rows.sql").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Proposed:
    """What one proposal comes to. Whole rupiah; `months_covered` is the most of its months.

    `monthly_idr` is there for a removal: what the last month billed for the person cost. A removal corrects
    no month; from `covers_from` on the person is in no roster.
    """

    proposal_id: int
    reason_code: str
    state: str
    person_id: int
    covers_from: str
    covers_to: str
    months: int
    credit_idr: int
    debit_idr: int
    months_covered: int
    at_stake: int  # months on which the clock of the death benefit depends
    proposed_by: str
    checked_by: str | None
    note_number: str | None
    monthly_idr: int | None = None


def proposed(connection: Connection, ids: Collection[int] | None = None) -> list[Proposed]:
    """These proposals, or all, by number."""
    rows = connection.execute(text(_LISTED), {"ids": None if ids is None else sorted(ids)})
    return [Proposed(**row._mapping) for row in rows]


def list_proposals(resources: Resources, state: str | None = None) -> list[Proposed]:
    """Every proposal, the newest first; only those in one of STATES when it is named."""
    if state not in (None, *STATES):
        raise BillingError(f"{state!r} is no state. Give one of: {', '.join(STATES)}.")
    with resources.warehouse.connect() as connection:
        found = proposed(connection)
    return [one for one in reversed(found) if state in (None, one.state)]


def show_proposal(proposal_id: int, resources: Resources) -> tuple[Proposed, str, list[dict[str, Any]]]:
    """A proposal, its evidence, and its corrections one by one. Raises `BillingError` for an unknown one."""
    with resources.warehouse.connect() as connection:
        found = proposed(connection, [proposal_id])
        if not found:
            raise BillingError(f"There is no proposal {proposal_id}. `sigap correction list` numbers them.")
        wanted = union_all(
            *(select(of.evidence).where(of.proposal_id == proposal_id) for of in (_correction, _removal))
        )
        evidence = str(connection.execute(wanted.limit(1)).scalar_one())
        rows = connection.execute(text(_SHOWN), {"number": proposal_id}).all()
    return found[0], evidence, [dict(row._mapping) for row in rows]
