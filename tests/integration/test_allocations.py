"""What lines pay: rules in order, money that comes back, voids, two at once, what the database refuses."""

import datetime as dt
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import Connection, Engine, insert, text
from sqlalchemy.exc import DBAPIError

from sigap.domain.period import Period
from sigap.errors import SettlementError
from sigap.pipeline.allocations import allocate_waiting, paid, release_allocations, totals
from sigap.pipeline.ledger import entry_of
from sigap.pipeline.money import balances, keep_movements
from sigap.pipeline.payment_rows import Decided, Part, keep_parts, keep_verdict, read_lines
from sigap.settlement.statement import MOVEMENTS, keyed
from sigap.warehouse.tables import sources

JANUARY = Period(2026, 1)
NUMBER = "SIGAP/SG/2026-01/0001"
ACCOUNT = "0012345678900"
FULL = 50_400
Pay = Callable[..., int]


@pytest.fixture
def connection(warehouse: Engine) -> Iterator[Connection]:
    with warehouse.begin() as open_connection:
        yield open_connection


def pay_into(connection: Connection, *lines: dict[str, Any], channel: str = "bank", file: str = "rk") -> int:
    """Keep movements as one file of a channel brings them; returns how many were new."""
    delivery_id = f"{channel}-{file}"[:16].ljust(16, "0")
    known = text("SELECT count(*) FROM sources.delivery WHERE delivery_id = :id")
    if not connection.execute(known, {"id": delivery_id}).scalar_one():
        facts = {
            "delivery_id": delivery_id,
            "period": "2026-01",
            "source": "bank_statement",
            "file_name": file,
        }
        connection.execute(
            insert(sources.delivery).values(
                **facts, sha256="a" * 64, size_bytes=1, outcome="accepted", batch={}
            )
        )
    base = {"sheet": "", "account": ACCOUNT if channel == "bank" else "", "booked_on": dt.date(2026, 2, 10),
            "reference": "", "description": ""}  # fmt: skip
    rows = [{**base, "row": row, **line} for row, line in enumerate(lines, 2)]
    return keep_movements(
        connection, delivery_id, channel, keyed(pa.Table.from_pylist(rows, MOVEMENTS), channel)
    )


def settle(connection: Connection) -> dict[str, int]:
    """Allocate what waits; what became of all lines, which must add up."""
    allocate_waiting(connection)
    found = totals(read_lines(connection))
    assert found["counted_idr"] == found["allocated_idr"] + found["waiting_idr"] + found["set_aside_idr"]
    return found


def paid_of(connection: Connection) -> dict[str, int]:
    return {one.number: one.paid_idr for one in balances(connection)}


def booked(connection: Connection) -> int:
    """What the books say was paid in cash."""
    cash = "SELECT coalesce(sum(credit_idr - debit_idr), 0) FROM reporting.ledger_posting"
    return int(connection.execute(text(f"{cash} WHERE account_kind = 'asset'")).scalar_one())


@pytest.mark.parametrize(
    ("amount", "paid_idr", "waiting"),
    [(FULL, FULL, 0), (16_800, 16_800, 0), (60_000, FULL, 9_600)],
    ids=["full", "partial", "over"],
)
def test_a_line_that_names_its_invoice_pays_it_and_the_rest_waits_on_the_line(
    connection: Connection, lay_invoice: Callable[..., int], amount: int, paid_idr: int, waiting: int
) -> None:
    lay_invoice()
    pay_into(connection, {"amount_idr": amount, "description": f"BAYAR {NUMBER} JAN"})
    found = settle(connection)
    assert (found["allocated_idr"], found["waiting_idr"]) == (paid_idr, waiting)
    assert paid_of(connection) == {NUMBER: paid_idr}
    assert paid(connection, JANUARY) == paid_idr == booked(connection)
    assert settle(connection) == found, "again changes nothing"
    entry = entry_of(connection, "payment/1")
    assert entry is not None and (entry.period, entry.document) == (Period(2026, 2), NUMBER)


def test_a_line_finds_its_invoice_by_number_then_by_code_then_by_the_exact_open_amount(
    connection: Connection, lay_invoice: Callable[..., int]
) -> None:
    for month in ("2026-01", "2026-02", "2026-03"):
        lay_invoice(month, people=2 if month == "2026-03" else 3)
    second = balances(connection)[1]
    connection.execute(
        text("INSERT INTO settlement.billing_code VALUES ('12345678901', :id, 'bendahara')"),
        {"id": second.invoice_id},
    )
    given = {"12345678901": FULL, NUMBER: FULL, "BPJS 9": 33_600}
    pay_into(connection, *({"amount_idr": amount, "reference": word} for word, amount in given.items()))
    assert settle(connection)["waiting_idr"] == 0
    rules = "SELECT rule FROM settlement.allocation ORDER BY invoice_id"
    assert list(connection.execute(text(rules)).scalars()) == [
        "INVOICE_NUMBER",
        "BILLING_CODE",
        "OPEN_AMOUNT",
    ]


@pytest.mark.parametrize("words", ["BPJS", "BPJS SIGAP/SG/2026-07/0009", "TUKANG"])
def test_what_is_not_certain_waits(
    connection: Connection, lay_invoice: Callable[..., int], words: str
) -> None:
    lay_invoice("2026-01")
    lay_invoice("2026-02", people=3 if words == "BPJS" else 2)
    pay_into(connection, {"amount_idr": FULL, "description": words})
    assert settle(connection)["waiting_idr"] == FULL


def test_a_payment_before_its_invoice_waits_until_it_is_issued(
    warehouse: Engine, lay_invoice: Callable[..., int]
) -> None:
    with warehouse.begin() as connection:
        pay_into(connection, {"amount_idr": FULL, "description": NUMBER, "booked_on": dt.date(2025, 12, 30)})
        assert settle(connection)["waiting_lines"] == 1
    lay_invoice()
    with warehouse.begin() as connection:
        assert allocate_waiting(connection, Period(2026, 2)) == 0, "another month's invoices were issued"
        assert allocate_waiting(connection, JANUARY) == 1
        assert paid_of(connection) == {NUMBER: FULL}


def test_order_bank_and_receipt_are_one_payment_and_the_order_names_the_invoice_that_the_bank_does_not(
    connection: Connection, lay_invoice: Callable[..., int]
) -> None:
    lay_invoice("2026-01")
    lay_invoice("2026-02")
    day = dt.date(2026, 2, 9)
    pay_into(
        connection,
        {"amount_idr": FULL, "reference": "00123/LS/2026", "description": NUMBER, "booked_on": day},
        channel="sp2d",
    )
    pay_into(
        connection,
        {"amount_idr": FULL, "reference": "00123/LS/2026", "description": NUMBER},
        channel="receipt",
    )
    assert settle(connection)["counted_idr"] == 0, "views alone are no money"
    pay_into(connection, {"amount_idr": FULL, "description": "SP2D 00123/LS/2026 BPJS"})
    assert settle(connection)["allocated_idr"] == FULL
    assert paid_of(connection) == {NUMBER: FULL, "SIGAP/SG/2026-02/0002": 0}
    assert [line.verdict for line in read_lines(connection)] == ["confirms", "confirms", None]


def test_an_order_by_account_code_is_one_view_and_two_like_payments_are_told_apart_by_nobody(
    connection: Connection, lay_invoice: Callable[..., int]
) -> None:
    lay_invoice()
    pay_into(
        connection,
        {"amount_idr": 30_000, "reference": "00123/LS"},
        {"amount_idr": 20_400, "reference": "00123/LS"},
        channel="sp2d",
    )
    pay_into(connection, {"amount_idr": 7, "reference": "00200/LS"}, channel="sp2d", file="b")
    pay_into(
        connection, {"amount_idr": FULL, "description": "00123/LS"}, {"amount_idr": 7}, {"amount_idr": 7}
    )
    settle(connection)
    assert [line.verdict for line in read_lines(connection) if not line.counts] == [
        "confirms",
        "confirms",
        None,
    ]


def test_money_that_comes_back_takes_back_what_its_payment_gave(
    connection: Connection, lay_invoice: Callable[..., int]
) -> None:
    lay_invoice()
    pay_into(connection, {"amount_idr": 60_000, "reference": "TRX-001", "description": NUMBER})
    settle(connection)
    later = {"booked_on": dt.date(2026, 2, 12)}
    pay_into(connection, {"amount_idr": -9_600, "description": "RETUR TRX-001", **later}, file="b")
    assert (settle(connection)["waiting_idr"], paid(connection, JANUARY)) == (0, FULL), (
        "what was too much came back"
    )
    pay_into(connection, {"amount_idr": -16_800, "description": "RETUR TRX-001 LAGI", **later}, file="c")
    assert (settle(connection)["waiting_idr"], paid(connection, JANUARY)) == (0, FULL - 16_800)
    assert booked(connection) == FULL - 16_800
    pay_into(connection, {"amount_idr": -60_000, "description": "RETUR TRX-001 SEMUA", **later}, file="d")
    assert settle(connection)["waiting_idr"] == -60_000, "more than is left of it waits for a person"


def test_money_that_came_back_before_its_payment_is_known_waits_and_then_neither_pays(
    connection: Connection, lay_invoice: Callable[..., int]
) -> None:
    lay_invoice()
    pay_into(connection, {"amount_idr": -FULL, "booked_on": dt.date(2026, 2, 12)})
    assert settle(connection)["waiting_idr"] == -FULL
    pay_into(connection, {"amount_idr": FULL, "description": NUMBER}, file="b")
    assert (settle(connection)["waiting_idr"], paid(connection, JANUARY)) == (0, 0)


def test_fees_are_set_aside_and_the_same_movement_in_another_export_waits_instead_of_paying_twice(
    connection: Connection, lay_invoice: Callable[..., int]
) -> None:
    lay_invoice()
    pay_into(
        connection,
        {"amount_idr": FULL, "description": NUMBER},
        {"amount_idr": 2_500, "description": "BIAYA ADM"},
    )
    pay_into(connection, {"amount_idr": FULL, "description": f"{NUMBER} NTRF"}, file="mt940")
    found = settle(connection)
    assert (found["allocated_idr"], found["waiting_idr"], found["set_aside_idr"]) == (FULL, FULL, 2_500)
    assert [line.is_doubtful for line in read_lines(connection)] == [False, False, True]


def test_a_void_frees_the_money_and_the_rules_may_spend_it_again(
    connection: Connection, lay_invoice: Callable[..., int]
) -> None:
    lay_invoice("2026-01")
    pay_into(
        connection,
        {"amount_idr": FULL, "reference": "TRX-001"},
        {"amount_idr": -16_800, "reference": "TRX-001"},
    )
    pay_into(connection, {"amount_idr": 33_600, "description": NUMBER}, file="b")
    settle(connection)
    first = balances(connection)[0]
    before = first.paid_idr
    assert before == 33_600, "the line of which some came back has not the amount of the invoice any more"
    assert release_allocations(connection, first.invoice_id) == before
    assert (paid(connection, JANUARY), booked(connection)) == (0, 0)
    assert release_allocations(connection, first.invoice_id) == 0, "again frees nothing"
    assert settle(connection)["allocated_idr"] == before


def refused(connection: Connection, act: Callable[[], object]) -> str:
    point = connection.begin_nested()
    with pytest.raises((SettlementError, DBAPIError)) as caught:
        act()
    point.rollback()
    return str(caught.value)


def test_the_database_refuses_what_no_line_can_pay(
    warehouse: Engine, lay_invoice: Callable[..., int]
) -> None:
    draft, issued = lay_invoice("2026-02", status="draft"), lay_invoice("2026-01")
    person = Decided(actor="bendahara", reason="surat 12")
    with warehouse.connect() as connection:
        pay_into(connection, {"amount_idr": 60_000}, {"amount_idr": 16_800}, {"amount_idr": -5})
        pay_into(connection, {"amount_idr": FULL, "reference": "00123"}, channel="sp2d")
        big, small, back, order = (line.line_id for line in read_lines(connection))

        def try_part(line: int, invoice: int, amount: int) -> str:
            return refused(connection, lambda: keep_parts(connection, [Part(line, invoice, amount)], person))

        assert "cannot be allocated" in try_part(small, issued, 20_000)
        assert "is draft: only an issued invoice is paid" in try_part(big, draft, 1)
        assert "would be paid Rp9600 more than it asks" in try_part(big, issued, 60_000)
        assert "another view of a payment" in try_part(order, issued, 1)
        assert "no payment is known yet" in try_part(back, issued, -5)
        assert "cannot be allocated" in try_part(big, issued, -1)
        keep_parts(connection, [Part(big, issued, FULL)], person)
        assert "more than it asks" in try_part(small, issued, 1)
        for other in (
            "UPDATE settlement.allocation SET amount_idr = 1",
            "DELETE FROM settlement.statement_line",
            "TRUNCATE settlement.line_verdict, settlement.allocation",
        ):
            assert "is a record" in refused(connection, lambda sql=other: connection.execute(text(sql)))
        for kind, line, wanted in (
            ("set_aside", big, None),
            ("confirms", order, back),
            ("reverses", small, big),
            ("reopened", small, None),
        ):
            refused(
                connection, lambda k=kind, one=line, two=wanted: keep_verdict(connection, one, k, two, person)
            )
        assert "violates check" in refused(
            connection,
            lambda: keep_verdict(connection, small, "set_aside", None, Decided(actor="x", reason=" ")),
        )
        connection.rollback()


def test_a_void_that_keeps_payments_is_refused_at_commit(
    warehouse: Engine, lay_invoice: Callable[..., int]
) -> None:
    lay_invoice()
    with warehouse.begin() as connection:
        pay_into(connection, {"amount_idr": FULL, "description": NUMBER})
        settle(connection)
        connection.execute(
            text("INSERT INTO billing.void_request (invoice_id, reason, actor) VALUES (1, 'salah', 'a')")
        )
        answer = "INSERT INTO billing.void_answer (void_request_id, verdict, actor) VALUES (1, :verdict, 'b')"
        connection.execute(text(answer), {"verdict": "approved"})
    statements = (
        "UPDATE billing.invoice SET status = 'void', voided_at = now()",
        "UPDATE billing.invoice_line SET is_void = true",
    )
    with pytest.raises(DBAPIError, match="still holds payments"), warehouse.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    with warehouse.begin() as connection:
        release_allocations(connection, 1)
        for statement in statements:
            connection.execute(text(statement))


@pytest.mark.parametrize("held", [True, False], ids=["by the verb", "by the database alone"])
def test_two_people_at_once_never_spend_the_same_rupiah(
    warehouse: Engine, lay_invoice: Callable[..., int], held: bool
) -> None:
    first, second = lay_invoice("2026-01"), lay_invoice("2026-02")
    with warehouse.begin() as connection:
        pay_into(connection, {"amount_idr": FULL, "description": NUMBER if held else "tanpa acuan"})
        line = read_lines(connection)[0].line_id
    both = Barrier(2)

    def spend(invoice: int) -> str:
        with warehouse.begin() as connection:
            connection.execute(text("SELECT 1"))
            both.wait()
            if held:
                return f"made {allocate_waiting(connection)}"
            try:
                with connection.begin_nested():
                    keep_parts(connection, [Part(line, invoice, FULL)], Decided(actor="a", reason="b"))
            except SettlementError as error:
                return str(error)
            return "made 1"

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(spend, (first, second)))
    with warehouse.begin() as connection:
        assert sum(paid_of(connection).values()) == FULL == booked(connection)
    assert said[1] == "made 1"
    assert said[0] == "made 0" if held else "cannot be allocated" in said[0]
