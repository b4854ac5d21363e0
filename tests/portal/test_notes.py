"""An auditor goes from an invoice to its notes, to who agreed and why, and on to the cells of a file."""

import re

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Page, expect

from portal.conftest import ACCOUNT, Portal
from portal.corrected_month import AKTA, CREDIT, DEBIT, LETTER
from portal.test_pages import figure, invoice_address, query, rows, signed_in_client, summary_of

REMOVAL = "SELECT proposal_id, person_id FROM billing.removal"
PAGES = (f"/nota/{CREDIT}", f"/nota/{DEBIT}", "/pencoretan", *(f"/usul/{number}" for number in range(1, 6)))


def test_an_auditor_walks_from_an_invoice_over_its_note_to_the_cells_and_back(
    page: Page, portal: Portal
) -> None:
    page.goto(invoice_address(portal))
    (invoice,) = summary_of(portal).invoices
    assert figure(page, "Oleh nota") == "-Rp33.600"
    found = [[row[0], *row[3:]] for row in rows(page, "Pembayaran dan nota")]
    assert found == [[DEBIT, "1", "Rp16.800", "–"], [CREDIT, "3", "Rp50.400", "Rp50.400"]]
    page.get_by_role("link", name=CREDIT).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"Nota kredit {CREDIT}")
    page.get_by_role("link", name=re.compile("^Jejak baris")).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Jejak baris")
    assert page.locator("table.cells").count() >= 1
    page.get_by_role("link", name=CREDIT).click()
    page.get_by_role("region", name="Tagihan yang dikurangi").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(invoice.number)


def test_a_note_shows_its_money_who_agreed_its_documents_and_its_reasons(page: Page, portal: Portal) -> None:
    page.goto(f"/nota/{CREDIT}")
    assert [figure(page, name) for name in ("Jumlah", "Orang", "Iuran JKK", "Iuran JKM")] == [
        "Rp50.400", "3", "Rp30.000", "Rp20.400",
    ]  # fmt: skip
    (invoice,) = summary_of(portal).invoices
    [(open_idr,)] = query(portal, "SELECT open_idr FROM reporting.invoice_balance")
    [charged] = rows(page, "Tagihan yang dikurangi")
    assert charged[:3] == [invoice.number, "Rp50.400", "Rp50.400"]
    assert charged[3].replace(".", "") == f"Rp{open_idr}"
    assert "Belum dibayar" in charged[4]
    [pair] = rows(page, "Usul dan pemeriksaan")
    assert (pair[0], pair[2], pair[4], pair[5]) == ("dinas", "bendahara", "3", "Rp50.400")
    [(digest,)] = query(portal, "SELECT sha256 FROM reporting.document WHERE uri LIKE '%K0001.pdf'")
    assert [[row[0], row[3]] for row in rows(page, "Dokumen")] == [["SIGAP-SG-2026-02-K0001.pdf", digest]]
    assert [row[:3] for row in rows(page, "Rekap per alasan dan bulan")] == [
        ["Meninggal dunia", "Januari 2026", "2"],
        ["Pindah ke luar kota", "Januari 2026", "1"],
    ]
    assert rows(page, "Rekap per alasan dan bulan", "tfoot")[0][-1] == "Rp50.400"
    lines = rows(page, "Baris")
    assert len(lines) == 3
    assert all(re.fullmatch(r"\d{6}\*{6}\d{4}", line[1]) for line in lines)
    assert [line[4] for line in lines] == ["1", "1", "1 !"], "only who lives can still lose cover"


def test_a_proposal_shows_evidence_people_and_times_and_what_it_is_worth(page: Page) -> None:
    page.goto(f"/nota/{CREDIT}")
    page.get_by_role("link", name="Usul 1", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Koreksi, usul 1")
    assert figure(page, "Bukti") == AKTA
    assert figure(page, "Kredit") == "Rp16.800"
    assert figure(page, "Alasan") == "Meninggal dunia (DECEASED)"
    assert [row[:2] for row in rows(page, "Usul dan pemeriksaan")] == [
        ["Diusulkan", "dinas"],
        ["Disetujui", "bendahara"],
    ]
    [month] = rows(page, "Koreksi per bulan")
    assert (month[2], month[7], month[8]) == ("Januari 2026", "Rp16.800", CREDIT)
    page.goto("/usul/3")
    expect(page.get_by_text("keluarga dapat kehilangan Rp32.000.000")).to_be_visible()


def test_who_was_left_out_is_followed_to_the_cells_by_a_look_that_is_recorded(
    page: Page, portal: Portal
) -> None:
    page.goto(f"/nota/{DEBIT}")
    assert "tanpa tagihan asal" in rows(page, "Baris")[0][2]
    page.get_by_role("link", name=re.compile("^Orang ")).click()
    [(person,)] = query(portal, "SELECT person_id FROM billing.correction WHERE reason_code = 'LEFT_OUT'")
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"Orang {person}, Januari 2026")
    [(nik,)] = query(portal, "SELECT nik FROM entitlement.decision WHERE person_id = :id", id=person)
    assert page.locator("table.cells").get_by_role("cell", name=str(nik)).count() >= 1
    seen = "SELECT subject, versions->>'actor' FROM audit.outcome WHERE verb = 'explain' ORDER BY 1 DESC"
    assert (f"person {person}", ACCOUNT) in [tuple(row) for row in query(portal, seen)]
    page.goto("/usul/4")
    assert figure(page, "Bukti") == LETTER


def test_a_removal_shows_reason_evidence_two_people_rupiah_and_months_of_cover(
    page: Page, portal: Portal
) -> None:
    [(number, person)] = query(portal, REMOVAL)
    page.goto("/")
    page.get_by_role("link", name="Pencoretan", exact=True).click()
    [listed] = rows(page, "Usul Proposals")
    assert (listed[1], listed[3], listed[4], listed[7]) == ("Februari 2026", "Rp16.800", "1", "Disetujui")
    page.get_by_role("link", name=f"Usul {number}", exact=True).click()
    assert figure(page, "Iuran bulan terakhir") == "Rp16.800"
    assert figure(page, "Terlindungi sampai bulan sebelumnya") == "1 bulan"
    assert figure(page, "Bukti") == "Akta kematian 91"
    assert [row[1] for row in rows(page, "Usul dan pemeriksaan")] == ["dinas", "bendahara"]
    page.get_by_role("link", name=re.compile("^jejak baris")).click()
    assert figure(page, "ID orang") == str(person)


@pytest.mark.parametrize("address", PAGES)
def test_no_page_of_notes_and_removals_shows_a_whole_nik_or_a_name(portal: Portal, address: str) -> None:
    shown = signed_in_client(portal).get(address)
    assert shown.status_code == 200
    assert not re.search(r"\b\d{16}\b", shown.text)
    people = query(portal, "SELECT full_name FROM entitlement.decision")
    assert [name for (name,) in people if " " in name and name in shown.text] == []


@pytest.mark.parametrize(
    ("address", "status", "says"),
    [
        ("/nota/SIGAP/SG/2026-02/K0009", 404, "Tidak ada nota terbit dengan nomor itu."),
        (f"/nota/{CREDIT}?halaman=2", 404, "hanya punya 1 halaman"),
        ("/usul/999", 404, "Tidak ada usul 999."),
        ("/usul/x", 422, "tidak terbaca"),
        ("/orang/999999", 404, "Tidak ada bulan yang mengenal orang 999999."),
        ("/pencoretan?bulan=2026-13", 404, "Bulan itu tidak terbaca."),
        ("/pencoretan?halaman=2", 404, "hanya punya 1 halaman"),
        ("/pencoretan?bulan=2026-01", 200, "Tidak ada pencoretan."),
    ],
)
def test_what_is_not_there_is_said_so(portal: Portal, address: str, status: int, says: str) -> None:
    answer = signed_in_client(portal).get(address)
    assert (answer.status_code, says in answer.text) == (status, True)
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert TestClient(portal.app).get(address).status_code == 401
