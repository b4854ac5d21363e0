"""An auditor walks from the months to the cells of a file, in a real browser over a real month."""

import json
import logging
import re
from itertools import pairwise
from typing import Any

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from playwright.sync_api import Page, expect
from sqlalchemy import text

from portal.conftest import ACCOUNT, HOSTILE_FILE, HOSTILE_NAME, Portal
from portal.corrected_month import CREDIT, DEBIT
from sigap.audit.trace import trace_line
from sigap.domain.money import rupiah
from sigap.domain.period import Period
from sigap.pipeline.summary import MonthSummary, summarise
from sigap.reporting.words import grouped
from sigap_portal.trail import label_of, title_of

PERIOD = Period(2026, 1)
REVIEW = f"/tinjauan/{PERIOD}"
KINDS = (
    "months",
    "invoice",
    "trace",
    "review",
    "credit",
    "debit",
    "proposal",
    "removal",
    "removals",
    "person",
)
INVOICED = "SELECT sha256 FROM reporting.document WHERE invoice_id IS NOT NULL"


def summary_of(portal: Portal) -> MonthSummary:
    return summarise(PERIOD, portal.resources)


def query(portal: Portal, statement: str, **values: Any) -> list[Any]:
    with portal.resources.warehouse.connect() as connection:
        return list(connection.execute(text(statement), values))


def hostile_line(portal: Portal) -> int:
    statement = (
        "SELECT line_id FROM billing.invoice_line JOIN entitlement.decision USING (roster_id, person_id)"
        " WHERE nik = :nik"
    )
    return int(query(portal, statement, nik=portal.hostile_nik)[0][0])


def invoice_address(portal: Portal) -> str:
    return f"/tagihan/{summary_of(portal).invoices[0].number}"


def figure(page: Page, label: str, nth: int = 0) -> str:
    term = page.locator("dt", has_text=re.compile(rf"^\s*{label}\b")).nth(nth)
    return term.locator("xpath=following-sibling::dd").inner_text()


def rows(page: Page, heading: str, part: str = "tbody") -> list[list[str]]:
    found = page.get_by_role("region", name=heading).locator(f"{part} tr")
    return [row.locator("th, td").all_inner_texts() for row in found.all()]


def test_months_show_the_figures_of_the_summary(page: Page, portal: Portal) -> None:
    page.goto("/")
    month = summary_of(portal)
    expect(page.get_by_role("heading", level=2)).to_have_text("Januari 2026 January 2026")
    shown = {
        "Kiriman": month.deliveries,
        "Baris diterima": month.accepted,
        "Baris ditahan": month.held,
        "Baris ditolak": month.rejected,
        "Seluruhnya": month.persons,
        "Disubsidi": month.subsidised,
        "Daftar tunggu": month.waiting,
        "Sudah terlindungi": month.already_covered,
        "Tidak memenuhi syarat": month.not_eligible,
        "Ditahan": month.held_persons,
    }
    assert month.accepted > 1000 and month.subsidised > 100
    assert {label: figure(page, label) for label in shown} == {
        label: grouped(count) for label, count in shown.items()
    }
    (invoice,) = month.invoices
    amounts = [rupiah(amount) for amount in (invoice.jkk_idr, invoice.jkm_idr, invoice.total_idr)]
    expected = [invoice.number, invoice.funding, invoice.wadah, grouped(invoice.people), *amounts]
    assert rows(page, "Tagihan terbit") == [expected]
    assert rows(page, "Tagihan terbit", "tfoot")[0][1:] == expected[3:]


def test_an_auditor_walks_from_a_month_to_the_cells_of_a_file(page: Page, portal: Portal) -> None:
    page.goto("/")
    (invoice,) = summary_of(portal).invoices
    page.get_by_role("link", name=invoice.number).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(invoice.number)
    first_page = [row[0] for row in rows(page, "Baris Lines")]
    page.get_by_role("link", name="Berikutnya").click()
    expect(page.get_by_text("Halaman 2 dari")).to_be_visible()
    second_page = [row[0] for row in rows(page, "Baris Lines")]
    assert len(first_page) == len(second_page) == 50
    assert not set(first_page) & set(second_page)
    page.get_by_role("link", name=f"Jejak baris {second_page[3]}", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"Jejak baris {second_page[3]}")
    page.get_by_role("link", name="Tagihan", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(invoice.number)


def test_an_invoice_shows_header_approvals_documents_and_recap(page: Page, portal: Portal) -> None:
    page.goto(invoice_address(portal))
    (invoice,) = summary_of(portal).invoices
    assert figure(page, "Jumlah") == rupiah(invoice.total_idr)
    assert figure(page, "Orang") == grouped(invoice.people)
    approvals = [row[:3] for row in rows(page, "Persetujuan")]
    assert approvals == [["Daftar penerima", "Disetujui", "dinas"], ["Tagihan", "Disetujui", "bendahara"]]
    digests = {row[0] for row in query(portal, INVOICED)}
    assert {row[3] for row in rows(page, "Dokumen")} == digests
    assert len(digests) == 3
    recap = rows(page, "Rekap per kecamatan")
    kept = query(
        portal,
        "SELECT kecamatan_name, count(*), sum(total_idr) FROM reporting.fact_premium"
        " JOIN reporting.dim_region USING (kelurahan_code) GROUP BY 1",
    )
    assert len(kept) > 5
    assert {(row[0], row[1], row[4]) for row in recap} == {
        (name, grouped(people), rupiah(int(total))) for name, people, total in kept
    }
    assert rows(page, "Rekap per kecamatan", "tfoot")[0][4] == rupiah(invoice.total_idr)


def test_the_pages_of_lines_hold_every_line_once(portal: Portal) -> None:
    client = signed_in_client(portal)
    (invoice,) = summary_of(portal).invoices
    last = -(-invoice.people // 50)
    found: list[str] = []
    for number in range(1, last + 1):
        answer = client.get(invoice_address(portal), params={"halaman": number})
        found += re.findall(r"/jejak/(\d+)", answer.text)
    assert len(found) == len(set(found)) == invoice.people
    assert client.get(invoice_address(portal), params={"halaman": last + 1}).status_code == 404


def test_no_page_but_the_trace_shows_a_whole_nik_or_a_name(portal: Portal) -> None:
    client = signed_in_client(portal)
    people = query(portal, "SELECT nik, full_name FROM entitlement.decision")
    assert len(people) > 400
    line = f"{invoice_address(portal)}?baris={hostile_line(portal)}"
    for address in ("/", REVIEW, invoice_address(portal), line):
        shown = client.get(address).text
        assert not re.search(r"\b\d{16}\b", shown)
        assert [name for _, name in people if " " in name and name in shown] == []
    masked = f"{portal.hostile_nik[:6]}******{portal.hostile_nik[-4:]}"
    assert masked in shown


def test_a_line_is_found_by_its_id(page: Page, portal: Portal) -> None:
    page.goto(invoice_address(portal))
    wanted = str(hostile_line(portal))
    page.get_by_label("Cari ID baris").fill(wanted)
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Tampilkan semua")).to_be_visible()
    assert [row[0] for row in rows(page, "Baris Lines")] == [wanted]


@pytest.mark.parametrize("sought", ["999999", "bukan angka", "9" * 40, "<b>5</b>"])
def test_an_id_that_is_not_there_is_said_so(page: Page, portal: Portal, sought: str) -> None:
    page.goto(invoice_address(portal))
    page.get_by_label("Cari ID baris").fill(sought)
    page.get_by_role("button", name="Cari").click()
    expect(page.get_by_role("status")).to_contain_text(f"Baris “{sought}” tidak ada pada tagihan ini.")


def test_a_trace_shows_the_cells_exactly_as_the_file_has_them(page: Page, portal: Portal) -> None:
    line_id = hostile_line(portal)
    page.goto(f"/jejak/{line_id}")
    resources = portal.resources
    steps = trace_line(line_id, resources.warehouse, resources.lake)
    received = [step.facts["cells"] for step in steps if "cells" in step.facts]
    assert received
    tables = page.locator("table.cells")
    expect(tables).to_have_count(len(received))
    for number, cells in enumerate(received):
        shown = tables.nth(number).locator("tbody tr")
        found = {row.locator("th").inner_text(): row.locator("td").inner_text() for row in shown.all()}
        assert found == {header: "–" if cell is None else cell for header, cell in cells.items()}
    expect(page.locator("dd", has_text=portal.hostile_nik)).to_have_count(1)


def test_received_text_is_never_markup(page: Page, portal: Portal) -> None:
    page.goto(f"/jejak/{hostile_line(portal)}")
    expect(page.get_by_role("cell", name=HOSTILE_NAME)).to_be_visible()
    page.goto("/")
    page.get_by_text("Berkas yang tidak dipakai").click()
    expect(page.get_by_text(HOSTILE_FILE, exact=True)).to_be_visible()
    assert page.locator("script, img").count() == 0


def test_every_look_at_a_trace_is_recorded_without_the_person(
    portal: Portal, caplog: pytest.LogCaptureFixture
) -> None:
    line_id = hostile_line(portal)
    seen = "SELECT to_jsonb(o) FROM audit.outcome o WHERE verb = 'trace' ORDER BY outcome_id"
    before = len(query(portal, seen))
    with caplog.at_level(logging.INFO, "sigap"):
        assert signed_in_client(portal).get(f"/jejak/{line_id}").status_code == 200
    kept = [row[0] for row in query(portal, seen)]
    assert len(kept) == before + 1
    assert kept[-1]["subject"] == f"line {line_id}"
    assert kept[-1]["versions"]["actor"] == ACCOUNT
    assert kept[-1]["status"] == "ok" and kept[-1]["inputs"] and kept[-1]["outputs"]
    assert f"Line {line_id} was traced by {ACCOUNT}." in caplog.messages
    for place in (caplog.text, json.dumps(kept), portal.resources.settings.lineage_file.read_text()):
        assert portal.hostile_nik not in place
        assert "alert('nama')" not in place.lower()


def test_every_step_and_fact_of_a_trace_has_indonesian_words(portal: Portal) -> None:
    lines = [row[0] for row in query(portal, "SELECT line_id FROM billing.invoice_line LIMIT 15")]
    member = query(
        portal,
        "SELECT line_id FROM billing.invoice_line JOIN entitlement.decision USING (roster_id, person_id)"
        " WHERE membership_delivery_id IS NOT NULL LIMIT 5",
    )
    lines += [row[0] for row in member]
    resources = portal.resources
    steps = [step for line in lines for step in trace_line(line, resources.warehouse, resources.lake)]
    assert len(steps) > 100
    assert {step.title for step in steps if not title_of(step.title).english} == set()
    assert {
        name for step in steps for name in step.facts if name != "cells" and not label_of(name).english
    } == set()


def test_anonymous_requests_are_refused_on_every_route(portal: Portal) -> None:
    routes = [route for route in portal.app.routes if isinstance(route, APIRoute)]
    assert routes == list(portal.app.routes), "a mount or a plain route stands outside the sign-in"
    assert len(routes) >= 4
    anonymous = TestClient(portal.app)
    for route in routes:
        number = CREDIT if route.name == "note" else summary_of(portal).invoices[0].number
        address = route.path.replace("{number:path}", number).replace("{period}", str(PERIOD))
        address = re.sub(r"\{(line|proposal|person)_id\}", "1", address)
        assert route.methods == {"GET"}
        assert signed_in_client(portal).get(address).status_code == 200
        answer = anonymous.get(address)
        assert answer.status_code == 401, f"{route.path} answers without a sign-in"
        assert summary_of(portal).invoices[0].number not in answer.text


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/", 200),
        ("/gaya.css", 200),
        ("/tinjauan/2026-13", 404),
        ("/tinjauan/2026-01?halaman=9000", 404),
        ("/jejak/999999", 404),
        ("/jejak/x", 422),
        ("/jejak/99999999999999999999", 422),
        ("/tagihan/SIGAP/SG/2026-01/9999", 404),
        ("/?halaman=0", 422),
        ("/?halaman=7", 404),
        ("/docs", 404),
        ("/openapi.json", 404),
    ],
)
def test_every_answer_carries_the_security_headers(portal: Portal, address: str, status: int) -> None:
    answer = signed_in_client(portal).get(address)
    assert answer.status_code == status
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_readable_by_everyone(page: Page, portal: Portal, kind: str) -> None:
    page.goto(page_of(kind, portal))
    assert page.locator("html").get_attribute("lang") == "id"
    assert page.title().endswith("· SIGAP")
    assert page.locator("h1").count() == 1
    levels = [
        int(level) for level in page.eval_on_selector_all("h1,h2,h3,h4", "all => all.map(h => h.tagName[1])")
    ]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert page.locator("th:not([scope])").count() == 0
    assert page.locator("table:not(:has(th[scope=col]))").count() == 0
    assert page.locator("main, header, footer").count() == 3
    unlabelled = "all => all.filter(field => !field.labels.length).length"
    assert page.eval_on_selector_all("input", unlabelled) == 0
    nameless = "all => all.filter(a => !(a.innerText.trim() || a.getAttribute('aria-label'))).length"
    assert page.eval_on_selector_all("a, button", nameless) == 0
    ids = page.eval_on_selector_all("[id]", "all => all.map(e => e.id)")
    assert len(ids) == len(set(ids))
    dangling = "all => all.filter(e => !document.getElementById(e.getAttribute('aria-labelledby'))).length"
    assert page.eval_on_selector_all("[aria-labelledby]", dangling) == 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_fits_a_screen_of_320_pixels(page: Page, portal: Portal, kind: str) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(page_of(kind, portal))
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    clipped = "all => all.filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.innerText)"
    assert page.eval_on_selector_all(".figure, .figures, .facts, dd, h1, h2", clipped) == []


def test_the_keyboard_reaches_the_content_first(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Langsung ke isi")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_paper_leaves_out_what_only_a_screen_needs(page: Page, portal: Portal) -> None:
    page.goto(invoice_address(portal))
    page.emulate_media(media="print")
    expect(page.get_by_role("search")).to_be_hidden()
    expect(page.get_by_role("navigation")).to_have_count(0)
    repeats = "all => all.map(e => getComputedStyle(e).display)"
    assert set(page.eval_on_selector_all("tfoot", repeats)) == {"table-row-group"}


def test_a_warehouse_that_does_not_answer_is_said_so(portal: Portal) -> None:
    from sqlalchemy import create_engine

    from sigap_portal.app import create_app
    from sigap_portal.viewer import Viewer

    gone = create_engine("postgresql+psycopg://nobody@127.0.0.1:9/nothing")
    broken = type(portal.resources)(portal.resources.settings, portal.resources.lake, gone, "portal")
    answer = TestClient(create_app(lambda: broken, lambda: Viewer("auditor"))).get("/")
    assert answer.status_code == 503
    assert "Gudang data tidak menjawab" in answer.text
    assert answer.headers["x-frame-options"] == "DENY"


def page_of(kind: str, portal: Portal) -> str:
    trace = f"/jejak/{hostile_line(portal)}"
    known = {"months": "/", "invoice": invoice_address(portal), "trace": trace, "review": REVIEW}
    notes = {"credit": f"/nota/{CREDIT}", "debit": f"/nota/{DEBIT}", "proposal": "/usul/3"}
    removed = {"removal": "/usul/5", "removals": "/pencoretan", "person": "/orang/1"}
    return (known | notes | removed)[kind]


def signed_in_client(portal: Portal) -> TestClient:
    return TestClient(portal.app, cookies={"account": ACCOUNT})
