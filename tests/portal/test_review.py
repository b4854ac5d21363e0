"""The page of doubtful pairs: what waits, in words, riskiest first, and nobody's name."""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest
from playwright.sync_api import Page, expect

from portal.conftest import Portal
from portal.test_pages import figure, rows
from sigap.domain.datasets import EVIDENCE, PAIRS, SCHEMAS
from sigap.domain.period import Period

LATER = Period(2031, 5)  # a month of its own, which no other test counts


def pair(number: int, **given: Any) -> dict[str, Any]:
    levels = {f"level_{name}": -1 for name in EVIDENCE} | {"level_nik": 5, "level_name": 9, "level_kk": 0}
    weights = {f"weight_{name}": 0.0 for name in EVIDENCE}
    place = {"source": "pkl", "delivery_id": "d", "sheet": "Daftar", "row": number}
    other = {"other_source": "memberships", "other_delivery_id": "e", "other_sheet": "", "other_row": 7}
    return {
        **levels, **weights, **place, **other, "weight_nik": 9.0, "weight_name": 8.25, "weight_kk": -2.0,
        "kind": "membership", "decision": "review", "rule": "score", "fact_key": f"{number:032x}",
        "match_weight": 9.0 - number / 10,
    } | given  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def doubts(portal: Portal) -> Iterator[None]:
    """Fifty-one pairs in review and one that is settled by the model."""
    found = [pair(number) for number in range(1, 52)] + [pair(60, decision="different")]
    tables = {
        "identity.pairs": pa.Table.from_pylist(found, PAIRS),
        "identity.rows": SCHEMAS["identity.rows"].empty_table(),
        "identity.memberships": SCHEMAS["identity.memberships"].empty_table(),
    }
    with portal.resources.outcome_of("link", LATER) as outcome:
        outcome.wrote(*(portal.resources.lake.write(name, LATER, rows) for name, rows in tables.items()))
    yield


def test_what_waits_is_shown_in_words_the_riskiest_first(page: Page) -> None:
    page.goto(f"/tinjauan/{LATER}")
    assert [figure(page, name) for name in ("Menunggu keputusan", "Menunggu orang kedua")] == ["51", "0"]
    found = rows(page, "Pasangan Pairs")
    assert len(found) == 50
    first = found[0]
    assert first[1] == "Pedagang kaki lima, lembar Daftar, baris 51"
    assert first[3].splitlines() == [
        "NIK berbeda satu angka, atau dua angka bersebelahan tertukar, sebelum empat angka terakhir (9,0)",
        "Nama sama (8,2)",
    ]
    assert first[4] == "Nomor KK berbeda (2,0)"
    assert first[6].splitlines() == ["SAMA Rp2.636.779", "dua orang", "BERBEDA Rp188.943"]
    assert (first[5], first[7]) == ("+3,9", "Menunggu keputusan")


def test_all_pairs_are_reached_page_by_page(page: Page) -> None:
    page.goto(f"/tinjauan/{LATER}")
    page.get_by_role("link", name="Berikutnya").click()
    expect(page.get_by_text("Halaman 2 dari 2")).to_be_visible()
    assert len(rows(page, "Pasangan Pairs")) == 1


def test_a_month_without_doubt_says_so(page: Page) -> None:
    page.goto("/tinjauan/2031-06")
    expect(page.get_by_text("Tidak ada pasangan yang menunggu.")).to_be_visible()


def test_a_steward_comes_from_the_month_to_its_pairs(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Pasangan meragukan Januari 2026").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Pasangan meragukan, Januari 2026")
