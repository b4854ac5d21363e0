"""Agreed corrections become notes of the next open month: drafted again the same, numbered, never changed."""

import datetime as dt
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, insert, text
from sqlalchemy.exc import DBAPIError

from sigap.billing.correction import Proposal
from sigap.domain.period import Period
from sigap.errors import BillingError
from sigap.pipeline.corrections import check, propose
from sigap.pipeline.notes import Note, draft_notes, issue_notes, left_out_lines, noted_idr
from sigap.pipeline.resources import Resources
from sigap.warehouse.tables.ledger import ledger_period_event

LayInvoice = Callable[..., int]
JANUARY, FEBRUARY, MARCH, APRIL = (Period(2026, month) for month in (1, 2, 3, 4))
DIED = dt.date(2026, 1, 20)


@pytest.fixture
def months(lay_invoice: LayInvoice) -> dict[str, int]:
    """January to March issued, three people in January and four after; April is open."""
    return {
        month: lay_invoice(month, people)
        for month, people in {"2026-01": 3, "2026-02": 4, "2026-03": 4}.items()
    }


def rows(resources: Resources, statement: str) -> list[tuple[object, ...]]:
    with resources.warehouse.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def agree(resources: Resources, **asked: object) -> None:
    proposal = Proposal(**({"reason_code": "FOUND_INSURED", "evidence": "Surat BPJS 12"} | asked))  # type: ignore[arg-type]
    [kept] = propose([proposal], "dinas", resources)
    check([kept.proposal_id], "agree", "", "bendahara", resources)


def draft(resources: Resources, period: Period = APRIL) -> list[Note]:
    with resources.warehouse.begin() as connection:
        return draft_notes(connection, period)


def issue(resources: Resources, period: Period = APRIL) -> list[Note]:
    with resources.warehouse.begin() as connection:
        return issue_notes(connection, period, resources.payers())


def refused(engine: Engine, *statements: str) -> str:
    with pytest.raises(DBAPIError) as caught, engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    message = str(caught.value.orig.diag.message_primary)  # type: ignore[union-attr]
    assert not re.search(r"\d{16}|Warga", message)
    return message


@pytest.fixture
def agreed(resources: Resources, months: dict[str, int]) -> dict[str, int]:
    """A death in January (two months credited), somebody left out of January, a NIK corrected in February."""
    agree(resources, reason_code="DECEASED", person_id=2, effective_date=DIED)
    agree(resources, reason_code="LEFT_OUT", person_id=4, period=JANUARY, payer_set="APBD_KOTA")
    agree(resources, reason_code="NIK_CORRECTED", person_id=3, period=FEBRUARY)
    return months


def test_agreed_corrections_become_one_note_of_each_kind(
    resources: Resources, agreed: dict[str, int]
) -> None:
    assert agreed
    credit, debit = draft(resources)
    assert (credit.kind, credit.people, credit.total_idr, credit.number) == ("credit", 2, 50_400, None)
    assert (debit.kind, debit.people, debit.total_idr, debit.jkm_idr) == ("debit", 2, 33_600, 13_600)
    with resources.warehouse.connect() as connection:
        assert noted_idr(connection, 2026, "APBD_KOTA") == -16_800
        assert noted_idr(connection, 2026, "APBD_KOTA", without=APRIL) == 0
        added = left_out_lines(connection, [JANUARY, FEBRUARY]).to_pylist()
    assert added == [{"person_id": 4, "period": "2026-01", "payer_set": "APBD_KOTA", "share_no": 1}]


def test_drafting_again_gives_the_same_notes_and_a_new_correction_replaces_them(
    resources: Resources, agreed: dict[str, int]
) -> None:
    assert agreed
    first = draft(resources)
    assert draft(resources) == first
    agree(resources, person_id=1, period=MARCH)
    again = draft(resources)
    assert [note.people for note in again] == [3, 2]
    assert again[1].lines_sha256 == first[1].lines_sha256
    assert rows(resources, "SELECT count(*) FROM billing.note") == [(2,)]


def test_what_waits_for_an_answer_or_was_turned_down_is_on_no_note(
    resources: Resources, months: dict[str, int]
) -> None:
    assert months
    asked = [Proposal("FOUND_INSURED", "Surat 1", person_id=person, period=MARCH) for person in (1, 2)]
    _, second = propose(asked, "dinas", resources)
    check([second.proposal_id], "disagree", "Nama lain", "bendahara", resources)
    assert draft(resources) == []


def test_issued_notes_have_numbers_without_a_gap_and_entries_in_the_ledger(
    resources: Resources, agreed: dict[str, int]
) -> None:
    assert agreed
    draft(resources)
    credit, debit = issue(resources)
    assert (credit.number, debit.number) == ("SIGAP/SG/2026-04/K0001", "SIGAP/SG/2026-04/D0001")
    assert issue(resources) == [credit, debit]
    entries = "SELECT document, kind, period FROM billing.journal_entry ORDER BY 1 DESC"
    assert rows(resources, entries) == [
        ("SIGAP/SG/2026-04/K0001", "credit_note", "2026-04"),
        ("SIGAP/SG/2026-04/D0001", "debit_note", "2026-04"),
    ]
    agree(resources, person_id=1, period=MARCH)
    may = Period(2026, 5)
    draft(resources, may)
    [next_one] = issue(resources, may)
    assert (next_one.number, next_one.people) == ("SIGAP/SG/2026-05/K0002", 1)
    states = "SELECT state, count(*) FROM reporting.correction_overview GROUP BY 1"
    assert rows(resources, states) == [("booked", 6)]


def test_the_digest_can_be_repeated_with_psql(resources: Resources, agreed: dict[str, int]) -> None:
    import hashlib

    assert agreed
    credit = draft(resources)[0]
    statement = (
        "COPY (SELECT correction_id, person_id, period, jkk_idr, jkm_idr FROM billing.note_line "
        f"WHERE note_id = {credit.note_id} ORDER BY correction_id) TO STDOUT (FORMAT csv)"
    )
    digest = hashlib.sha256()
    with resources.warehouse.connect() as connection, connection.connection.cursor().copy(statement) as copy:
        for block in copy:
            digest.update(block)
    assert digest.hexdigest() == credit.lines_sha256


def test_a_month_that_finance_approved_keeps_its_notes_and_later_ones_wait(
    resources: Resources, agreed: dict[str, int], lay_invoice: LayInvoice
) -> None:
    assert agreed
    before = draft(resources)
    lay_invoice("2026-04", people=1, status="approved")
    agree(resources, person_id=1, period=MARCH)
    assert draft(resources) == before
    assert "Finance approved 2026-04" in refused(resources.warehouse, "DELETE FROM billing.note")
    assert [note.number for note in issue(resources)] == ["SIGAP/SG/2026-04/K0001", "SIGAP/SG/2026-04/D0001"]
    [waiting] = draft(resources, Period(2026, 5))
    assert (waiting.kind, waiting.people) == ("credit", 1)


def test_nothing_is_booked_before_its_invoice(resources: Resources, agreed: dict[str, int]) -> None:
    assert agreed
    assert draft(resources, Period(2025, 12)) == []


def test_notes_are_not_issued_into_locked_books(resources: Resources, agreed: dict[str, int]) -> None:
    assert agreed
    draft(resources)
    with resources.warehouse.begin() as connection:
        connection.execute(
            insert(ledger_period_event).values(period="2026-04", status="locked", actor="bendahara")
        )
    with pytest.raises(BillingError, match="2026-04 is locked"):
        issue(resources)
    assert rows(resources, "SELECT status FROM billing.note") == [("draft",), ("draft",)]
    assert rows(resources, "SELECT * FROM billing.note_series") == []


STAYS = [
    ("UPDATE billing.note SET people = people + 1", "is issued and stays"),
    ("UPDATE billing.note SET status = 'draft', number = NULL, issued_at = NULL", "is issued and stays"),
    ("DELETE FROM billing.note", "is issued and stays"),
    ("UPDATE billing.note_line SET jkk_idr = 1, total_idr = 6801", "never changed"),
    ("DELETE FROM billing.note_line", "cannot be deleted"),
    ("TRUNCATE billing.note CASCADE", "cannot be emptied"),
    ("TRUNCATE billing.note_line", "cannot be emptied"),
    ("TRUNCATE billing.note_series", "cannot be emptied"),
    ("UPDATE billing.note_series SET last_number = 5", "without a gap"),
    ("UPDATE billing.note_series SET last_number = last_number + 1", "taken for no note"),
    ("DELETE FROM billing.note_series", "without a gap"),
]


def test_an_issued_note_its_lines_and_its_number_cannot_change(
    resources: Resources, agreed: dict[str, int]
) -> None:
    assert agreed
    draft(resources)
    issue(resources)
    for statement, says in STAYS:
        assert says in refused(resources.warehouse, statement), statement


HEADER = """
    INSERT INTO billing.note (period, kind, funding_source, wadah_code, status, people, jkk_idr, jkm_idr,
        total_idr, lines_sha256)
    SELECT '{period}', kind, funding_source, wadah_code, 'draft', {people}, jkk_idr, jkm_idr, total_idr,
        repeat('e', 64)
    FROM billing.correction ORDER BY correction_id LIMIT 1
"""
ONE_LINE = """
    INSERT INTO billing.note_line (note_id, correction_id, line_id, person_id, period, jkk_idr, jkm_idr,
        total_idr)
    SELECT (SELECT max(note_id) FROM billing.note), correction_id, line_id, person_id, period, {jkk}, jkm_idr,
        {jkk} + jkm_idr
    FROM billing.correction ORDER BY correction_id LIMIT 1
"""


WRONG = [
    ("2026-04", 1, "9000", "otherwise than it was agreed"),
    ("2026-02", 1, "jkk_idr", "cannot correct invoice"),
    ("2026-04", 2, "jkk_idr", "says 2 people"),
    ("2026-04", 1, "jkk_idr", "digest is of other lines"),
]


def test_a_note_books_what_was_agreed_in_time_and_equals_its_lines(
    resources: Resources, months: dict[str, int]
) -> None:
    assert months
    agree(resources, person_id=1, period=MARCH)
    for period, people, jkk, says in WRONG:
        header, line = HEADER.format(period=period, people=people), ONE_LINE.format(jkk=jkk)
        assert says in refused(resources.warehouse, header, line), says


def test_a_proposal_that_nobody_agreed_to_cannot_be_booked(
    resources: Resources, months: dict[str, int]
) -> None:
    assert months
    propose([Proposal("MOVED_OUT", "Surat 1", person_id=1, period=MARCH)], "dinas", resources)
    header, line = HEADER.format(period="2026-04", people=1), ONE_LINE.format(jkk="jkk_idr")
    assert "agreed by two people" in refused(resources.warehouse, header, line)


def test_two_months_drafted_at_once_book_a_correction_once(
    resources: Resources, agreed: dict[str, int]
) -> None:
    assert agreed
    with resources.warehouse.connect() as first, ThreadPoolExecutor(1) as pool:
        draft_notes(first, APRIL)
        other = pool.submit(draft, resources, Period(2026, 5))
        with pytest.raises(TimeoutError):
            other.result(timeout=0.3)
        first.commit()
        assert other.result(timeout=10) == []
    assert len(draft(resources)) == 2


def test_six_notes_issued_at_once_have_numbers_without_a_gap(
    resources: Resources, lay_invoice: LayInvoice
) -> None:
    lay_invoice("2026-01", people=6)
    later = [Period(2026, 2).plus(number) for number in range(6)]
    for person, period in enumerate(later, start=1):
        agree(resources, person_id=person, period=JANUARY)
        draft(resources, period)
    with ThreadPoolExecutor(3) as pool:
        issued = list(pool.map(lambda period: issue(resources, period), later))
    assert {note.number[-5:] for [note] in issued} == {f"K{number:04d}" for number in range(1, 7)}
