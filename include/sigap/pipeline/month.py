"""A whole month without Airflow: the same verbs, in the same order, in one process."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from sigap.domain.period import Period
from sigap.errors import ApprovalError, SourceError
from sigap.pipeline.judge import Verdict
from sigap.pipeline.resources import Resources
from sigap.pipeline.summary import MonthSummary, summarise
from sigap.settings import Settings
from sigap.warehouse.tables import sources

log = logging.getLogger(__name__)

GROUPS = ("dtks", "associations", "memberships")

_IN_ADVANCE = "Answered in advance with --approve-as: stopped lists are left out, the month goes on"

Say = Callable[[str, str], None]
"""Told which verb begins, and on what."""


@dataclass(frozen=True, slots=True)
class Approvers:
    """Who answers for the roster and who for the invoices: two people."""

    roster: str
    invoices: str

    @classmethod
    def parse(cls, text: str, settings: Settings) -> "Approvers":
        """Read `NAME,NAME`; `demo` stands for the first approver that the settings name for each."""
        if text == "demo":
            return cls(
                settings.roster_approvers.split(",")[0].strip(),
                settings.invoice_approvers.split(",")[0].strip(),
            )
        names = [name.strip() for name in text.split(",")]
        if len(names) != 2 or not all(names):
            raise ApprovalError("Name two people: --approve-as ROSTER_APPROVER,INVOICE_APPROVER (or: demo).")
        return cls(*names)


def month(period: Period, resources: Resources, approvers: Approvers | None, say: Say) -> MonthSummary:
    """Take a month from its inbox to issued invoices and their documents.

    Without `approvers` it goes as far as the next judgement that a person has to make, says which in an
    `ApprovalError`, and can be called again after it.
    """
    take_in(period, resources, say)
    _measure(period, resources, say)
    _answer(period, approvers, resources)
    _entitle(period, resources, say)
    _judge(period, "roster", approvers.roster if approvers else None, resources)
    _charge(period, resources, say)
    _judge(period, "invoices", approvers.invoices if approvers else None, resources)
    _hand_over(period, resources, say)
    return summarise(period, resources, resources.run_id)


def take_in(period: Period, resources: Resources, say: Say) -> None:
    """Collect and check every file of the month. Raises `SourceError` when not one of them could be read."""
    collect_all(period, GROUPS, resources, say)
    if not check_all(period, resources, say):
        raise SourceError(
            f"{period}: no file could be read. `sigap status {period}` says what to do about each."
        )


def collect_all(period: Period, groups: Sequence[str], resources: Resources, say: Say) -> list[str]:
    """Collect every file that lies in the inbox for these groups. A refused one leaves its outcome.

    Returns a sentence for each file that was refused or brought nothing new; logs one for what lies in no
    group's folder and for what could not be read.
    """
    from sigap.pipeline.collect import collect, list_deliveries, name_strangers
    from sigap.sources.refusals import OutOfReachError

    for sentence in name_strangers(period, resources):
        log.warning(sentence)
    messages = []
    for path in [path for group in groups for path in list_deliveries(period, group, resources)]:
        say("collect", path)
        try:
            messages.append(collect(period, path, resources).message)
        except OutOfReachError as error:  # it could not be kept, so no delivery tells of it
            log.warning(error)
            messages.append(str(error))
    return [message for message in messages if message]


def check_all(period: Period, resources: Resources, say: Say) -> int:
    """Check and compare the accepted lists of the month, publish the quality report; returns how many."""
    from sigap.pipeline.check import check
    from sigap.pipeline.compare import compare
    from sigap.pipeline.publish import publish_docs

    lists = _lists(period, resources)
    for delivery_id, file_name in lists:
        say("check", file_name)
        check(period, delivery_id, resources)
    say("check", "which rows stand in two lists")
    compare(period, resources)
    publish_docs(period, resources)
    return len(lists)


def _lists(period: Period, resources: Resources) -> list[tuple[str, str]]:
    entries = resources.catalog().values()
    checked = [entry.code for entry in entries if entry.kind in ("workers", "memberships")]
    delivery = sources.delivery.c
    wanted = select(delivery.delivery_id, delivery.file_name).where(
        delivery.period == str(period), delivery.outcome == "accepted", delivery.source.in_(checked)
    )
    with resources.warehouse.connect() as connection:
        return [
            (row.delivery_id, row.file_name)
            for row in connection.execute(wanted.order_by(delivery.delivery_id))
        ]


def _measure(period: Period, resources: Resources, say: Say) -> None:
    from sigap.pipeline.link_gate import measure_links

    say("measure", "how good links are where the truth is known")
    measure_links(period, resources)


def _answer(period: Period, approvers: Approvers | None, resources: Resources) -> None:
    """Stopped lists and limits of the month wait for a person; who approves the roster in advance leaves the
    lists out and lets the month go on.
    """
    from sigap.pipeline.judge import judge
    from sigap.pipeline.publish import publish_docs
    from sigap.pipeline.questions import open_questions

    questions = open_questions(period, resources)
    if not questions:
        return
    if approvers is None:
        names = ", ".join(question.file_name or f"{period} as a whole" for question in questions)
        raise ApprovalError(
            f"{period} waits for a judgement about {names}. See `sigap delivery list {period}`, answer each "
            f"with `sigap delivery pass {period} DELIVERY --as NAME --reason WHY` or `sigap delivery "
            f"leave-out …` (no DELIVERY: the month), then run the month again."
        )
    for question in questions:
        verdict: Verdict = "leave_out" if question.delivery_id else "pass"
        judge(period, question.delivery_id, verdict, approvers.roster, _IN_ADVANCE, resources)
    publish_docs(period, resources)


def _entitle(period: Period, resources: Resources, say: Say) -> None:
    from sigap.pipeline.decide import decide
    from sigap.pipeline.link import link

    say("link", "who is one person")
    link(period, resources)
    say("decide", "who is subsidised, and why")
    decide(period, resources)


def _charge(period: Period, resources: Resources, say: Say) -> None:
    from sigap.pipeline.bill import bill

    say("bill", "what is owed")
    bill(period, resources)


def _hand_over(period: Period, resources: Resources, say: Say) -> None:
    from sigap.pipeline.issue import issue
    from sigap.pipeline.report import report

    say("bill", "numbers and issues")
    issue(period, resources)
    say("report", "workbook and PDF")
    report(period, resources)


def _judge(period: Period, subject: str, actor: str | None, resources: Resources) -> None:
    from sigap.pipeline.approve import is_approved, record_approval

    if is_approved(period, subject, resources):
        return
    if actor is None:
        raise ApprovalError(
            f"{period} waits for a judgement about the {subject}. See `sigap status {period}`, answer with "
            f"`sigap approve {subject} {period} --as NAME`, then run the month again."
        )
    record_approval(period, subject, "approved", actor, None, resources)
