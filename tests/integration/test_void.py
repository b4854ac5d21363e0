"""An issued invoice becomes void by two people, everything stays, and its successor is linked to it."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from sigap.audit.charged import money_steps
from sigap.audit.trace import line_of
from sigap.billing.correction import Proposal
from sigap.domain.period import Period
from sigap.errors import ApprovalError, BillingError
from sigap.pipeline.approve import is_approved, record_approval
from sigap.pipeline.bill import bill
from sigap.pipeline.close import lock
from sigap.pipeline.corrections import check, propose
from sigap.pipeline.issue import issue
from sigap.pipeline.resources import Resources
from sigap.pipeline.void import answer_void, ask_void, void_requests

JANUARY = Period(2026, 1)
NUMBER = "SIGAP/SG/2026-01/0001"
WHY = "Rekening belanja keliru"
APPROVED = ("Approval of the roster", "Approval of the invoices")


def rows(resources: Resources, statement: str) -> list[tuple[Any, ...]]:
    with resources.warehouse.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


@pytest.fixture
def issued(resources: Resources, lay_roster: Callable[..., int]) -> Resources:
    """A month whose invoice of three people is issued; two people may judge invoices."""
    settings = resources.settings.model_copy(update={"invoice_approvers": "bendahara,ppk"})
    finance = Resources(settings, resources.lake, resources.warehouse, "test")
    lay_roster(subsidised=3)
    record_approval(JANUARY, "roster", "approved", "dinas", None, finance)
    charge(finance)
    return finance


def charge(resources: Resources) -> None:
    bill(JANUARY, resources)
    if not is_approved(JANUARY, "invoices", resources):
        record_approval(JANUARY, "invoices", "approved", "bendahara", None, resources)
    issue(JANUARY, resources)


def void(resources: Resources, number: str = NUMBER) -> None:
    asked = ask_void(number, "bendahara", WHY, resources)
    answer_void(asked.void_request_id, "approved", "ppk", None, resources)


def test_nothing_changes_before_another_person_approves(issued: Resources) -> None:
    asked = ask_void(NUMBER, "bendahara", WHY, issued)
    with pytest.raises(BillingError, match="somebody else than the person who asked"):
        answer_void(asked.void_request_id, "approved", "bendahara", None, issued)
    assert rows(issued, "SELECT status FROM billing.invoice") == [("issued",)]
    assert rows(issued, "SELECT DISTINCT is_void FROM billing.invoice_line") == [(False,)]
    answer_void(asked.void_request_id, "rejected", "ppk", "Rekening sudah benar", issued)
    assert rows(issued, "SELECT status FROM billing.invoice") == [("issued",)]
    [told] = void_requests(JANUARY, issued)
    assert (told.verdict, told.asked_by, told.answered_by) == ("rejected", "bendahara", "ppk")


def test_a_void_invoice_keeps_everything_and_its_successor_names_it(issued: Resources) -> None:
    lines = "SELECT line_id, person_id, total_idr FROM billing.invoice_line WHERE invoice_id = 1 ORDER BY 1"
    before = rows(issued, lines)
    void(issued)
    assert rows(issued, "SELECT number, status, people, total_idr FROM billing.invoice") == [
        (NUMBER, "void", 3, 50_400)
    ]
    assert rows(issued, lines) == before
    charge(issued)
    assert rows(issued, lines) == before
    assert rows(issued, "SELECT number, status, generation, replaces_id FROM billing.invoice ORDER BY 1") == [
        (NUMBER, "void", 0, None),
        ("SIGAP/SG/2026-01/0002", "issued", 1, 1),
    ]
    assert rows(issued, "SELECT count(*) FROM billing.invoice_line WHERE NOT is_void") == [(3,)]
    assert rows(issued, "SELECT last_number FROM billing.number_series") == [(2,)]


def test_the_books_take_the_entry_back(issued: Resources) -> None:
    void(issued)
    balances = "SELECT account_code, sum(debit_idr - credit_idr) FROM billing.posting GROUP BY 1"
    assert {balance for _, balance in rows(issued, balances)} == {0}
    assert rows(issued, "SELECT kind FROM billing.journal_entry ORDER BY 1") == [("invoice",), ("void",)]


def test_the_successor_waits_for_finance_like_any_invoice(issued: Resources) -> None:
    void(issued)
    bill(JANUARY, issued)
    with pytest.raises(ApprovalError, match="wait for finance"):
        issue(JANUARY, issued)
    record_approval(JANUARY, "invoices", "rejected", "bendahara", "Masih keliru", issued)
    assert rows(issued, "SELECT number, status FROM billing.invoice") == [(NUMBER, "void")]
    assert rows(issued, "SELECT status FROM entitlement.roster") == [("approved",)]
    charge(issued)
    assert rows(issued, "SELECT status, generation FROM billing.invoice ORDER BY invoice_id") == [
        ("void", 0),
        ("issued", 2),
    ]


@pytest.mark.parametrize(
    ("number", "actor", "reason", "sentence"),
    [
        ("SIGAP/SG/2026-01/0009", "bendahara", WHY, "There is no invoice"),
        (NUMBER, "orang_lain", WHY, "may not ask for a void"),
        (NUMBER, "bendahara", "  ", "needs a reason"),
        (NUMBER, "bendahara", "NIK 3275 0101 0100 0001 salah", "holds a NIK"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_sentence(
    issued: Resources, number: str, actor: str, reason: str, sentence: str
) -> None:
    with pytest.raises((ApprovalError, BillingError), match=sentence):
        ask_void(number, actor, reason, issued)
    assert rows(issued, "SELECT * FROM billing.void_request") == []


def test_an_invoice_is_void_once_and_a_request_answered_once(issued: Resources) -> None:
    asked = ask_void(NUMBER, "bendahara", WHY, issued)
    with pytest.raises(BillingError, match="waits for an answer"):
        ask_void(NUMBER, "ppk", WHY, issued)
    answer_void(asked.void_request_id, "approved", "ppk", None, issued)
    assert answer_void(asked.void_request_id, "approved", "ppk", None, issued).verdict == "approved"
    with pytest.raises(ApprovalError, match="an answer stands"):
        answer_void(asked.void_request_id, "rejected", "ppk", "tidak", issued)
    with pytest.raises(BillingError, match="is void: only an issued invoice"):
        ask_void(NUMBER, "bendahara", WHY, issued)


def test_a_month_of_locked_books_keeps_its_invoices(issued: Resources) -> None:
    lock(JANUARY, "bendahara", issued)
    with pytest.raises(BillingError, match="locked"):
        ask_void(NUMBER, "bendahara", WHY, issued)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE billing.invoice SET status = 'void', voided_at = now()",
        "UPDATE billing.invoice_line SET is_void = true",
        "DELETE FROM billing.invoice",
        "DELETE FROM billing.invoice_line",
        "UPDATE billing.invoice SET total_idr = 1, jkk_idr = 1, jkm_idr = 0",
    ],
)
def test_no_role_voids_or_changes_an_issued_invoice_past_two_people(
    issued: Resources, statement: str
) -> None:
    with pytest.raises(DBAPIError) as caught, issued.warehouse.begin() as connection:
        connection.execute(text(statement))
    assert getattr(caught.value.orig, "sqlstate", None) in ("P0001", "23514")


def test_a_void_invoice_does_not_come_back(issued: Resources) -> None:
    void(issued)
    for statement in (
        "UPDATE billing.invoice SET status = 'issued', voided_at = NULL",
        "UPDATE billing.invoice_line SET is_void = false",
        "DELETE FROM billing.void_answer",
        "UPDATE billing.void_request SET reason = 'lain'",
    ):
        with pytest.raises(DBAPIError), issued.warehouse.begin() as connection:
            connection.execute(text(statement))


def test_an_invoice_under_correction_is_not_voided(issued: Resources) -> None:
    proposal = Proposal("FOUND_INSURED", "Surat BPJS 12", person_id=1, period=JANUARY)
    [asked] = propose([proposal], "dinas", issued)
    with pytest.raises(BillingError, match="has corrections that rest on its lines"):
        ask_void(NUMBER, "bendahara", WHY, issued)
    check([asked.proposal_id], "disagree", "Bukan orang yang sama", "bendahara", issued)
    void(issued)
    assert rows(issued, "SELECT status FROM billing.invoice") == [("void",)]


def test_a_trace_tells_of_the_void_and_of_its_own_judgements_only(issued: Resources) -> None:
    void(issued)
    charge(issued)
    [(old,), (new,)] = rows(issued, "SELECT line_id FROM billing.invoice_line WHERE person_id = 1 ORDER BY 1")
    titles = ["Invoice line", "Invoice", "Request for a void", *APPROVED]
    with issued.warehouse.connect() as connection:
        told = money_steps(connection, line_of(connection, old))
        assert [step.title for step in told] == titles
        assert told[2].facts["replaced_by"] == "SIGAP/SG/2026-01/0002"
        successor = money_steps(connection, line_of(connection, new))
    assert [step.title for step in successor] == ["Invoice line", "Invoice", *APPROVED]


def test_a_trace_tells_of_the_corrections_of_its_line(issued: Resources) -> None:
    [asked] = propose([Proposal("FOUND_INSURED", "Surat 12", person_id=1, period=JANUARY)], "dinas", issued)
    check([asked.proposal_id], "agree", "", "bendahara", issued)
    with issued.warehouse.connect() as connection:
        [correction] = [
            step.facts
            for step in money_steps(connection, line_of(connection, 1))
            if step.title == "Correction of the line"
        ]
    assert (correction["kind"], correction["reason_code"], correction["total_idr"]) == (
        "credit", "FOUND_INSURED", 16_800,
    )  # fmt: skip
    assert (correction["state"], correction["checked_by"]) == ("agreed", "bendahara")
