"""What the pages say of notes and removals that wait, are paid, turned down or taken back."""

import datetime as dt
import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from integration import test_bearers
from integration.test_bearers import NEXT, NOTE, PREMIUM, charge_csr, pay
from sigap.billing.correction import Proposal
from sigap.domain.period import Period
from sigap.pipeline.close import enter
from sigap.pipeline.corrections import check, propose
from sigap.pipeline.notes import draft_notes, issue_notes
from sigap.pipeline.resources import Resources
from sigap.pipeline.setoff import set_off_note
from sigap_portal.app import create_app
from sigap_portal.viewer import Viewer

MARCH = Period(2026, 3)
noted = test_bearers.noted  # the fixture: January is billed, somebody was left out for another payer
DIED = dt.date(2025, 12, 20)
BEFORE_MARCH = dt.date(2026, 2, 10)


def words(resources: Resources, address: str) -> str:
    """The text of a page."""
    answer = TestClient(create_app(lambda: resources, lambda: Viewer("auditor"))).get(address)
    assert answer.status_code == 200, answer.text
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def ask(resources: Resources, *asked: Proposal) -> list[int]:
    return [one.proposal_id for one in propose(asked, "dinas", resources)]


def agree(resources: Resources, ids: list[int]) -> None:
    check(ids, "agree", "", "bendahara", resources)


def remove(person: int = 2, **given: Any) -> Proposal:
    return Proposal(
        **{
            "reason_code": "DECEASED",
            "evidence": "Akta 5",
            "person_id": person,
            "effective_date": BEFORE_MARCH,
        }
        | given
    )


def book_deaths(resources: Resources, lay_invoice: Callable[..., int], people: int) -> str:
    """January is billed, and March books a credit of it for so many people; the number of the note."""
    lay_invoice("2026-01", people)
    enter(Period(2026, 1), resources)
    dead = [Proposal("DECEASED", "Akta 7", person_id=n, effective_date=DIED) for n in range(1, people + 1)]
    agree(resources, ask(resources, *dead))
    with resources.warehouse.begin() as connection:
        draft_notes(connection, MARCH)
        [note] = issue_notes(connection, MARCH, resources.payers())
    lay_invoice("2026-03", people)
    return str(note.number)


def test_a_debit_note_waits_then_rides_on_the_next_invoice_then_is_paid(noted: Resources) -> None:
    assert "Menunggu tagihan berikutnya Waits for the next invoice Rp16.800 – –" in words(
        noted, f"/nota/{NOTE}"
    )
    charge_csr(noted, "2026-03")
    assert f"{NEXT} Rp16.800 Rp50.400 Belum dibayar" in words(noted, f"/nota/{NOTE}")
    assert f"{NOTE} Nota debet Februari 2026 1 Rp16.800 –" in words(noted, f"/tagihan/{NEXT}")
    pay(noted, PREMIUM, f"BAYAR {NEXT}")
    assert f"{NEXT} Rp16.800 Rp33.600 Dibayar sebagian" in words(noted, f"/nota/{NOTE}")
    pay(noted, 33_600, f"PELUNASAN {NEXT}", "dua")
    assert f"{NEXT} Rp16.800 Rp0 Lunas" in words(noted, f"/nota/{NOTE}")
    assert "Lunas Paid , gerakan terakhir" in words(noted, f"/tagihan/{NEXT}")


def test_a_month_counts_its_notes_and_removals(resources: Resources, lay_invoice: Callable[..., int]) -> None:
    number = book_deaths(resources, lay_invoice, 3)
    lay_invoice("2026-02", 4)
    [waiting] = ask(resources, remove(4, effective_date=dt.date(2026, 3, 5)))
    lay_invoice("2026-04", 3)
    months = words(resources, "/")
    assert "1 nota kredit, Rp50.400; 0 nota debet, Rp0." in months
    assert f"{number} Nota kredit APBD_KOTA SG 3 Rp30.000 Rp20.400 Rp50.400" in months
    assert months.count("Nota terbit") == 1
    assert "Pencoretan mulai April 2026: 1 orang" in months
    assert f"Usul {waiting} April 2026" in words(resources, "/pencoretan?bulan=2026-04")


def test_a_credit_is_set_off_and_what_a_paid_bill_cannot_take_is_said_to_be_receivable(
    resources: Resources, lay_invoice: Callable[..., int]
) -> None:
    number = book_deaths(resources, lay_invoice, 2)
    pay(resources, 20_000, "BAYAR SIGAP/SG/2026-01/0001")
    with resources.warehouse.begin() as connection:
        assert set_off_note(connection, number, MARCH, "APBD_KOTA") == 13_600
    note = words(resources, f"/nota/{number}")
    assert "SIGAP/SG/2026-01/0001 Rp33.600 Rp13.600 Rp0 Lunas" in note
    assert "Rp20.000 tidak dipotongkan karena tagihannya sudah dibayar" in note
    invoice = words(resources, "/tagihan/SIGAP/SG/2026-01/0001")
    assert f"{number} Nota kredit Maret 2026 2 Rp33.600 Rp13.600" in invoice


def test_a_note_of_many_lines_is_read_page_by_page_each_line_once(
    resources: Resources, lay_invoice: Callable[..., int]
) -> None:
    number = book_deaths(resources, lay_invoice, 60)
    client = TestClient(create_app(lambda: resources, lambda: Viewer("auditor")))
    pages = [client.get(f"/nota/{number}", params={"halaman": page}).text for page in (1, 2)]
    found = [re.findall(r"/jejak/(\d+)", page) for page in pages]
    assert [len(one) for one in found] == [50, 10]
    assert len({line for page in found for line in page}) == 60
    assert client.get(f"/nota/{number}", params={"halaman": 3}).status_code == 404


def test_a_removal_that_waits_is_turned_down_or_is_taken_back_says_so(
    resources: Resources, lay_invoice: Callable[..., int]
) -> None:
    for month in ("2026-01", "2026-02"):
        lay_invoice(month, 3)
    [first] = ask(resources, remove())
    assert "Belum berlaku: menunggu orang kedua" in words(resources, f"/usul/{first}")
    check([first], "disagree", "Nama sama, orang lain", "bendahara", resources)
    page = words(resources, f"/usul/{first}")
    assert "Ditolak oleh orang kedua, sehingga tidak berlaku" in page
    assert "Ditolak bendahara" in page and "Nama sama, orang lain" in page
    [second] = ask(resources, remove(evidence="<b>Akta</b> & surat"))
    agree(resources, [second])
    with resources.warehouse.connect() as connection:
        newest = connection.execute(text("SELECT max(removal_id) FROM billing.removal")).scalar_one()
    [back] = ask(resources, Proposal("REVERSED", "Surat hidup 5", reverses_id=newest))
    assert "Dibatalkan" not in words(resources, f"/usul/{second}")
    agree(resources, [back])
    page = words(resources, f"/usul/{second}")
    assert f"Dibatalkan oleh dua orang dengan usul {back}" in page
    assert "<b>Akta</b> & surat" in page, "evidence is text, also when it looks like markup"
    assert f"Membatalkan Takes back usul {second}" in words(resources, f"/usul/{back}")
    listed = words(resources, "/pencoretan")
    assert f"Dibatalkan dengan usul {back}" in listed and "Ditolak" in listed


@pytest.mark.parametrize("reason", ["DECEASED", "MOVED_OUT"])
def test_only_a_living_person_is_said_to_lose_the_cover_for_the_death_benefit(
    resources: Resources, lay_invoice: Callable[..., int], reason: str
) -> None:
    for month in ("2026-01", "2026-02"):
        lay_invoice(month, 3)
    [asked] = ask(resources, remove(reason_code=reason))
    page = words(resources, f"/usul/{asked}")
    assert ("Santunan kematian dipertaruhkan" in page) == (reason == "MOVED_OUT")
    assert "Terlindungi sampai bulan sebelumnya Months of cover that end 2 bulan" in page
    assert "Iuran bulan terakhir Last month billed Rp16.800" in page


def test_a_void_invoice_is_shown_without_anything_to_pay(
    resources: Resources, lay_invoice: Callable[..., int]
) -> None:
    lay_invoice("2026-01", 3)
    with resources.warehouse.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("UPDATE billing.invoice SET status = 'void', voided_at = now()"))
    page = words(resources, "/tagihan/SIGAP/SG/2026-01/0001")
    assert "Tagihan ini dibatalkan pada" in page
    assert "Sisa tagihan" not in page and "Belum dibayar" not in page
