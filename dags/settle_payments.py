"""What BPJS billed, what was paid and who is active, against what we invoiced, once a month."""

from typing import Any

from airflow.sdk import DAG, TriggerRule, task, task_group

from sigap_airflow.assets import ALLOCATIONS, INVOICES, RECEIVED, RECONCILIATIONS
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
    doc_md="""Takes in what BPJS Ketenagakerjaan, bank and treasury sent for the month in the partition
key: bill, receipts, activated members, bank statement, SP2D. Allocates the money to invoices and reconciles.

**When a file arrives later**: put it into its folder of the month's inbox and trigger this DAG again with the
same partition key. Runbook: `docs/runbooks/settle_payments.md`.""",
):

    @task_group
    def bpjs_bills() -> Any:
        return collect_files("bpjs_bills")

    @task_group
    def payments() -> Any:
        return collect_files("payments")

    @task_group
    def bank_statement() -> Any:
        return collect_files("bank_statement")

    @task_group
    def sp2d() -> Any:
        return collect_files("sp2d")

    @task_group
    def activations() -> Any:
        return collect_files("activations")

    @task(
        inlets=[RECEIVED, INVOICES],
        outlets=[ALLOCATIONS],
        trigger_rule=TriggerRule.NONE_FAILED,
        doc_md="""Keeps every money movement once and allocates what is certain. What is not waits for
`sigap payments queue`. **When it fails**, the log names file, row and column: have the file corrected, put it
into the inbox and trigger this DAG again with the same partition key.""",
    )
    def allocate() -> Any:
        from sigap.pipeline.allocations import allocate

        return run(allocate)

    @task(
        inlets=[RECEIVED, INVOICES, ALLOCATIONS],
        outlets=[RECONCILIATIONS],
        trigger_rule=TriggerRule.NONE_FAILED,
        doc_md="""Reconciles bill, invoices and payments. **When it fails**, the log names what cannot be
matched: correct the file and trigger this DAG again with the same partition key.""",
    )
    def settle() -> Any:
        from sigap.pipeline.settle import settle

        return run(settle)

    [bpjs_bills(), payments(), bank_statement(), sp2d(), activations()] >> allocate() >> settle()
