import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sigap.domain.period import Period
from sigap.errors import ReportingError
from sigap.reporting.words import (
    english_months,
    grouped,
    indonesian_date,
    indonesian_month,
    indonesian_months,
    sector_names,
    short_months,
    terbilang,
)

DIGITS = ("", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")


def spell(number: int) -> str:
    """An oracle of its own, by the rules a schoolbook gives: se- for one ten, hundred or thousand."""
    if number < 10:
        return DIGITS[number]
    if number < 12:
        return ("sepuluh", "sebelas")[number - 10]
    if number < 20:
        return f"{DIGITS[number - 10]} belas"
    for size, word in ((10**12, "triliun"), (10**9, "miliar"), (10**6, "juta")):
        if number >= size:
            return f"{spell(number // size)} {word} {spell(number % size)}".strip()
    for size, word in ((1000, "ribu"), (100, "ratus"), (10, "puluh")):
        if number >= size:
            head = f"se{word}" if number // size == 1 else f"{spell(number // size)} {word}"
            return f"{head} {spell(number % size)}".strip()
    raise AssertionError(number)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "nol"),
        (100, "seratus"),
        (111, "seratus sebelas"),
        (1_000, "seribu"),
        (1_100, "seribu seratus"),
        (11_000, "sebelas ribu"),
        (16_800, "enam belas ribu delapan ratus"),
        (101_000, "seratus satu ribu"),
        (1_000_000, "satu juta"),
        (1_001_000, "satu juta seribu"),
        (116_660_000, "seratus enam belas juta enam ratus enam puluh ribu"),
        (1_000_000_000, "satu miliar"),
        (
            195_988_800,
            "seratus sembilan puluh lima juta sembilan ratus delapan puluh delapan ribu delapan ratus",
        ),
    ],
)
def test_terbilang_reads_as_a_treasurer_says_it_when_amounts_are_known(amount: int, words: str) -> None:
    assert terbilang(amount) == f"{words} rupiah"


# Groups of three digits, mostly those in which Indonesian is irregular.
GROUP = st.sampled_from([0, 1, 10, 11, 21, 100, 101, 111]) | st.integers(0, 999)
AMOUNT = st.tuples(GROUP, GROUP, GROUP, GROUP, GROUP).map(
    lambda groups: sum(group * 1000**place for place, group in enumerate(groups))
)


@given(AMOUNT.filter(bool))
def test_terbilang_agrees_with_the_schoolbook_for_all_amounts(amount: int) -> None:
    assert terbilang(amount) == f"{spell(amount)} rupiah"


@pytest.mark.parametrize("amount", [-1, 10**15])
def test_terbilang_refuses_when_the_amount_is_no_invoice(amount: int) -> None:
    with pytest.raises(ReportingError, match="cannot be written in words"):
        terbilang(amount)


def test_dates_and_numbers_are_indonesian_when_written() -> None:
    assert indonesian_date(dt.date(2026, 8, 7)) == "7 Agustus 2026"
    assert indonesian_month(Period(2026, 2)) == "Februari 2026"
    assert grouped(11_666) == "11.666"


def test_sector_is_spelled_out_when_it_has_no_name_of_its_own() -> None:
    assert sector_names(["pkl", "juru_parkir", None, ""]) == {
        "pkl": "Pedagang kaki lima",
        "juru_parkir": "Juru parkir",
    }


@pytest.mark.parametrize(
    ("first", "last", "said", "said_en", "short"),
    [
        ("2026-01", "2026-01", "Januari 2026", "January 2026", "Jan 2026"),
        ("2026-01", "2026-03", "Januari–Maret 2026", "January–March 2026", "Jan–Mar 2026"),
        (
            "2025-11",
            "2026-01",
            "November 2025–Januari 2026",
            "November 2025–January 2026",
            "Nov 2025–Jan 2026",
        ),
    ],
)
def test_months_are_named_from_first_to_last(
    first: str, last: str, said: str, said_en: str, short: str
) -> None:
    span = Period.parse(first), Period.parse(last)
    assert (indonesian_months(*span), english_months(*span), short_months(*span)) == (said, said_en, short)
