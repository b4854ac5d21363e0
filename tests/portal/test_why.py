"""The trace page also says why this is one person: in words, with charts, and with nobody else's facts."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from portal.conftest import ACCOUNT, Portal
from sigap.audit.explain import Explanation, explain_person
from sigap.audit.known import rests_on
from sigap.domain.period import Period

PERIOD = Period(2026, 1)


@pytest.fixture(scope="module")
def billed(portal: Portal) -> dict[int, int]:
    """The invoice line of every person who was billed."""
    statement = text("SELECT person_id, line_id FROM billing.invoice_line")
    with portal.resources.warehouse.connect() as connection:
        return {row.person_id: row.line_id for row in connection.execute(statement)}


@pytest.fixture(scope="module")
def pairs(portal: Portal) -> list[dict[str, Any]]:
    with portal.resources.warehouse.connect() as connection:
        origin, _ = rests_on(connection, PERIOD, None)
    assert origin.pairs is not None and origin.pairs.rows > 100
    return list(portal.resources.lake.read(origin.pairs).to_pylist())


@pytest.fixture(scope="module")
def joined(pairs: list[dict[str, Any]], billed: dict[int, int]) -> int:
    """A billed person of several rows."""
    return next(
        pair["person_id"]
        for pair in pairs
        if pair["kind"] == "rows"
        and pair["person_id"] == pair["other_person_id"]
        and pair["person_id"] in billed
    )


def explained(person_id: int, portal: Portal) -> Explanation:
    return explain_person(person_id, PERIOD, portal.resources.warehouse, portal.resources.lake)


def test_a_trace_says_in_words_and_as_a_chart_why_rows_are_one_person(
    page: Page, portal: Portal, billed: dict[int, int], joined: int
) -> None:
    page.goto(f"/jejak/{billed[joined]}")
    section = page.get_by_role("region", name="Mengapa orang ini")
    expect(section.get_by_role("heading", name="Mengapa baris-baris ini satu orang")).to_be_visible()
    chart = section.get_by_role("region", name="Grafik bobot: Mengapa baris-baris ini satu orang")
    expect(chart.locator("svg")).to_be_visible()
    expect(chart.locator("svg text", has_text="Titik awal").first).to_be_visible()
    shown = section.inner_text()
    found = explained(joined, portal)
    (rows,) = [each for each in found.sections if each.name == "joined"]
    assert rows.steps
    for step in rows.steps:
        assert step.title in shown
        for sentence in (step.facts["rule"], step.facts["because"], *step.facts["compared"]):
            assert sentence in shown
    for sentence in found.summary:
        assert sentence in shown


def test_the_chart_names_neither_nik_nor_name(portal: Portal, joined: int) -> None:
    drawn = explained(joined, portal).chart() or ""
    facts = next(each for each in explained(joined, portal).sections if each.name == "person").steps[0].facts
    assert "Jumlah" in drawn
    assert facts["full_name"] not in drawn
    assert not re.search(r"(?<![\d.])\d{16}", drawn), "other than the decimals of a place in the drawing"


def test_the_look_is_recorded_with_the_account_and_the_number_of_the_person(
    page: Page, portal: Portal, billed: dict[int, int], joined: int
) -> None:
    page.goto(f"/jejak/{billed[joined]}")
    statement = text(
        "SELECT subject, versions->>'actor' FROM audit.outcome"
        " WHERE verb = 'explain' ORDER BY outcome_id DESC"
    )
    with portal.resources.warehouse.connect() as connection:
        assert tuple(connection.execute(statement).first() or ()) == (f"person {joined}", ACCOUNT)
