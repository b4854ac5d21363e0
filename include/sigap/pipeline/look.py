"""Shows a signed-in person the trace of one invoice line, and keeps who saw which line."""

import logging

from sigap.audit.trace import Step, line_of, trace_line
from sigap.domain.period import Period
from sigap.pipeline.resources import Resources

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


def _period_of(line_id: int, resources: Resources) -> Period:
    with resources.warehouse.connect() as connection:
        return Period.parse(line_of(connection, line_id)["period"])
