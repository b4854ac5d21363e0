"""Tells Airflow's lineage what each verb says it read and wrote."""

from collections.abc import Iterator
from contextlib import contextmanager

from airflow.sdk import BaseHook
from airflow.sdk.lineage import get_hook_lineage_collector

from sigap.audit.outcome import Outcome
from sigap.domain.period import Period
from sigap.pipeline.resources import Resources
from sigap_airflow.assets import uri_of


class ReportingResources(Resources):
    """Resources whose outcomes also reach Airflow's lineage."""

    @contextmanager
    def outcome_of(self, verb: str, period: Period, subject: str | None = None) -> Iterator[Outcome]:
        """As in `Resources`; reported when the verb has done its work."""
        with Resources.outcome_of(self, verb, period, subject) as outcome:
            yield outcome
        if outcome.inputs and outcome.outputs:
            collector, source = get_hook_lineage_collector(), BaseHook()
            for thing in outcome.inputs:
                collector.add_input_asset(source, uri=uri_of(thing))
            for thing in outcome.outputs:
                collector.add_output_asset(source, uri=uri_of(thing))
