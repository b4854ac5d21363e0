"""The population number: what is read from it, and what is never trusted."""

import datetime as dt
import re

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sigap.domain.nik import DECODED_NIKS, decode_niks

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


numbers = st.text("0123456789.eE+", min_size=1).filter(lambda text: text.strip("."))


@given(st.lists(st.one_of(lawful().map(lambda made: made[0]), numbers), min_size=30, max_size=200))
@MANY
def test_nik_from_a_number_cell_is_damaged_even_with_sixteen_digits(texts):
    damaged = dict.fromkeys(DECODED_NIKS.names) | {"nik_state": "damaged"}
    assert decode_all(texts, "number") == [damaged] * len(texts)


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
        "３２７５０１１７０８８０００01",
        "Rp3275",
    ],
)
def test_anything_but_sixteen_plain_digits_is_malformed(text):
    assert state(text) == "malformed"


@given(
    st.lists(st.text(max_size=30), min_size=30, max_size=200), st.sampled_from(["text", "number", "empty"])
)
@MANY
def test_every_text_has_exactly_one_known_state_and_a_nik_only_when_read(texts, cell):
    for found in decode_all(texts, cell):
        assert found["nik_state"] in {"valid", "missing", "damaged", "malformed", "invalid"}
        assert (found["nik"] is not None) == (found["nik_state"] in {"valid", "invalid"})
        assert (found["nik_day"] is not None) == (found["nik_state"] == "valid")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1111111111111111", "one digit repeated"),
        ("9990000000999000", "the placeholder of tax software"),
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
