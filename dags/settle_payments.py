"""What BPJS billed and what was paid against what we invoiced, once a month."""

from typing import Any

from airflow.sdk import DAG, TriggerRule, task, task_group

from sigap_airflow.assets import INVOICES, RECEIVED, RECONCILIATIONS
from sigap_airflow.collection import collect_files
from sigap_airflow.policy import DEFAULTS, monthly
from sigap_airflow.run import run

with DAG(
    dag_id="settle_payments",
    schedule=monthly(day=20),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    tags=["sigap", "settle"],
    doc_md="""Takes in the bill of BPJS Ketenagakerjaan and the payment receipts of the month in the
partition key and reconciles them with the issued invoices.

**When a receipt arrives later**: put it into the folder `payments` of the month's inbox and trigger this DAG
again with the same partition key. Runbook: `docs/runbooks/operate_a_month.md`.""",
):

    @task_group
    def bpjs_bills() -> Any:
        return collect_files("bpjs_bills")

    @task_group
    def payments() -> Any:
        return collect_files("payments")

    @task(
        inlets=[RECEIVED, INVOICES],
        outlets=[RECONCILIATIONS],
        trigger_rule=TriggerRule.NONE_FAILED,
        doc_md="""Reconciles bill, invoices and payments. **When it fails**, the log names what cannot be
matched: correct the file and trigger this DAG again with the same partition key.""",
    )
    def settle() -> Any:
        from sigap.pipeline.settle import settle

        return run(settle)

    [bpjs_bills(), payments()] >> settle()
