"""The population number: what is read from it, and what is never trusted."""

import datetime as dt
import re
from concurrent.futures import ThreadPoolExecutor
from typing import get_args

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from upath import UPath

from sigap.domain.nik import DECODED_NIKS, NikState, decode_niks, placeholders
from sigap.domain.source import Column, SourceEntry
from sigap.sources.reader import read_rows

PLACEHOLDERS = placeholders()
STARTS = {text[:15] for text in PLACEHOLDERS}
STATES = set(get_args(NikState))
MANY = settings(max_examples=8, deadline=None)  # each example is a whole column of NIK


def decode_all(texts: list[str | None], cell: str = "text") -> list[dict]:
    return decode_niks(pa.array(texts, pa.string()), pa.array([cell] * len(texts), pa.string())).to_pylist()


def decode(text: str | None, cell: str = "text") -> dict:
    return decode_all([text], cell)[0]


def state(text: str | None, cell: str = "text") -> str:
    return decode(text, cell)["nik_state"]


@st.composite
def lawful(draw: st.DrawFn) -> tuple[str, dt.date, str]:
    """A NIK that somebody could have, with the birth date and sex it was made from."""
    region = draw(st.integers(110000, 999999))
    born = draw(st.dates(dt.date(1920, 1, 1), dt.date(2019, 12, 31)))
    sex = draw(st.sampled_from("LP"))
    serial = draw(st.integers(1, 9999))
    day = born.day + (40 if sex == "P" else 0)
    return f"{region:06d}{day:02d}{born.month:02d}{born.year % 100:02d}{serial:04d}", born, sex


def test_published_example_is_decoded_as_woman_of_20_october_1990():
    assert decode("3273056010900009") == {
        "nik": "3273056010900009",
        "nik_state": "valid",
        "nik_digits": "3273056010900009",
        "nik_day": 20,
        "nik_month": 10,
        "nik_year2": 90,
        "nik_sex": "P",
    }


columns = st.lists(lawful(), min_size=30, max_size=200)


@given(columns)
@MANY
def test_every_lawful_nik_is_valid_and_gives_back_birth_date_and_sex_whatever_its_region(made):
    for (text, born, sex), found in zip(made, decode_all([text for text, _, _ in made]), strict=True):
        assert found["nik"] == text
        assert found["nik_state"] == "valid"
        day = (found["nik_day"], found["nik_month"], found["nik_year2"])
        assert day == (born.day, born.month, born.year % 100)
        assert found["nik_sex"] == sex
        assert found["nik_digits"] == text


BLANKS = re.compile("[ \u00a0\u200b\t]")
READS_AS_NUMBER = re.compile(r"\d{14,16}\.0+")  # 327501010190001.0: what is left of a cell that was a number

marks = st.lists(st.tuples(st.integers(0, 16), st.sampled_from(" .-'’\u00a0\u200b\t–")), max_size=6)


def mark_up(text: str, marked: list[tuple[int, str]]) -> str:
    for place, mark in marked:
        text = text[:place] + mark + text[place:]
    return text


@given(st.lists(st.tuples(lawful(), marks), min_size=30, max_size=100))
@MANY
def test_punctuation_and_blanks_do_not_change_a_nik_wherever_they_stand(made):
    plain = [text for (text, _, _), _ in made]
    written = [mark_up(text, marked) for (text, _, _), marked in made]
    for found, bare, text in zip(decode_all(written), decode_all(plain), written, strict=True):
        if READS_AS_NUMBER.fullmatch(BLANKS.sub("", text)):
            assert found["nik_state"] == "damaged"
        else:
            assert found == bare


numbers = st.text("0123456789.eE+", min_size=1).filter(lambda text: re.search("[1-9]", text))


@given(st.lists(st.one_of(lawful().map(lambda made: made[0]), numbers), min_size=30, max_size=200))
@MANY
def test_nik_from_a_number_cell_is_damaged_even_with_sixteen_digits(texts):
    for text, found in zip(texts, decode_all(texts, "number"), strict=True):
        known = found["nik_state"] == "placeholder" and text[:15] in STARTS
        assert found["nik_state"] == "damaged" or known
        assert found["nik"] is None


# How programs turn the digits that somebody typed into a number, and what they show of it.
PROGRAMS = {
    "spreadsheet": lambda text: str(int(float(text[:15] + "0"))),  # keeps 15 digits, then a double
    "float": lambda text: str(int(float(text))),  # pandas, JSON, LibreOffice: a double of all 16
    "float text": lambda text: f"{float(text):.1f}",
    "single": lambda text: str(int(np.float32(text))),
    "short": lambda text: f"{float(text):.5E}",  # 3.27501E+15
    "short, zeros dropped": lambda text: f"{float(text):.6G}",
    "longer": lambda text: f"{float(text):.10E}".replace(".", ","),
    "short, saved again": lambda text: str(int(float(f"{float(text):.5E}"))),
}


@given(typed=st.lists(lawful().map(lambda made: made[0]), min_size=30, max_size=200))
@MANY
@pytest.mark.parametrize("program", [*PROGRAMS])
def test_digits_that_are_trusted_are_those_that_were_typed_whatever_program_counted_with_them(program, typed):
    shown = [PROGRAMS[program](text) for text in typed]
    for text, number, found in zip(typed, shown, decode_all(shown, "number"), strict=True):
        assert found["nik_state"] in {"damaged", "placeholder"}, number
        assert text.startswith(found["nik_digits"] or ""), (number, found["nik_digits"])


def test_a_spreadsheet_leaves_15_digits_below_2_to_the_53_and_with_them_birth_date_and_sex():
    found = decode("3275015708800010", "number")
    assert found["nik_digits"] == "327501570880001"
    assert (found["nik_day"], found["nik_month"], found["nik_year2"], found["nik_sex"]) == (17, 8, 80, "P")


@pytest.mark.parametrize(
    ("text", "cell", "digits"),
    [
        ("3275011708800013", "number", "3275011708800013"),  # not cut: a spreadsheet would have left a 0
        ("3275011708800000", "number", "327501170880000"),
        (
            "9007199254740993",
            "number",
            "900719925474099",
        ),  # above 2^53 the last digit may be one more or less
        ("9171011708800020", "number", "91710117088000"),  # or the 0 stands for a 9
        ("9171011708800000", "number", "9171011708"),
        ("3275011708800010.0", "text", "327501170880001"),
        ("3275011708800013,00", "text", "3275011708800013"),
        ("3.27501E+15", "text", "32750"),
        ("3,27501170880E+15", "text", "3275011708"),
        ("3.276E+15", "text", "327"),
        ("3.27600E+15", "text", "327"),
        ("3.27501E+14", "text", None),  # not 16 digits
        ("3E+15", "text", None),
        ("3275010000000000", "number", "32750"),  # 3.27501E+15, opened and saved again
        ("3275010000000000", "text", "32750"),
        ("327501170880001", "number", None),  # not 16 digits
    ],
)
def test_digits_that_are_left_of_a_number(text, cell, digits):
    assert decode(text, cell)["nik_digits"] == digits


def test_damage_of_real_workbooks_is_seen_through_the_reader(tmp_path):
    book = Workbook()
    sheet = book.active
    sheet.append(["NIK", "Nama"])
    typed = [
        "3275011708800013",
        "3275014708900127",
        "9171011708800013",
        "9171014708900127",
        "3275011708800000",
    ]
    for number in [int(text[:15] + "0") for text in typed] + [float(text) for text in typed]:
        sheet.append([number, "Budi Contoh"])
    sheet.append(["3275011708800013", "Budi Contoh"])
    path = tmp_path / "angka.xlsx"
    book.save(path)
    columns = {"nik": Column("nik", ("NIK",)), "full_name": Column("full_name", ("Nama",))}
    rows = read_rows(UPath(path), path.name, SourceEntry("becak", "Becak", "workers", columns), "d1")
    *found, whole = decode_niks(rows["nik"], rows["nik_cell"]).to_pylist()
    assert whole["nik_state"] == "valid"
    assert {row["nik_state"] for row in found} == {"damaged"}
    for text, row in zip([*typed, *typed], found, strict=True):
        assert text.startswith(row["nik_digits"]), row
    assert [len(row["nik_digits"]) for row in found] == [15, 15, 14, 14, 15, 16, 16, 15, 15, 15]


@pytest.mark.parametrize(
    "text",
    [
        "3.27501E+15",
        "3,27501E+15",
        "3.275e15",
        "3E+15",
        " 3.27501E+15 ",
        "3275011708800001.0",
        "3275011708800000,00",
    ],
)
def test_text_that_went_through_a_number_is_damaged(text):
    assert decode(text)["nik"] is None
    assert state(text) == "damaged"


@pytest.mark.parametrize("text", [None, "", "   ", "-", "'", ". .", "\u200b\ufeff"])
def test_nik_without_a_single_character_that_counts_is_missing(text):
    assert state(text) == "missing"


def test_empty_cell_is_missing():
    assert state(None, "empty") == "missing"


@pytest.mark.parametrize(
    "text",
    [
        "327501170880000",
        "32750117088000011",
        "327501170880000O",
        "NIK 3275011708800001",
        "l275011708800001",
        "Rp3275",
    ],
)
def test_anything_but_sixteen_plain_digits_is_malformed(text):
    assert state(text) == "malformed"


@pytest.mark.parametrize(
    "text",
    [
        "３２７５０１１７０８８００００１",
        "٣٢٧٥٠١١٧٠٨٨٠٠٠٠١",
        "۳۲۷۵۰۱۱۷۰۸۸۰۰۰۰۱",
        '="3275011708800001"',
        "\u202a3275011708800001\u202c",
        "32.75.01.170880.0001",
    ],
)
def test_sixteen_digits_are_read_in_any_script_and_out_of_what_keeps_them_text(text):
    assert decode(text) == decode("3275011708800001")


@given(
    st.lists(st.text(max_size=30), min_size=30, max_size=200), st.sampled_from(["text", "number", "empty"])
)
@MANY
def test_every_text_has_exactly_one_known_state_and_a_nik_only_when_read(texts, cell):
    for found in decode_all(texts, cell):
        assert found["nik_state"] in STATES
        assert (found["nik"] is not None) == (found["nik_state"] in {"valid", "invalid"})
        if found["nik_state"] not in {"valid", "damaged"}:
            assert found["nik_day"] is None
        if found["nik_state"] in {"missing", "placeholder"}:
            assert found["nik_digits"] is None


@pytest.mark.parametrize(
    ("text", "state", "digits"),
    [
        ("327501170880001", "malformed", "327501170880001"),
        ("32750117088001", "malformed", "32750117088001"),
        ("3275 0117 0880 00011", "malformed", "32750117088000011"),
        ("327501170880000111", "malformed", "327501170880000111"),
        ("3275011708800", "malformed", None),
        ("3275011708800001111", "malformed", None),
        ("32750117O8800001", "malformed", None),
        ("3275013208800001", "invalid", "3275013208800001"),
        ("3275011708800000", "invalid", "3275011708800000"),
    ],
)
def test_digits_that_were_typed_with_a_slip_are_kept_but_say_no_birth_date(text, state, digits):
    found = decode(text)
    assert (found["nik_state"], found["nik_digits"]) == (state, digits)
    assert found["nik_day"] is found["nik_month"] is found["nik_year2"] is found["nik_sex"] is None


@pytest.mark.parametrize("text", [*PLACEHOLDERS, "1111 1111 1111 1111", "0", "00000", "0000 0000"])
def test_what_is_typed_for_want_of_a_nik_is_a_placeholder(text):
    assert decode(text) == dict.fromkeys(DECODED_NIKS.names) | {"nik_state": "placeholder"}


@pytest.mark.parametrize("text", PLACEHOLDERS)
def test_a_placeholder_in_a_number_cell_is_known_by_its_15_digits(text):
    assert state(str(int(text[:15] + "0")), "number") == ("damaged" if text[:2] == "01" else "placeholder")


def test_no_placeholder_could_be_taken_for_the_nik_of_a_resident():
    assert all(len(text) == 16 and text.isdigit() and not text.startswith("3275") for text in PLACEHOLDERS)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("3275011708800000", "serial 0000"),
        ("3275010008800001", "day 0"),
        ("3275013208800001", "day 32"),
        ("3275014008800001", "day 40 is day 0 of a woman"),
        ("3275017208800001", "day 72 is day 32 of a woman"),
        ("3275011700800001", "month 0"),
        ("3275011713800001", "month 13"),
        ("3275013104800001", "31 April"),
        ("3275013002800001", "30 February"),
        ("3275012902810001", "29 February of 1981, 2081, 1881"),
        ("3275016902810001", "29 February of a woman of 1981"),
    ],
)
def test_nik_that_nobody_can_have_is_invalid(text, why):
    assert state(text) == "invalid", why
    assert decode(text)["nik"] == text


@pytest.mark.parametrize(
    "text", ["3275012902000001", "3275012902800001", "3275017104800001"[:6] + "7005800001"]
)
def test_date_that_exists_in_some_century_is_valid(text):
    assert state(text) == "valid"


def test_rows_keep_their_order_when_there_are_many():
    count = 200_000
    serials = pa.array([f"327501170880{number % 9999 + 1:04d}" for number in range(count)])
    found = decode_niks(pa.chunked_array([serials[:70_000], serials[70_000:]]), pa.array(["text"] * count))
    assert found.schema == DECODED_NIKS
    assert found["nik"].combine_chunks().equals(serials)


def test_every_row_keeps_its_own_nik_however_the_list_is_cut() -> None:
    """DuckDB may give the rows of several chunks back in another order: one person's NIK on another's row."""
    niks = [f"32750{1 + i % 9}{1 + i % 28:02}0{1 + i % 9}{60 + i % 30}{1 + i:04}" for i in range(40)]
    text = pa.chunked_array([niks[at : at + 4] for at in range(0, len(niks), 4)])
    cell = pa.chunked_array([["text"] * 4] * 10)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: decode_niks(text, cell)["nik"].to_pylist() == niks, range(120)))
    assert all(found), f"{found.count(False)} of {len(found)} times in another order"
