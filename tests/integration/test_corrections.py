"""Issued months are corrected by two people, by no more than what remains, and never beside the record."""

import datetime as dt
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from sigap.billing.correction import Proposal, load_corrections
from sigap.billing.proposals import read_proposals
from sigap.domain.period import Period
from sigap.errors import BillingError
from sigap.pipeline.corrections import check, propose
from sigap.pipeline.proposed import Proposed, list_proposals, show_proposal
from sigap.pipeline.resources import Resources
from sigap.warehouse.tables.notes import REASONS

LayInvoice = Callable[..., int]
JANUARY, FEBRUARY, MARCH = (Period(2026, month) for month in (1, 2, 3))
DIED = dt.date(2026, 1, 20)
SEEN = "Akta kematian 3275-KM-2026-001"


@pytest.fixture
def months(lay_invoice: LayInvoice) -> dict[str, int]:
    """Three issued months of three, four and four people: the fourth person was left out of January."""
    return {
        month: lay_invoice(month, people)
        for month, people in {"2026-01": 3, "2026-02": 4, "2026-03": 4}.items()
    }


def rows(resources: Resources, statement: str) -> list[tuple[object, ...]]:
    with resources.warehouse.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def line_of(resources: Resources, person_id: int, month: str) -> int:
    [(line_id,)] = rows(
        resources,
        f"SELECT line_id FROM billing.invoice_line WHERE person_id = {person_id} AND period = '{month}'",
    )
    return int(str(line_id))


def one(resources: Resources, actor: str = "dinas", **asked: object) -> Proposed:
    proposal = Proposal(**({"reason_code": "FOUND_INSURED", "evidence": "Surat BPJS 12"} | asked))  # type: ignore[arg-type]
    [kept] = propose([proposal], actor, resources)
    return kept


def refusal(resources: Resources, **asked: object) -> str:
    before = rows(resources, "SELECT count(*) FROM billing.correction")
    with pytest.raises(BillingError) as caught:
        one(resources, **asked)
    assert rows(resources, "SELECT count(*) FROM billing.correction") == before
    return str(caught.value)


def test_every_reason_of_the_database_is_described_and_no_other() -> None:
    assert tuple(load_corrections().reasons) == REASONS


def test_a_death_takes_back_every_month_after_it(resources: Resources, months: dict[str, int]) -> None:
    assert months
    died = one(resources, reason_code="DECEASED", evidence=SEEN, person_id=2, effective_date=DIED)
    assert (died.covers_from, died.covers_to, died.months) == ("2026-02", "2026-03", 2)
    assert (died.credit_idr, died.debit_idr, died.state) == (33_600, 0, "proposed")
    assert died.at_stake == 0  # nobody can claim for the months after
    kept = "SELECT period, kind, jkk_idr, jkm_idr, rule, months_covered FROM billing.correction ORDER BY 1"
    rule = "DECEASED/month_after@2025-10-01"
    assert rows(resources, kept) == [
        ("2026-02", "credit", 10_000, 6_800, rule, 2),
        ("2026-03", "credit", 10_000, 6_800, rule, 3),
    ]


def test_a_removal_is_valued_in_rupiah_and_in_months_of_cover(
    resources: Resources, months: dict[str, int]
) -> None:
    assert months
    moved = one(resources, reason_code="MOVED_OUT", person_id=1, effective_date=dt.date(2026, 3, 1))
    assert (moved.covers_from, moved.months, moved.credit_idr) == ("2026-03", 1, 16_800)
    assert (moved.months_covered, moved.at_stake) == (3, 1)


def test_a_line_is_corrected_by_its_id_and_answered_by_another_person(
    resources: Resources, months: dict[str, int]
) -> None:
    assert months
    asked = one(resources, line_id=line_of(resources, 1, "2026-02"))
    with pytest.raises(BillingError, match="somebody else"):
        check([asked.proposal_id], "agree", "", "dinas", resources)
    [agreed] = check([asked.proposal_id], "agree", "", "bendahara", resources)
    assert (agreed.state, agreed.checked_by) == ("agreed", "bendahara")
    assert check([asked.proposal_id], "agree", "", "bendahara", resources) == [agreed]
    with pytest.raises(BillingError, match="answered otherwise"):
        check([asked.proposal_id], "disagree", "Keliru", "bendahara", resources)
    assert [found.proposal_id for found in list_proposals(resources, "agreed")] == [asked.proposal_id]
    found, evidence, corrections = show_proposal(asked.proposal_id, resources)
    assert (found, evidence, len(corrections)) == (agreed, "Surat BPJS 12", 1)


def test_what_was_turned_down_can_be_proposed_again(resources: Resources, months: dict[str, int]) -> None:
    assert months
    line = line_of(resources, 1, "2026-01")
    first = one(resources, line_id=line)
    assert "nothing remains" in refusal(resources, line_id=line)
    check([first.proposal_id], "disagree", "Bukan orang ini", "bendahara", resources)
    assert one(resources, line_id=line).state == "proposed"


def test_who_was_left_out_is_priced_by_the_month(resources: Resources, months: dict[str, int]) -> None:
    assert months
    asked = {"reason_code": "LEFT_OUT", "person_id": 4, "period": JANUARY, "payer_set": "APBD_KOTA"}
    assert "says who pays" in refusal(resources, **asked | {"payer_set": None})
    missed = one(resources, **asked)
    assert (missed.debit_idr, missed.months_covered, missed.at_stake) == (16_800, 1, 1)
    assert "added to that month" in refusal(resources, **asked)
    assert "has a line" in refusal(resources, **asked | {"person_id": 3})
    assert "no person has this number" in refusal(resources, **asked | {"person_id": 99})
    assert "no invoice of that month is issued" in refusal(resources, **asked | {"period": Period(2026, 4)})


def test_a_corrected_nik_takes_one_credit_and_one_debit_of_the_line(
    resources: Resources, months: dict[str, int]
) -> None:
    assert months
    fixed = one(resources, reason_code="NIK_CORRECTED", person_id=3, period=FEBRUARY)
    assert (fixed.credit_idr, fixed.debit_idr, fixed.months, fixed.at_stake) == (16_800, 16_800, 1, 0)


def test_an_agreed_correction_is_taken_back_once(resources: Resources, months: dict[str, int]) -> None:
    assert months
    credit = one(resources, reason_code="DECEASED", evidence=SEEN, person_id=2, period=MARCH)
    [(number,)] = rows(resources, "SELECT correction_id FROM billing.correction")
    asked = {"reason_code": "REVERSED", "reverses_id": number, "evidence": "Surat keterangan hidup"}
    assert "only an agreed" in refusal(resources, **asked)
    check([credit.proposal_id], "agree", "", "bendahara", resources)
    back = one(resources, **asked)
    assert (back.debit_idr, back.at_stake) == (16_800, 1)
    assert "nothing remains" in refusal(resources, **asked)


REFUSED: list[tuple[dict[str, object], str]] = [
    ({"line_id": 1, "reason_code": "HILANG"}, "is no reason"),
    ({"line_id": 1, "evidence": " "}, "evidence is missing"),
    ({"line_id": 1, "evidence": "KTP 3275 0101 0180 0001"}, "holds a NIK"),
    ({"line_id": 10_000_000}, "no such"),
    ({"reason_code": "DECEASED"}, "Name the invoice line"),
    ({"person_id": 2, "reason_code": "NIK_CORRECTED", "effective_date": DIED}, "has no day"),
    ({"person_id": 2, "reason_code": "LEFT_OUT"}, "names a person and a month"),
    ({"person_id": 2, "period": JANUARY, "reason_code": "REVERSED"}, "REVERSED names"),
    ({"person_id": 4, "period": JANUARY}, "no issued line of this person"),
    ({"person_id": 2, "period": JANUARY, "effective_date": DIED}, "before the first month"),
]


def test_a_proposal_that_cannot_be_kept_says_why(resources: Resources, months: dict[str, int]) -> None:
    assert months
    for asked, says in REFUSED:
        sentence = refusal(resources, **asked)
        assert says in sentence
        assert not re.search(r"\d{16}|Warga", sentence)


def test_an_account_that_is_not_named_corrects_nothing(resources: Resources, months: dict[str, int]) -> None:
    assert months
    assert "may not correct" in refusal(resources, actor="tamu", line_id=1)


def test_a_list_is_kept_whole_or_not_at_all(
    resources: Resources, months: dict[str, int], tmp_path: Path
) -> None:
    assert months
    first, second = (line_of(resources, person, "2026-02") for person in (1, 2))
    file = tmp_path / "koreksi.csv"
    head = "baris;alasan;bukti;tanggal\n"
    file.write_text(f"{head}{first};BECAME_PU;Surat HRD 7;\n{second};MOVED_OUT;KK baru;2026-02-01\n")
    kept = propose(read_proposals(file), "dinas", resources)
    assert [(proposal.reason_code, proposal.months) for proposal in kept] == [
        ("BECAME_PU", 1),
        ("MOVED_OUT", 2),
    ]
    third = line_of(resources, 3, "2026-02")
    file.write_text(f"{head}{third};BECAME_PU;Surat HRD 8;\n{third};BECAME_PU;Surat HRD 8;\n")
    with pytest.raises(BillingError, match=r"koreksi.csv, row 3: an earlier row"):
        propose(read_proposals(file), "dinas", resources)
    assert rows(resources, "SELECT count(DISTINCT proposal_id) FROM billing.correction") == [(2,)]


def refused(engine: Engine, *statements: str) -> str:
    with pytest.raises(DBAPIError) as caught, engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    message = str(caught.value.orig.diag.message_primary)  # type: ignore[union-attr]
    assert not re.search(r"\d{16}|Warga", message)
    return message


CREDIT = """
    INSERT INTO billing.correction (proposal_id, kind, reason_code, line_id, person_id, period, payer_set,
        share_no, funding_source, wadah_code, jkk_idr, jkm_idr, total_idr, tariff, rule, months_covered,
        is_clock_at_stake, evidence, actor)
    SELECT nextval('billing.proposal_number'), 'credit', 'MOVED_OUT', line_id, person_id, period, payer_set,
        share_no, 'APBD_KOTA', 'SG', {jkk}, 6800, {jkk} + 6800, tariff, 'x', 1, true, 'Surat 1', 'dinas'
    FROM billing.invoice_line WHERE line_id = {line}
"""


def test_two_connections_never_take_the_same_rupiah(resources: Resources, months: dict[str, int]) -> None:
    assert months
    statement = CREDIT.format(line=line_of(resources, 1, "2026-01"), jkk=10_000)
    engine = resources.warehouse
    with engine.connect() as first, ThreadPoolExecutor(1) as pool:
        first.execute(text(statement))
        second = pool.submit(refused, engine, statement)  # waits for the line
        with pytest.raises(TimeoutError):
            second.result(timeout=0.3)
        first.commit()
        assert "no more than what remains" in second.result(timeout=10)
    assert rows(resources, "SELECT count(*) FROM billing.correction") == [(1,)]


def test_the_database_itself_refuses_what_no_verb_would_write(
    resources: Resources, months: dict[str, int]
) -> None:
    assert months
    engine, line = resources.warehouse, line_of(resources, 1, "2026-01")
    assert "what remains" in refused(engine, CREDIT.format(line=line, jkk=10_001))
    unknown = CREDIT.format(line=line, jkk=10_000).replace("'MOVED_OUT', line_id", "'MOVED_OUT', 999999")
    assert "not corrected so" in refused(engine, unknown)
    old = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
    assert "read committed" in refused(engine, old, CREDIT.format(line=line, jkk=10_000))
    made = one(resources, line_id=line)
    assert made.state == "proposed"
    own = "SELECT correction_id, 'agree', ' D I N A S ' FROM billing.correction"
    assert "somebody else" in refused(engine, f"INSERT INTO billing.correction_check {own}")
    for change in ("UPDATE {} SET actor = 'x'", "DELETE FROM {}", "TRUNCATE {} CASCADE"):
        assert "is a record" in refused(engine, change.format("billing.correction"))


def test_a_proposal_is_answered_as_a_whole(resources: Resources, months: dict[str, int]) -> None:
    assert months
    one(resources, reason_code="DECEASED", evidence=SEEN, person_id=2, effective_date=DIED)
    half = "SELECT min(correction_id), 'agree', 'bendahara' FROM billing.correction"
    assert "as a whole" in refused(resources.warehouse, f"INSERT INTO billing.correction_check {half}")


def test_an_invoice_with_corrections_is_not_voided(resources: Resources, months: dict[str, int]) -> None:
    one(resources, line_id=line_of(resources, 1, "2026-01"))
    invoice = months["2026-01"]
    answer = "SELECT void_request_id, 'approved', 'b' FROM billing.void_request"
    assert "is not voided" in refused(
        resources.warehouse,
        f"INSERT INTO billing.void_request (invoice_id, reason, actor) VALUES ({invoice}, 'x', 'a')",
        f"INSERT INTO billing.void_answer (void_request_id, verdict, actor) {answer}",
        f"UPDATE billing.invoice SET status = 'void', voided_at = now() WHERE invoice_id = {invoice}",
    )


def test_a_month_billed_later_never_bills_who_was_added_to_it(
    resources: Resources, months: dict[str, int], lay_invoice: LayInvoice
) -> None:
    assert months
    one(resources, reason_code="LEFT_OUT", person_id=4, period=JANUARY, payer_set="APBD_KOTA")
    adds = """
        INSERT INTO billing.invoice_line (invoice_id, roster_id, person_id, period, income_band, jkk_idr,
            jkm_idr, total_idr, tariff, payer_set)
        SELECT invoice_id, roster_id, 4, '2026-01', 1, 10000, 6800, 16800, 't', 'APBD_KOTA'
        FROM billing.invoice LIMIT 1
    """
    others = "ALTER TABLE billing.invoice_line DISABLE TRIGGER lines_added"  # which would refuse it first
    assert "Nobody is billed twice" in refused(resources.warehouse, others, adds)


def test_two_connections_add_nobody_who_is_billed_at_that_moment(
    resources: Resources, months: dict[str, int]
) -> None:
    assert months
    engine = resources.warehouse
    asked = {"reason_code": "LEFT_OUT", "person_id": 4, "period": JANUARY, "payer_set": "APBD_KOTA"}
    with engine.connect() as billing, ThreadPoolExecutor(1) as pool:
        billing.execute(text("SELECT pg_advisory_xact_lock_shared(32750010, 202601)"))  # as new lines do
        adding = pool.submit(one, resources, **asked)
        with pytest.raises(TimeoutError):
            adding.result(timeout=0.3)
        billing.rollback()
        assert adding.result(timeout=10).state == "proposed"
