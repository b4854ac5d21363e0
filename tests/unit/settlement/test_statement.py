"""Lists of money movements: how their cells are read, and keys that no order of files can change."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sigap.domain.datasets import SCHEMAS
from sigap.errors import SettlementError
from sigap.settlement.channels import load_channels
from sigap.settlement.statement import KEYED, MOVEMENTS, keyed, read_movements

CANARY = "SUTRISNO KENARI"
BANK, ORDERS, RECEIPTS = "sources.statements", "sources.orders", "sources.payments"
LINE = {"booked_on": "10/02/2026", "description": "SP2D 7  BPJS", "debit": "33.600"}


def rows(dataset: str, *lines: Mapping[str, object]) -> pa.Table:
    given = [{"sheet": "", "row": number, **line} for number, line in enumerate(lines, 2)]
    return pa.Table.from_pylist(given, SCHEMAS[dataset])


def amounts(dataset: str, *lines: Mapping[str, object]) -> list[int]:
    return [
        int(amount)
        for amount in read_movements(dataset, rows(dataset, *lines), "rk.csv")["amount_idr"].to_pylist()
    ]


@pytest.mark.parametrize(
    ("cells", "amount"),
    [
        ({"debit": "195.988.800,00"}, 195_988_800),
        ({"debit": "195,988,800.00", "credit": "0.00"}, 195_988_800),
        ({"debit": "0", "credit": "16.800"}, -16_800),
        ({"debit": "-", "credit": "16800"}, -16_800),
        ({"amount": "33.600", "mark": "D"}, 33_600),
        ({"amount": "33600.00", "mark": "CR"}, -33_600),
        ({"amount": "33,600.00 DB"}, 33_600),
        ({"amount": "-33.600"}, 33_600),
        ({"amount": "+1,033,600", "mark": "Kredit"}, -1_033_600),
    ],
)
def test_money_out_is_paid_and_money_in_came_back_however_the_bank_writes_it(
    cells: Mapping[str, str], amount: int
) -> None:
    line = {"booked_on": "10/02/2026", "description": "x"} | cells
    assert amounts(BANK, line) == [amount]


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"debit": "33,600"}, "movement"),
        ({"debit": "33.600,50"}, "movement"),
        ({"debit": CANARY}, "movement"),
        ({"debit": "33.600", "credit": "33.600"}, "movement"),
        ({"debit": "33.600", "amount": "33.600", "mark": "D"}, "movement"),
        ({"debit": "", "amount": "33.600"}, "movement"),
        ({"debit": "", "amount": "33.600 D", "mark": "K"}, "movement"),
        ({"debit": "", "amount": "33.600", "mark": CANARY}, "movement"),
        ({"debit": ""}, "movement"),
        ({"booked_on": "31/02/2026"}, "booked_on"),
        ({"currency": "USD"}, "currency"),
    ],
)
def test_a_line_that_could_mean_two_things_stops_its_statement_and_nobody_is_quoted(
    cells: Mapping[str, str], column: str
) -> None:
    with pytest.raises(SettlementError, match=f"rk.csv, row 3: column {column} does not hold") as caught:
        amounts(BANK, LINE, {**LINE, "description": CANARY, **cells})
    assert CANARY not in str(caught.value)


def test_lines_that_tell_a_balance_are_no_movements() -> None:
    still = {"booked_on": "10/02/2026", "description": "Saldo awal"}
    assert amounts(BANK, still, LINE, {**still, "description": "SALDO AKHIR", "debit": "0"}) == [33_600]


def test_a_day_may_carry_its_time_and_texts_their_line_breaks() -> None:
    (read,) = read_movements(
        BANK, rows(BANK, {**LINE, "booked_on": "2026-02-10 08:15:00", "description": " SP2D\n 7 "}), "rk.csv"
    ).to_pylist()
    assert (read["booked_on"], read["description"]) == (dt.date(2026, 2, 10), "SP2D 7")


def test_an_order_keeps_what_names_its_invoice_and_may_be_cancelled() -> None:
    named = {"description": "Iuran", "month": "2026-01", "invoice_number": "SIGAP/SG/2026-01/0001"}
    order = {
        "reference": "00123/LS/2026",
        "booked_on": "2026-02-09",
        "amount": "33.600",
        "payee": "BPJS",
        **named,
    }
    read = read_movements(
        ORDERS, rows(ORDERS, order, order, {**order, "amount": "-33.600"}), "sp2d.xlsx"
    ).to_pylist()
    assert [one["amount_idr"] for one in read] == [33_600, -33_600], "one order listed twice is one order"
    assert read[0]["description"] == "Iuran | BLTH 2026-01 | SIGAP/SG/2026-01/0001 | BPJS"


def test_a_receipt_listed_twice_is_one_and_needs_its_invoice() -> None:
    receipt = {
        "reference": "SP2D-1",
        "invoice_number": "sigap/sg/2026-01/0001",
        "paid_on": "2026-02-10",
        "amount": "50.400",
    }
    assert amounts(RECEIPTS, receipt, receipt) == [50_400]
    with pytest.raises(SettlementError, match="column invoice_number"):
        amounts(RECEIPTS, {**receipt, "invoice_number": " "})


def test_two_genuine_payments_of_one_amount_on_one_day_have_two_keys_and_the_same_twice_over() -> None:
    once, twice = (
        read_movements(BANK, rows(BANK, LINE, LINE), "a.csv"),
        read_movements(BANK, rows(BANK, LINE, LINE), "b.csv"),
    )
    assert len(set(once["line_key"].to_pylist())) == 2
    assert once["line_key"] == twice["line_key"]


def test_a_key_tells_channels_accounts_days_and_words_apart_and_not_case_or_rows() -> None:
    def key(channel: str = "bank", row: int = 2, **changed: object) -> str:
        line = {"sheet": "", "row": row, "account": "123", "booked_on": dt.date(2026, 2, 10), "amount_idr": 5,
                "reference": "R", "description": "kata", **changed}  # fmt: skip
        return str(keyed(pa.Table.from_pylist([line], MOVEMENTS), channel)["line_key"][0])

    days = (key(booked_on=dt.date(2026, 2, 11)), key(amount_idr=-5), key("sp2d"), key(account="124"))
    words = (key(reference="S"), key(description="lain"), key(reference='R","k', description="ata"))
    assert len({key(), *days, *words}) == 8
    assert key() == key(row=9) == key(description="KATA")


# What an account did, day by day: few amounts and few words, so that like lines are common.
DAYS = st.lists(
    st.lists(
        st.tuples(st.sampled_from([16_800, 33_600, -16_800]), st.sampled_from(["", "A", "B"])), max_size=5
    ),
    min_size=1,
    max_size=6,
)


def statement_of(
    days: Sequence[Sequence[tuple[int, str]]], first: int, last: int, backwards: bool
) -> pa.Table:
    """The keyed lines of a statement over whole days, the newest first if the bank prints it so."""
    lines = [
        {
            "account": "1",
            "booked_on": dt.date(2026, 2, 1 + day),
            "amount_idr": amount,
            "reference": "",
            "description": word,
        }
        for day in range(first, last + 1)
        for amount, word in days[day]
    ]
    lines = lines[::-1] if backwards else lines
    return keyed(
        pa.Table.from_pylist([{"sheet": "", "row": n, **line} for n, line in enumerate(lines)], MOVEMENTS),
        "bank",
    )


@settings(max_examples=40)
@given(days=DAYS, data=st.data())
def test_statements_that_overlap_repeat_and_come_out_of_order_give_each_movement_once(
    days: list[list[tuple[int, str]]], data: st.DataObject
) -> None:
    ends = st.integers(0, len(days) - 1)
    windows = data.draw(st.lists(st.tuples(ends, ends, st.booleans()), max_size=5))
    files = [statement_of(days, min(a, b), max(a, b), backwards) for a, b, backwards in windows]
    files.insert(data.draw(st.integers(0, len(files))), statement_of(days, 0, len(days) - 1, False))
    union = {
        line["line_key"]: (line["booked_on"].day - 1, line["amount_idr"], line["description"])
        for file in files
        for line in file.to_pylist()
    }
    truth = Counter((day, amount, word) for day, lines in enumerate(days) for amount, word in lines)
    assert Counter(union.values()) == truth


def test_channels_say_what_counts_on_a_day_and_find_numbers_with_missing_signs() -> None:
    channels = load_channels()
    assert channels.counting(dt.date(2026, 2, 1)) == "bank"
    with pytest.raises(SettlementError, match="no channel that counts on 2020-01-01"):
        channels.counting(dt.date(2020, 1, 1))
    for text in ("BYR SIGAP/SG/2026-01/0001 LUNAS", "sigap sg 2026 01 0001", "SIGAP/SG/2026-01/00 01"):
        found = channels.numbers_in(text)
        assert found <= {"SIGAP/SG/2026-01/0001"} and (found or "00 01" in text)
    assert KEYED.names[-1] == "line_key"
