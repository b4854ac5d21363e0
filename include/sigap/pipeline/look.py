"""Shows a signed-in person the trace of a line or the explanation of a person, and keeps who saw which."""

import logging

from sigap.audit.explain import Explanation, explain_person
from sigap.audit.known import month_of
from sigap.audit.step import Step
from sigap.audit.trace import line_of, trace_line
from sigap.domain.period import Period
from sigap.identity.words import Language
from sigap.pipeline.resources import Resources
from sigap.pipeline.rosters import standing_invoices

log = logging.getLogger(__name__)


def look(line_id: int, actor: str, resources: Resources) -> list[Step]:
    """The steps from an invoice line back to the received cells, with the full NIK.

    Each look leaves an outcome and a log line with the account and the line's id, never the person. Nothing
    is returned that was not recorded first. Raises `BillingError` for an unknown line.
    """
    period = _period_of(line_id, resources)
    with resources.outcome_of("trace", period, f"line {line_id}") as outcome:
        outcome.versions["actor"] = actor
        steps = trace_line(line_id, resources.warehouse, resources.lake)
        outcome.read("billing.invoice_line", "entitlement.decision", "sources.delivery")
        outcome.wrote("audit.outcome")
        outcome.count({"steps": len(steps)})
    log.info("Line %d was traced by %s.", line_id, actor)
    return steps


def explain(
    person_id: int, period: Period | None, actor: str, resources: Resources, language: Language = "id"
) -> Explanation:
    """Why a person is who they are in a month, without one in the newest that knows them; with the full NIK.

    A month whose invoices stand is explained by what they rest on. Each look leaves an outcome and a log line
    with the account and the person's number. Raises `IdentityError` as `explain_person` does.
    """
    period = period or month_of(person_id, resources.warehouse, resources.lake)
    with resources.warehouse.connect() as connection:
        standing = standing_invoices(connection, period)
    roster_id = standing[0].roster_id if standing else None
    return _explain(person_id, period, roster_id, actor, resources, language)


def explain_line(line_id: int, actor: str, resources: Resources) -> Explanation:
    """The same about the person of an invoice line, by what the line rests on, in Bahasa Indonesia."""
    with resources.warehouse.connect() as connection:
        line = line_of(connection, line_id)
    period = Period.parse(line["period"])
    return _explain(line["person_id"], period, line["roster_id"], actor, resources, "id")


def _explain(
    person_id: int,
    period: Period,
    roster_id: int | None,
    actor: str,
    resources: Resources,
    language: Language,
) -> Explanation:
    with resources.outcome_of("explain", period, f"person {person_id}") as outcome:
        outcome.versions["actor"] = actor
        explanation = explain_person(
            person_id, period, resources.warehouse, resources.lake, language, roster_id
        )
        outcome.read("identity.person", "identity.verdict", "entitlement.decision", "sources.delivery")
        outcome.wrote("audit.outcome")
        outcome.count({"sections": len(explanation.sections)})
    log.info("Person %d was explained to %s.", person_id, actor)
    return explanation


def _period_of(line_id: int, resources: Resources) -> Period:
    with resources.warehouse.connect() as connection:
        return Period.parse(line_of(connection, line_id)["period"])
