"""Fetches the social registry unit by unit, one mapped task each. Does nothing where no registry is set."""

from typing import TYPE_CHECKING, Any

from airflow.sdk import TriggerRule, task, task_group

from sigap.domain.period import Period
from sigap_airflow.assets import folder, table
from sigap_airflow.collection import named
from sigap_airflow.run import run

if TYPE_CHECKING:
    from sigap.pipeline.extract import Extract
    from sigap.pipeline.resources import Resources


ORIGIN, UNITS = folder("registry/origin"), table("sources.extract_unit")


def extract_registry() -> Any:
    """The tasks that plan the month's extract, fetch what is left of it, and put it into the inbox."""
    inbox = folder("inbox/dtks")

    @task(inlets=[ORIGIN], outlets=[UNITS], doc_md=PLAN_HELP)
    def plan() -> Any:
        return run(_plan)

    @task(inlets=[ORIGIN], outlets=[UNITS], map_index_template="{{ file }}", doc_md=FETCH_HELP)
    def fetch(unit_id: int) -> Any:
        from sigap.pipeline.extract import fetch_unit

        return run(fetch_unit, shown(unit_id))

    @task(inlets=[UNITS], outlets=[inbox], trigger_rule=TriggerRule.NONE_FAILED, doc_md=FINISH_HELP)
    def finish() -> Any:
        return run(_finish)

    @task_group(group_id="extract")
    def extract_all() -> Any:
        done = finish()
        fetch.expand(unit_id=plan()) >> done
        return done

    return extract_all()


def shown(unit_id: int) -> int:
    """Put a unit's number on the mapped task that fetches it."""
    named(f"unit {unit_id}")
    return unit_id


def _plan(period: Period, resources: "Resources") -> list[int]:
    from sigap.pipeline.extract import plan_extract

    return plan_extract(period, resources) if resources.settings.registry else []


def _finish(period: Period, resources: "Resources") -> "Extract | None":
    from sigap.pipeline.extract import finish_extract

    return finish_extract(period, resources) if resources.settings.registry else None


PLAN_HELP = """Divides the registry into units, kecamatan by page. Without SIGAP_REGISTRY there are none.
**When it fails**, the registry does not answer or its key is not unique: the log says which. Put it right
and clear this task."""
FETCH_HELP = """Fetches one unit. **When it fails**, clear it: the units that are done stay done. When the log
says that the registry has changed, run `sigap registry extract` with `--again` and clear `plan`."""
FINISH_HELP = """Puts the units together as one file in the inbox, to be collected like a received list.
**When it fails**, a unit is missing: clear that unit."""
