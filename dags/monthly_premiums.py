"""From the month's lists to issued invoices and their documents. Starts when the three groups are there."""

from typing import Any

from airflow.sdk import DAG, PartitionedAssetTimetable, task, task_group

from sigap_airflow.approval import JudgementOperator, record_answer
from sigap_airflow.assets import (
    APPROVALS,
    ASSOCIATIONS,
    DECISIONS,
    DOCUMENTS,
    INVOICES,
    JUDGEMENTS,
    LINES,
    LINK_MODEL,
    LINK_QUALITY,
    MEMBERSHIPS,
    PERSONS,
    REGISTRY,
    ROSTER,
    VALIDATIONS,
)
from sigap_airflow.policy import DEFAULTS
from sigap_airflow.run import run
from sigap_airflow.stopped import StoppedListsOperator, record_judgements

with DAG(
    dag_id="monthly_premiums",
    schedule=PartitionedAssetTimetable(assets=REGISTRY & ASSOCIATIONS & MEMBERSHIPS),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    tags=["sigap", "month"],
    doc_md="""Measures how good links are, has lists and limits judged that broke a rule, links persons,
decides who is subsidised, has the roster approved by the Dinas, bills, has the invoices approved by finance,
issues them and writes workbook and PDF. One run bills its own coverage month: its partition key.

**When a task fails**, its log ends with one sentence that says what to do. Put it right and clear the task:
every step can be run again and changes nothing that was issued. **After a rejection** the run ends with
everything after it skipped: correct what was wrong and trigger a new run with the same partition key.
Runbook: `docs/runbooks/operate_a_month.md`.""",
):

    @task(
        inlets=[LINK_MODEL],
        outlets=[LINK_QUALITY],
        doc_md="""Links a set of invented people of whom the truth is known and keeps how good the links are;
below a floor the next task asks whether the month may go on. **When it fails**, the link model cannot be
read: put back the file that the log names, then clear this task.""",
    )
    def measure() -> Any:
        from sigap.pipeline.link_gate import measure_links

        return run(measure_links)

    @task_group
    def judge_deliveries() -> None:
        ask = StoppedListsOperator(
            task_id="ask",
            subject="Daftar yang dihentikan dan batas bulan ini / Stopped lists and limits of the month",
            inlets=[VALIDATIONS, LINK_QUALITY],
            outlets=[JUDGEMENTS],
            doc_md="""Asks which of the stopped lists may be used all the same, and whether the month may go
on beyond its limits or with links below their floors. Holds no worker; nobody is asked when nothing broke a
rule. **When it waits too long**, remind the people named in SIGAP_DELIVERY_JUDGES (else
SIGAP_ROSTER_APPROVERS): they answer under *Required actions*.""",
        )

        @task.short_circuit(
            inlets=[VALIDATIONS],
            outlets=[JUDGEMENTS],
            doc_md="""Keeps the answer and publishes the quality report with it. When the month itself was
not let go on, what follows is skipped. **When it fails**, the answer could not be accepted and the log says
why: clear `ask` together with this task, so that the question is asked with the figures of now.""",
        )
        def record(answer: Any) -> bool:
            return record_judgements(answer)

        record(ask.output)

    @task(
        inlets=[VALIDATIONS, JUDGEMENTS],
        outlets=[PERSONS],
        doc_md="""Finds out who is one person and who is already insured. **When it fails**, no list
of workers or no membership extract may be used: see `check` of the collecting DAGs, then clear this task.""",
    )
    def link() -> Any:
        from sigap.pipeline.link import link

        return run(link)

    @task(
        inlets=[PERSONS],
        outlets=[DECISIONS, ROSTER],
        doc_md="""Decides who is subsidised this month and why, and makes a roster version. **When it
fails**, a rule cannot be applied: the log names its file. Correct it and clear this task.""",
    )
    def decide() -> Any:
        from sigap.pipeline.decide import decide

        return run(decide)

    @task_group
    def approve_roster() -> None:
        ask = JudgementOperator(
            task_id="ask",
            about="roster",
            figures_of="decide",
            subject="Penetapan daftar peserta bantuan iuran / Approve the roster",
            inlets=[ROSTER],
            outlets=[APPROVALS],
            doc_md="""Waits for the Dinas and holds no worker. **When it waits too long**, remind the people
named in SIGAP_ROSTER_APPROVERS: they answer under *Required actions*.""",
        )

        @task.short_circuit(
            inlets=[ROSTER],
            outlets=[APPROVALS],
            doc_md="""Keeps the answer. A rejection skips what follows. **When it fails**, the answer could
not be accepted and the log says why: clear `ask` together with this task, so that the right person
answers.""",
        )
        def record(answer: Any) -> bool:
            return record_answer("roster", answer)

        record(ask.output)

    @task(
        inlets=[DECISIONS, APPROVALS],
        outlets=[LINES, INVOICES],
        doc_md="""Prices the approved roster and drafts the invoices. **When it fails** over the budget
ceiling, the log says by how much: raise the ceiling or lower the quota, then trigger a new run. Otherwise
clear this task.""",
    )
    def bill() -> Any:
        from sigap.pipeline.bill import bill

        return run(bill)

    @task_group
    def approve_invoices() -> None:
        ask = JudgementOperator(
            task_id="ask",
            about="invoices",
            figures_of="bill",
            subject="Persetujuan tagihan iuran / Approve the invoices",
            inlets=[INVOICES],
            outlets=[APPROVALS],
            doc_md="""Waits for finance and holds no worker. **When it waits too long**, remind the people
named in SIGAP_INVOICE_APPROVERS: they answer under *Required actions*. Whoever approved the roster cannot
answer here.""",
        )

        @task.short_circuit(
            inlets=[INVOICES],
            outlets=[APPROVALS],
            doc_md="""Keeps the answer. A rejection skips what follows. **When it fails**, the answer could
not be accepted and the log says why: clear `ask` together with this task, so that the right person
answers.""",
        )
        def record(answer: Any) -> bool:
            return record_answer("invoices", answer)

        record(ask.output)

    @task(
        inlets=[LINES, APPROVALS],
        outlets=[INVOICES],
        doc_md="""Numbers the approved invoices; from here on they cannot change. **When it fails**, put
right what the log names and clear this task: nothing is numbered twice.""",
    )
    def issue() -> Any:
        from sigap.pipeline.issue import issue

        return run(issue)

    @task(
        inlets=[INVOICES],
        outlets=[DOCUMENTS],
        doc_md="""Writes workbook and PDF of every issued invoice. **When it fails**, the folder of the
documents cannot be written: make room or correct SIGAP_DOCUMENTS and clear this task.""",
    )
    def report() -> Any:
        from sigap.pipeline.report import report

        return run(report)

    (
        measure()
        >> judge_deliveries()
        >> link()
        >> decide()
        >> approve_roster()
        >> bill()
        >> approve_invoices()
        >> issue()
        >> report()
    )
