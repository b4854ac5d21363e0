"""Two governments run the pipeline on one warehouse: each sees its own, nobody is subsidised twice."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError

from laying import lay_roster
from sigap.billing.correction import Proposal
from sigap.domain.period import Period
from sigap.errors import ApprovalError, BillingError, WarehouseError
from sigap.pipeline.approve import record_approval
from sigap.pipeline.bill import bill
from sigap.pipeline.close import close, lock
from sigap.pipeline.corrections import check, propose
from sigap.pipeline.invoices import parked_of_month
from sigap.pipeline.issue import issue
from sigap.pipeline.locks import lock_month
from sigap.pipeline.look import look
from sigap.pipeline.people import ENTITIES, assign_people, count_events
from sigap.pipeline.resources import Resources
from sigap.pipeline.trial import trial_balance
from sigap.pipeline.void import answer_void, ask_void
from sigap.settings import Settings
from sigap.warehouse.governments import require_kept
from sigap.warehouse.tables import metadata

JANUARY = Period(2026, 1)
PREMIUM = 16_800
TWICE = """
    SELECT person_id, period FROM billing.invoice_line WHERE NOT is_void
    GROUP BY person_id, period HAVING count(*) > 1
"""


@pytest.fixture
def deployment(tmp_path: Path, warehouse_url: str) -> Iterator[Callable[[str], Resources]]:
    """`deployment(code)` opens the warehouse as that government's deployment does, with a home of its own."""
    opened: list[Resources] = []

    def open_one(government: str) -> Resources:
        settings = Settings(
            home=tmp_path / government,
            warehouse_url=warehouse_url,
            government=government,
            invoice_approvers="bendahara,kepala",
        )
        opened.append(Resources.open(settings, government))
        return opened[-1]

    yield open_one
    for one in opened:
        one.warehouse.dispose()


@pytest.fixture
def city(deployment: Callable[[str], Resources]) -> Resources:
    """Kota Batam."""
    return deployment("2171")


@pytest.fixture
def province(deployment: Callable[[str], Resources]) -> Resources:
    """Its province; the first persons of both are the same."""
    return deployment("21")


def decide(one: Resources, subsidised: int) -> None:
    """A roster of the first persons that the Dinas approved."""
    lay_roster(one, subsidised=subsidised)
    record_approval(JANUARY, "roster", "approved", "dinas", None, one)


def charge(one: Resources) -> list[tuple[str, int]]:
    """Approve and issue what was billed; numbers and people."""
    record_approval(JANUARY, "invoices", "approved", "bendahara", None, one)
    return [(invoice.number, invoice.people) for invoice in issue(JANUARY, one)]


def parked(one: Resources) -> list[tuple[str, int]]:
    return [(reason.reason_code, reason.person_months) for reason in parked_of_month(JANUARY, one)]


def rows(one: Resources | Engine, statement: str) -> list[Any]:
    engine = one.warehouse if isinstance(one, Resources) else one
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def test_each_runs_the_month_with_its_own_numbers_and_books_and_the_overlap_is_billed_once(
    city: Resources, province: Resources, warehouse: Engine
) -> None:
    for one, subsidised in ((city, 3), (province, 5)):
        decide(one, subsidised)
        bill(JANUARY, one)
    assert charge(province) == [("SIGAP/SG/2026-01/0001", 2)]
    assert charge(city) == [("SIGAP/SG/2026-01/0001", 3)]
    assert (parked(city), parked(province)) == ([], [("ALREADY_BILLED", 3)])
    assert rows(warehouse, TWICE) == []
    for one, subsidised, people in ((city, 3, 3), (province, 5, 2)):
        assert rows(one, "SELECT version, subsidised FROM entitlement.roster") == [(1, subsidised)]
        assert rows(one, "SELECT people FROM billing.invoice") == [(people,)]
        assert rows(one, "SELECT billed_people FROM reporting.month_overview") == [(people,)]
        assert rows(one, "SELECT count(*) FROM reporting.fact_premium") == [(people,)]
        assert rows(one, "SELECT count(*) FROM reporting.dim_person") == [(subsidised + 1,)]
        with one.warehouse.connect() as connection:
            debits = sum(account.debit_idr for account in trial_balance(connection, JANUARY))
        assert debits == people * PREMIUM
    lock(JANUARY, "bendahara", city)
    close(JANUARY, "kepala", city)
    statuses = "SELECT government, status FROM billing.ledger_period ORDER BY government"
    assert rows(warehouse, statuses) == [("21", "open"), ("2171", "closed")]


def test_two_that_bill_at_the_same_moment_never_bill_one_person_twice(
    city: Resources, province: Resources, warehouse: Engine
) -> None:
    decide(city, 3)
    decide(province, 5)
    with ThreadPoolExecutor(2) as threads:
        with warehouse.begin() as connection:  # both have priced everybody before either may write
            lock_month(connection, JANUARY)
            running = {one.run_id: threads.submit(bill, JANUARY, one) for one in (city, province)}
            waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            for _ in range(500):
                if rows(warehouse, waiting) == [(2,)]:
                    break
                time.sleep(0.01)
        refused = {code: error for code, run in running.items() if (error := run.exception())}
    [(loser, sentence)] = refused.items()
    assert isinstance(sentence, BillingError)
    assert "billed at the same time" in str(sentence)
    assert f"sigap bill {JANUARY}" in str(sentence)
    assert rows(warehouse, TWICE) == []
    again = city if loser == "2171" else province
    bill(JANUARY, again)
    assert parked(again) == [("ALREADY_BILLED", 3)]
    assert rows(warehouse, TWICE) == []


def test_a_void_by_the_first_frees_its_people_for_the_second(city: Resources, province: Resources) -> None:
    decide(city, 3)
    decide(province, 5)
    bill(JANUARY, city)
    [(number, _)] = charge(city)
    bill(JANUARY, province)
    assert rows(province, "SELECT people, status FROM billing.invoice") == [(2, "draft")]
    asked = ask_void(number, "bendahara", "Dasar anggaran dicabut", city)
    answer_void(asked.void_request_id, "approved", "kepala", None, city)
    bill(JANUARY, province)
    assert rows(province, "SELECT people, status FROM billing.invoice") == [(5, "draft")]
    assert parked(province) == []


def test_who_was_merged_by_the_first_is_one_human_for_the_second_too(
    city: Resources, province: Resources
) -> None:
    decide(province, 3)
    decide(city, 1)
    merged = "INSERT INTO identity.person_event (period, person_id, kind, other_person_id, cause) "
    with city.warehouse.begin() as connection:
        connection.execute(text(merged + "VALUES ('2026-01', 2, 'merged', 1, 'link')"))
    bill(JANUARY, city)
    bill(JANUARY, province)
    assert parked(province) == [("ALREADY_BILLED", 2)]
    assert rows(
        province, "SELECT person_id FROM billing.invoice JOIN billing.invoice_line USING (invoice_id)"
    ) == [(3,)]


def test_whom_one_adds_to_a_month_by_a_correction_the_other_parks(
    city: Resources, province: Resources
) -> None:
    decide(city, 3)
    decide(province, 5)
    bill(JANUARY, city)
    charge(city)
    left_out = Proposal("LEFT_OUT", "Surat Dinas 12", person_id=4, period=JANUARY, payer_set="APBD_KOTA")
    [proposed] = propose([left_out], "dinas", city)
    bill(JANUARY, province)
    assert parked(province) == [("ALREADY_BILLED", 4)]
    check([proposed.proposal_id], "disagree", "Bukan warga", "bendahara", city)
    bill(JANUARY, province)
    assert parked(province) == [("ALREADY_BILLED", 3)]


def test_the_second_can_neither_judge_nor_void_nor_see_what_is_the_firsts(
    city: Resources, province: Resources, warehouse: Engine
) -> None:
    decide(city, 3)
    with pytest.raises(ApprovalError, match="nothing to judge"):
        record_approval(JANUARY, "roster", "rejected", "dinas", "Salah", province)
    bill(JANUARY, city)
    with pytest.raises(ApprovalError, match="nothing to judge"):
        record_approval(JANUARY, "invoices", "approved", "bendahara", None, province)
    [(number, _)] = charge(city)
    with pytest.raises(BillingError, match="no invoice"):
        ask_void(number, "bendahara", "Salah", province)
    asked = ask_void(number, "bendahara", "Salah", city)
    with pytest.raises(BillingError, match="no void request"):
        answer_void(asked.void_request_id, "approved", "kepala", None, province)
    [(line_id,)] = rows(warehouse, "SELECT min(line_id) FROM billing.invoice_line")
    with pytest.raises(BillingError, match="no invoice line"):
        look(line_id, "dinas", province)
    seen = {
        table.fullname: count
        for table in metadata.tables.values()
        if "government" in table.columns and table.schema != "identity"
        if (count := len(rows(province, f"SELECT FROM {table.fullname}"))) and table.name != "outcome"
    }
    assert seen == {}
    assert rows(province, "SELECT DISTINCT government FROM audit.outcome") == [("21",)]


OWN = {
    "DELETE FROM entitlement.decision WHERE roster_id = {draft}": "another government",
    "UPDATE entitlement.decision SET desil = 2 WHERE roster_id = {draft}": "another government",
    "INSERT INTO billing.parked (roster_id, person_id, period, funding_source, reason_code) "
    "VALUES ({draft}, 1, '2026-02', 'APBD_KOTA', 'NIK_TWICE')": "another government",
    "INSERT INTO audit.approval (period, subject, roster_id, verdict, actor) "
    "VALUES ('2026-02', 'roster', {draft}, 'approved', 'dinas')": "fk_approval_roster",
    "INSERT INTO billing.void_request (invoice_id, reason, actor) "
    "VALUES ({issued}, 'Salah', 'bendahara')": "only an issued invoice",
    "INSERT INTO settlement.billing_code (billing_code, invoice_id, actor) "
    "VALUES ('12345678', {issued}, 'bendahara')": "row-level security",
    "INSERT INTO billing.ledger_period (period, government) VALUES ('2026-03', '2171')": "row-level security",
}


@pytest.mark.parametrize(("statement", "refusal"), OWN.items())
def test_what_the_database_lets_one_do_to_its_rows_it_refuses_the_other(
    city: Resources, province: Resources, warehouse: Engine, statement: str, refusal: str
) -> None:
    decide(city, 3)
    bill(JANUARY, city)
    charge(city)
    draft = lay_roster(city, "2026-02")
    [(issued,)] = rows(warehouse, "SELECT invoice_id FROM billing.invoice")
    done = text(statement.format(draft=draft, issued=issued))
    with city.warehouse.connect() as connection:
        assert connection.execute(done).rowcount  # and taken back again
    with pytest.raises(DBAPIError, match=refusal), province.warehouse.begin() as connection:
        connection.execute(done)


def test_lines_of_another_s_draft_are_not_deleted(city: Resources, province: Resources) -> None:
    decide(city, 3)
    bill(JANUARY, city)
    with pytest.raises(DBAPIError, match="another government"), province.warehouse.begin() as connection:
        connection.execute(text("DELETE FROM billing.invoice_line"))


def listed(*niks: int) -> pa.Table:
    """Entities of one NIK each."""
    entities = [
        {"entity": number, "nik": f"3275010101{nik:06d}", "is_lead": True, "known": None}
        for number, nik in enumerate(niks)
    ]
    return pa.Table.from_pylist(entities, ENTITIES)


def assign(one: Resources, *niks: int) -> tuple[list[int], dict[str, int]]:
    """Numbers in the order of the NIK, and what the month did."""
    with one.warehouse.begin() as connection:
        found = assign_people(connection, JANUARY, listed(*niks))
        return found["person_id"].to_pylist(), count_events(connection, JANUARY)


def test_one_human_has_one_number_and_a_rerun_takes_back_only_what_is_ones_own(
    city: Resources, province: Resources
) -> None:
    assert assign(city, 1, 2)[0] == [1, 2]
    numbers, counted = assign(province, 2, 3)
    assert (numbers, counted["created"]) == ([2, 3], 2)
    assert assign(city, 1) == ([1], {"created": 1, "nik_corrected": 0, "merged": 0, "unmerged": 0})
    known = "SELECT nik, person_id FROM identity.nik_as_of('2026-01') ORDER BY person_id"
    assert [person for _, person in rows(city, known)] == [1, 2, 3] == [p for _, p in rows(province, known)]
    people = "SELECT person_id FROM identity.person_as_of('2026-01') ORDER BY person_id"
    assert rows(city, people) == [(1,), (2,), (3,)]
    assert assign(city, 1, 2)[0] == [1, 2]
    assert rows(city, people) == [(1,), (2,), (3,)]


def test_every_table_is_of_one_government_or_of_all_by_intent(warehouse: Engine) -> None:
    for_all = {
        "identity.person", "identity.person_nik", "identity.person_event",  # one human, one number
        "billing.invoice_line", "billing.parked", "entitlement.decision", "settlement.difference",  # by COPY
        "quality.edition", "quality.region", "reporting.region",
    }  # fmt: skip
    kept = "SELECT oid::regclass::text FROM pg_class WHERE relrowsecurity AND relforcerowsecurity"
    assert {name for (name,) in rows(warehouse, kept)} == set(metadata.tables) - for_all


def test_an_account_that_passes_row_security_by_is_refused(warehouse: Engine) -> None:
    with pytest.raises(WarehouseError, match="every government"):
        require_kept(warehouse)
    with warehouse.connect() as connection:
        assert connection.execute(
            select(text("rolsuper FROM pg_roles WHERE rolname = current_user"))
        ).scalar()
