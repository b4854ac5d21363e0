"""Random legal and illegal actions against a real PostgreSQL: whatever people do, the books are right."""

import datetime as dt
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from psycopg import sql
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from laying import lay_roster
from sigap.billing.correction import Proposal
from sigap.domain.period import Period
from sigap.errors import SigapError
from sigap.lake import Lake
from sigap.pipeline.allocations import allocate_waiting
from sigap.pipeline.approve import record_approval
from sigap.pipeline.bill import bill
from sigap.pipeline.corrections import check, propose
from sigap.pipeline.issue import issue
from sigap.pipeline.movement import movement
from sigap.pipeline.resources import Resources
from sigap.pipeline.void import answer_void, ask_void
from sigap.settings import Settings
from sigap.warehouse.store import open_warehouse
from sigap_stack.postgres import Postgres

PEOPLE = range(1, 6)
ACCOUNTS = st.sampled_from(["dinas", "bendahara", "ppk"])
CHOSEN = st.sets(st.sampled_from(PEOPLE), min_size=1)
SUBJECTS = st.sampled_from(["roster", "invoices"])
VERDICTS = st.sampled_from(["approved", "approved", "approved", "rejected"])
BOOKS_ARE_RIGHT = {
    "nobody is billed twice for a month": """
        SELECT person_id FROM billing.invoice_line WHERE NOT is_void
        GROUP BY person_id, period, share_no HAVING count(*) > 1""",
    "a header equals its lines": """
        SELECT i.number FROM billing.invoice i JOIN billing.invoice_line l USING (invoice_id)
        GROUP BY invoice_id HAVING i.total_idr <> sum(l.total_idr) OR i.people <> count(DISTINCT l.person_id)
            OR i.total_idr <> i.jkk_idr + i.jkm_idr""",
    "a void invoice has no line that stands": """
        SELECT i.number FROM billing.invoice i JOIN billing.invoice_line l USING (invoice_id)
        WHERE (i.status = 'void') <> l.is_void""",
    "every entry balances": """
        SELECT entry_id FROM billing.posting GROUP BY entry_id HAVING sum(debit_idr) <> sum(credit_idr)""",
    "the ledger agrees with its documents": "SELECT key FROM reporting.ledger_agreement WHERE NOT agrees",
    "numbers run without a gap": """
        SELECT wadah_code FROM billing.invoice WHERE number IS NOT NULL
        GROUP BY wadah_code HAVING max(right(number, 4)::int) <> count(*)""",
    "no line is credited beyond what remains": """
        SELECT l.line_id FROM billing.invoice_line l
        JOIN billing.note_line n USING (line_id) JOIN billing.note h USING (note_id) GROUP BY l.line_id
        HAVING l.total_idr + sum(CASE h.kind WHEN 'debit' THEN n.total_idr ELSE -n.total_idr END)
            NOT BETWEEN 0 AND l.total_idr""",
    "an invoice asks no less than nothing, unless too much was paid": """
        SELECT number FROM reporting.invoice_balance WHERE total_idr + noted_idr < 0""",
    "no money is allocated beyond its line": """
        SELECT s.line_id FROM settlement.statement_line s JOIN settlement.allocation a USING (line_id)
        GROUP BY s.line_id HAVING sum(a.amount_idr) NOT BETWEEN 0 AND s.amount_idr""",
}
NEWEST = "SELECT number FROM billing.invoice WHERE number IS NOT NULL ORDER BY invoice_id DESC LIMIT 1"
ISSUED = "SELECT invoice_id, number, period, people, jkk_idr, jkm_idr, lines_sha256 FROM billing.invoice "
LINES = "SELECT line_id, invoice_id, person_id, period, jkk_idr, jkm_idr, tariff FROM billing.invoice_line "
BY_HAND = (
    "UPDATE billing.invoice SET total_idr = total_idr + 1, jkk_idr = jkk_idr + 1 WHERE status <> 'draft'",
    "UPDATE billing.invoice SET status = 'draft' WHERE status <> 'draft'",
    "DELETE FROM billing.invoice WHERE status <> 'draft'",
    "DELETE FROM billing.invoice_line",
    "UPDATE billing.invoice_line SET is_void = NOT is_void",
    "INSERT INTO billing.invoice_line (invoice_id, roster_id, person_id, period, income_band, jkk_idr, "
    "jkm_idr, total_idr, tariff, payer_set) SELECT invoice_id, roster_id, 99, period, 1, 10000, 6800, 16800, "
    "'t', funding_source FROM billing.invoice",
    "UPDATE billing.posting SET debit_idr = debit_idr + 1 WHERE debit_idr > 0",
    "DELETE FROM billing.journal_entry",
    "UPDATE billing.number_series SET last_number = last_number + 2",
    "DELETE FROM billing.note_line",
    "DELETE FROM settlement.statement_line",
)


class Finance(RuleBasedStateMachine):
    """A city of five people, three accounts, and an illegal move at every turn."""

    def __init__(self, opened: Callable[[], Resources]) -> None:
        super().__init__()
        self.resources, self.period = opened(), Period(2026, 1)
        self.issued: dict[str, set[tuple[Any, ...]]] = {ISSUED: set(), LINES: set()}

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with self.resources.warehouse.connect() as connection:
            return [tuple(row) for row in connection.execute(text(statement))]

    def attempt(self, verb: Callable[..., Any], *arguments: Any) -> None:
        """What is refused is refused in a sentence of ours, never by a constraint that nobody foresaw."""
        try:
            verb(*arguments, self.resources)
        except SigapError as refusal:
            assert str(refusal).endswith((".", "`."))

    @initialize(chosen=CHOSEN)
    def first_month(self, chosen: set[int]) -> None:
        self.whole_month(chosen)

    @rule(chosen=CHOSEN)
    def decide(self, chosen: set[int]) -> None:
        lay_roster(
            self.resources, str(self.period), len(chosen), len(PEOPLE) - len(chosen),
            outcome=lambda n: "subsidised" if n in chosen else "waiting",
            funding_source=lambda n: "APBD_KOTA" if n in chosen else None,
            wadah_code=lambda n: "SG" if n in chosen else None,
        )  # fmt: skip

    @rule(chosen=CHOSEN)
    def whole_month(self, chosen: set[int]) -> None:
        self.decide(chosen)
        self.end_the_month()

    @rule()
    def end_the_month(self) -> None:
        for subject, actor in (("roster", "dinas"), ("invoices", "bendahara")):
            self.attempt(record_approval, self.period, subject, "approved", actor, None)
            self.attempt(bill if subject == "roster" else issue, self.period)

    @precondition(lambda self: self.period < Period(2026, 4))
    @rule(chosen=CHOSEN)
    def next_month(self, chosen: set[int]) -> None:
        if self.rows(f"SELECT 1 FROM billing.invoice WHERE period = '{self.period}' AND status = 'issued'"):
            self.period = self.period.plus(1)
            self.whole_month(chosen)

    @rule()
    def void_by_two(self) -> None:
        self.ask_for_a_void("bendahara")
        self.answer_a_void("ppk", "approved")

    @rule(person=st.sampled_from(PEOPLE))
    def correct_by_two(self, person: int) -> None:
        standing = f"SELECT 1 FROM billing.invoice_line WHERE NOT is_void AND person_id = {person}"
        billed = self.rows(f"{standing} AND period = '{self.period}'")
        self.propose_a_correction(person, "dinas", left_out=not billed)
        self.answer_a_correction("bendahara", "agree")

    @rule(subject=SUBJECTS, verdict=VERDICTS, actor=ACCOUNTS)
    def judge(self, subject: str, verdict: str, actor: str) -> None:
        self.attempt(record_approval, self.period, subject, verdict, actor, "Alasan")

    @rule()
    def charge(self) -> None:
        self.attempt(bill, self.period)

    @rule()
    def number(self) -> None:
        self.attempt(issue, self.period)

    @rule(actor=ACCOUNTS)
    def ask_for_a_void(self, actor: str) -> None:
        for (number,) in self.rows(NEWEST):
            self.attempt(ask_void, number, actor, "Rekening keliru")

    @rule(actor=ACCOUNTS, verdict=VERDICTS)
    def answer_a_void(self, actor: str, verdict: str) -> None:
        for (request,) in self.rows(
            "SELECT void_request_id FROM billing.void_request ORDER BY 1 DESC LIMIT 1"
        ):
            self.attempt(answer_void, request, verdict, actor, "Alasan")

    @rule(person=st.sampled_from(PEOPLE), actor=ACCOUNTS, left_out=st.booleans())
    def propose_a_correction(self, person: int, actor: str, left_out: bool) -> None:
        reason = "LEFT_OUT" if left_out else "FOUND_INSURED"
        proposal = Proposal(reason, "Surat BPJS 12", person_id=person, period=self.period)
        self.attempt(propose, [proposal], actor)

    @rule(actor=ACCOUNTS, answer=st.sampled_from(["agree", "agree", "disagree"]))
    def answer_a_correction(self, actor: str, answer: str) -> None:
        for (number,) in self.rows("SELECT proposal_id FROM billing.correction ORDER BY 1 DESC LIMIT 1"):
            self.attempt(check, [number], answer, "Alasan", actor)

    @rule(amount=st.sampled_from([16_800, 33_600, 50_400, 84_000]), named=st.booleans())
    def pay(self, amount: int, named: bool) -> None:
        numbers = self.rows(NEWEST)
        words = numbers[0][0] if named and numbers else "PEMBAYARAN IURAN"
        values = {"key": uuid.uuid4().hex * 2, "amount": amount, "words": words, "day": dt.date(2026, 1, 20)}
        with self.resources.warehouse.begin() as connection:
            connection.execute(text(PAID), values)
            allocate_waiting(connection)

    @rule(statement=st.sampled_from(BY_HAND))
    def change_the_record_by_hand(self, statement: str) -> None:
        before = [self.rows(wanted) for wanted in self.issued]
        try:
            with self.resources.warehouse.begin() as connection:
                connection.execute(text(statement))
        except DBAPIError as refusal:
            assert getattr(refusal.orig, "sqlstate", "")[:2] in ("P0", "23")
        assert [self.rows(wanted) for wanted in self.issued] == before

    @invariant()
    def the_books_are_right(self) -> None:
        for promise, counterexamples in BOOKS_ARE_RIGHT.items():
            assert self.rows(counterexamples) == [], promise

    @invariant()
    def what_was_issued_stays(self) -> None:
        numbered = "WHERE invoice_id IN (SELECT invoice_id FROM billing.invoice WHERE number IS NOT NULL)"
        for statement, before in self.issued.items():
            now = set(self.rows(statement + numbered))
            assert before <= now
            self.issued[statement] = now

    def teardown(self) -> None:
        self.end_the_month()
        before = [self.rows(wanted + "ORDER BY 1") for wanted in (ISSUED, LINES)]
        self.end_the_month()
        assert [self.rows(wanted + "ORDER BY 1") for wanted in (ISSUED, LINES)] == before, "a replay differs"
        self.the_books_are_right()
        for (month,) in self.rows("SELECT DISTINCT period FROM billing.invoice WHERE status = 'issued'"):
            movement(Period.parse(month), self.resources)  # refuses where people or rupiah do not balance
        self.resources.warehouse.dispose()


PAID = """
    INSERT INTO settlement.statement_line (line_key, channel, account, booked_on, amount_idr, reference,
        description, counts, delivery_id, sheet, "row")
    VALUES (:key, 'bank', '', :day, :amount, '', :words, true, 'uang', '', 1)
"""
DELIVERY = """
    INSERT INTO sources.delivery (delivery_id, source, period, file_name, sha256, size_bytes, outcome)
    VALUES ('uang', 'bank_statement', '2026-01', 'koran.csv', repeat('a', 64), 1, 'accepted')
"""


@pytest.fixture
def opened(postgres: Postgres, migrated_template: str, tmp_path: Path) -> Callable[[], Resources]:
    """Gives resources on a warehouse and a lake of their own, each time."""

    def fresh() -> Resources:
        name = f"m_{uuid.uuid4().hex[:12]}"
        copied = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
            connection.execute(copied.format(sql.Identifier(name), sql.Identifier(migrated_template)))
        home = Settings(home=tmp_path / name, warehouse_url=postgres.url(name))
        finance = home.model_copy(
            update={"invoice_approvers": "bendahara,ppk", "roster_approvers": "dinas,ppk"}
        )
        warehouse = open_warehouse(postgres.url(name))
        with warehouse.begin() as connection:
            connection.execute(text(DELIVERY))
        return Resources(finance, Lake(finance.place("lake")), warehouse, "machine")

    return fresh


def test_whatever_people_do_the_books_are_right(opened: Callable[[], Resources]) -> None:
    run_state_machine_as_test(
        lambda: Finance(opened),
        settings=settings(
            max_examples=6,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
