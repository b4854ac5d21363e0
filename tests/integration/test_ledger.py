"""The books in the database: posted once, balanced, never changed, and read to the rupiah."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql
from sqlalchemy import Connection, Engine, make_url, text
from sqlalchemy.exc import DBAPIError

from sigap.billing.accounts import load_chart
from sigap.billing.ledger import (
    Entry,
    Leg,
    credit_used_entry,
    invoice_entry,
    note_entry,
    payment_entry,
    reverse,
)
from sigap.billing.payers import load_payers
from sigap.domain.period import Period
from sigap.errors import BillingError
from sigap.pipeline.books import account_lines, journal
from sigap.pipeline.ledger import entry_of, first_open, post, post_void
from sigap.pipeline.payable import Payable, payables
from sigap.pipeline.trial import trial_balance
from sigap.warehouse.store import open_warehouse
from sigap_stack.postgres import Postgres

DECEMBER, JANUARY, FEBRUARY = Period(2025, 12), Period(2026, 1), Period(2026, 2)
KOTA = "APBD_KOTA"
CHART = load_chart()
PAYER = load_payers()[KOTA]
ACCOUNTS = (PAYER.jkk_account, PAYER.jkm_account)
LayInvoice = Callable[..., int]


def invoice(number: str = "N/1", period: Period = JANUARY, people: int = 1) -> Entry:
    return invoice_entry(number, period, KOTA, 10_000 * people, 6_800 * people, ACCOUNTS)


def pay(key: str, amount: int, document: str = "N/1", period: Period = JANUARY) -> Entry:
    return payment_entry(f"payment/{key}", period, KOTA, amount, document)


def post_all(warehouse: Engine, *entries: Entry) -> list[bool]:
    with warehouse.begin() as connection:
        return [post(connection, entry) for entry in entries]


def count(warehouse: Engine, table: str = "journal_entry") -> int:
    with warehouse.connect() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM billing.{table}")).scalar_one())


def refused(warehouse: Engine, *statements: str) -> str:
    with pytest.raises(DBAPIError) as caught, warehouse.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    return str(caught.value.orig)


# ---------------------------------------------------------------- once each


def test_an_entry_is_written_once_however_often_it_is_posted(warehouse: Engine) -> None:
    assert post_all(warehouse, invoice(), invoice()) == [True, False]
    assert post_all(warehouse, invoice()) == [False]
    assert (count(warehouse), count(warehouse, "posting")) == (1, 3)
    with warehouse.connect() as connection:
        assert entry_of(connection, "invoice/N/1") == invoice()
        assert entry_of(connection, "invoice/N/2") is None


def test_the_same_key_with_other_legs_is_refused_and_nothing_is_written(warehouse: Engine) -> None:
    post_all(warehouse, invoice())
    with pytest.raises(BillingError, match=r"invoice/N/1 stands in the ledger of 2026-01 with other legs"):
        post_all(warehouse, pay("1", 5), invoice(people=2))
    assert count(warehouse) == 1


def test_two_connections_that_post_one_key_leave_one_entry(warehouse: Engine) -> None:
    with ThreadPoolExecutor(8) as pool:
        written = list(pool.map(lambda _: post_all(warehouse, invoice(), pay("1", 7))[0], range(16)))
    assert sorted(written) == [False] * 15 + [True]
    assert (count(warehouse), count(warehouse, "posting")) == (2, 5)


def test_an_account_of_no_chart_is_refused(warehouse: Engine) -> None:
    legs = (Leg("9.9", KOTA, debit_idr=1), Leg(CHART.cash, KOTA, credit_idr=1))
    with pytest.raises(BillingError, match=r"Account 9\.9 is in no chart"):
        post_all(warehouse, Entry("payment/x", "payment", JANUARY, "x", legs))


def test_a_void_takes_back_what_was_entered_and_only_that(warehouse: Engine) -> None:
    with pytest.raises(BillingError, match="never entered"), warehouse.begin() as connection:
        post_void(connection, "N/1", JANUARY)
    post_all(warehouse, invoice())
    with warehouse.begin() as connection:
        assert post_void(connection, "N/1", FEBRUARY)
    with warehouse.begin() as connection:
        assert not post_void(connection, "N/1", FEBRUARY)
    with warehouse.connect() as connection:
        assert {row.closing_idr for row in trial_balance(connection, FEBRUARY)} == {0}


def test_a_void_that_is_not_its_invoice_turned_round_is_refused_at_commit(warehouse: Engine) -> None:
    post_all(warehouse, invoice())
    with pytest.raises(DBAPIError, match="does not undo the entry of its invoice leg by leg"):
        post_all(warehouse, reverse(invoice(people=2), JANUARY))


# ---------------------------------------------------------------- what the database refuses


@pytest.fixture(scope="module")
def books(postgres: Postgres, migrated_template: str) -> Iterator[Engine]:
    """One payment, in a warehouse that several tests try to change in vain."""
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as server:
        server.execute("DROP DATABASE IF EXISTS books")
        server.execute(sql.SQL("CREATE DATABASE books TEMPLATE {}").format(sql.Identifier(migrated_template)))
    engine = open_warehouse(postgres.url("books"))
    post_all(engine, pay("1", 5))
    yield engine
    engine.dispose()


ENTRY = """
    INSERT INTO billing.journal_entry (key, kind, period, document, legs, total_idr)
    VALUES ('payment/x', 'payment', '2026-01', 'x', {legs}, 5)
"""
LEG = """
    INSERT INTO billing.posting SELECT entry_id, {no}, '{account}', '{payer}', {debit}, {credit}
    FROM billing.journal_entry WHERE key = '{key}'
"""


def leg(no: int, debit: int, credit: int, payer: str = KOTA, key: str = "payment/x") -> str:
    account = CHART.payable if debit else CHART.cash
    return LEG.format(no=no, account=account, payer=payer, debit=debit, credit=credit, key=key)


@pytest.mark.parametrize(
    ("statements", "says"),
    [
        ([ENTRY.format(legs=2)], "0 legs of 2"),
        ([ENTRY.format(legs=2), leg(1, 5, 0)], "1 legs of 2, debit Rp5, credit Rp0"),
        ([ENTRY.format(legs=2), leg(1, 5, 0), leg(2, 0, 4)], "debit Rp5, credit Rp4"),
        ([ENTRY.format(legs=2), leg(1, 4, 0), leg(2, 0, 4)], "header Rp5"),
        ([ENTRY.format(legs=2), leg(1, 5, 0), leg(2, 0, 5, "DBHCHT")], "does not balance"),
        ([leg(3, 5, 0, key="payment/1"), leg(4, 0, 5, key="payment/1")], "4 legs of 2"),
        ([ENTRY.format(legs=1)], "ck_journal_entry_two_legs"),
        ([ENTRY.format(legs=2).replace("'payment'", "'invoice'")], "ck_journal_entry_keyed"),
        ([ENTRY.format(legs=2), leg(1, 5, 5)], "ck_posting_one_side"),
        ([ENTRY.format(legs=2), leg(1, 0, 0)], "ck_posting_one_side"),
        (["UPDATE billing.posting SET debit_idr = debit_idr + 1"], "added to, never changed"),
        (["DELETE FROM billing.posting"], "added to, never changed"),
        (["UPDATE billing.journal_entry SET period = '2026-02'"], "added to, never changed"),
        (["DELETE FROM billing.journal_entry"], "added to, never changed"),
        (["TRUNCATE billing.posting"], "added to, never changed"),
        (["TRUNCATE billing.journal_entry CASCADE"], "added to, never changed"),
        (["UPDATE billing.account SET kind = 'expense'"], "keeps its code and kind"),
        (["DELETE FROM billing.account"], "added to, never changed"),
        (
            ["UPDATE billing.ledger_period SET status = 'closed', changed_by = 'x', changed_at = now()"],
            "only by",
        ),
        (["INSERT INTO billing.ledger_period VALUES ('2026-02', 'closed', 'x', now())"], "changes only by a"),
        (["DELETE FROM billing.ledger_period"], "added to, never changed"),
    ],
)
def test_the_database_takes_no_entry_that_does_not_balance_and_changes_none(
    books: Engine, statements: list[str], says: str
) -> None:
    assert says in refused(books, *statements)


@pytest.fixture
def account(warehouse: Engine, warehouse_url: str) -> Iterator[Engine]:
    """The warehouse under an account with the rights that docker-compose.yaml gives the pipeline's."""
    with warehouse.begin() as connection:
        connection.execute(text("DROP ROLE IF EXISTS pembukuan"))
        connection.execute(text("CREATE ROLE pembukuan LOGIN PASSWORD 'p'"))
        for schema in ("audit", "billing", "reporting"):
            connection.execute(text(f"GRANT USAGE ON SCHEMA {schema} TO pembukuan"))
            rights = "SELECT, INSERT, UPDATE, DELETE"
            connection.execute(text(f"GRANT {rights} ON ALL TABLES IN SCHEMA {schema} TO pembukuan"))
            connection.execute(text(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO pembukuan"))
    url = make_url(warehouse_url).set(username="pembukuan", password="p")  # noqa: S106
    engine = open_warehouse(url.render_as_string(hide_password=False))
    yield engine
    engine.dispose()
    with warehouse.begin() as connection:
        connection.execute(text("DROP OWNED BY pembukuan"))
        connection.execute(text("DROP ROLE pembukuan"))


def test_the_pipelines_account_posts_and_can_change_nothing_it_posted(account: Engine) -> None:
    assert post_all(account, invoice(), pay("1", 5)) == [True, True]
    for statement in (
        "UPDATE billing.posting SET debit_idr = 1 WHERE leg_no = 1",
        "DELETE FROM billing.posting",
        "UPDATE billing.journal_entry SET document = 'x'",
        "DELETE FROM billing.journal_entry",
        "DELETE FROM billing.ledger_period_event",
    ):
        assert "added to, never changed" in refused(account, statement)
    for statement in (
        "TRUNCATE billing.posting",
        "ALTER TABLE billing.posting DISABLE TRIGGER USER",
        "DROP TRIGGER entry_balances ON billing.journal_entry",
        "SET session_replication_role = replica",
    ):
        said = refused(account, statement)
        assert "permission denied" in said or "must be owner" in said
    assert (count(account), count(account, "posting")) == (2, 5)


# ---------------------------------------------------------------- what the books say


def test_expenses_begin_anew_each_year_and_the_trial_balance_is_zero(warehouse: Engine) -> None:
    post_all(
        warehouse,
        invoice("N/1", DECEMBER),
        pay("1", 10_000, "N/1", DECEMBER),
        invoice("N/2", JANUARY, 2),
        invoice("N/3", FEBRUARY),
    )
    with warehouse.connect() as connection:
        until = {row.account_code: row for row in trial_balance(connection, FEBRUARY)}
        month = {row.account_code: row for row in trial_balance(connection, FEBRUARY, FEBRUARY)}
        december = {row.account_code: row.closing_idr for row in trial_balance(connection, DECEMBER)}
    jkk, jkm = (one.code for one in ACCOUNTS)
    assert december == {CHART.cash: -10_000, CHART.payable: -6_800, jkk: 10_000, jkm: 6_800}
    assert {code: row.closing_idr for code, row in until.items()} == {
        CHART.cash: -10_000, CHART.payable: -57_200, CHART.equity: 16_800, jkk: 30_000, jkm: 20_400,
    }  # fmt: skip
    assert (month[jkk].opening_idr, month[jkk].debit_idr) == (20_000, 10_000)
    assert (month[CHART.payable].opening_idr, month[CHART.payable].credit_idr) == (-40_400, 16_800)
    assert sum(row.closing_idr for row in month.values()) == 0


def test_a_trial_balance_that_is_not_zero_is_not_shown(warehouse: Engine) -> None:
    post_all(warehouse, invoice())
    with warehouse.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("UPDATE billing.posting SET debit_idr = debit_idr + 7 WHERE leg_no = 1"))
    with warehouse.connect() as connection, pytest.raises(BillingError, match=r"do not balance .* Rp7 too"):
        trial_balance(connection, JANUARY)


def test_an_account_runs_its_balance_and_the_journal_keeps_the_order_of_posting(warehouse: Engine) -> None:
    post_all(warehouse, invoice(), pay("1", 20_000), pay("2", -20_000))
    with warehouse.connect() as connection:
        lines = account_lines(connection, CHART.payable)
        assert [line.balance_idr for line in lines] == [-16_800, 3_200, -16_800]
        assert [line.is_taken_back for line in lines] == [False, False, True]
        assert account_lines(connection, CHART.payable, DECEMBER) == []
        assert account_lines(connection, CHART.payable, None, "DBHCHT") == []
        assert [line.key for line in journal(connection, JANUARY)] == (
            ["invoice/N/1"] * 3 + ["payment/1"] * 2 + ["payment/2"] * 2
        )
        with pytest.raises(BillingError, match="Nothing was posted to account 9"):
            account_lines(connection, "9")


# ---------------------------------------------------------------- any order of events

EVENT = st.tuples(
    st.sampled_from(["invoice", "void", "debit", "credit", "use", "pay", "return"]),
    st.integers(1, 4),
    st.integers(1, 60_000),
)


def entry_for(event: str, at: int, number: int, amount: int, standing: dict[int, Entry]) -> Entry | None:
    """The entry of an event about bill `number`; None when there is no such bill to void."""
    if event == "invoice" and number not in standing:
        standing[number] = invoice(f"N/{at}", people=number)
        return standing[number]
    if event == "void":
        return reverse(standing.pop(number), FEBRUARY) if number in standing else None
    if event in ("debit", "credit"):
        return note_entry(f"{event}{at}", event, JANUARY, KOTA, amount, 1, ACCOUNTS)
    document = standing[number].document if number in standing else "SP2D"
    if event == "use":
        return credit_used_entry(f"credit/{at}", JANUARY, KOTA, amount, document)
    return pay(str(at), -amount if event == "return" else amount, document)


def owed_by_documents(entries: Sequence[Entry]) -> tuple[int, int]:
    """What is owed, and what is receivable, told from the kinds and totals alone."""
    sums = Counter[str]()
    for entry in entries:
        is_back = entry.legs[0].credit_idr > 0 and entry.kind == "payment"
        sums[entry.kind] += -entry.total_idr if is_back else entry.total_idr
    added = sums["invoice"] + sums["debit_note"] - sums["void"]
    return added - sums["credit_used"] - sums["payment"], sums["credit_note"] - sums["credit_used"]


def of_account(connection: Connection, code: str) -> int:
    return sum(row.closing_idr for row in trial_balance(connection, FEBRUARY) if row.account_code == code)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(EVENT, max_size=10))
def test_after_any_events_the_books_say_what_the_documents_say(
    warehouse: Engine, events: list[tuple[str, int, int]]
) -> None:
    standing: dict[int, Entry] = {}
    made = [
        entry_for(event, at, number, amount, standing) for at, (event, number, amount) in enumerate(events)
    ]
    entries = [entry for entry in made if entry is not None]
    with warehouse.connect() as connection:  # each example in a transaction that is rolled back
        assert all(post(connection, entry) for entry in entries)
        assert not any(post(connection, entry) for entry in entries)
        connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        payable_idr, credits_idr = owed_by_documents(entries)
        assert of_account(connection, CHART.payable) == -payable_idr
        assert of_account(connection, CHART.credits) == credits_idr
        open_ones = payables(connection, FEBRUARY)
        assert sum(one.owed_idr for one in open_ones) == payable_idr
        assert all(isinstance(one, Payable) and one.owed_idr for one in open_ones)
        assert first_open(connection, JANUARY) == JANUARY
