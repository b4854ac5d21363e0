"""What becomes of a received row: its typed values, its outcome, its reasons."""

import datetime as dt
from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sigap.domain.datasets import (
    CHECKED_MEMBERSHIPS,
    CHECKED_WORKERS,
    MEMBERSHIP_TEXT,
    RECEIVED_MEMBERSHIPS,
    RECEIVED_WORKERS,
    WORKER_TEXT,
)
from sigap.domain.period import Period
from sigap.domain.source import Column, SourceEntry
from sigap.errors import QualityError
from sigap.quality.rows import check_rows

JANUARY = Period(2026, 1)
PERSON = {
    "nik": "3275011708800001",
    "full_name": "Budi Contoh",
    "birth_date": "17/08/1980",
    "sex": "L",
    "address": "Jl. Uji 5",
    "kelurahan": "Kranji",
    "kecamatan": "Bekasi Barat",
}
MEMBER = {
    "nik": "3275011708800001",
    "kpj": "12345678901",
    "full_name": "Budi Contoh",
    "birth_date": "1980-08-17",
    "segment": "BPU",
    "status": "AKTIF",
    "payer_code": "SG01",
    "coverage_start": "2025-01-01",
    "last_paid_month": "2025-12",
    "as_of_date": "2026-01-02",
}


def entry(order: str = "dmy") -> SourceEntry:
    columns = {"birth_date": Column("birth_date", ("Tgl Lahir",), date_order=order)}
    return SourceEntry("becak", "Becak", "workers", columns, sector="becak")


MEMBERSHIPS = SourceEntry("memberships", "Kepesertaan", "memberships", {})


def received(rows: list[dict], schema: pa.Schema = RECEIVED_WORKERS) -> pa.Table:
    whole = [
        dict.fromkeys(schema.names)
        | {
            "delivery_id": "d1",
            "sheet": "Data",
            "row": line,
            "source": "becak",
            "cells": "{}",
            "nik_cell": "text",
        }
        | row
        for line, row in enumerate(rows, start=2)
    ]
    return pa.Table.from_pylist(whole, schema=schema)


def check_each(cases: list[dict], order: str = "dmy") -> list[dict]:
    """The checked row of PERSON with each of these changes; every row has a NIK of its own."""
    rows = [
        PERSON | {"nik": f"327501170880{serial:04d}"} | changes for serial, changes in enumerate(cases, 1)
    ]
    return check_rows(received(rows), entry(order), JANUARY).rows.to_pylist()


def check_members(cases: list[dict]) -> list[dict]:
    """The checked row of MEMBER with each of these changes."""
    rows = received([MEMBER | changes for changes in cases], RECEIVED_MEMBERSHIPS)
    return check_rows(rows, MEMBERSHIPS, JANUARY).rows.to_pylist()


def test_clean_row_is_accepted_with_typed_values():
    changes = {
        "rt": "003",
        "rw": "RW 02",
        "desil": "2",
        "kk": "3275-0101-0101-0001",
        "phone": "0812",
        "job": " Supir ",
    }
    found = check_each([changes])[0]
    assert found == {
        "delivery_id": "d1",
        "sheet": "Data",
        "row": 2,
        "source": "becak",
        "outcome": "accepted",
        "reasons": "",
        "warnings": "",
        "fact_key": None,
        "nik": "3275011708800001",
        "nik_state": "valid",
        "nik_digits": "3275011708800001",
        "nik_birth_date": dt.date(1980, 8, 17),
        "kk": "3275010101010001",
        "full_name": "Budi Contoh",
        "birth_date": dt.date(1980, 8, 17),
        "sex": "L",
        "address": "Jl. Uji 5 RT 003 RW 02",
        "kelurahan_code": "32.75.02.1002",
        "kecamatan_code": "32.75.02",
        "regency_code": "32.75",
        "desil": 2,
        "job": "Supir",
        "sector": "becak",
        "is_inactive": False,
        "is_deceased": False,
        "phone": "0812",
        "mother_name": None,
    }


def test_finding_decides_the_outcome_by_its_severity():
    cases = [
        ({"nik": None, "nik_cell": "empty"}, "held", "NIK_MISSING", ""),
        ({"nik_cell": "number"}, "held", "NIK_DAMAGED", ""),
        ({"nik": "3.27501E+15"}, "held", "NIK_DAMAGED", ""),
        ({"nik": "327501"}, "held", "NIK_FORMAT", ""),
        ({"nik": "3275011708800000"}, "rejected", "NIK_INVALID", ""),
        ({"full_name": " - "}, "rejected", "NAME_MISSING", ""),
        ({"full_name": "123"}, "rejected", "NAME_MISSING", ""),
        ({"birth_date": None}, "held", "DOB_MISSING", ""),
        ({"birth_date": "#N/A"}, "held", "DOB_MISSING", ""),
        ({"birth_date": "17 Agustuz 80"}, "held", "DOB_INVALID", ""),
        ({"birth_date": "18/08/1980"}, "accepted", "", "DOB_MISMATCH"),
        ({"sex": "Perempuan"}, "accepted", "", "SEX_MISMATCH"),
        ({"sex": "?x"}, "accepted", "", "SEX_UNKNOWN"),
        ({"desil": "11"}, "accepted", "", "DESIL_UNKNOWN"),
        ({"nik": "3174011708800001"}, "accepted", "", "NIK_REGION"),
        ({"kelurahan": None, "kecamatan": None}, "accepted", "", "ADDRESS_UNKNOWN"),
        (
            {"full_name": None, "birth_date": None, "nik": None},
            "rejected",
            "DOB_MISSING,NAME_MISSING,NIK_MISSING",
            "",
        ),
        ({"birth_date": "30/02/1980", "sex": "P"}, "held", "DOB_INVALID", "SEX_MISMATCH"),
    ]
    named = [{"full_name": f"Orang {'x' * number}"} | changes for number, (changes, *_) in enumerate(cases)]
    judged = [(row["outcome"], row["reasons"], row["warnings"]) for row in check_each(named)]
    assert judged == [tuple(expected) for _, *expected in cases]


def test_sex_is_read_from_the_usual_spellings():
    cases = [
        ("L", "L"),
        ("Laki - Laki", "L"),
        ("laki-laki", "L"),
        ("PRIA", "L"),
        ("1", "L"),
        ("p", "P"),
        ("Wanita", "P"),
        ("Pr.", "P"),
        ("", None),
        ("Q", None),
    ]
    found = check_each([{"sex": text} for text, _ in cases])
    assert [(text, row["sex"]) for (text, _), row in zip(cases, found, strict=True)] == cases


def test_anything_written_in_the_inactive_column_counts_except_the_words_for_no():
    cases = [
        (None, False),
        ("", False),
        ("0", False),
        ("-", False),
        ("1", True),
        ("Nonaktif", True),
        ("YA", True),
    ]
    found = check_each([{"inactive": text} for text, _ in cases])
    assert [(text, row["is_inactive"]) for (text, _), row in zip(cases, found, strict=True)] == cases


def test_anything_written_in_the_deceased_column_counts_except_the_words_for_no():
    cases = [
        (None, False),
        (" ", False),
        ("Masih hidup", False),
        ("0", False),
        ("Meninggal 2025", True),
        ("YA", True),
    ]
    found = check_each([{"deceased": text} for text, _ in cases])
    assert [(text, row["is_deceased"]) for (text, _), row in zip(cases, found, strict=True)] == cases


def test_desil_is_a_whole_number_from_1_to_10():
    cases = [("1", 1), ("10", 10), ("3.0", 3), ("Desil 4", 4), ("0", None), ("2,5", None), (None, None)]
    found = check_each([{"desil": text} for text, _ in cases])
    assert [(text, row["desil"]) for (text, _), row in zip(cases, found, strict=True)] == cases


def test_address_gives_codes_of_the_city_elsewhere_or_unknown():
    cases = [
        ("KEL. JAKA SAMPURNA", "Kec. Bekasi Barat", None, "32.75.02.1005", "32.75.02", "32.75", False),
        ("Jatiasih", "Jatiasih", "KOTA BEKASI", "32.75.09.1002", "32.75.09", "32.75", False),
        ("Medan Satria", None, None, "32.75.06.1001", "32.75.06", "32.75", False),
        (None, "Medan Satria", None, None, "32.75.06", "32.75", True),
        ("Kranji", "Salah Tulis", None, "32.75.02.1002", "32.75.02", "32.75", True),
        ("Salah Tulis", "Bekasi Barat", None, None, "32.75.02", "32.75", True),
        ("Salah Tulis", "Salah Juga", "Kota Bekasi", None, None, "32.75", True),
        ("Kranji", "Bekasi Barat", "Bekasi", "32.75.02.1002", "32.75.02", "32.75", False),
        ("Cibening", "Setu", None, None, None, "00.00", False),
        ("Cibening", None, None, None, None, None, True),
        (None, None, None, None, None, None, True),
        ("-", "NULL", "-", None, None, None, True),
        (None, None, "Bekasi", None, None, None, True),
        ("Kranji", "Bekasi Barat", "KAB. BEKASI", None, None, "00.00", False),
        (None, None, "Kota Depok", None, None, "00.00", False),
    ]
    names, codes = (
        ("kelurahan", "kecamatan", "kabupaten"),
        ("kelurahan_code", "kecamatan_code", "regency_code"),
    )
    found = check_each([dict(zip(names, case[:3], strict=True)) for case in cases])
    read = [
        (*case[:3], *(row[code] for code in codes), row["warnings"] == "ADDRESS_UNKNOWN")
        for case, row in zip(cases, found, strict=True)
    ]
    assert read == cases


def test_name_keeps_its_spelling_but_loses_invisible_characters_and_extra_blanks():
    assert (
        check_each([{"full_name": " Siti\u00a0 Nur\u200bhaliza\n, S.Pd "}])[0]["full_name"]
        == "Siti Nurhaliza , S.Pd"
    )


def test_same_nik_name_and_birth_date_later_in_the_file_is_rejected_and_the_first_is_kept():
    rows = [
        PERSON,
        PERSON | {"full_name": "BUDI  contoh", "birth_date": "1980-08-17"},
        PERSON | {"full_name": "Orang Lain"},
        PERSON | {"birth_date": "18/08/1980"},
        PERSON | {"nik": None, "nik_cell": "empty"},
        PERSON | {"nik": None, "nik_cell": "empty"},
    ]
    found = check_rows(received(rows), entry(), JANUARY)
    assert [row["reasons"] for row in found.rows.to_pylist()] == [
        "",
        "ROW_REPEATED",
        "",
        "",
        "NIK_MISSING",
        "NIK_MISSING",
    ]
    assert [row["warnings"] for row in found.rows.to_pylist()] == [
        "",
        "",
        "ROW_ALIKE",
        "DOB_MISMATCH,ROW_ALIKE",
        "ROW_ALIKE",
        "ROW_ALIKE",
    ]
    assert found.duplicates == {"exact": 1, "near": 4}
    assert found.reasons["ROW_REPEATED"] == 1


def test_membership_is_never_thrown_away_but_held_when_in_doubt():
    cases = [
        ({}, "accepted", ""),
        ({"nik": "3275011708800000"}, "held", "NIK_INVALID"),
        ({"nik": "1" * 16}, "held", "NIK_PLACEHOLDER"),
        ({"nik": None, "nik_cell": "empty"}, "held", "NIK_MISSING"),
        ({"nik_cell": "number"}, "held", "NIK_DAMAGED"),
        ({"segment": "XYZ"}, "held", "VALUE_UNKNOWN"),
        ({"status": None}, "held", "VALUE_UNKNOWN"),
        ({"coverage_end": "31/12/2025"}, "held", "DATE_INVALID"),
        ({"as_of_date": "kemarin"}, "held", "DATE_INVALID"),
        ({"last_paid_month": "Desember"}, "held", "DATE_INVALID"),
        ({"last_paid_month": "2025-13"}, "held", "DATE_INVALID"),
        ({"birth_date": "17-08-80"}, "accepted", "DOB_READ"),
        ({"birth_date": "17 Agustuz 80"}, "held", "DOB_INVALID"),
        (
            {"birth_date": None, "full_name": None, "as_of_date": None},
            "accepted",
            "DATA_INCOMPLETE,DOB_MISSING,NAME_MISSING",
        ),
        ({"coverage_end": None, "last_paid_month": "-"}, "accepted", ""),
    ]
    found = check_members([changes for changes, *_ in cases])
    judged = [(row["outcome"], row["reasons"] or row["warnings"]) for row in found]
    assert judged == [tuple(expected) for _, *expected in cases]


def test_last_paid_month_is_a_month():
    cases = [
        ("2025-12", "2025-12"),
        ("202512", "2025-12"),
        ("12/2025", "2025-12"),
        ("2025-12-31", "2025-12"),
        ("2025-12-01 00:00:00", "2025-12"),
    ]
    found = check_members([{"last_paid_month": text} for text, _ in cases])
    assert [(text, row["last_paid_month"]) for (text, _), row in zip(cases, found, strict=True)] == cases


def test_membership_values_are_typed_and_spelled_as_agreed():
    found = check_members(
        [{"segment": "Bukan Penerima Upah", "status": "Non Aktif", "programmes": "jkk,jkm"}]
    )[0]
    assert (found["segment"], found["status"], found["programmes"]) == ("BPU", "NONAKTIF", "JKK,JKM")
    assert (found["coverage_start"], found["as_of_date"]) == (dt.date(2025, 1, 1), dt.date(2026, 1, 2))


EVIDENCE = ("sex", "kk", "mother_name", "phone", "kelurahan_code", "kecamatan_code")
BARE = dict.fromkeys(("sex", "kelurahan", "kecamatan"))
KECAMATAN = {"kecamatan_code": "32.75.02"}
HOME = KECAMATAN | {"kelurahan_code": "32.75.02.1002"}


@pytest.mark.parametrize(
    "told",
    [
        {"sex": "Laki - laki", "kk": "3275-0101-0101-0001", "mother_name": "  Karsih  ", "phone": "0812 34"},
        {"kelurahan": "Kel. Kranji", "kecamatan": "Bks Brt"},
        {"kelurahan": "Krannji", "kecamatan": "Bekasi Barat"},
        {"kecamatan": "Bekasi Barat"},
        {"place_code": "3275021002"},
        {"kelurahan": "Kranji", "kecamatan": "Bekasi Barat", "kabupaten": "Kab. Bogor"},
        {"sex": "-", "kk": "12", "mother_name": "N/A", "phone": "–", "kelurahan": "NULL", "kecamatan": "-"},
    ],
)
def test_what_a_membership_says_of_its_holder_is_read_as_in_a_list_of_workers(told):
    (membership,), (worker,) = check_members([told]), check_each([BARE | told])
    assert [membership[name] for name in EVIDENCE] == [worker[name] for name in EVIDENCE]
    assert (membership["outcome"], membership["reasons"]) == ("accepted", "")


def test_an_extract_that_says_nothing_of_its_holders_has_no_finding():
    (found,) = check_members([{}])
    assert [found[name] for name in EVIDENCE] == [None] * len(EVIDENCE)
    assert (found["outcome"], found["reasons"], found["warnings"], found["fact_key"]) == (
        "accepted",
        "",
        "",
        None,
    )


def test_a_wrong_cell_of_the_evidence_is_left_out_and_holds_no_membership():
    cases = [
        ({"sex": "?x"}, "SEX_UNKNOWN", {}),
        ({"kk": "3275"}, "", {}),
        ({"kelurahan": "Antah", "kecamatan": "Berantah"}, "ADDRESS_UNKNOWN", {}),
        ({"kecamatan": "Berantah"}, "ADDRESS_UNKNOWN", {}),
        ({"kelurahan": "Margahayu", "kecamatan": "Berantah"}, "ADDRESS_UNKNOWN", {}),  # a namesake
        ({"kelurahan": "Antah", "kecamatan": "Bekasi Barat"}, "ADDRESS_UNKNOWN", KECAMATAN),
        ({"kelurahan": "Krannji", "kecamatan": "Bekasi Barat"}, "ADDRESS_SPELLING", HOME),
        ({"place_code": "XX.99"}, "PLACE_CODE_UNKNOWN", {}),
        ({"kecamatan": "Bekasi Barat"}, "", KECAMATAN),
        ({"place_code": "32.75.02"}, "", KECAMATAN),
        ({"kabupaten": "Kota Bekasi"}, "", {}),
        ({"kelurahan": "Cibubur", "kecamatan": "Ciracas", "kabupaten": "Jakarta Timur"}, "", {}),
    ]
    found = check_members([changes for changes, *_ in cases])
    for (changes, code, kept), row in zip(cases, found, strict=True):
        assert (row["outcome"], row["reasons"], row["warnings"]) == ("accepted", "", code), changes
        assert {name: row[name] for name in EVIDENCE if row[name]} == kept, changes


cell = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.sampled_from(
        ["-", "0", "17/08/1980", "1980-08-17", "3275011708800001", "Kranji", "L", "BPU", "AKTIF"]
    ),
)


def some_rows(names: tuple[str, ...]) -> st.SearchStrategy[list[dict]]:
    kind = st.sampled_from(["text", "number", "empty"])
    return st.lists(st.fixed_dictionaries(dict.fromkeys(names, cell) | {"nik_cell": kind}), max_size=40)


@given(some_rows(WORKER_TEXT), st.sampled_from(["dmy", "mdy", "ymd"]))
@settings(max_examples=8, deadline=None)
def test_every_row_of_workers_comes_back_once_in_order_with_one_outcome(rows, order):
    table = received(rows)
    found = check_rows(table, entry(order), JANUARY)
    assert found.rows.schema == CHECKED_WORKERS
    assert_complete(table, found)


@given(some_rows(MEMBERSHIP_TEXT))
@settings(max_examples=8, deadline=None)
def test_every_membership_comes_back_once_in_order_with_one_outcome(rows):
    table = received(rows, RECEIVED_MEMBERSHIPS)
    found = check_rows(table, MEMBERSHIPS, JANUARY)
    assert found.rows.schema == CHECKED_MEMBERSHIPS
    assert_complete(table, found)
    assert found.counts["rejected"] == 0


def assert_complete(table: pa.Table, found) -> None:
    assert found.rows["row"].to_pylist() == table["row"].to_pylist()
    counts = dict(found.counts)
    assert counts.pop("received") == table.num_rows == sum(counts.values())
    for row in found.rows.to_pylist():
        assert row["outcome"] in {"accepted", "held", "rejected"}
        assert (row["outcome"] == "accepted") == (row["reasons"] == "")


def test_many_rows_keep_their_order_and_a_second_check_gives_the_same_rows():
    two = received([PERSON, PERSON | {"nik": "3275011708800002", "kelurahan": "Setu"}])
    rows = pa.concat_tables([two] * 50_000).combine_chunks()
    lines = pa.array(range(rows.num_rows), pa.int32())
    rows = rows.set_column(rows.schema.get_field_index("row"), "row", lines)
    first = check_rows(rows, entry(), JANUARY)
    assert first.rows["row"].combine_chunks().equals(lines)
    assert first.reasons["ROW_REPEATED"] == 100_000 - 2
    assert first.rows.equals(check_rows(rows, entry(), JANUARY).rows)


def test_source_of_another_kind_is_refused():
    with pytest.raises(QualityError, match="bpjs_bills"):
        check_rows(received([]), replace(entry(), code="bpjs_bills", kind="bills"), JANUARY)
