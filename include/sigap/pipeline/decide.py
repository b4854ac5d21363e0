"""decide: who is subsidised this month and why, as a version of the month's roster."""

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, insert, select, text

from sigap.domain.batch import BatchRef
from sigap.domain.datasets import DECISIONS
from sigap.domain.period import Period
from sigap.entitlement.decisions import OUTCOMES, Decisions, count_differences, decide_people
from sigap.entitlement.rules import Rules, load_rules
from sigap.errors import EntitlementError
from sigap.pipeline.link import covered_before
from sigap.pipeline.resources import Resources, code_version
from sigap.warehouse.store import copy_rows
from sigap.warehouse.tables import audit, billing, entitlement

_ROSTERS = 3275_02  # advisory lock: one run at a time makes roster versions


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

    Returns the batch of entitlement.decisions behind the roster. The same decisions reuse the newest version
    unless it was rejected. A month whose invoices are approved or issued is closed: its roster is returned as
    it is, and the outcome counts as `changed_after_issue` the persons who would now be decided otherwise.
    Raises `EntitlementError` when link has not run, or ran before last month's roster was approved.
    """
    with resources.outcome_of("decide", period) as outcome:
        inputs = _inputs(period, resources)
        outcome.read(*inputs.all)
        rules = load_rules(period, resources.settings.rules)
        versions = {"rules": rules.sha256, "code": code_version()}
        outcome.versions.update(versions)
        decisions = _decide(inputs, rules, period, resources)
        outcome.count(decisions.counts)
        batch = resources.lake.write("entitlement.decisions", period, decisions.rows, inputs.all, versions)
        outcome.wrote(batch, "entitlement.roster")
        closed = _closed_roster(period, resources)
        if closed is not None:
            outcome.count({"changed_after_issue": _changed(closed, decisions, resources)})
            return closed
        with resources.warehouse.begin() as connection:
            _keep_roster(connection, batch, decisions, rules)
    return batch


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


def _decide(inputs: _Inputs, rules: Rules, period: Period, resources: Resources) -> Decisions:
    persons, memberships = resources.lake.read(inputs.persons), resources.lake.read(inputs.memberships)
    previous = DECISIONS.empty_table()
    if inputs.covered is not None:
        previous = resources.lake.read(inputs.covered, where=pc.field("outcome") == "subsidised")
    return decide_people(persons, memberships, previous, rules, period)


def _closed_roster(period: Period, resources: Resources) -> BatchRef | None:
    roster, invoice = entitlement.roster.c, billing.invoice.c
    wanted = (
        select(roster.batch)
        .join(billing.invoice, invoice.roster_id == roster.roster_id)
        .where(roster.period == str(period), invoice.status != "draft")
        .limit(1)
    )
    with resources.warehouse.connect() as connection:
        batch = connection.execute(wanted).scalar_one_or_none()
    return BatchRef.from_dict(batch) if batch else None


def _changed(closed: BatchRef, decisions: Decisions, resources: Resources) -> int:
    return count_differences(decisions.rows, resources.lake.read(closed))


def _keep_roster(connection: Connection, batch: BatchRef, decisions: Decisions, rules: Rules) -> None:
    """Reuse the newest roster of the month if it says the same and was not rejected; else add a version."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ROSTERS})
    roster = entitlement.roster.c
    newest = connection.execute(
        select(roster.version, roster.status, roster.decisions_sha256)
        .where(roster.period == batch.period)
        .order_by(roster.version.desc())
        .limit(1)
    ).one_or_none()
    if newest is not None and newest.decisions_sha256 == batch.sha256 and newest.status != "rejected":
        return
    added = insert(entitlement.roster).returning(roster.roster_id)
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
