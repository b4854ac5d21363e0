"""The rules about one row and its column: dates however they are written, NIK that the list gives away."""

import datetime as dt
from collections.abc import Callable

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, to_excel
from upath import UPath

from sigap.domain.datasets import RECEIVED_MEMBERSHIPS, RECEIVED_WORKERS
from sigap.domain.period import Period
from sigap.domain.region import shipped_regions
from sigap.domain.source import Column, DateOrder, SourceEntry
from sigap.engine import connect
from sigap.quality.columns import load
from sigap.quality.rows import check_rows, check_stretches
from sigap.quality.typed import prepare
from sigap.quality.words import blanks
from sigap.sources.reader import read_rows

JANUARY = Period(2026, 1)
MONTHS = load("dates")["months"]
OLD = dt.date(1970, 3, 1)
BAHASA = {month: spellings[0].capitalize() for month, spellings in MONTHS.items()}


def entry(order: DateOrder = "dmy") -> SourceEntry:
    columns = {"birth_date": Column("birth_date", ("Tgl Lahir",), date_order=order)}
    return SourceEntry("becak", "Becak", "workers", columns, sector="becak")


def people(rows: list[dict]) -> pa.Table:
    """Workers with a NIK and a name of their own each, unless the rows say otherwise."""
    whole = [
        {
            "delivery_id": "d1",
            "sheet": "Data",
            "row": line,
            "source": "becak",
            "cells": "{}",
            "flags": "",
            "nik_cell": "text",
            "nik": f"327502{line % 28 + 1:02d}0370{line:04d}",
            "full_name": f"Orang {line}",
            "birth_date": "1970-03-01",
            "kelurahan": "Kranji",
        }
        | row
        for line, row in enumerate(rows, start=2)
    ]
    return pa.Table.from_pylist(whole, schema=RECEIVED_WORKERS)


def check(rows: list[dict], order: DateOrder = "dmy") -> list[dict]:
    return check_rows(people(rows), entry(order), JANUARY).rows.to_pylist()


def codes(row: dict) -> set[str]:
    return {code for code in f"{row['reasons']},{row['warnings']}".split(",") if code}


def born(row: dict) -> tuple[dt.date | None, set[str]]:
    return row["birth_date"], {code for code in codes(row) if code.startswith("DOB")} - {"DOB_MISMATCH"}


def serial(day: dt.date) -> str:
    return str((day - dt.date(1899, 12, 30)).days)


# Every way of writing that says which number is the day; {day:…} is strftime's.
CLEAR: dict[str, Callable[[dt.date], str]] = {
    "iso": str,
    "iso with time": lambda day: f"{day} 00:00:00",
    "iso of a program": lambda day: f"{day}T00:00:00.000Z",
    "slashes": lambda day: f"{day.year}/{day.month}/{day.day}",
    "eight digits": lambda day: f"{day:%Y%m%d}",
    "bahasa": lambda day: f"{day.day} {BAHASA[day.month]} {day.year}",
    "short month": lambda day: f"{day.day:02d}-{MONTHS[day.month][-1]}-{day.year}",
    "weekday": lambda day: f"Jumat, {day.day} {BAHASA[day.month]} {day.year}",
    "place": lambda day: f"Kab. Bekasi, {day.day} {BAHASA[day.month].upper()} {day.year}",
    "english": lambda day: f"{MONTHS[day.month][1].title()} {day.day}, {day.year}",
    "run together": lambda day: f"{day.day}{BAHASA[day.month]}{day.year}",
}
ORDERED: dict[str, Callable[[dt.date, str, str], str]] = {
    "slashes": lambda day, first, second: f"{first}/{second}/{day.year}",
    "hyphens": lambda day, first, second: f"{int(first)} - {int(second)} - {day.year}",
    "dots and time": lambda day, first, second: f"{first}.{second}.{day.year} 00.00",
    "place": lambda day, first, second: f"Bekasi, {first}-{second}-{day.year}",
    "eight digits": lambda day, first, second: f"{first}{second}{day.year}",
    "short year": lambda day, first, second: f"{first}/{second}/{day.year % 100:02d}",
    "apostrophe": lambda day, first, second: f"{first}-{second}-'{day.year % 100:02d}",
}
lives = st.dates(dt.date(1915, 2, 1), JANUARY.last_day)


def columns_of(*parts: st.SearchStrategy) -> st.SearchStrategy[list[tuple]]:
    return st.lists(st.tuples(lives, *parts), min_size=40, max_size=100)


@given(columns_of(st.sampled_from([*CLEAR])))
@settings(max_examples=10)
def test_a_date_that_says_which_number_is_the_day_is_read_as_that_day(written):
    found = check([{"birth_date": CLEAR[form](day)} for day, form in written])
    assert [row["birth_date"] for row in found] == [day for day, _ in written]


@given(columns_of(st.sampled_from([*ORDERED])), st.sampled_from(["dmy", "mdy"]))
@settings(max_examples=10)
def test_a_date_in_the_stated_order_is_read_as_that_day_or_held_for_its_century(written, order):
    found = check([{"birth_date": in_order(form, day, order), "nik": None} for day, form in written], order)
    for (day, form), row in zip(written, found, strict=True):
        is_open = form in ("short year", "apostrophe") and day.year % 100 in range(15, 27)
        if row["birth_date"] is None:
            assert is_open and "DOB_CENTURY" in codes(row)
        else:
            assert row["birth_date"] == day


def in_order(form: str, day: dt.date, order: str) -> str:
    numbers = (f"{day.day:02d}", f"{day.month:02d}")
    return ORDERED[form](day, *(numbers if order == "dmy" else numbers[::-1]))


@given(
    columns_of(st.sampled_from([*ORDERED]), st.sampled_from(["dmy", "mdy"]), st.booleans()),
    st.sampled_from(["dmy", "mdy", "ymd"]),
)
@settings(max_examples=12)
def test_in_a_column_of_both_orders_a_date_is_read_as_its_day_or_held_never_as_another(written, order):
    foreign = [("31/12/1970" if order == "mdy" else "12/31/1970")] if order != "ymd" else []
    rows = [
        {"birth_date": in_order(form, day, hand)} | (nik_of(day, line) if has_nik else {"nik": None})
        for line, (day, form, hand, has_nik) in enumerate(written)
    ]
    found = check([*rows, *({"birth_date": text} for text in foreign)], order)
    for (day, *_), row in zip(written, found, strict=False):
        if row["birth_date"] is not None:
            assert row["birth_date"] == day
        else:
            assert row["outcome"] == "held"
            assert codes(row) & {"DOB_ORDER", "DOB_CENTURY"}


def nik_of(day: dt.date, serial_number: int) -> dict:
    return {"nik": f"327501{day:%d%m%y}{serial_number + 1:04d}"}


@given(st.lists(lives, min_size=30, max_size=80))
@settings(max_examples=8)
def test_a_spreadsheets_number_is_read_in_the_calendar_of_its_workbook(days):
    rows = [{"birth_date": serial(day)} for day in days]
    rows += [{"birth_date": str(int(serial(day)) - 1462), "flags": "DATES_1904"} for day in days]
    found = check(rows)
    assert [born(row) for row in found] == [(day, {"DOB_READ"}) for day in [*days, *days]]
    assert [("DATES_1904" in codes(row)) for row in found] == [False] * len(days) + [True] * len(days)


@pytest.mark.parametrize("epoch", [CALENDAR_WINDOWS_1900, CALENDAR_MAC_1904])
def test_dates_of_a_real_workbook_are_read_as_the_days_it_shows(epoch, tmp_path):
    book = Workbook()
    book.epoch = epoch
    number = to_excel(dt.date(1980, 8, 17), epoch)
    book.active.append(["NIK", "Nama", "Tgl Lahir"])
    for cell in (dt.date(1980, 8, 17), number, f"{number}", "17/08/1980"):
        book.active.append(["3275011708800001", "Budi Contoh", cell])
    path = tmp_path / "daftar.xlsx"
    book.save(path)
    columns = {
        "nik": Column("nik", ("NIK",)),
        "full_name": Column("full_name", ("Nama",)),
        "birth_date": Column("birth_date", ("Tgl Lahir",), date_order="dmy"),
    }
    becak = SourceEntry("becak", "Becak", "workers", columns, sector="becak")
    rows = check_rows(read_rows(UPath(path), path.name, becak, "d1"), becak, JANUARY).rows.to_pylist()
    assert [row["birth_date"] for row in rows] == [dt.date(1980, 8, 17)] * 4
    assert ["DOB_READ" in codes(row) for row in rows] == [False, True, True, False]
    is_mac = epoch == CALENDAR_MAC_1904
    assert ["DATES_1904" in codes(row) for row in rows] == [False, is_mac, is_mac, False]


def test_numbers_of_spreadsheets_pass_over_the_29_february_1900_that_never_was():
    numbers = {1: dt.date(1900, 1, 1), 59: dt.date(1900, 2, 28), 60: None, 61: dt.date(1900, 3, 1), 0: None}
    with connect() as connection:
        prepare(connection, shipped_regions())
        for number, day in numbers.items():
            assert connection.execute("SELECT serial_day($number)", {"number": number}).fetchall() == [(day,)]


@given(st.lists(st.text(alphabet="0123456789/-. :TZagust,'", max_size=20), min_size=30, max_size=100))
@settings(max_examples=10)
def test_whatever_stands_in_the_cell_a_birth_date_is_a_day_of_the_past_or_missing_or_held(texts):
    for text, row in zip(texts, check([{"birth_date": text, "nik": None} for text in texts]), strict=True):
        if row["birth_date"] is None:
            assert codes(row) & {"DOB_MISSING", "DOB_INVALID", "DOB_ORDER", "DOB_CENTURY"}, text
        else:
            assert dt.date(1900, 1, 1) <= row["birth_date"] <= JANUARY.last_day


def test_each_sheet_is_a_column_of_its_own():
    mixed = [{"birth_date": "12/31/1970"}, {"birth_date": "05/06/1980"}]
    found = check([*mixed, {"birth_date": "05/06/1980", "sheet": "Kranji"}])
    assert [row["birth_date"] for row in found] == [None, None, dt.date(1980, 6, 5)]
    assert ["DOB_ORDER" in codes(row) for row in found] == [True, True, False]


def test_a_date_of_the_other_order_in_a_later_stretch_puts_the_first_in_doubt_too():
    table = people([{"birth_date": "05/06/1980"}, {"birth_date": "12/31/1970"}])

    def scan(columns):
        yield from (table.slice(row, 1).select(columns) for row in range(table.num_rows))

    first, _ = (checked for _, checked in check_stretches(scan, entry(), JANUARY))
    assert codes(first.rows.to_pylist()[0]) >= {"DOB_ORDER"}


def test_every_listed_spelling_of_a_month_is_read():
    texts = [(month, f"5 {name} 1980") for month, names in MONTHS.items() for name in names]
    found = check([{"birth_date": text} for _, text in texts])
    assert [row["birth_date"] for row in found] == [dt.date(1980, month, 5) for month, _ in texts]


def test_words_that_say_nothing_are_short_enough_to_be_looked_for():
    assert max(len(word) for word in blanks()) < 12  # macros.sql, given


def share(nik: str, *names: str) -> list[dict]:
    return [{"nik": nik, "full_name": name} for name in names]


@pytest.mark.parametrize(
    ("names", "is_shared"),
    [
        (["Budi Santoso", "Siti Aminah", "Joko Widodo"], True),
        (["Al", "Budi Santoso", "Siti Aminah", "Joko Widodo"], True),  # a name of two letters is like none
        (["Budi Santoso", "Siti Aminah"], False),  # two names are a conflict, for `link` to look at
        (["Budi Santoso", "SANTOSO, Budi", "H. Budi Santoso", "Budi Santosa", "Budi"], False),
        (["Budi Santoso", "BUDI SANTOSO", "Siti Aminah", "Siti Aminah"], False),
    ],
)
def test_a_nik_under_three_clearly_different_names_is_nobodys_and_all_its_rows_wait(names, is_shared):
    found = check([*share("3275010103700007", *names), {}])
    assert ["NIK_SHARED" in codes(row) for row in found] == [is_shared] * len(names) + [False]
    assert all(row["outcome"] == "held" for row in found[:-1]) or not is_shared


def test_a_nik_under_more_names_than_are_compared_is_shared_too():
    names = [f"{first} {last}" for first in ("Budi", "Siti", "Joko", "Dewi", "Asep", "Rina") for last in
             ("Santoso", "Lestari", "Hidayat", "Wibowo", "Kurnia", "Saputra")]  # fmt: skip
    assert len(names) > load("niks")["shared"]["compared"]
    assert all("NIK_SHARED" in codes(row) for row in check(share("3275010103700007", *names)))


def niks(last_digits: str) -> list[dict]:
    """A row for each digit, whose NIK ends in it."""
    return [{"nik": f"32750101037001{place:02d}"[:15] + digit} for place, digit in enumerate(last_digits, 1)]


def test_a_text_column_whose_nik_nearly_all_end_in_0_was_one_of_numbers():
    found = check(niks("0" * 30 + "123"))
    assert [row["nik_state"] for row in found] == ["damaged"] * 30 + ["valid"] * 3
    assert all(len(row["nik_digits"]) == 15 and row["nik"] is None for row in found[:30])
    assert "NIK_DAMAGED" in codes(found[0])


@pytest.mark.parametrize("last_digits", ["0" * 19, "0" * 30 + "1" * 31])
def test_a_few_nik_that_end_in_0_are_as_they_should_be(last_digits):
    assert {row["nik_state"] for row in check(niks(last_digits))} == {"valid"}


def member(**changes: str | None) -> dict:
    given_cells = {
        "nik": "3275010103700001", "full_name": "Budi Contoh", "birth_date": "1970-03-01", "segment": "BPU",
        "status": "AKTIF", "coverage_start": "2025-01-01", "as_of_date": "2026-01-02",
    }  # fmt: skip
    return given_cells | changes


def check_members(rows: list[dict], order: DateOrder = "dmy") -> list[dict]:
    names = ("birth_date", "coverage_start", "coverage_end", "last_paid_month", "as_of_date")
    columns = {name: Column(name, (name,), date_order=order) for name in names}
    source = {"delivery_id": "d1", "sheet": "", "source": "memberships", "cells": "{}", "flags": ""}
    whole = [{**source, "row": line, "nik_cell": "text", **row} for line, row in enumerate(rows, start=2)]
    received = pa.Table.from_pylist(whole, schema=RECEIVED_MEMBERSHIPS)
    entry = SourceEntry("memberships", "Kepesertaan", "memberships", columns)
    return check_rows(received, entry, JANUARY).rows.to_pylist()


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("31/12/2025", dt.date(2025, 12, 31)),
        ("31 Des 2025", dt.date(2025, 12, 31)),
        ("31-12-25", dt.date(2025, 12, 31)),
        ("46022", dt.date(2025, 12, 31)),
        ("20251231", dt.date(2025, 12, 31)),
        ("31/12/77", dt.date(1977, 12, 31)),
        ("9999-12-31", dt.date(9999, 12, 31)),
        ("12/31/2025", None),
        ("30/02/2025", None),
        ("2025", None),
        ("kemarin", None),
    ],
)
def test_a_date_of_a_membership_is_read_or_the_row_is_held(text, day):
    (row,) = check_members([member(coverage_end=text)])
    assert row["coverage_end"] == day
    assert ("DATE_INVALID" in codes(row)) == (day is None)
    assert row["outcome"] == ("accepted" if day else "held")


def test_an_ambiguous_date_of_a_membership_in_a_mixed_column_is_held():
    rows = [member(coverage_start=text) for text in ("05/06/2025", "12/31/2025", "31/12/2024")]
    found = check_members(rows)
    assert [row["coverage_start"] for row in found] == [None, None, dt.date(2024, 12, 31)]
    assert ["DATE_INVALID" in codes(row) for row in found] == [True, True, False]


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("2025-12", "2025-12"), ("202512", "2025-12"), ("12/2025", "2025-12"), ("1/2025", "2025-01"),
        ("Desember 2025", "2025-12"), ("Des-2025", "2025-12"), ("2025-12-31", "2025-12"),
        ("31/12/2025", "2025-12"), ("46022", "2025-12"), ("Des-25", None), ("2025-13", None), ("12", None),
    ],
)  # fmt: skip
def test_a_paid_month_is_read_or_the_row_is_held(text, month):
    (row,) = check_members([member(last_paid_month=text)])
    assert row["last_paid_month"] == month
    assert ("DATE_INVALID" in codes(row)) == (month is None)


def test_a_reason_names_its_cell():
    (row,) = check([{"sex": "?x", "desil": "11", "flags": "ROW_HIDDEN,TEXT_CLEANED", **nik_of(OLD, 1)}])
    assert codes(row) == {"SEX_UNKNOWN", "DESIL_UNKNOWN", "ROW_HIDDEN", "TEXT_CLEANED"}
    assert row["outcome"] == "accepted"
