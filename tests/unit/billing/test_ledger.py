"""What each event does to the books, and that no order of events unbalances them."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sigap.billing.accounts import FILE, load_chart, make_chart
from sigap.billing.ledger import (
    Entry,
    Leg,
    credit_used_entry,
    invoice_entry,
    note_entry,
    payment_entry,
    reverse,
)
from sigap.billing.payers import Account, load_payers
from sigap.domain.period import Period
from sigap.errors import BillingError

JANUARY = Period(2026, 1)
CHART = load_chart()
JKK, JKM = Account("5.1.1", "Belanja JKK"), Account("5.1.2", "Belanja JKM")
ACCOUNTS = (JKK, JKM)
NUMBER = "SIGAP/SG/2026-01/0001"


def legs_of(entry: Entry) -> list[tuple[str, int]]:
    """Account and amount of each leg; a credit is negative."""
    return [(leg.account, leg.debit_idr - leg.credit_idr) for leg in entry.legs]


@pytest.mark.parametrize(
    ("entry", "key", "legs"),
    [
        (
            invoice_entry(NUMBER, JANUARY, "APBD_KOTA", 10_000, 6_800, ACCOUNTS),
            f"invoice/{NUMBER}",
            [("5.1.1", 10_000), ("5.1.2", 6_800), (CHART.payable, -16_800)],
        ),
        (
            reverse(invoice_entry(NUMBER, JANUARY, "APBD_KOTA", 10_000, 6_800, ACCOUNTS), JANUARY),
            f"void/{NUMBER}",
            [("5.1.1", -10_000), ("5.1.2", -6_800), (CHART.payable, 16_800)],
        ),
        (
            note_entry("D1", "debit", JANUARY, "APBD_KOTA", 10_000, 6_800, ACCOUNTS),
            "note/D1",
            [("5.1.1", 10_000), ("5.1.2", 6_800), (CHART.payable, -16_800)],
        ),
        (
            note_entry("K1", "credit", JANUARY, "APBD_KOTA", 10_000, 6_800, ACCOUNTS),
            "note/K1",
            [("5.1.1", -10_000), ("5.1.2", -6_800), (CHART.credits, 16_800)],
        ),
        (
            credit_used_entry("credit/K1/x", JANUARY, "APBD_KOTA", 16_800, "x"),
            "credit/K1/x",
            [(CHART.payable, 16_800), (CHART.credits, -16_800)],
        ),
        (
            payment_entry("payment/1", JANUARY, "APBD_KOTA", 16_800, NUMBER),
            "payment/1",
            [(CHART.payable, 16_800), (CHART.cash, -16_800)],
        ),
        (
            payment_entry("payment/2", JANUARY, "APBD_KOTA", -16_800, NUMBER),
            "payment/2",
            [(CHART.payable, -16_800), (CHART.cash, 16_800)],
        ),
    ],
    ids=["invoice", "void", "debit note", "credit note", "credit used", "payment", "payment that came back"],
)
def test_each_event_has_the_legs_that_the_manual_promises(
    entry: Entry, key: str, legs: list[tuple[str, int]]
) -> None:
    assert (entry.key, legs_of(entry)) == (key, legs)


def test_a_share_without_jkk_has_no_empty_leg() -> None:
    entry = invoice_entry(NUMBER, JANUARY, "CSR", 0, 6_800, ACCOUNTS)
    assert legs_of(entry) == [("5.1.2", 6_800), (CHART.payable, -6_800)]


def test_a_void_takes_back_the_accounts_of_then() -> None:
    entered = invoice_entry(NUMBER, JANUARY, "APBD_KOTA", 10_000, 6_800, ACCOUNTS)
    both = [*legs_of(entered), *legs_of(reverse(entered, Period(2026, 2)))]
    left = Counter[str]()
    for account, amount in both:
        left[account] += amount
    assert set(left.values()) == {0}
    with pytest.raises(BillingError, match="only an invoice is voided"):
        reverse(payment_entry("payment/1", JANUARY, "APBD_KOTA", 1, NUMBER), JANUARY)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Leg("1", "A"), "exactly one side"),
        (lambda: Leg("1", "A", 5, 5), "exactly one side"),
        (lambda: Leg("1", "A", -5), "exactly one side"),
        (lambda: payment_entry("p", JANUARY, "A", 0, "d"), "exactly one side"),
        (lambda: Entry("k", "payment", JANUARY, "d", (Leg("1", "A", 5),)), "k does not balance"),
        (
            lambda: Entry("k", "payment", JANUARY, "d", (Leg("1", "A", 5), Leg("2", "A", 0, 4))),
            "does not balance",
        ),
        (
            lambda: Entry("k", "payment", JANUARY, "d", (Leg("1", "A", 5), Leg("2", "B", 0, 5))),
            "does not balance",
        ),
        (lambda: note_entry("n", "refund", JANUARY, "A", 1, 1, ACCOUNTS), "'refund' is no kind of note"),
    ],
)
def test_what_is_not_double_entry_is_refused(make: Callable[[], object], says: str) -> None:
    with pytest.raises(BillingError, match=says):
        make()


def chart_without(**changes: Any) -> None:
    roles = {**yaml.safe_load(FILE.read_text(encoding="utf-8")), **changes}
    make_chart({role: entry for role, entry in roles.items() if entry}, load_payers())


def test_every_payer_has_its_expense_accounts_in_the_chart() -> None:
    for payer in load_payers().by_code.values():
        assert {CHART[payer.jkk_account.code].kind, CHART[payer.jkm_account.code].kind} == {"expense"}
    with pytest.raises(BillingError, match="Account 9 is in no chart"):
        _ = CHART["9"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"cash": None}, "the key `cash` is missing"),
        (
            {"cash": {"code": "1", "name": "Kas", "kind": "asset", "verified": False}},
            "cash: the key `reference` is missing",
        ),
        (
            {
                "cash": {
                    "code": CHART.payable,
                    "name": "Kas",
                    "kind": "asset",
                    "reference": "x",
                    "verified": False,
                }
            },
            f"{CHART.payable} has two meanings",
        ),
    ],
)
def test_a_chart_that_says_two_things_is_refused(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(BillingError, match=says):
        chart_without(**changes)


# ---------------------------------------------------------------- any order of events

PAYERS = ("APBD_KOTA", "DBHCHT")
AMOUNT = st.integers(1, 10**9)
EVENT = st.tuples(
    st.sampled_from(["invoice", "void", "debit", "credit", "use", "pay", "return"]),
    st.sampled_from(PAYERS),
    AMOUNT,
    AMOUNT,
)


@dataclass
class Told:
    """What the documents say, kept by plain sums: the books are held against it."""

    entries: list[Entry] = field(default_factory=list)
    standing: list[Entry] = field(default_factory=list)
    owed: Counter[str] = field(default_factory=Counter)
    credits: Counter[str] = field(default_factory=Counter)

    def add(self, event: str, payer: str, jkk: int, jkm: int) -> None:
        key, total = f"{event}/{len(self.entries)}", jkk + jkm
        if event == "invoice":
            entry = invoice_entry(key, JANUARY, payer, jkk, jkm, ACCOUNTS)
            self.standing.append(entry)
            self.owed[payer] += total
        elif event == "void":
            if not self.standing:
                return
            invoice = self.standing.pop()
            entry = reverse(invoice, JANUARY)
            self.owed[invoice.legs[0].funding_source] -= invoice.total_idr
        elif event in ("debit", "credit"):
            entry = note_entry(key, event, JANUARY, payer, jkk, jkm, ACCOUNTS)
            (self.owed if event == "debit" else self.credits)[payer] += total
        elif event == "use":
            entry = credit_used_entry(key, JANUARY, payer, jkk, "x")
            self.credits[payer] -= jkk
            self.owed[payer] -= jkk
        else:
            amount = jkk if event == "pay" else -jkk
            entry = payment_entry(key, JANUARY, payer, amount, "x")
            self.owed[payer] -= amount
        self.entries.append(entry)


@settings(max_examples=150)
@given(st.lists(EVENT, max_size=30))
def test_after_any_events_all_accounts_come_to_zero_and_the_payable_is_what_documents_say(
    events: list[tuple[str, str, int, int]],
) -> None:
    told = Told()
    for event in events:
        told.add(*event)
    books = Counter[tuple[str, str]]()
    for entry in told.entries:
        assert sum(leg.debit_idr for leg in entry.legs) == sum(leg.credit_idr for leg in entry.legs)
        for leg in entry.legs:
            books[leg.account, leg.funding_source] += leg.debit_idr - leg.credit_idr
    for payer in PAYERS:
        assert sum(amount for (_, of), amount in books.items() if of == payer) == 0
        assert books[CHART.payable, payer] == -told.owed[payer]
        assert books[CHART.credits, payer] == told.credits[payer]
