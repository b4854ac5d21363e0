"""A month of the books is locked and closed in order, by who may, and only when all documents agree."""

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner

from sigap.billing.accounts import load_chart
from sigap.billing.ledger import invoice_entry, payment_entry
from sigap.billing.payers import load_payers
from sigap.cli import app
from sigap.domain.period import Period
from sigap.errors import ApprovalError, BillingError
from sigap.pipeline.books import status_of
from sigap.pipeline.close import close, enter, lock, look_at, reopen
from sigap.pipeline.ledger import first_open, post, require_open
from sigap.pipeline.resources import Resources

NOVEMBER, DECEMBER, JANUARY = Period(2025, 11), Period(2025, 12), Period(2026, 1)
KOTA = "APBD_KOTA"
PAYER = load_payers()[KOTA]
ACCOUNTS = (PAYER.jkk_account, PAYER.jkm_account)
LayInvoice = Callable[..., int]
NOTE = """
    INSERT INTO billing.note (number, period, kind, funding_source, wadah_code, status, people, jkk_idr,
        jkm_idr, total_idr, lines_sha256, issued_at)
    VALUES ({}, '2025-12', '{}', 'APBD_KOTA', 'SG', '{}', 1, 10000, 6800, 16800, '', {})
"""


@pytest.fixture
def office(resources: Resources) -> Resources:
    """A deployment where two people of finance may close months."""
    settings = resources.settings.model_copy(update={"invoice_approvers": "bendahara, kasubag"})
    return replace(resources, settings=settings)


@pytest.fixture
def december(office: Resources, lay_invoice: LayInvoice) -> Resources:
    """December with an issued invoice of three, entered in the books."""
    lay_invoice("2025-12", people=3)
    assert enter(DECEMBER, office) == 1
    return office


def run(resources: Resources, *statements: str, guards: bool = True) -> None:
    with resources.warehouse.begin() as connection:
        if not guards:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            connection.execute(text(statement))


def refused(resources: Resources, *statements: str) -> str:
    with pytest.raises(DBAPIError) as caught:
        run(resources, *statements)
    return str(caught.value.orig)


def pay(resources: Resources, key: str, period: Period, amount: int = 5) -> bool:
    with resources.warehouse.begin() as connection:
        return post(connection, payment_entry(f"payment/{key}", period, KOTA, amount, "SP2D"))


def status(resources: Resources, period: Period = DECEMBER) -> str:
    with resources.warehouse.connect() as connection:
        return status_of(connection, period)


# ---------------------------------------------------------------- in order


def test_a_month_is_locked_then_closed_and_every_step_stays_on_record(december: Resources) -> None:
    assert look_at(DECEMBER, december).obstacles == ()
    with pytest.raises(BillingError, match="is open: it cannot become closed"):
        close(DECEMBER, "bendahara", december)
    lock(DECEMBER, "bendahara", december)
    reopen(DECEMBER, "kasubag", "nota yang terlambat", december)
    for actor in ("kasubag", "bendahara"):  # the second time changes nothing
        lock(DECEMBER, actor, december)
    close(DECEMBER, "bendahara", december)
    close(DECEMBER, "bendahara", december)
    with december.warehouse.connect() as connection:
        events = "SELECT status, actor FROM billing.ledger_period_event ORDER BY event_id"
        assert [tuple(row) for row in connection.execute(text(events))] == [
            ("locked", "bendahara"), ("open", "kasubag"), ("locked", "kasubag"), ("closed", "bendahara"),
        ]  # fmt: skip


def test_nothing_enters_a_closed_month_and_nothing_opens_it(december: Resources) -> None:
    lock(DECEMBER, "bendahara", december)
    close(DECEMBER, "bendahara", december)
    with pytest.raises(BillingError, match=r"ledger of 2025-12 is closed: nothing enters it"):
        pay(december, "1", DECEMBER)
    with pytest.raises(BillingError, match=r"2025-11 is closed: .* Enter it in a month after 2025-12"):
        pay(december, "1", NOVEMBER)
    with pytest.raises(BillingError, match="closed, and that is final"):
        reopen(DECEMBER, "kasubag", "lupa", december)
    with december.warehouse.begin() as connection:
        again = invoice_entry("SIGAP/SG/2025-12/0001", DECEMBER, KOTA, 30_000, 20_400, ACCOUNTS)
        assert not post(connection, again)  # what stands, stands: a replay is no entry
        assert (first_open(connection, NOVEMBER), first_open(connection, JANUARY)) == (JANUARY, JANUARY)
    assert (status(december, NOVEMBER), status(december, JANUARY)) == ("closed", "open")
    assert pay(december, "1", JANUARY)


def test_a_locked_month_takes_payments_but_no_invoice_and_no_note(
    december: Resources, lay_invoice: LayInvoice
) -> None:
    lay_invoice("2025-11", people=1, status="draft")
    run(december, "DELETE FROM billing.invoice WHERE period = '2025-11'")
    lock(DECEMBER, "bendahara", december)
    assert pay(december, "1", DECEMBER)
    with december.warehouse.begin() as connection, pytest.raises(BillingError, match="locked for invoices"):
        require_open(connection, DECEMBER)
    with pytest.raises(DBAPIError, match="locked for invoices and notes"):
        lay_invoice("2025-12", people=3, status="draft")
    assert "locked for invoices" in refused(december, NOTE.format("NULL", "credit", "draft", "NULL"))


def test_nobody_closes_a_month_while_an_earlier_one_is_open(december: Resources) -> None:
    assert pay(december, "1", NOVEMBER)
    event = "INSERT INTO billing.ledger_period_event (period, status, actor) VALUES ('{}', '{}', 'bendahara')"
    locked = event.format("2025-12", "locked")
    said = refused(december, locked, event.format("2025-12", "closed"))
    assert "2025-12 cannot be closed while that of 2025-11 is open" in said


# ---------------------------------------------------------------- by whom


def test_only_who_approves_invoices_locks_closes_and_reopens(december: Resources) -> None:
    for step in (lock, close):
        with pytest.raises(ApprovalError, match="may be done by: bendahara, kasubag"):
            step(DECEMBER, "dinas", december)
    with pytest.raises(ApprovalError, match="may be done by"):
        reopen(DECEMBER, "dinas", "alasan", december)


def test_a_locked_month_is_reopened_by_a_second_person_with_a_reason(december: Resources) -> None:
    lock(DECEMBER, "bendahara", december)
    with pytest.raises(BillingError, match="somebody else than the person who locked it"):
        reopen(DECEMBER, "bendahara", "lupa", december)
    opened = """
        INSERT INTO billing.ledger_period_event (period, status, actor, reason)
        VALUES ('2025-12', 'open', '{}', '{}')
    """
    assert "somebody else" in refused(december, opened.format(" BENDAHARA", "lupa"))
    assert "reopening_needs_a_reason" in refused(december, opened.format("kasubag", " "))
    for reason in ("  ", "NIK 3275 0101 0180 0001"):
        with pytest.raises(ApprovalError, match="needs a reason that holds no NIK"):
            reopen(DECEMBER, "kasubag", reason, december)
    reopen(DECEMBER, "kasubag", "nota yang terlambat", december)
    assert status(december) == "open"


# ---------------------------------------------------------------- only when it agrees


def test_an_invoice_that_is_not_issued_keeps_its_month_open(
    office: Resources, lay_invoice: LayInvoice
) -> None:
    lay_invoice("2025-11", people=2, status="draft")
    lay_invoice("2025-12", people=2, status="approved")
    assert look_at(DECEMBER, office).obstacles == (
        "1 invoices of 2025-11 are draft, not issued: issue them, or have them rejected.",
        "1 invoices of 2025-12 are approved, not issued: issue them, or have them rejected.",
    )
    with pytest.raises(
        BillingError, match=r"2025-12 cannot be locked\. 1 invoices of 2025-11 .* Nothing was"
    ):
        lock(DECEMBER, "bendahara", office)
    assert status(office) == "open"


def test_an_open_void_request_keeps_the_month_open(december: Resources) -> None:
    asked = "SELECT invoice_id, 'salah', 'a' FROM billing.invoice"
    run(december, f"INSERT INTO billing.void_request (invoice_id, reason, actor) {asked}")
    [sentence] = look_at(DECEMBER, december).obstacles
    assert sentence == (
        "Somebody asked that invoice SIGAP/SG/2025-12/0001 be void: answer the request first."
    )


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (
            "UPDATE billing.invoice SET jkk_idr = 30001, total_idr = 50401",
            "says Rp50.401, the ledger Rp50.400",
        ),
        ("UPDATE billing.invoice SET jkk_idr = 30001, jkm_idr = 20399", "not with the same JKK and JKM"),
        ("DELETE FROM billing.posting; DELETE FROM billing.journal_entry", "has no entry of it: run"),
        (
            "UPDATE billing.invoice SET status = 'void', voided_at = now()",
            "The void of SIGAP/SG/2025-12/0001",
        ),
        ("DELETE FROM billing.invoice", "(2025-12) says Rp0, the ledger Rp50.400"),
        ("UPDATE billing.posting SET debit_idr = debit_idr + 1 WHERE leg_no = 1", "Rp1 too much on one side"),
        (
            NOTE.format("'SIGAP/SG/2025-12/K0001'", "credit", "issued", "now()"),
            "Credit note SIGAP/SG/2025-12/K0001 (2025-12) says Rp16.800, the ledger has no entry of it",
        ),
        (NOTE.format("NULL", "debit", "draft", "NULL"), "1 notes of 2025-12 are drafts"),
    ],
)
def test_books_that_do_not_say_what_the_documents_say_are_not_closed(
    december: Resources, damage: str, says: str
) -> None:
    run(december, *damage.split("; "), guards=False)
    assert any(says in sentence for sentence in look_at(DECEMBER, december).obstacles)
    with pytest.raises(BillingError, match="cannot be locked"):
        lock(DECEMBER, "bendahara", december)


def test_a_payment_that_settlement_does_not_know_keeps_the_month_open(december: Resources) -> None:
    assert pay(december, "77", DECEMBER)
    assert look_at(DECEMBER, december).obstacles == (
        "Entry payment/77 (2025-12): Rp0 were allocated, the ledger says Rp5: call the administrator.",
    )


def test_the_database_itself_closes_no_month_that_disagrees(december: Resources) -> None:
    run(december, "UPDATE billing.invoice SET jkk_idr = 30001, total_idr = 50401", guards=False)
    event = "INSERT INTO billing.ledger_period_event (period, status, actor) VALUES ('2025-12', '{}', 'x')"
    said = refused(december, event.format("locked"), event.format("closed"))
    assert "does not say of SIGAP/SG/2025-12/0001 what the document says" in said


def test_invoices_of_before_the_ledger_are_entered_once(office: Resources, lay_invoice: LayInvoice) -> None:
    lay_invoice("2025-12", people=3)
    assert "sigap ledger enter 2025-12" in look_at(DECEMBER, office).obstacles[0]
    assert [enter(DECEMBER, office), enter(DECEMBER, office)] == [1, 0]
    run(office, "UPDATE billing.invoice SET status = 'void', voided_at = now()", guards=False)
    assert [enter(DECEMBER, office), enter(DECEMBER, office)] == [1, 0]
    assert look_at(DECEMBER, office).obstacles == ()


# ---------------------------------------------------------------- at the same moment


def test_a_month_is_not_closed_while_an_entry_is_on_its_way(december: Resources) -> None:
    lock(DECEMBER, "bendahara", december)
    done = threading.Event()
    failed: list[BaseException] = []

    def close_it() -> None:
        try:
            close(DECEMBER, "bendahara", december)
        except BaseException as error:
            failed.append(error)
        done.set()

    with december.warehouse.begin() as connection:
        post(connection, payment_entry("payment/1", DECEMBER, KOTA, 5, "SP2D"))
        other = threading.Thread(target=close_it)
        other.start()
        assert not done.wait(0.3), "it was closed beside an entry that nobody had seen"
    other.join(10)
    assert done.is_set() and "Entry payment/1" in str(failed[0])  # it looked again, at the entry too


def test_who_posts_while_a_month_is_being_closed_waits_and_is_refused(december: Resources) -> None:
    lock(DECEMBER, "bendahara", december)
    said: list[str] = []

    def pay_it() -> None:
        try:
            pay(december, "1", DECEMBER)
        except BillingError as error:
            said.append(str(error))

    event = (
        "INSERT INTO billing.ledger_period_event (period, status, actor) VALUES ('2025-12', 'closed', 'x')"
    )
    with december.warehouse.begin() as connection:
        connection.execute(text(event))
        other = threading.Thread(target=pay_it)
        other.start()
        other.join(0.3)
        assert other.is_alive()
    other.join(10)
    assert "is closed: nothing enters it" in said[0]


# ---------------------------------------------------------------- on the command line


def test_the_command_line_shows_the_books_in_bahasa_with_rupiah_to_the_right(
    home: object, december: Resources
) -> None:
    def told(*words: str) -> str:
        result = CliRunner().invoke(app, ["ledger", *words], env={"COLUMNS": "60"})
        assert result.exception is None, result.exception
        return result.output

    balance = told("trial-balance", "--as-of", "2025-12-31")
    assert "Neraca saldo per 2025-12-31 (terbuka)" in balance
    amounts = [line.rstrip() for line in balance.splitlines() if "Rp" in line]
    assert len({len(line) for line in amounts if line.endswith("Rp50.400")}) == 1
    assert amounts[-1].split() == ["Jumlah", "semua", "sumber", "dana", "Rp50.400", "Rp50.400"]
    assert "Saldo awal" in told("trial-balance", "--period", "2025-12")
    assert "Tagihan" in told("journal", "2025-12")
    assert "-Rp50.400" in told("account", load_chart().payable)
    owed = told("payable", "--as-of", "2025-12-31")
    assert "Utang iuran per 2025-12-31" in owed and "Bulan ini belum ditutup" in owed
    assert '"sum_idr": 0' in told("trial-balance", "--as-of", "2025-12-31", "--json")
    assert "is locked" in told("lock", "2025-12", "--by", "bendahara")
    assert "is closed" in told("close", "2025-12", "--by", "bendahara")
    assert "2025-12: closed" in told("check", "2025-12")
    result = CliRunner().invoke(app, ["ledger", "payable", "--as-of", "2025-12-30"])
    assert "does not end a month" in str(result.exception)
