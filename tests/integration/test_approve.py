"""Two people judge, once each, and a rejection ends with its reason kept."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from sigap.domain.period import Period
from sigap.errors import ApprovalError
from sigap.pipeline.approve import figures_to_judge, is_approved, record_approval
from sigap.pipeline.approvers import approvers
from sigap.pipeline.bill import bill
from sigap.pipeline.issue import issue
from sigap.pipeline.resources import Resources
from sigap.settings import Settings

JANUARY = Period(2026, 1)
LayRoster = Callable[..., int]


def rows(resources: Resources, statement: str) -> list[tuple[object, ...]]:
    with resources.warehouse.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def with_settings(resources: Resources, **changes: str) -> Resources:
    settings = resources.settings.model_copy(update=changes)
    return Resources(settings, resources.lake, resources.warehouse, resources.run_id)


def test_approving_a_roster_keeps_what_was_seen(resources: Resources, lay_roster: LayRoster) -> None:
    lay_roster(subsidised=3, waiting=1)
    assert not is_approved(JANUARY, "roster", resources)
    record_approval(JANUARY, "roster", "approved", "dinas", None, resources)
    assert is_approved(JANUARY, "roster", resources)
    assert rows(resources, "SELECT status FROM entitlement.roster") == [("approved",)]
    [(seen, digest)] = rows(
        resources,
        "SELECT seen, decisions_sha256 FROM audit.approval JOIN entitlement.roster USING (roster_id)",
    )
    assert seen == {"roster_version": 1, "people": 4, "subsidised": 3, "decisions_sha256": digest}


def test_an_answer_about_figures_that_changed_since_is_refused(
    resources: Resources, lay_roster: LayRoster
) -> None:
    lay_roster(subsidised=3)
    asked = figures_to_judge(JANUARY, "roster", resources)
    lay_roster(subsidised=2)  # decided again while the question was open
    with pytest.raises(ApprovalError, match="changed after the question was asked"):
        record_approval(JANUARY, "roster", "approved", "dinas", None, resources, asked)
    assert rows(resources, "SELECT count(*) FROM audit.approval") == [(0,)]
    asked = figures_to_judge(JANUARY, "roster", resources)
    record_approval(JANUARY, "roster", "approved", "dinas", None, resources, asked)
    bill(JANUARY, resources)
    asked = figures_to_judge(JANUARY, "invoices", resources)
    with pytest.raises(ApprovalError, match="the invoices changed"):
        record_approval(JANUARY, "invoices", "approved", "bendahara", None, resources, asked | {"people": 3})
    record_approval(JANUARY, "invoices", "approved", "bendahara", None, resources, asked)


def test_the_same_judgement_again_changes_nothing(resources: Resources, lay_roster: LayRoster) -> None:
    lay_roster()
    for _ in range(2):
        record_approval(JANUARY, "roster", "approved", "dinas", None, resources)
    bill(JANUARY, resources)
    for _ in range(2):
        record_approval(JANUARY, "invoices", "approved", "bendahara", None, resources)
    issue(JANUARY, resources)
    record_approval(JANUARY, "invoices", "approved", "bendahara", None, resources)
    assert rows(resources, "SELECT subject, actor FROM audit.approval ORDER BY 1 DESC") == [
        ("roster", "dinas"),
        ("invoices", "bendahara"),
    ]


def test_a_judgement_is_not_changed_by_a_later_one(resources: Resources, lay_roster: LayRoster) -> None:
    lay_roster()
    record_approval(JANUARY, "roster", "approved", "dinas", None, resources)
    with pytest.raises(ApprovalError, match="a judgement stands"):
        record_approval(JANUARY, "roster", "rejected", "dinas", "Salah kuota", resources)
    assert rows(resources, "SELECT verdict FROM audit.approval") == [("approved",)]


@pytest.mark.parametrize(
    ("subject", "verdict", "actor", "reason", "message"),
    [
        ("roster", "approved", "bendahara", None, "may not judge the roster"),
        ("invoices", "approved", "dinas", None, "may not judge the invoices"),
        ("roster", "rejected", "dinas", "  ", "needs a reason"),
        ("roster", "maybe", "dinas", None, "is no verdict"),
        ("lunch", "approved", "dinas", None, "cannot be judged"),
    ],
)
def test_a_judgement_that_is_none_is_refused(
    resources: Resources,
    lay_roster: LayRoster,
    subject: str,
    verdict: str,
    actor: str,
    reason: str,
    message: str,
) -> None:
    lay_roster()
    with pytest.raises(ApprovalError, match=message):
        record_approval(JANUARY, subject, verdict, actor, reason, resources)
    assert rows(resources, "SELECT * FROM audit.approval") == []


def test_nobody_approves_both_even_when_the_settings_name_them_for_both(
    resources: Resources, lay_roster: LayRoster
) -> None:
    both = with_settings(resources, roster_approvers="Sari", invoice_approvers="sari, Sari")
    lay_roster()
    record_approval(JANUARY, "roster", "approved", "Sari", None, both)
    bill(JANUARY, both)
    for name in ("Sari", "sari"):
        with pytest.raises(ApprovalError, match="cannot approve its invoices"):
            record_approval(JANUARY, "invoices", "approved", name, None, both)
    assert not is_approved(JANUARY, "invoices", both)


def test_there_must_be_something_to_judge(resources: Resources, lay_roster: LayRoster) -> None:
    with pytest.raises(ApprovalError, match="nothing to judge yet"):
        record_approval(JANUARY, "roster", "approved", "dinas", None, resources)
    lay_roster()
    with pytest.raises(ApprovalError, match="nothing to judge yet"):
        record_approval(JANUARY, "invoices", "approved", "bendahara", None, resources)
    record_approval(JANUARY, "roster", "approved", "dinas", None, resources)
    with pytest.raises(ApprovalError, match="no invoices to judge"):
        record_approval(JANUARY, "invoices", "approved", "bendahara", None, resources)


def test_a_rejected_roster_is_closed_and_nothing_is_billed(
    resources: Resources, lay_roster: LayRoster
) -> None:
    lay_roster()
    for _ in range(2):
        record_approval(JANUARY, "roster", "rejected", "dinas", "Desil 4 belum boleh", resources)
    assert rows(resources, "SELECT status FROM entitlement.roster") == [("rejected",)]
    assert rows(resources, "SELECT reason FROM audit.approval") == [("Desil 4 belum boleh",)]
    with pytest.raises(ApprovalError):
        bill(JANUARY, resources)
    lay_roster(subsidised=2)
    assert not is_approved(JANUARY, "roster", resources)
    record_approval(JANUARY, "roster", "approved", "dinas", None, resources)
    bill(JANUARY, resources)
    assert rows(resources, "SELECT people FROM billing.invoice") == [(2,)]


def test_rejected_invoices_go_their_figures_stay_and_a_new_version_can_be_billed(
    resources: Resources, lay_roster: LayRoster
) -> None:
    lay_roster(subsidised=3)
    record_approval(JANUARY, "roster", "approved", "dinas", None, resources)
    bill(JANUARY, resources)
    for _ in range(2):
        record_approval(JANUARY, "invoices", "rejected", "bendahara", "Pagu triwulan", resources)
    assert rows(resources, "SELECT * FROM billing.invoice") == []
    assert rows(resources, "SELECT * FROM billing.invoice_line") == []
    assert rows(resources, "SELECT status FROM entitlement.roster") == [("rejected",)]
    assert not is_approved(JANUARY, "roster", resources)
    assert not is_approved(JANUARY, "invoices", resources)
    [(seen,)] = rows(resources, "SELECT seen FROM audit.approval WHERE subject = 'invoices'")
    assert isinstance(seen, dict)
    assert (seen["people"], seen["total_idr"], len(seen["invoices"][0]["lines_sha256"])) == (3, 50_400, 64)
    with pytest.raises(ApprovalError):
        bill(JANUARY, resources)
    lay_roster(subsidised=2)
    record_approval(JANUARY, "roster", "approved", "dinas", None, resources)
    bill(JANUARY, resources)
    record_approval(JANUARY, "invoices", "approved", "bendahara", None, resources)
    assert [invoice.people for invoice in issue(JANUARY, resources)] == [2]


def test_a_newer_draft_roster_waits_for_its_own_approval(resources: Resources, lay_roster: LayRoster) -> None:
    lay_roster()
    record_approval(JANUARY, "roster", "approved", "dinas", None, resources)
    lay_roster(subsidised=2)
    assert not is_approved(JANUARY, "roster", resources)


def test_approvers_are_the_names_between_commas() -> None:
    settings = Settings(roster_approvers=" dinas , wakil,", invoice_approvers="bendahara")
    assert approvers("roster", settings) == ("dinas", "wakil")
    assert approvers("invoices", settings) == ("bendahara",)
