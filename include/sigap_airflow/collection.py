"""Takes in one group of files: lists, collects and checks one by one, reports. For every collecting DAG."""

from typing import Any

from airflow.sdk import Asset, TriggerRule, get_current_context, task, task_group

from sigap_airflow.assets import DELIVERIES, DUPLICATES, LISTING, RECEIVED, VALIDATIONS, folder
from sigap_airflow.run import run, usable


def collect_files(group: str, after: Any = None) -> Any:
    """The tasks that list a group of the inbox, once `after` is done, and collect each of its files."""
    inbox = folder(f"inbox/{group}")

    @task(inlets=[inbox], outlets=[LISTING], doc_md=LIST_HELP)
    def list_deliveries() -> Any:
        from sigap.pipeline.collect import list_deliveries

        return run(list_deliveries, group)

    @task(
        inlets=[inbox], outlets=[RECEIVED, DELIVERIES], map_index_template="{{ file }}", doc_md=COLLECT_HELP
    )
    def collect(path: str) -> Any:
        from sigap.pipeline.collect import collect

        return run(collect, named(path))

    @task_group(group_id="collect")
    def collect_all() -> Any:
        listed = list_deliveries()
        if after is not None:
            after >> listed
        return collect.expand(path=listed)

    return collect_all()


def check_files(collected: Any, arrived: Asset) -> None:
    """The tasks that check what was collected, publish the report, and say that the group has arrived."""

    @task(inlets=[RECEIVED], outlets=[VALIDATIONS], map_index_template="{{ file }}", doc_md=CHECK_HELP)
    def check(delivery: dict[str, Any]) -> Any:
        from sigap.pipeline.check import check

        return usable(run(check, collected_delivery(delivery)), "passed")

    @task(
        inlets=[VALIDATIONS], outlets=[DUPLICATES], trigger_rule=TriggerRule.NONE_FAILED, doc_md=COMPARE_HELP
    )
    def compare() -> Any:
        from sigap.pipeline.compare import compare

        return run(compare)

    @task(inlets=[VALIDATIONS, DUPLICATES], outlets=[arrived], doc_md=PUBLISH_HELP)
    def publish() -> Any:
        from sigap.pipeline.publish import publish_docs

        return run(publish_docs)

    @task_group(group_id="check")
    def check_all() -> None:
        check.expand(delivery=collected) >> compare() >> publish()

    check_all()


def named(path: str) -> str:
    """Put a file's name on the mapped task that works on it."""
    get_current_context()["file"] = path  # type: ignore[typeddict-unknown-key]
    return path


def collected_delivery(delivery: dict[str, Any]) -> str:
    """The id of a delivery to check. One that was not accepted is skipped with its message."""
    named(delivery["file_name"])
    return str(usable(delivery, "accepted")["delivery_id"])


LIST_HELP = """Lists the files of the month in the inbox. **When it fails**, the folder is missing or empty:
the message names it. Put the partners' files there and clear this task."""
COLLECT_HELP = """Archives one file and reads it. A file that cannot be used does not fail here: it is
*refused* with a message, or has *drifted* when its header line changed, and its check is skipped. **When it
fails**, the archive or the warehouse is out of reach: see that they run and clear this task."""
CHECK_HELP = """Checks the rows of one file. *Skipped* means that it was refused, has drifted, is a duplicate,
or broke its stop rules; the log says what to ask of the sender, and `monthly_premiums` asks whether it may be
used all the same. **When it fails**, put right what the log names and clear this task."""
COMPARE_HELP = """Counts the rows of the month that stand in a list twice, or in two lists. **When it fails**,
the lake or the warehouse is out of reach: see that they run and clear this task."""
PUBLISH_HELP = """Publishes the month's quality report and announces that the group has arrived. **When it
fails**, the report's folder cannot be written: make room or correct SIGAP_DATA_DOCS and clear this task."""
