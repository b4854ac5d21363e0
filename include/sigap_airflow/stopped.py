"""Stopped lists as a task: asks which of them may be used all the same, with one answer for all."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Context, Param

from sigap.domain.period import Period
from sigap_airflow.run import run

if TYPE_CHECKING:
    from sigap.pipeline.questions import Question
    from sigap.pipeline.resources import Resources

ASKED = "asked"  # the XCom key under which the options and the figures of a question are kept
LEAVE_OUT = "Jangan pakai satu pun / Leave all of them out"
REASON = Param(
    "",
    type="string",
    title="Alasan / Reason",
    description="Wajib bila ada yang diloloskan; required to let one pass.",
)


class StoppedListsOperator(HITLOperator):
    """Waits, holding no worker, for who may judge stopped lists. What is not chosen is left out."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(options=[LEAVE_OUT], multiple=True, params={"reason": REASON}, **kwargs)

    def execute(self, context: Context) -> Any:
        """Ask; when nothing waits for a judgement the result is None."""
        names, self.body, asked = run(_question)
        if not asked["stops"]:
            self.log.info("No list was stopped, or all were judged: nobody is asked.")
            return None
        context["ti"].xcom_push(ASKED, asked)
        self.options = [*asked["options"], LEAVE_OUT]
        self.assigned_users = [{"id": name, "name": name} for name in names]
        return super().execute(context)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> Any:
        """Hand the answer on, with what was asked."""
        asked = context["ti"].xcom_pull(task_ids=self.task_id, key=ASKED)
        self.options = [*asked["options"], LEAVE_OUT]  # this process did not ask
        return {**super().execute_complete(context, event), ASKED: asked}


def record_judgements(answer: dict[str, Any] | None) -> bool:
    """Keep a person's answer and publish the report with it. False, when the month has to wait, ends the run.

    Who leaves all out and chooses lists besides has let none of them pass.
    """
    from sigap.pipeline.judge import answer_questions
    from sigap.pipeline.publish import publish_docs

    if answer is None:
        return True
    chosen, asked = answer["chosen_options"], answer[ASKED]
    passed = [] if LEAVE_OUT in chosen else [asked["options"][option] for option in chosen]
    reason = (answer["params_input"].get("reason") or "").strip()
    actor = answer["responded_by_user"]["name"]
    goes_on = run(answer_questions, passed, actor, reason, shown=asked["stops"])
    run(publish_docs)
    return bool(goes_on)


def _question(period: Period, resources: "Resources") -> tuple[list[str], str, dict[str, Any]]:
    """Who may answer, what was stopped as tables, and what is asked: {option: key} and {key: stops}."""
    from sigap.pipeline.judge import judges
    from sigap.pipeline.questions import open_questions

    titles = {code: entry.title for code, entry in resources.catalog().items()}
    questions = open_questions(period, resources)
    asked = {
        "options": {_option(question, period, titles): question.key for question in questions},
        "stops": {question.key: question.stops for question in questions},
    }
    return list(judges(resources.settings)), _body(period, questions, titles), asked


def _option(question: "Question", period: Period, titles: dict[str, str]) -> str:
    if question.delivery_id is None:
        return f"Lanjutkan bulan {period} / Let the month go on"
    title = titles.get(question.source or "", question.source)
    return f"Loloskan {title}: {question.file_name} ({question.delivery_id})"


def _body(period: Period, questions: "Sequence[Question]", titles: dict[str, str]) -> str:
    parts = [_part(question, titles) for question in questions]
    return "\n\n".join([f"**{period}**. Pilih yang boleh dipakai; yang tidak dipilih tidak dipakai.", *parts])


def _part(question: "Question", titles: dict[str, str]) -> str:
    from sigap.quality.stops import word_stops

    rows = [
        f"| {one.title} | {one.limit} | {one.found} | {one.advice} |"
        for one in word_stops(question.stops, titles)
    ]
    head = "Bulan ini secara keseluruhan"
    if question.delivery_id is not None:
        name = f"{titles.get(question.source or '', question.source)}: {question.file_name}"
        received, accepted = (
            f"{rows:,}".replace(",", ".") for rows in (question.received, question.accepted)
        )
        head = f"{name} ({received} baris masuk, {accepted} diterima)"
    return "\n".join(
        [f"**{head}**\n", "| Batas | Batasnya | Ditemukan | Saran |", "|---|---:|---:|---|", *rows]
    )
