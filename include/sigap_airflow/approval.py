"""A person's judgement as a task: asks those whom the settings name, unless it is approved already."""

from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.hitl import ApprovalOperator, HITLOperator
from airflow.sdk import Context, Param

from sigap.domain.period import Period
from sigap_airflow.run import run

if TYPE_CHECKING:
    from sigap.pipeline.resources import Resources

SHOWN = "shown"  # the XCom key under which the figures of a question are kept
REASON = Param(
    "", type="string", title="Alasan / Reason", description="Wajib bila ditolak; required to reject."
)


class JudgementOperator(ApprovalOperator):
    """Waits for an answer about `about` (`roster` or `invoices`) without holding a worker.

    The answer is left to the next task, which records it: a rejection has to be kept as well.
    """

    def __init__(self, *, about: str, figures_of: str, **kwargs: Any) -> None:
        super().__init__(params={"reason": REASON}, **kwargs)
        self.about = about
        self.figures_of = figures_of

    def execute(self, context: Context) -> Any:
        """Ask; when nobody has to be asked the result is None."""
        from sigap.pipeline.approve import is_approved

        if run(is_approved, self.about):
            self.log.info("Already approved: nobody is asked again.")
            return None
        names, self.body, shown = run(_question, self.about, self.figures_of)
        context["ti"].xcom_push(SHOWN, shown)
        self.assigned_users = [{"id": name, "name": name} for name in names]
        return super().execute(context)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> Any:
        """Hand the answer on, whatever it is, with the figures it is about."""
        answer = HITLOperator.execute_complete(self, context, event)
        return {**answer, SHOWN: context["ti"].xcom_pull(task_ids=self.task_id, key=SHOWN)}


def record_answer(about: str, answer: dict[str, Any] | None) -> bool:
    """Keep a person's answer in the warehouse. False, for a rejection, ends the run there."""
    from sigap.pipeline.approve import record_approval

    if answer is None:
        return True
    verdict = "approved" if answer["chosen_options"] == [ApprovalOperator.APPROVE] else "rejected"
    reason = (answer["params_input"].get("reason") or "").strip() or None
    run(record_approval, about, verdict, answer["responded_by_user"]["name"], reason, shown=answer[SHOWN])
    return verdict == "approved"


def _question(
    period: Period, about: str, verb: str, resources: "Resources"
) -> tuple[list[str], str, dict[str, Any]]:
    """Who may answer, the counts of the verb's newest run as a table, and the figures that are judged.

    No person who is listed stands in them.
    """
    from sqlalchemy import select

    from sigap.pipeline.approve import figures_to_judge
    from sigap.pipeline.approvers import approvers
    from sigap.warehouse.tables import audit

    outcome = audit.outcome.c
    newest = (
        select(outcome.counts)
        .where(outcome.verb == verb, outcome.period == str(period), outcome.status == "ok")
        .order_by(outcome.outcome_id.desc())
        .limit(1)
    )
    with resources.warehouse.connect() as connection:
        counts = connection.execute(newest).scalar_one()
    rows = "".join(f"\n| {name} | {count:,} |" for name, count in counts.items()).replace(",", ".")
    table = f"**{period}**\n\n| | |\n|---|---:|{rows}"
    return list(approvers(about, resources.settings)), table, figures_to_judge(period, about, resources)
