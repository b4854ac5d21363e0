"""A connection dies between any two statements of a verb: nothing is half done, a rerun gives the same."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.exc import DBAPIError

from sigap.domain.period import Period
from sigap.pipeline.approve import record_approval
from sigap.pipeline.bill import bill
from sigap.pipeline.issue import issue, number_invoice
from sigap.pipeline.resources import Resources
from sigap.pipeline.rosters import invoices_of
from sigap.pipeline.void import answer_void, ask_void

JANUARY = Period(2026, 1)
LayRoster = Callable[..., int]
STATE = (
    "SELECT number, status, people, total_idr, lines_sha256 FROM billing.invoice ORDER BY invoice_id",
    "SELECT person_id, period, share_no, total_idr, is_void FROM billing.invoice_line ORDER BY 1, 2, 3",
    "SELECT wadah_code, year, last_number FROM billing.number_series",
    "SELECT key, kind, total_idr FROM billing.journal_entry ORDER BY 1",
    "SELECT funding_source, sum(debit_idr) - sum(credit_idr) FROM billing.posting GROUP BY 1",
    "SELECT subject, verdict, actor FROM audit.approval ORDER BY approval_id",
)


def state(resources: Resources) -> list[list[tuple[Any, ...]]]:
    with resources.warehouse.connect() as connection:
        return [[tuple(row) for row in connection.execute(text(statement))] for statement in STATE]


@contextmanager
def dying_after(resources: Resources, statements: int) -> Iterator[list[int]]:
    """The server ends the connection before the statement of that number; counts the statements."""
    seen = [0]

    def count(connection: Connection, cursor: Any, statement: str, *_: Any) -> None:
        if "audit.outcome" in statement or connection.connection.dbapi_connection is None:
            return
        seen[0] += 1
        if seen[0] == statements:
            pid = connection.connection.dbapi_connection.info.backend_pid
            with resources.warehouse.connect().execution_options(isolation_level="AUTOCOMMIT") as other:
                other.exec_driver_sql(f"SELECT pg_terminate_backend({pid}, 5000)")

    event.listen(resources.warehouse, "before_cursor_execute", count)
    try:
        yield seen
    finally:
        event.remove(resources.warehouse, "before_cursor_execute", count)


VERBS: dict[str, Callable[[Resources], object]] = {
    "bill": lambda resources: bill(JANUARY, resources),
    "approve": lambda r: record_approval(JANUARY, "invoices", "approved", "bendahara", None, r),
    "issue": lambda resources: issue(JANUARY, resources),
}


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_that_dies_anywhere_leaves_all_or_nothing(
    resources: Resources, lay_roster: LayRoster, verb: str
) -> None:
    lay_roster(subsidised=5)
    record_approval(JANUARY, "roster", "approved", "dinas", None, resources)
    for earlier in list(VERBS)[: list(VERBS).index(verb)]:
        VERBS[earlier](resources)
    before, deaths = state(resources), 0
    while True:
        with dying_after(resources, deaths + 1) as seen:
            try:
                VERBS[verb](resources)
                break
            except DBAPIError:
                deaths += 1
        assert state(resources) == before, f"{verb} left something after {deaths} statements"
    assert deaths >= 4, "the verb was hardly interrupted: this test would prove little"
    assert seen[0] <= deaths
    assert state(resources) != before
    for each in VERBS.values():
        each(resources)
    first, _ = state(resources), resources.warehouse.dispose()
    for each in VERBS.values():
        each(resources)
    assert state(resources) == first
    assert first[0][0][:2] == ("SIGAP/SG/2026-01/0001", "issued")


def test_a_void_that_dies_anywhere_leaves_all_or_nothing(resources: Resources, lay_roster: LayRoster) -> None:
    finance = replace(
        resources, settings=resources.settings.model_copy(update={"invoice_approvers": "bendahara,ppk"})
    )
    lay_roster(subsidised=3)
    record_approval(JANUARY, "roster", "approved", "dinas", None, finance)
    for each in VERBS.values():
        each(finance)
    asked = ask_void("SIGAP/SG/2026-01/0001", "bendahara", "Rekening keliru", finance)
    before, deaths = state(finance), 0
    while state(finance) == before:
        deaths += 1
        with dying_after(finance, deaths), suppress(DBAPIError):
            answer_void(asked.void_request_id, "approved", "ppk", None, finance)
    assert deaths >= 8, "the void was hardly interrupted: this test would prove little"
    done = state(finance)
    assert (done[0][0][1], {line[4] for line in done[1]}) == ("void", {True})
    assert {balance for _, balance in done[4]} == {0}
    answer_void(asked.void_request_id, "approved", "ppk", None, finance)
    assert state(finance) == done


def test_fifty_issues_at_once_give_the_numbers_one_to_fifty(
    resources: Resources, lay_roster: LayRoster
) -> None:
    """Each in a transaction of its own, all after the next number of one series."""
    roster_id = lay_roster(subsidised=50, funding_source=lambda n: f"DANA_{n:02d}")
    record_approval(JANUARY, "roster", "approved", "dinas", None, resources)
    with resources.warehouse.begin() as connection:
        for statement in FIFTY.split(";"):
            connection.execute(text(statement), {"roster": roster_id})
        waiting = invoices_of(connection, roster_id)
    payers = resources.payers()
    city = payers["APBD_KOTA"]
    known = type(payers)({row.funding_source: city for row in waiting}, payers.sha256, {})

    engine = create_engine(resources.warehouse.url, pool_size=50)

    def number(row: Any) -> str:
        with engine.begin() as connection:
            return number_invoice(connection, row, known)

    with ThreadPoolExecutor(50) as pool:
        numbers = list(pool.map(number, waiting))
    engine.dispose()
    assert sorted(numbers) == [f"SIGAP/SG/2026-01/{n:04d}" for n in range(1, 51)]


FIFTY = """
    INSERT INTO billing.invoice (period, roster_id, funding_source, wadah_code, status, people,
        jkk_idr, jkm_idr, total_idr, due_date, lines_sha256, tariffs_sha256, covers_from, covers_to)
    SELECT period, roster_id, funding_source, 'SG', 'draft', 1, 10000, 6800,
        16800, '2026-01-31', repeat('e', 64), repeat('f', 64), period, period
    FROM entitlement.decision JOIN entitlement.roster USING (roster_id)
    WHERE roster_id = :roster AND entitlement.decision.outcome = 'subsidised';
    INSERT INTO billing.invoice_line (invoice_id, roster_id, person_id, period, income_band, jkk_idr, jkm_idr,
        total_idr, tariff, payer_set)
    SELECT invoice_id, i.roster_id, person_id, i.period, 1, 10000, 6800, 16800, 't', i.funding_source
    FROM billing.invoice i JOIN entitlement.decision d USING (roster_id, funding_source);
    INSERT INTO audit.approval (period, subject, roster_id, verdict, actor)
    VALUES ('2026-01', 'invoices', :roster, 'approved', 'bendahara');
    UPDATE billing.invoice SET status = 'approved'
"""
