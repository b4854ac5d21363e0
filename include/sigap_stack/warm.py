"""Runs an `airflow` command with the product's heavy libraries imported first.

LocalExecutor forks its tasks from the scheduler: what is imported there once, no task imports again.
"""

import runpy
import sys
from importlib import import_module

HEAVY = (
    "airflow.sdk.execution_time.supervisor",
    "airflow.sdk.execution_time.task_runner",
    "airflow.providers.openlineage.plugins.listener",
    "airflow.providers.common.compat.lineage.hook",
    "airflow.providers.common.sql.hooks.lineage",
    "jinja2.ext",
    "sigap_airflow.approval",
    "sigap_airflow.collection",
    "sigap_airflow.lineage",
    "sigap_airflow.policy",
    "pandas",
    "pyarrow.dataset",
    "psycopg",
    "duckdb",
    "great_expectations",
    "sigap.pipeline.collect",
    "sigap.pipeline.check",
    "sigap.pipeline.link",
    "sigap.pipeline.decide",
    "sigap.pipeline.bill",
    "sigap.pipeline.issue",
    "sigap.pipeline.report",
)


def main() -> None:
    """Import, then become `airflow ARGUMENTS`."""
    for name in HEAVY:
        import_module(name)
    sys.argv[0] = "airflow"
    runpy.run_module("airflow", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
