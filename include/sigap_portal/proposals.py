"""What the pages read about proposals: one with its evidence and months, and the removals of the months."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Engine, func, select

from sigap.billing.correction import Clock, load_corrections
from sigap.domain.period import Period
from sigap.pipeline.proposed import Proposed, show_proposal
from sigap.pipeline.resources import Resources
from sigap.warehouse.tables import removals
from sigap_portal.read import PAGE, Row, pages_for, rows_of, sql

_removal = removals.removal.c


@dataclass(frozen=True, slots=True)
class Shown:
    """A proposal as its page shows it: what it comes to, its evidence, who answered when, its months.

    `last_line` is what was billed last for somebody who is removed; None for nobody billed and for a
    correction. `clock` says what the months of cover are worth.
    """

    proposal: Proposed
    evidence: str
    answer: Row
    months: list[Row]
    last_line: Row | None
    clock: Clock

    @property
    def is_removal(self) -> bool:
        """Whether it takes a person out of the rosters to come, and corrects no issued month."""
        return self.proposal.monthly_idr is not None

    @property
    def state(self) -> str:
        """How far it is; `taken_back` once two people took it back."""
        return "taken_back" if self.answer["taken_back_by"] else self.proposal.state


@dataclass(frozen=True, slots=True)
class Removals:
    """A page of removals, the newest month first, and how many there are."""

    shown: list[Row]
    count: int

    @property
    def pages(self) -> int:
        """How many pages they take."""
        return pages_for(self.count)


def proposal_of(proposal_id: int, resources: Resources) -> Shown:
    """The proposal of that number. Raises `BillingError` for an unknown one."""
    proposal, evidence, months = show_proposal(proposal_id, resources)
    person = {"person_id": proposal.person_id, "period": proposal.covers_from}
    with resources.warehouse.connect() as connection:
        (answer,) = rows_of(connection, sql("proposal_answer"), number=proposal_id)
        billed = rows_of(connection, sql("last_line"), **person) if proposal.monthly_idr is not None else []
    clock = load_corrections().clock_on(Period.parse(proposal.covers_from))
    return Shown(proposal, evidence, answer, months, next(iter(billed), None), clock)


def removals_from(warehouse: Engine, period: Period | None, page: int) -> Removals:
    """A page of the removals from a month on, or of all of them."""
    wanted = select(func.count()).select_from(removals.removal)
    if period is not None:
        wanted = wanted.where(_removal.period == str(period))
    cut = {"period": period and str(period), "size": PAGE, "start": (page - 1) * PAGE}
    with warehouse.connect() as connection:
        count = int(connection.execute(wanted).scalar_one())
        return Removals(rows_of(connection, sql("removals"), **cut), count)


def removals_of_months(warehouse: Engine, periods: Collection[Period]) -> Mapping[str, int]:
    """How many people were proposed to be taken out from each of these months on; 0 for none."""
    wanted = select(_removal.period, func.count()).where(
        _removal.period.in_(map(str, periods)), _removal.reverses_id.is_(None)
    )
    with warehouse.connect() as connection:
        found = {row[0]: row[1] for row in connection.execute(wanted.group_by(_removal.period))}
    return {str(period): found.get(str(period), 0) for period in periods}
