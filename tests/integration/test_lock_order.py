"""Issue, allocate, use of credits and close at one moment: each waits for the others, and none for ever."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, Engine, func, insert, select, text

from sigap.billing.accounts import load_chart
from sigap.domain.period import Period
from sigap.pipeline.ledger import require_open
from sigap.pipeline.payment_rows import hold_allocations
from sigap.pipeline.setoff import hold_credits
from sigap.warehouse.tables.ledger import account

JANUARY = Period(2026, 1)
WAITING = text(
    "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'advisory' "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


def wait_for_a_waiter(warehouse: Engine) -> None:
    """Until somebody waits for the books alone."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        with warehouse.connect() as connection:
            if connection.execute(WAITING).scalar_one():
                return
        time.sleep(0.01)
    pytest.fail("nobody waits: this test would prove nothing")


@pytest.fixture
def accounts(warehouse: Engine) -> None:
    """An account of credits, as the books have it after the first entry."""
    new = {"account_code": load_chart().credits, "name": "Piutang", "kind": "asset", "reference": "Uji"}
    with warehouse.begin() as connection:
        connection.execute(insert(account).values(**new, is_verified=False))


@pytest.mark.parametrize("hold", [hold_allocations, hold_credits])
@pytest.mark.usefixtures("accounts")
def test_who_holds_the_books_and_who_holds_money_never_wait_for_each_other(
    warehouse: Engine, hold: Callable[[Connection], None]
) -> None:
    """`issue` holds the books, then money; `allocate` holds money, then enters it in the books; `close` waits
    for the books alone in between, and whoever asks for them later waits behind it.
    """
    with ThreadPoolExecutor(3) as pool, warehouse.connect() as issuing, warehouse.connect() as paying:
        for connection in (issuing, paying):  # before the server would look for a deadlock
            connection.execute(text("SET LOCAL lock_timeout = '700ms'"))
        require_open(issuing, JANUARY)
        hold(paying)
        closing = pool.submit(close, warehouse)
        wait_for_a_waiter(warehouse)
        both = [pool.submit(go_on, issuing, hold), pool.submit(go_on, paying, enter)]
        for one in (*both, closing):
            one.result(timeout=5)


def go_on(connection: Connection, step: Callable[[Connection], None]) -> None:
    step(connection)
    connection.commit()


def enter(connection: Connection) -> None:
    require_open(connection, JANUARY)


def close(warehouse: Engine) -> None:
    with warehouse.begin() as connection:
        connection.execute(select(func.billing.hold_ledger()))
