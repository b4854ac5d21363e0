"""Utang iuran by bill and coverage month, and what credits take from it."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, text

from sigap.billing.ledger import Entry, note_entry, payment_entry
from sigap.billing.payers import load_payers
from sigap.domain.period import Period
from sigap.errors import ApprovalError, BillingError
from sigap.pipeline.close import enter
from sigap.pipeline.credit import use_credit
from sigap.pipeline.ledger import post
from sigap.pipeline.payable import payables
from sigap.pipeline.resources import Resources
from sigap.pipeline.setoff import receivable, set_off_note

DECEMBER, JANUARY, FEBRUARY = Period(2025, 12), Period(2026, 1), Period(2026, 2)
KOTA = "APBD_KOTA"
PAYER = load_payers()[KOTA]
ACCOUNTS = (PAYER.jkk_account, PAYER.jkm_account)
LayInvoice = Callable[..., int]


def pay(key: str, amount: int, document: str, period: Period = JANUARY) -> Entry:
    return payment_entry(f"payment/{key}", period, KOTA, amount, document)


def post_all(warehouse: Engine, *entries: Entry) -> list[bool]:
    with warehouse.begin() as connection:
        return [post(connection, entry) for entry in entries]


def owed(warehouse: Engine, through: Period = FEBRUARY) -> list[tuple[str | None, str, int]]:
    with warehouse.connect() as connection:
        return [(one.period, one.document, one.owed_idr) for one in payables(connection, through)]


def test_what_is_owed_at_the_end_of_the_year_stands_by_payer_and_month(
    resources: Resources, lay_invoice: LayInvoice
) -> None:
    lay_invoice("2025-12", people=3)
    lay_invoice("2026-01", people=2)
    december, january = "SIGAP/SG/2025-12/0001", "SIGAP/SG/2026-01/0001"
    assert enter(DECEMBER, resources) + enter(JANUARY, resources) == 2
    warehouse = resources.warehouse
    post_all(warehouse, pay("1", 20_400, december, DECEMBER), pay("2", 100_000, "SP2D 7", DECEMBER))
    post_all(warehouse, pay("3", 30_000, december), pay("4", 40_000, january))
    assert owed(warehouse, DECEMBER) == [("2025-12", december, 30_000), (None, "SP2D 7", -100_000)]
    assert owed(warehouse) == [(None, january, -6_400), (None, "SP2D 7", -100_000)]
    post_all(warehouse, pay("5", -40_000, january), pay("6", -1, december, FEBRUARY))
    assert owed(warehouse) == [
        ("2025-12", december, 1),
        ("2026-01", january, 33_600),
        (None, "SP2D 7", -100_000),
    ]


TWO_MONTHS = (
    """
    INSERT INTO billing.invoice_line (invoice_id, roster_id, person_id, period, income_band, jkk_idr, jkm_idr,
        total_idr, tariff, payer_set)
    SELECT invoice_id, roster_id, person_id, '2026-02', 1, 10000, 6800, 16800, 't', payer_set
    FROM billing.invoice_line WHERE invoice_id = :id
    """,
    """
    UPDATE billing.invoice SET covers_to = '2026-02', jkk_idr = 40000, jkm_idr = 27200, total_idr = 67200
    WHERE invoice_id = :id
    """,
)


def test_a_payment_of_several_months_pays_the_oldest_first(
    resources: Resources, lay_invoice: LayInvoice
) -> None:
    invoice_id = lay_invoice("2026-01", people=2)
    with resources.warehouse.begin() as connection:  # guards off: only the books are looked at here
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in TWO_MONTHS:
            connection.execute(text(statement), {"id": invoice_id})
    enter(JANUARY, resources)
    number = "SIGAP/SG/2026-01/0001"
    assert owed(resources.warehouse) == [("2026-01", number, 33_600), ("2026-02", number, 33_600)]
    post_all(resources.warehouse, pay("1", 40_000, number))
    assert owed(resources.warehouse) == [("2026-02", number, 27_200)]


# ---------------------------------------------------------------- credits

NOTE = (
    """
    INSERT INTO billing.note (number, period, kind, funding_source, wadah_code, status, people, jkk_idr,
        jkm_idr, total_idr, lines_sha256, issued_at)
    VALUES ('{number}', '2026-01', '{kind}', 'APBD_KOTA', 'SG', 'issued', {people}, 10000 * {people},
        6800 * {people}, 16800 * {people}, '', now())
    """,
    """
    INSERT INTO billing.note_line (note_id, correction_id, line_id, person_id, period, jkk_idr, jkm_idr,
        total_idr)
    SELECT n.note_id, -n.note_id * 100 - l.person_id, {line_id}, l.person_id, l.period, 10000, 6800, 16800
    FROM billing.note n, billing.invoice_line l JOIN billing.invoice i USING (invoice_id)
    WHERE n.number = '{number}' AND i.number = '{invoice}' AND l.person_id <= {people}
    """,
)


def lay_note(
    warehouse: Engine, number: str, kind: str, bill: str, people: int, line_id: str = "l.line_id"
) -> None:
    """An issued note of the first persons of a bill, in the books: guards off, only these are looked at."""
    with warehouse.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in NOTE:
            values = {"number": number, "kind": kind, "people": people, "invoice": bill, "line_id": line_id}
            connection.execute(text(statement.format(**values)))
    entry = note_entry(number, kind, JANUARY, KOTA, 10_000 * people, 6_800 * people, ACCOUNTS)
    post_all(warehouse, entry)


def set_off(warehouse: Engine, number: str) -> int:
    with warehouse.begin() as connection:
        return set_off_note(connection, number, JANUARY, KOTA)


@pytest.fixture
def bills(resources: Resources, lay_invoice: LayInvoice) -> tuple[str, str]:
    """December of three people and January of two, in the books; gives their numbers."""
    lay_invoice("2025-12", people=3)
    lay_invoice("2026-01", people=2)
    enter(DECEMBER, resources)
    enter(JANUARY, resources)
    return "SIGAP/SG/2025-12/0001", "SIGAP/SG/2026-01/0001"


def test_a_credit_note_takes_from_the_unpaid_bill_it_corrects_and_the_rest_is_receivable(
    resources: Resources, bills: tuple[str, str]
) -> None:
    december, january = bills
    warehouse = resources.warehouse
    post_all(warehouse, pay("1", 40_000, december))
    lay_note(warehouse, "K1", "credit", december, 2)
    assert (set_off(warehouse, "K1"), set_off(warehouse, "K1")) == (10_400, 0)
    assert owed(warehouse) == [("2026-01", january, 33_600)]
    with warehouse.connect() as connection:
        assert receivable(connection, KOTA) == 33_600 - 10_400


def test_a_debit_note_is_owed_with_the_bill_it_corrects_for_the_month_it_covers(
    resources: Resources, bills: tuple[str, str]
) -> None:
    december, january = bills
    lay_note(resources.warehouse, "D1", "debit", december, 1)
    lay_note(resources.warehouse, "D2", "debit", january, 1, line_id="NULL")  # somebody who was left out
    lay_note(resources.warehouse, "K1", "credit", december, 2)
    assert (set_off(resources.warehouse, "D1"), set_off(resources.warehouse, "K1")) == (0, 33_600)
    with resources.warehouse.connect() as connection:  # settlement says the same of every bill
        asked = connection.execute(text("SELECT number, open_idr FROM reporting.invoice_balance")).all()
    assert {document: amount for _, document, amount in owed(resources.warehouse)} == {
        row.number: row.open_idr for row in asked
    }
    post_all(resources.warehouse, pay("1", 16_800, december), pay("2", 33_600, january))
    assert owed(resources.warehouse) == [("2025-12", december, 16_800), ("2026-01", january, 16_800)]
    post_all(resources.warehouse, pay("3", 16_800, december), pay("4", 16_800, january))
    assert owed(resources.warehouse) == []


def test_a_person_uses_what_is_receivable_against_another_bill_and_no_more(
    resources: Resources, bills: tuple[str, str]
) -> None:
    december, january = bills
    post_all(resources.warehouse, pay("1", 50_400, december))
    lay_note(resources.warehouse, "K1", "credit", december, 1)
    assert set_off(resources.warehouse, "K1") == 0

    def use(amount: int, number: str = january, reference: str = "B/12", actor: str = "bendahara") -> bool:
        return use_credit(number, amount, reference, JANUARY, actor, resources)

    for attempt, kind, says in (
        (lambda: use(16_801), BillingError, r"Rp16\.801 is more than is receivable from BPJS: Rp16\.800"),
        (lambda: use(1, december), BillingError, r"more than is still owed on SIGAP/SG/2025-12/0001: Rp0"),
        (lambda: use(1, "SIGAP/SG/2026-01/0009"), BillingError, "no issued invoice"),
        (lambda: use(1, reference=" "), BillingError, "the letter that BPJS confirmed"),
        (lambda: use(1, actor="dinas"), ApprovalError, "may be done by: bendahara"),
    ):
        with pytest.raises(kind, match=says):
            attempt()
    assert (use(10_000), use(10_000), use(6_800, reference="B/13")) == (True, False, True)
    with pytest.raises(BillingError, match="with other legs"):
        use(9_999)
    assert owed(resources.warehouse) == [("2026-01", january, 16_800)]
