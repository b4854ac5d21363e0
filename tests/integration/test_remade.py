"""A month of which every invoice is void is made anew from link on; what other months said stays said."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from integration.test_link_decide import approve, deliver, lay, worker
from integration.test_people_history import Entity, History, alone, nik
from sigap.domain.period import Period
from sigap.pipeline.bill import bill
from sigap.pipeline.close import enter
from sigap.pipeline.decide import decide
from sigap.pipeline.issue import issue
from sigap.pipeline.link import link
from sigap.pipeline.resources import Resources
from sigap.pipeline.void import answer_void, ask_void

JANUARY, FEBRUARY, MARCH = Period(2026, 1), Period(2026, 2), Period(2026, 3)
EVENTS = (
    "SELECT event_id, period, person_id, kind, withdrawn_at IS NULL FROM identity.person_event ORDER BY 1"
)
INVOICES = "SELECT number, status, people, replaces_id FROM billing.invoice ORDER BY invoice_id"


def two_approvers(resources: Resources) -> Resources:
    settings = resources.settings.model_copy(update={"invoice_approvers": "bendahara,ppk"})
    return Resources(settings, resources.lake, resources.warehouse, "test")


def charge(period: Period, resources: Resources) -> list[int]:
    """From link to issue; the people of each invoice that stands."""
    link(period, resources)
    decide(period, resources)
    approve("roster", period, resources)
    bill(period, resources)
    approve("invoices", period, resources)
    return [invoice.people for invoice in issue(period, resources)]


def void(number: str, resources: Resources) -> None:
    asked = ask_void(number, "bendahara", "Daftar keliru", resources)
    answer_void(asked.void_request_id, "approved", "ppk", None, resources)


def rows(resources: Resources, statement: str) -> list[tuple[Any, ...]]:
    with resources.warehouse.connect() as connection:
        return [tuple(one) for one in connection.execute(text(statement))]


def known(resources: Resources, period: Period) -> list[tuple[Any, ...]]:
    return rows(resources, f"SELECT * FROM identity.person_as_of('{period}') ORDER BY person_id")


def drop(delivery_id: str, resources: Resources) -> None:
    """Its sender took the list back."""
    statement = text("UPDATE quality.validation SET outcome = 'stopped' WHERE delivery_id = :one")
    with resources.warehouse.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(statement, {"one": delivery_id})


def refuse_to_take_back(resources: Resources) -> None:
    for table in ("person_event", "person_nik"):
        statement = text(f"UPDATE identity.{table} SET withdrawn_at = now() WHERE period = '2026-01'")
        with (
            pytest.raises(DBAPIError, match="invoices of 2026-02 rest on"),
            resources.warehouse.begin() as connection,
        ):
            connection.execute(statement)


@pytest.fixture
def city(resources: Resources) -> Resources:
    """January of persons 1 to 3 issued; two people may judge invoices."""
    opened = two_approvers(resources)
    lay(JANUARY, opened, [1, 2], [])
    deliver("workers", JANUARY, [worker(3)], opened, "b")
    assert charge(JANUARY, opened) == [3]
    return opened


def test_a_month_of_void_invoices_is_made_anew_with_corrected_data(city: Resources) -> None:
    before = rows(city, EVENTS)
    link(JANUARY, city)
    assert rows(city, EVENTS) == before, "an invoice stands"
    void("SIGAP/SG/2026-01/0001", city)
    drop("workb2026-01", city)
    deliver("workers", JANUARY, [worker(4), worker(5)], city, "c")
    assert charge(JANUARY, city) == [4]
    assert rows(city, INVOICES) == [
        ("SIGAP/SG/2026-01/0001", "void", 3, None),
        ("SIGAP/SG/2026-01/0002", "issued", 4, 1),
    ]
    after = rows(city, EVENTS)
    assert [one[:4] for one in after[:3]] == [one[:4] for one in before], "history is added to"
    assert [one[4] for one in after] == [True, True, False, True, True], "who left is taken back, readably"
    assert [one[0] for one in known(city, JANUARY)] == [1, 2, 4, 5]


def test_what_an_issued_later_month_rests_on_stays(
    resources: Resources, lay_invoice: Callable[..., int]
) -> None:
    """Persons 1 to 3 stand in both months, 4 came in February; then January is made anew without 3."""
    finance = two_approvers(resources)
    with finance.warehouse.begin() as connection:
        opened = History(connection)
        assert opened.run(JANUARY, alone(1, 2, 3)) == [1, 2, 3]
        assert opened.run(FEBRUARY, alone(1, 2, 3, 6)) == [1, 2, 3, 4]
    for month in ("2026-01", "2026-02"):
        lay_invoice(month, 4)
    enter(JANUARY, finance)
    void("SIGAP/SG/2026-01/0001", finance)
    refuse_to_take_back(finance)
    with finance.warehouse.begin() as connection:
        opened = History(connection)
        before = opened.as_of(FEBRUARY)
        merged = [Entity((2, 1)), *alone(5, 6)]
        assert opened.run(JANUARY, merged) == [1, 5, 4], "one person as the lists say now, each their number"
        assert opened.events(JANUARY) == [
            ("created", number, None, None, nik(given), "link")
            for number, given in ((1, 1), (2, 2), (3, 3), (5, 5))
        ]
        after = opened.as_of(FEBRUARY)
        assert {number: told for number, told in after.items() if number != 5} == before
        assert opened.run(JANUARY, merged) == [1, 5, 4]
        assert opened.as_of(FEBRUARY) == after
        assert opened.run(MARCH, merged) == [1, 5, 4]
        assert [event[0] for event in opened.events(MARCH)] == ["merged", "nik_corrected"]
