"""Payers that share a premium, bills over several months, months billed before, people parked."""

import copy
import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from sigap.domain.period import Period
from sigap.errors import BillingError
from sigap.pipeline.approve import is_approved, record_approval
from sigap.pipeline.bill import bill
from sigap.pipeline.close import lock
from sigap.pipeline.invoices import parked_of_month
from sigap.pipeline.issue import issue
from sigap.pipeline.report import report
from sigap.pipeline.resources import Resources

JANUARY, FEBRUARY = Period(2026, 1), Period(2026, 2)
LayRoster = Callable[..., int]
ChangePayers = Callable[..., Resources]
INVOICES = (
    "SELECT period, funding_source, covers_from, covers_to, people, total_idr, status "
    "FROM billing.invoice ORDER BY period, funding_source, invoice_id"
)
SPLIT = {
    "kind": "APBD",
    "since": dt.date(2025, 1, 1),
    "reference": "Perjanjian kota dan provinsi (contoh)",
    "verified": False,
    "wadah": {"code": "SG"},
    "order": ["jkk", "jkm"],
    "remainder": "APBD_KOTA",
    "shares": [{"payer": "APBD_PROVINSI", "rupiah": 8_401}, {"payer": "APBD_KOTA"}],
}


BILL_BY_HAND = """
    INSERT INTO audit.approval (period, subject, roster_id, verdict, actor)
        VALUES ('2026-01', 'roster', :roster, 'approved', 'dinas_lain');
    UPDATE entitlement.roster SET status = 'approved' WHERE roster_id = :roster;
    INSERT INTO billing.invoice (period, roster_id, funding_source, wadah_code, status, people,
            jkk_idr, jkm_idr, total_idr, due_date, lines_sha256, tariffs_sha256, covers_from, covers_to)
        VALUES ('2026-01', :roster, 'APBD_KOTA', 'SG', 'draft', 3, 30000, 20400,
            50400, '2026-01-31', repeat('e', 64), repeat('f', 64), '2026-01', '2026-01');
    INSERT INTO billing.invoice_line (invoice_id, roster_id, person_id, period, income_band, jkk_idr, jkm_idr,
            total_idr, tariff, payer_set, share_no)
        SELECT invoice_id, roster_id, person_id, '2026-01', 1, 10000, 6800, 16800, 't', 'APBD_KOTA', 3
        FROM billing.invoice CROSS JOIN generate_series(1, 3) person_id WHERE roster_id = :roster
"""


def rows(resources: Resources, statement: str) -> list[tuple[Any, ...]]:
    with resources.warehouse.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def run_month(resources: Resources, period: Period = JANUARY) -> None:
    record_approval(period, "roster", "approved", "dinas", None, resources)
    bill(period, resources)
    if not is_approved(period, "invoices", resources):
        record_approval(period, "invoices", "approved", "bendahara", None, resources)
    issue(period, resources)


def quarterly(entries: dict[str, Any]) -> None:
    for value in entries["APBD_KOTA"]["coverage_months"].values():
        value["value"] = {"months": 3, "first": 1}


def shared(entries: dict[str, Any]) -> None:
    entries["APBD_PROVINSI"] = copy.deepcopy(entries["APBD_KOTA"])
    entries["KOTA_DAN_PROVINSI"] = SPLIT


def test_two_payers_share_a_premium_to_the_rupiah(lay_roster: LayRoster, change_payers: ChangePayers) -> None:
    resources = change_payers(shared)
    lay_roster(subsidised=3, funding_source=lambda _: "KOTA_DAN_PROVINSI")
    run_month(resources)
    assert rows(resources, INVOICES) == [
        ("2026-01", "APBD_KOTA", "2026-01", "2026-01", 3, 3 * 8_399, "issued"),
        ("2026-01", "APBD_PROVINSI", "2026-01", "2026-01", 3, 3 * 8_401, "issued"),
    ]
    per_person = (
        "SELECT DISTINCT sum(jkk_idr), sum(jkm_idr), count(*) FROM billing.invoice_line GROUP BY person_id"
    )
    assert rows(resources, per_person) == [(10_000, 6_800, 2)]
    assert rows(resources, "SELECT number FROM billing.invoice ORDER BY 1") == [
        ("SIGAP/SG/2026-01/0001",),
        ("SIGAP/SG/2026-01/0002",),
    ]


def test_the_database_refuses_a_second_payer_set_for_a_person_month(
    lay_roster: LayRoster, change_payers: ChangePayers
) -> None:
    """Whoever writes: another government's run, or somebody with psql."""
    resources = change_payers(shared)
    lay_roster(subsidised=3, funding_source=lambda _: "KOTA_DAN_PROVINSI")
    run_month(resources)
    other = lay_roster(subsidised=3)  # the same people, paid by the city alone, on another roster
    refused = pytest.raises(DBAPIError, match="Nobody is subsidised twice")
    with refused, resources.warehouse.begin() as connection:
        for statement in BILL_BY_HAND.split(";"):
            connection.execute(text(statement), {"roster": other})


def test_a_city_s_own_accounts_enter_the_books(lay_roster: LayRoster, change_payers: ChangePayers) -> None:
    """Accounts that only the city's own file of payers knows, as SIGAP_PAYERS gives it."""

    def own(entries: dict[str, Any]) -> None:
        for number, part in enumerate(("jkk", "jkm"), start=1):
            entries["APBD_KOTA"]["accounts"][part].update(
                code=f"5.1.02.02.09.000{number}", name=f"Iuran {part}"
            )

    resources = change_payers(own)
    lay_roster(subsidised=3)
    run_month(resources)
    expenses = (
        "SELECT account_code, name, debit_idr FROM billing.posting JOIN billing.account USING (account_code) "
        "WHERE kind = 'expense' ORDER BY 1"
    )
    assert rows(resources, expenses) == [
        ("5.1.02.02.09.0001", "Iuran jkk", 30_000),
        ("5.1.02.02.09.0002", "Iuran jkm", 20_400),
    ]


def test_a_quarter_is_one_invoice_with_a_line_for_each_month(
    lay_roster: LayRoster, change_payers: ChangePayers
) -> None:
    resources = change_payers(quarterly)
    lay_roster(subsidised=3)
    run_month(resources)
    assert rows(resources, INVOICES) == [
        ("2026-01", "APBD_KOTA", "2026-01", "2026-03", 3, 9 * 16_800, "issued")
    ]
    by_month = "SELECT period, count(*) FROM billing.invoice_line GROUP BY 1 ORDER BY 1"
    assert rows(resources, by_month) == [("2026-01", 3), ("2026-02", 3), ("2026-03", 3)]


def test_who_joins_within_a_quarter_is_billed_to_its_end_and_nobody_twice(
    lay_roster: LayRoster, change_payers: ChangePayers
) -> None:
    resources = change_payers(quarterly)
    lay_roster("2026-01", subsidised=3)
    run_month(resources)
    lay_roster("2026-02", subsidised=5)
    run_month(resources, FEBRUARY)
    assert rows(resources, INVOICES)[1] == (
        "2026-02", "APBD_KOTA", "2026-02", "2026-03", 2, 4 * 16_800, "issued",
    )  # fmt: skip
    twice = "SELECT person_id FROM billing.invoice_line GROUP BY person_id, period HAVING count(*) > 1"
    assert rows(resources, twice) == []


def test_months_that_stand_on_another_month_s_drafts_wait_for_its_judgement(
    lay_roster: LayRoster, change_payers: ChangePayers
) -> None:
    """Of two months billed side by side one bills the months that both cover, and nothing is half written."""
    resources = change_payers(quarterly)
    for period in (JANUARY, FEBRUARY):
        lay_roster(str(period), subsidised=3)
        record_approval(period, "roster", "approved", "dinas", None, resources)
    bill(JANUARY, resources)
    with pytest.raises(BillingError, match="let finance judge the other month's invoices"):
        bill(FEBRUARY, resources)
    assert len(rows(resources, INVOICES)) == 1
    record_approval(JANUARY, "invoices", "approved", "bendahara", None, resources)
    bill(FEBRUARY, resources)
    assert len(rows(resources, INVOICES)) == 1


def test_a_month_that_is_paid_in_advance_needs_no_invoice_and_ends(
    lay_roster: LayRoster, change_payers: ChangePayers
) -> None:
    resources = change_payers(quarterly)
    lay_roster("2026-01", subsidised=3)
    run_month(resources)
    lay_roster("2026-02", subsidised=3)
    run_month(resources, FEBRUARY)
    assert len(rows(resources, INVOICES)) == 1
    counted = "SELECT counts->>'prepaid', counts->>'invoices' FROM audit.outcome WHERE verb = 'bill' "
    assert rows(resources, counted + "AND period = '2026-02'") == [("6", "0")]
    assert report(FEBRUARY, resources) == []


def test_nobody_is_billed_without_a_membership_check_and_the_others_are(
    resources: Resources, lay_roster: LayRoster
) -> None:
    """A person who was in no batch that was held against the memberships is parked with the reason."""
    lay_roster(subsidised=3)
    record_approval(JANUARY, "roster", "approved", "dinas", None, resources)
    lake = resources.settings.place("lake")
    for manifest in (lake / "entitlement.decisions").rglob("*.json"):
        content = json.loads(manifest.read_text())
        content["parents"] = []
        manifest.write_text(json.dumps(content))
    bill(JANUARY, resources)
    assert rows(resources, INVOICES) == []
    [parked] = parked_of_month(JANUARY, resources)
    assert (parked.reason_code, parked.person_months) == ("NO_MEMBERSHIP_CHECK", 3)


def test_a_month_whose_books_are_locked_is_not_billed(resources: Resources, lay_roster: LayRoster) -> None:
    lay_roster(subsidised=3)
    record_approval(JANUARY, "roster", "approved", "dinas", None, resources)
    lock(JANUARY, "bendahara", resources)
    with pytest.raises(BillingError, match="2026-01 is locked"):
        bill(JANUARY, resources)
    assert rows(resources, INVOICES) == []


def test_two_persons_of_one_nik_are_parked_and_the_rest_is_billed(
    resources: Resources, lay_roster: LayRoster
) -> None:
    lay_roster(subsidised=4, waiting=0, nik=lambda n: f"3275010101{max(n, 2):06d}")
    run_month(resources)
    assert rows(resources, "SELECT person_id FROM billing.invoice_line ORDER BY 1") == [(3,), (4,)]
    assert rows(resources, "SELECT person_id, reason_code, total_idr FROM billing.parked ORDER BY 1") == [
        (1, "NIK_TWICE", 16_800),
        (2, "NIK_TWICE", 16_800),
    ]


def test_what_is_parked_is_billed_when_the_payer_is_put_right(
    resources: Resources, lay_roster: LayRoster, change_payers: ChangePayers
) -> None:
    """The invoice that stands stays as it is; the people of the payer get one of their own."""
    lay_roster(subsidised=4, funding_source=lambda n: "APBD_KOTA" if n < 3 else "KOTA_DAN_PROVINSI")
    run_month(resources)
    assert rows(resources, "SELECT DISTINCT reason_code, count(*) OVER () FROM billing.parked") == [
        ("PAYER_UNKNOWN", 2)
    ]
    with pytest.raises(BillingError, match="They stand"):  # the city would pay on two invoices of one kind
        bill(JANUARY, change_payers(shared))


def test_without_the_other_payer_on_the_same_wadah_the_parked_are_billed_later(
    resources: Resources, lay_roster: LayRoster, change_payers: ChangePayers
) -> None:
    lay_roster(subsidised=4, funding_source=lambda n: "APBD_KOTA" if n < 3 else "APBD_PROVINSI")
    run_month(resources)
    before = rows(resources, "SELECT * FROM billing.invoice")
    richer = change_payers(lambda entries: entries.update(APBD_PROVINSI=copy.deepcopy(entries["APBD_KOTA"])))
    run_month(richer)
    assert rows(resources, "SELECT * FROM billing.invoice WHERE funding_source = 'APBD_KOTA'") == before
    assert rows(
        resources, "SELECT funding_source, generation, people, status FROM billing.invoice ORDER BY 1"
    ) == [
        ("APBD_KOTA", 0, 2, "issued"),
        ("APBD_PROVINSI", 1, 2, "issued"),
    ]
    assert rows(resources, "SELECT * FROM billing.parked") == []


def test_who_was_billed_under_a_number_that_was_merged_is_not_billed_anew(
    lay_roster: LayRoster, change_payers: ChangePayers
) -> None:
    resources = change_payers(quarterly)
    lay_roster("2026-01", 3, 1, **only(1, 2, 4))
    run_month(resources)
    with resources.warehouse.begin() as connection:
        connection.execute(text(MERGED))
    lay_roster("2026-02", 3, 1, **only(1, 2, 3))
    run_month(resources, FEBRUARY)
    assert len(rows(resources, INVOICES)) == 1


def only(*chosen: int) -> dict[str, Callable[[int], Any]]:
    """Columns of a roster that subsidises these persons and lets the others wait."""
    return {
        "outcome": lambda n: "subsidised" if n in chosen else "waiting",
        "funding_source": lambda n: "APBD_KOTA" if n in chosen else None,
        "wadah_code": lambda n: "SG" if n in chosen else None,
    }


MERGED = """
    INSERT INTO identity.person_event (period, person_id, kind, other_person_id, cause)
    VALUES ('2026-02', 4, 'merged', 3, 'link')
"""
