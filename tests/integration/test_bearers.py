"""Somebody left out for a payer without an invoice of that month: the note rides on the payer's next one."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from integration.test_allocations import ACCOUNT, pay_into
from sigap.billing.correction import Proposal
from sigap.domain.period import Period
from sigap.errors import SettlementError
from sigap.pipeline.allocations import allocate_waiting
from sigap.pipeline.bearers import debit_notes
from sigap.pipeline.close import enter
from sigap.pipeline.corrections import check, propose
from sigap.pipeline.money import balances
from sigap.pipeline.notes import draft_notes, issue_notes
from sigap.pipeline.payable import payables
from sigap.pipeline.payment_queue import queue
from sigap.pipeline.payments import assign
from sigap.pipeline.resources import Resources
from sigap.pipeline.setoff import set_off_note
from sigap.pipeline.watch import watch_coverage

JANUARY, FEBRUARY, MARCH, APRIL = (Period(2026, month) for month in (1, 2, 3, 4))
NOTE, NEXT = "SIGAP/SC/2026-02/D0001", "SIGAP/SC/2026-03/0001"
PREMIUM = 16_800
LAY = Path(__file__).parents[1] / "lay_invoice.sql"


@pytest.fixture
def noted(change_payers: Callable[..., Resources], lay_invoice: Callable[..., int]) -> Resources:
    """January is billed to APBD_KOTA; CSR_PT pays for person 4, who was left out: a note of February."""

    def add(entries: dict[str, Any]) -> None:
        city = entries["APBD_KOTA"]
        entries["CSR_PT"] = {**city, "wadah": {**city["wadah"], "code": "SC"}}

    resources = change_payers(add)
    lay_invoice("2026-01", 4)
    with resources.warehouse.begin() as connection:
        connection.execute(text("INSERT INTO identity.person VALUES (9, '3275010101800009', '2026-01')"))
    book(resources, FEBRUARY, Proposal("LEFT_OUT", "Nota dinas 7", None, 9, JANUARY, payer_set="CSR_PT"))
    return resources


def book(resources: Resources, period: Period, proposal: Proposal) -> None:
    """Two people agree, and the month issues the note."""
    [kept] = propose([proposal], "dinas", resources)
    check([kept.proposal_id], "agree", "", "bendahara", resources)
    with resources.warehouse.begin() as connection:
        draft_notes(connection, period)
        issue_notes(connection, period, resources.payers())


def charge_csr(resources: Resources, month: str) -> None:
    """An issued invoice of the other payer, and its entry in the books."""
    script = LAY.read_text(encoding="utf-8").replace("APBD_KOTA", "CSR_PT").replace("'SG'", "'SC'")
    with resources.warehouse.begin() as connection:
        connection.connection.cursor().execute(script.replace("SIGAP/SG/", "SIGAP/SC/"))
        connection.execute(text("SELECT pg_temp.lay_invoice(:month, 2, 'issued')"), {"month": month})
    enter(Period.parse(month), resources)


def pay(resources: Resources, amount: int, words: str, file: str = "rk") -> None:
    with resources.warehouse.begin() as connection:
        pay_into(connection, {"amount_idr": amount, "description": words, "account": ACCOUNT}, file=file)
        allocate_waiting(connection)


def open_of(resources: Resources) -> dict[str, int]:
    with resources.warehouse.connect() as connection:
        return {one.number: one.open_idr for one in balances(connection)}


def owed(resources: Resources, through: Period) -> list[tuple[str | None, str, int]]:
    with resources.warehouse.connect() as connection:
        found = payables(connection, through)
    return [(one.period, one.document, one.owed_idr) for one in found if one.funding_source == "CSR_PT"]


def test_a_note_without_an_invoice_is_owed_by_its_own_number_and_watched(noted: Resources) -> None:
    assert owed(noted, FEBRUARY) == [("2026-01", NOTE, PREMIUM)]
    found = watch_coverage(dt.date(2026, 2, 20), noted)
    assert [(one.number, one.people, one.total_idr) for one in found.waiting_notes] == [(NOTE, 1, PREMIUM)]
    pay(noted, PREMIUM, f"BAYAR {NOTE}")
    [waiting] = queue(noted)
    assert waiting.why == "nota debet yang disebut menunggu tagihan pembayar berikutnya"
    with pytest.raises(SettlementError, match="waits for the next invoice of its payer"):
        assign(waiting.line.line_id, NOTE, None, "bendahara", "Nota dinas 7", noted)


def test_the_next_invoice_of_the_payer_asks_for_the_note_and_is_paid_by_its_number(noted: Resources) -> None:
    pay(noted, PREMIUM, f"BAYAR {NOTE}")
    charge_csr(noted, "2026-03")
    assert open_of(noted)[NEXT] == 33_600 + PREMIUM
    assert owed(noted, FEBRUARY) == [("2026-01", NOTE, PREMIUM)], "what was owed then by its number"
    assert owed(noted, MARCH) == [("2026-01", NEXT, PREMIUM), ("2026-03", NEXT, 33_600)]
    with noted.warehouse.begin() as connection:
        assert allocate_waiting(connection) == 1
        assert [one.invoice_id is None for one in debit_notes(connection)] == [False]
    assert (open_of(noted)[NEXT], queue(noted)) == (33_600, [])
    pay(noted, 33_600, f"PELUNASAN {NEXT}", "dua")
    assert (open_of(noted)[NEXT], owed(noted, MARCH)) == (0, [])
    assert watch_coverage(dt.date(2026, 3, 20), noted).waiting_notes == ()


def test_a_later_invoice_takes_the_note_from_nobody(noted: Resources) -> None:
    charge_csr(noted, "2026-03")
    charge_csr(noted, "2026-04")
    assert open_of(noted)[NEXT] == 33_600 + PREMIUM
    assert open_of(noted)["SIGAP/SC/2026-04/0002"] == 33_600


def test_a_note_that_is_taken_back_is_set_off_where_it_is_asked_for(noted: Resources) -> None:
    charge_csr(noted, "2026-03")
    with noted.warehouse.connect() as connection:
        number = connection.execute(text("SELECT max(correction_id) FROM billing.correction")).scalar_one()
    book(noted, APRIL, Proposal("REVERSED", "Surat 9", reverses_id=number))
    with noted.warehouse.begin() as connection:
        assert set_off_note(connection, "SIGAP/SC/2026-04/K0001", APRIL, "CSR_PT") == PREMIUM
    assert open_of(noted)[NEXT] == 33_600
