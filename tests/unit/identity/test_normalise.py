"""What a record looks like when it is compared."""

import datetime as dt

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sigap.engine import connect
from sigap.identity.normalise import standardise
from sigap.identity.records import RECORDS, STANDARD
from sigap.identity.terms import Terms, count_terms

DAY = dt.date(1980, 8, 17)
TERMS = Terms.from_json(
    {
        "tokens": {"SITI": 0.1, "AMINA": 0.05, "ABDUL": 0.04, "RAHMAN": 0.02},
        "rare_token": 0.001,
        "names": {"SITI AMINA": 0.02},
        "births": {"1990-01-01": 0.01},
        "rare_birth": 0.0001,
        "least_name": 0.0005,
    }
)


def standard(*rows, terms=TERMS):
    numbered = [{"record": number, **row} for number, row in enumerate(rows)]
    with connect() as connection:
        connection.register("records", pa.Table.from_pylist(numbered, RECORDS))
        standardise(connection, "records", "standard", terms)
        found = connection.table("standard").order("record").to_arrow_table()
    assert found.schema.equals(STANDARD)
    return found.to_pylist()


def one(**row):
    return standard(row)[0]


def test_a_record_of_nothing_stays_one_of_nothing():
    nothing = one()
    assert {value for name, value in nothing.items() if name not in ("record", "is_birth_told")} == {None}
    assert nothing["is_birth_told"] is False


@pytest.mark.parametrize(
    ("written", "first", "middle", "last"),
    [
        ("Suparno", "SUPARNO", None, None),
        ("Siti Aminah", "SITI", None, "AMINA"),
        ("H. Abdurrahman", "ABDUL", None, "RAHMAN"),
        ("Budi Tri Hartono", "BUDI", "TRI", "HARTONO"),
        ("Nurhidayat Hartono, S.Pd", "NUR", "HIDAYAT", "HARTONO"),
        ("Budi Tri Dwi Eko Hadi Agus Hartono", "BUDI", "TRI", "HARTONO"),
        ("Budi Nurhidayat Hartono", "BUDI", "NUR", "HARTONO"),
        ("Budi S.Pd Tri Hartono", "BUDI", "TRI", "HARTONO"),
    ],
)
def test_the_ends_of_a_name_and_what_stands_behind_the_first_word(written, first, middle, last):
    found = one(full_name=written)
    assert (found["first"], found["middle"], found["last"]) == (first, middle, last)
    assert found["name"].split()[0] == first


def test_the_key_of_a_name_does_not_see_the_order_of_its_words():
    asep, turned, other, twice = standard(
        *(
            {"full_name": name}
            for name in ("Asep Suhendar", "SUHENDAR ASEP", "Asep Suhendi", "Asep Asep Suhendar")
        )
    )
    assert asep["name"] != turned["name"]
    assert asep["name_key"] == turned["name_key"]
    assert len({row["name_key"] for row in (asep, other, twice)}) == 3


@pytest.mark.parametrize("written", ["", "  ", "-", "123", "..."])
def test_a_name_without_letters_is_none(written):
    found = one(full_name=written, mother_name=written)
    assert {found[name] for name in ("name", "first", "name_key", "nick", "mother", "tf_name")} == {None}


def test_a_mothers_name_is_read_like_any_other():
    assert one(mother_name="Hj. SITI FATIMAH Azzahra binti Ali")["mother"] == "SITI PATIMA AJAHRA"


@pytest.mark.parametrize(
    "written",
    [
        "Fatimah",
        " Nurhidayati  Hartono, S.Pd",
        "Siti Budi Tri Dwi Eko Hadi Agus Abdurrahman binti Ali",
        "Siti Budi Tri Dwi Eko Hadi, S.Pd. Bin",
    ],
)
def test_a_mother_is_called_what_she_herself_would_be_called(written):
    child, mother, none = standard({"mother_name": written}, {"full_name": written}, {})
    assert child["mother"] == mother["name"]
    assert (mother["mother"], none["mother"]) == (None, None)


@pytest.mark.parametrize(
    ("nik", "birth_date", "sex"),
    [
        ("3275011708800001", dt.date(1980, 8, 17), "L"),
        ("3275015708800001", dt.date(1980, 8, 17), "P"),
        ("3275011708150001", dt.date(2015, 8, 17), "L"),
        ("3275011708160001", dt.date(1916, 8, 17), "L"),
        ("3275012902000001", dt.date(2000, 2, 29), "L"),
        ("3275013002800001", None, "L"),
    ],
)
def test_a_nik_says_birth_date_and_sex_where_the_list_does_not(nik, birth_date, sex):
    found = one(nik=nik)
    assert (found["birth_date"], found["sex"]) == (birth_date, sex)


def test_what_the_list_says_of_birth_and_sex_stands():
    found = one(nik="3275015708800001", birth_date=dt.date(1981, 8, 17), sex="L")
    assert (found["birth_date"], found["sex"]) == (dt.date(1981, 8, 17), "L")


@pytest.mark.parametrize(
    ("born", "swapped"),
    [
        (dt.date(1980, 8, 12), dt.date(1980, 12, 8)),
        (dt.date(1980, 8, 13), None),
        (dt.date(1980, 8, 8), None),
        (None, None),
    ],
)
def test_day_and_month_change_places_where_that_is_another_date(born, swapped):
    assert one(birth_date=born)["birth_swapped"] == swapped


@pytest.mark.parametrize(
    ("written", "phone"),
    [
        ("081234567890", "+6281234567890"),
        ("6281234567890", "+6281234567890"),
        ("+62 812-3456-7890", "+6281234567890"),
        ("+62 0812 3456 7890", "+6281234567890"),
        ("006281234567890", "+6281234567890"),
        ("81234567890", "+6281234567890"),
        ("(0812) 3456.7890", "+6281234567890"),
        ("81234567890.0", "+6281234567890"),
        ("081234567890 / 085712345678", "+6281234567890"),
        ("021-8841234", "+62218841234"),
        ("08123", None),
        ("08123456789012345", None),
        ("tidak ada", None),
        ("0000000000", None),
        ("", None),
    ],
)
def test_a_phone_is_written_as_the_world_dials_it(written, phone):
    assert one(phone=written)["phone"] == phone


@pytest.mark.parametrize(
    ("written", "kk"),
    [
        ("3275011708150001", "3275011708150001"),
        ("327501170815001", None),
        ("32750117O8150001", None),
        ("0000000000000000", None),
        ("1234567890123456", None),
        ("3275010000000000", None),
    ],
)
def test_a_family_card_has_sixteen_digits_that_somebody_gave_out(written, kk):
    assert one(kk=written)["kk"] == kk


@pytest.mark.parametrize(
    ("nik", "digits", "part"),
    [
        (None, "327501170880001", "327501170880001"),
        (None, "3275011", "3275011"),
        (None, "327501", None),
        ("3275011708800001", "3275011708800001", None),
    ],
)
def test_what_is_left_of_a_nik_counts_from_seven_digits_and_only_without_a_whole_one(nik, digits, part):
    found = one(nik=nik, nik_digits=digits)
    assert (found["nik"], found["nik_part"]) == (nik, part)


@pytest.mark.parametrize(
    ("name", "frequency"),
    [
        ("Siti Aminah", 0.02),  # listed as a whole
        ("Abdul Rahman", 0.04 * 0.02),
        ("Abdurrahman", 0.04 * 0.02),
        ("Abdul Karim", 0.0005),  # no name is rarer than the least
        ("Siti", 0.1),
        ("Raden", 0.001),
    ],
)
def test_a_name_is_as_frequent_as_it_is_listed_or_as_its_words_together(name, frequency):
    assert one(full_name=name)["tf_name"] == pytest.approx(frequency, rel=1e-12)


def test_a_birth_date_is_as_frequent_as_it_is_listed_or_rare():
    listed, rare, none = standard({"birth_date": dt.date(1990, 1, 1)}, {"birth_date": DAY}, {})
    assert [row["tf_birth_date"] for row in (listed, rare, none)] == [0.01, 0.0001, None]


@pytest.mark.parametrize("born", [dt.date(1, 1, 2), dt.date(1849, 12, 31), dt.date(2150, 2, 1)])
def test_a_birth_date_of_no_century_is_only_rare(born):
    found = one(birth_date=born)
    assert (found["birth_date"], found["birth_swapped"], found["tf_birth_date"]) == (born, None, 0.0001)


def test_the_same_rows_in_another_order_give_the_same_values():
    rows = [
        {"full_name": name, "phone": f"0812345678{number}"}
        for number, name in enumerate(("Asep", "H. M. Ali", "Ma'ruf Amin"))
    ]
    forward, backward = standard(*rows), standard(*reversed(rows))
    assert [row | {"record": 0} for row in forward] == [row | {"record": 0} for row in reversed(backward)]


def test_nothing_is_left_behind_on_the_connection():
    with connect() as connection:
        connection.register("records", RECORDS.empty_table())
        before = connection.execute("SHOW ALL TABLES").fetchall()
        standardise(connection, "records", "standard", TERMS)
        connection.execute("DROP TABLE standard")
        assert connection.execute("SHOW ALL TABLES").fetchall() == before


@given(st.lists(st.text(max_size=40), min_size=20, max_size=60))
@settings(max_examples=8, deadline=None)
def test_whatever_is_written_every_row_comes_back_once_with_words_of_letters_only(texts):
    found = standard(*({"full_name": text, "mother_name": text, "phone": text, "kk": text} for text in texts))
    assert [row["record"] for row in found] == list(range(len(texts)))
    for row in found:
        assert row["name"] is None or all(
            word.isalpha() and word.isascii() for word in row["name"].split(" ")
        )
        assert (row["name"] is None) == (row["nick"] is None) == (row["tf_name"] is None)


def test_terms_are_shares_and_name_nobody_rare():
    names = ["Siti Aminah"] * 30 + ["Siti Maryam"] * 20 + ["Suparno"] * 5 + [None] * 5
    rows = [{"record": number, "full_name": name, "birth_date": DAY} for number, name in enumerate(names)]
    with connect() as connection:
        connection.register("records", pa.Table.from_pylist(rows, RECORDS))
        standardise(connection, "records", "standard", Terms.none())
        terms = count_terms(connection, "standard", at_least=20, names=1)
    tree = terms.as_json()
    assert tree["tokens"] == {"SITI": 0.9091, "AMINA": 0.5455, "MARIAM": 0.3636}
    assert tree["names"] == {"SITI AMINA": 0.5455}
    assert tree["births"] == {"1980-08-17": 1.0}
    assert tree["rare_token"] == pytest.approx(10 / 55, rel=1e-3)
    assert Terms.from_json(tree).as_json() == tree


def test_without_terms_every_name_counts_as_frequent_as_can_be():
    assert standard({"full_name": "Suparno", "birth_date": DAY}, terms=Terms.none())[0]["tf_name"] == 1.0
