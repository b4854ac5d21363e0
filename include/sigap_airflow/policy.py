"""What every task has in common: its owner, when it runs, which failures are tried again, who is told."""

import logging
from datetime import timedelta
from typing import Any

from airflow.sdk import CronPartitionTimetable, ExceptionRetryPolicy, RetryAction, RetryRule

from sigap_airflow.run import OutOfReachError

log = logging.getLogger(__name__)

NETWORK_AND_DATABASE_ONLY = ExceptionRetryPolicy(
    rules=[
        RetryRule(
            exception=[OutOfReachError, ConnectionError, TimeoutError, "httpx.TransportError"],
            action=RetryAction.RETRY,
            retry_delay=timedelta(seconds=20),
            reason="The network or a database did not answer",
        ),
        RetryRule(exception=Exception, action=RetryAction.FAIL, reason="Trying again would not help"),
    ]
)


def monthly(day: int) -> CronPartitionTimetable:
    """At six in the morning of that day; the month is the partition key. Past days are not made up for."""
    return CronPartitionTimetable(
        f"0 6 {day} * *", timezone="Asia/Jakarta", key_format="%Y-%m", run_immediately=timedelta(0)
    )


def tell(context: dict[str, Any]) -> None:
    """Say in one line which task of which month failed and why."""
    task, month = context["task_instance"], context["dag_run"].partition_key
    log.error("%s.%s failed for %s: %s", task.dag_id, task.task_id, month, context.get("exception"))


DEFAULTS: dict[str, Any] = {
    "owner": "sigap",
    "retries": 2,
    "retry_delay": timedelta(seconds=20),
    "retry_policy": NETWORK_AND_DATABASE_ONLY,
    "on_failure_callback": tell,
}
