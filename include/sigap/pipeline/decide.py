"""decide: who is subsidised this month and why, as a version of the month's roster."""

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, func, insert, not_, select

from sigap.domain.batch import BatchRef
from sigap.domain.datasets import DECISIONS
from sigap.domain.period import Period
from sigap.engine import connect
from sigap.entitlement.budget import Budget
from sigap.entitlement.decisions import OUTCOMES, Decisions, count_differences, decide_people
from sigap.entitlement.rules import Rules, load_rules
from sigap.errors import EntitlementError
from sigap.pipeline.budget import budget_of
from sigap.pipeline.link import covered_before
from sigap.pipeline.locks import lock_month
from sigap.pipeline.people import survivors
from sigap.pipeline.removed import removed_people
from sigap.pipeline.resources import Resources, code_version
from sigap.pipeline.rosters import newest_roster, standing_invoices
from sigap.pipeline.usable import came_again, overview
from sigap.warehouse.store import copy_rows
from sigap.warehouse.tables import audit, entitlement


@dataclass(frozen=True, slots=True)
class _Inputs:
    persons: BatchRef
    memberships: BatchRef
    covered: BatchRef | None

    @property
    def all(self) -> list[BatchRef]:
        return [self.persons, self.memberships, *([self.covered] if self.covered else [])]


def decide(period: Period, resources: Resources) -> BatchRef:
    """Decide about everybody of the month and make the roster version that holds it.

    Places are limited by quota and by what the pagu of the year still affords.

    Returns the batch of entitlement.decisions behind the roster; entitlement.coverage says what each
    membership meant. The same decisions reuse the newest version unless it was rejected. A month whose
    invoices are approved or issued is closed: its roster is returned as it is, and the outcome counts as
    `changed_after_issue` the persons who would now be decided otherwise.
    Raises `EntitlementError` when link has not run, or ran before last month's roster was approved.
    """
    with resources.outcome_of("decide", period) as outcome:
        inputs = _inputs(period, resources)
        outcome.read(*inputs.all)
        rules = load_rules(period, resources.settings.rules)
        tariffs, payers = resources.tariffs(), resources.payers()
        versions = {
            "rules": rules.sha256, "tariffs": tariffs.sha256, "payers": payers.sha256, "code": code_version(),
        }  # fmt: skip
        outcome.versions.update(versions, unverified=", ".join(rules.unverified))
        sources = [place.funding_source for place in rules.places_quota]
        with resources.warehouse.connect() as connection:
            budget = budget_of(connection, period, sources, tariffs, payers)
        decisions = _decide(inputs, rules, budget, period, resources)
        outcome.count({**decisions.counts, "unused_membership_files": _unused(period, resources)})
        batch = resources.lake.write("entitlement.decisions", period, decisions.rows, inputs.all, versions)
        coverage = resources.lake.write(
            "entitlement.coverage", period, decisions.coverage, inputs.all, versions
        )
        outcome.wrote(batch, coverage, "entitlement.roster")
        with resources.warehouse.begin() as connection:
            lock_month(connection, period)
            closed = _closed_roster(connection, period)
            if closed is None:
                _keep_roster(connection, batch, decisions, rules)
        if closed is not None:
            outcome.count(
                {"changed_after_issue": count_differences(decisions.rows, resources.lake.read(closed))}
            )
    return closed or batch


def _inputs(period: Period, resources: Resources) -> _Inputs:
    ran = audit.outcome.c
    wanted = (
        select(ran.inputs, ran.outputs)
        .where(ran.verb == "link", ran.status == "ok", ran.period == str(period))
        .order_by(ran.outcome_id.desc())
        .limit(1)
    )
    with resources.warehouse.connect() as connection:
        found = connection.execute(wanted).one_or_none()
    if found is None:
        raise EntitlementError(f"{period}: nobody has been linked yet. Run link, then decide.")
    written = {
        thing["dataset"]: BatchRef.from_dict(thing) for thing in found.outputs if isinstance(thing, dict)
    }
    covered = covered_before(period, resources)
    if covered is not None and covered.as_dict() not in found.inputs:
        raise EntitlementError(
            f"{period}: the roster of {period.previous()} was approved after link ran, so memberships of its "
            f"people were not looked up. Run link again, then decide."
        )
    return _Inputs(written["identity.persons"], written["identity.memberships"], covered)


def _unused(period: Period, resources: Resources) -> int:
    """Membership files whose rows are not used: whoever stands only in them looks uncovered.

    Whoever judges the roster sees this number.
    """
    wanted = (
        select(func.count())
        .select_from(overview)
        .where(overview.c.period == str(period), overview.c.source == "memberships")
        .where(not_(overview.c.is_usable | overview.c.is_replaced | (overview.c.outcome == "duplicate")))
        .where(not_(came_again()))
    )
    with resources.warehouse.connect() as connection:
        return int(connection.execute(wanted).scalar_one())


def _decide(inputs: _Inputs, rules: Rules, budget: Budget, period: Period, resources: Resources) -> Decisions:
    persons, memberships = resources.lake.read(inputs.persons), resources.lake.read(inputs.memberships)
    previous = DECISIONS.empty_table()
    if inputs.covered is not None:
        previous = _as_numbered_now(
            resources.lake.read(inputs.covered, where=pc.field("outcome") == "subsidised"), period, resources
        )
    with resources.warehouse.connect() as connection:
        removed = removed_people(connection, period)
    return decide_people(persons, memberships, previous, rules, period, budget, removed)


def _as_numbered_now(previous: pa.Table, period: Period, resources: Resources) -> pa.Table:
    """Last month's people under the numbers that are theirs now: two who turned out to be one stand once."""
    with resources.warehouse.connect() as connection:
        merged = survivors(connection, period)
    if merged.num_rows == 0:
        return previous
    with connect() as engine:
        engine.register("previous", previous)
        engine.register("merged", merged)
        return engine.sql(_SURVIVING).to_arrow_table().cast(previous.schema)


_SURVIVING = """
SELECT previous.* REPLACE (coalesce(survivor_id, person_id) AS person_id)
FROM previous LEFT JOIN merged USING (person_id)
QUALIFY row_number()
    OVER (PARTITION BY coalesce(survivor_id, previous.person_id) ORDER BY previous.person_id) = 1
ORDER BY person_id
"""


def _closed_roster(connection: Connection, period: Period) -> BatchRef | None:
    standing = standing_invoices(connection, period)
    if not standing:
        return None
    wanted = select(entitlement.roster.c.batch).where(entitlement.roster.c.roster_id == standing[0].roster_id)
    return BatchRef.from_dict(connection.execute(wanted).scalar_one())


def _keep_roster(connection: Connection, batch: BatchRef, decisions: Decisions, rules: Rules) -> None:
    """Reuse the newest roster of the month if it says the same and was not rejected; else add a version."""
    newest = newest_roster(connection, Period.parse(batch.period))
    if newest is not None and newest.decisions_sha256 == batch.sha256 and newest.status != "rejected":
        return
    added = insert(entitlement.roster).returning(entitlement.roster.c.roster_id)
    values = _roster(batch, decisions, rules) | {"version": newest.version + 1 if newest else 1}
    roster_id = connection.execute(added, values).scalar_one()
    numbers = pa.repeat(pa.scalar(roster_id, pa.int64()), decisions.rows.num_rows)
    copy_rows(connection, entitlement.decision, decisions.rows.append_column("roster_id", numbers))


def _roster(batch: BatchRef, decisions: Decisions, rules: Rules) -> dict[str, object]:
    return {
        "period": batch.period,
        "status": "draft",
        "people": batch.rows,
        "subsidised": decisions.counts["subsidised"],
        "outcomes": {
            "by_outcome": {name: decisions.counts[name] for name in OUTCOMES},
            "by_reason": dict(decisions.reasons),
        },
        "decisions_sha256": batch.sha256,
        "batch": batch.as_dict(),
        "rules_sha256": rules.sha256,
    }
