"""Rules of allocation by themselves: accounts of payers, words about premiums, what comes back."""

import datetime as dt
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sigap.settlement.allocate import Books, allot
from sigap.settlement.channels import load_channels
from sigap.settlement.confirm import confirm
from sigap.settlement.movement import Movement, OpenInvoice
from sigap.settlement.reversal import pair_reversals, take_back

CITY, PROVINCE = "111", "222"
CHANNELS = replace(load_channels(), accounts={CITY: "APBD_KOTA", PROVINCE: "APBD_PROV"})
DAY = dt.date(2026, 2, 10)


def line(line_id: int, amount: int, words: str = "", **changed: Any) -> Movement:
    given = {"channel": "bank", "account": CITY, "booked_on": DAY, "open_idr": amount, "counts": True,
             "reference": "", "told": words, "words": words, **changed}  # fmt: skip
    return Movement(line_id=line_id, amount_idr=amount, **given)


def invoice(number: int, payer: str = "APBD_KOTA", open_idr: int = 100) -> OpenInvoice:
    return OpenInvoice(number, f"SIGAP/SG/2026-01/{number:04d}", "2026-01", payer, open_idr)


def pays(*lines: Movement, invoices: tuple[OpenInvoice, ...]) -> list[tuple[int, int, int]]:
    found = allot(lines, Books(invoices, {}, CHANNELS))
    return [(one.line_id, one.invoice_id, one.amount_idr) for one in found]


def test_the_account_tells_whose_invoice_an_amount_pays() -> None:
    both = (invoice(1, "APBD_KOTA"), invoice(2, "APBD_PROV"))
    assert pays(line(7, 100, account=PROVINCE), invoices=both) == [(7, 2, 100)]
    assert pays(line(7, 100, "BPJS", account="999"), invoices=both) == [], "of an unknown account both fit"
    assert pays(line(7, 100, "TUKANG", account="999"), invoices=both[:1]) == []
    assert pays(line(7, 100, "IURAN JKK", account="999"), invoices=both[:1]) == [(7, 1, 100)]


def test_who_names_the_invoice_goes_before_who_has_its_amount_and_came_earlier() -> None:
    early, named = line(1, 100), line(2, 60, "SIGAP/SG/2026-01/0001", booked_on=DAY.replace(day=12))
    assert pays(early, named, invoices=(invoice(1),)) == [(2, 1, 60)]


def test_a_line_that_names_two_invoices_fills_the_older_first() -> None:
    both = line(1, 150, "SIGAP/SG/2026-01/0002 DAN SIGAP/SG/2026-01/0001")
    assert pays(both, invoices=(invoice(2), invoice(1))) == [(1, 1, 100), (1, 2, 50)]


def test_rules_leave_alone_what_is_doubtful_or_what_a_person_decided() -> None:
    for changed in ({"is_doubtful": True}, {"by_person": True}, {"verdict": "set_aside"}, {"counts": False}):
        assert pays(line(1, 100, "SIGAP/SG/2026-01/0001", **changed), invoices=(invoice(1),)) == []


def test_a_short_reference_or_a_part_of_one_proves_nothing() -> None:
    payment = line(1, 100, "BAYAR 12 SP2D 001234/LS")
    for reference in ("12", "00123", "1234"):
        view = line(2, 100, reference=reference, channel="sp2d", counts=False, booked_on=dt.date(2025, 1, 1))
        assert confirm([payment, view], CHANNELS) == []


def test_two_payments_that_a_view_may_show_leave_it_waiting() -> None:
    view = line(3, 100, channel="receipt", counts=False)
    assert confirm([line(1, 100), line(2, 100), view], CHANNELS) == []
    assert [one.other_line_id for one in confirm([line(1, 100), line(2, 99), view], CHANNELS)] == [1]


def test_what_came_back_is_paired_once_within_its_days_and_account() -> None:
    payment = line(1, 100)
    late, elsewhere = line(2, -100, booked_on=dt.date(2026, 9, 1)), line(2, -100, account=PROVINCE)
    for back in (late, elsewhere, line(2, -100, booked_on=DAY.replace(day=9))):
        assert pair_reversals([payment, back], CHANNELS) == []
    twice = [payment, line(2, -100), line(3, -100)]
    assert [one.line_id for one in pair_reversals(twice, CHANNELS)] == [2]


@given(
    amount=st.integers(1, 500),
    free=st.integers(0, 500),
    paid=st.lists(st.tuples(st.integers(), st.integers(1, 200)), max_size=5),
)
def test_what_came_back_takes_what_was_free_first_and_from_no_invoice_more_than_it_got(
    amount: int, free: int, paid: list[tuple[int, int]]
) -> None:
    taken = take_back(amount, free, paid)
    assert sum(part for _, part in taken) == min(max(amount - free, 0), sum(part for _, part in paid))
    assert all(0 < part <= got for (_, part), (_, got) in zip(taken, paid, strict=False))
