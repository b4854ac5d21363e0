"""The correction workbook is the sender's own list again: nothing damaged, reasons beside the rows."""

import datetime as dt
import io
import json
from typing import Any

import openpyxl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sigap.domain.correction import MARK_SHEET, REASON_HEADER, SUMMARY
from sigap.domain.datasets import FINDINGS
from sigap.domain.lists import FoundList
from sigap.domain.period import Period
from sigap.domain.reasons import reasons
from sigap.errors import QualityError
from sigap.quality import sheets
from sigap.quality.correction import rows_to_show, write_workbook
from sigap.quality.letter import Letter
from sigap.quality.sheets import GivenList, advice, name_sheets

HEADERS = ("No", "NIK", "Nama\nLengkap", "Tgl Lahir", "Nama Ibu")
FOUND = FoundList(
    "Data",
    (2,),
    HEADERS,
    {"nik": "B", "full_name": "C", "birth_date": "D"},
    minimised=("Nama Ibu",),
)
ABOVE = [["Daftar anggota"], list(HEADERS)]
Fault = tuple[int, str, str, str | None]


def received(rows: dict[int, tuple[str | None, ...]]) -> pa.Table:
    cells = [json.dumps(dict(zip(HEADERS, texts, strict=False))) for texts in rows.values()]
    return pa.table({"sheet": ["Data"] * len(rows), "row": pa.array(rows, pa.int32()), "cells": cells})


def checked(rows: dict[int, str], damaged: dict[int, str] | None = None) -> pa.Table:
    damaged = damaged or {}
    return pa.table(
        {
            "sheet": ["Data"] * len(rows),
            "row": pa.array(rows, pa.int32()),
            "outcome": list(rows.values()),
            "nik_state": ["damaged" if row in damaged else "valid" for row in rows],
            "nik_digits": pa.array([damaged.get(row) for row in rows], pa.string()),
        }
    )


def findings(*faults: Fault) -> pa.Table:
    empty = dict.fromkeys(FINDINGS.names)
    rows = [
        empty | {"sheet": "Data", "row": row, "code": code, "severity": severity, "column": column}
        for row, code, severity, column in faults
    ]
    return pa.Table.from_pylist(rows, FINDINGS)


ROWS = {
    3: ("1", "3275011708800001", "Ani", "17-08-1980"),
    4: ("2", "3275011708800000", "=1+1", "31-02-1980"),
    6: ("3", "3275011708800003", "Cici", None),
}
FAULTS = (
    (4, "NIK_DAMAGED", "hold", "B"),
    (4, "DOB_INVALID", "hold", "D"),
    (4, "ROW_HIDDEN", "info", None),
    (6, "DOB_MISSING", "hold", "D"),
    (6, "SEX_MISMATCH", "warn", "B"),
    (3, "NIK_REGION", "warn", "B"),
)


def given_list(found: FoundList = FOUND, above: list[list[str]] = ABOVE) -> GivenList:
    outcomes = {3: "accepted", 4: "held", 6: "held"}
    rows = rows_to_show(received(ROWS), checked(outcomes, {4: "327501170880000"}), findings(*FAULTS), found)
    return GivenList("Data", found, above, rows)


def letter(**changes: Any) -> Letter:
    counts = {"received": 3, "accepted": 1, "corrected": 0, "held": 2, "rejected": 0}
    known = {
        "delivery_id": "d1",
        "source": "becak",
        "title": "Paguyuban pengemudi becak",
        "file_name": "daftar.xls",
        "period": Period(2026, 1),
        "received_at": dt.datetime(2026, 1, 5, 3, tzinfo=dt.UTC),
        "counts": counts,
    }
    return Letter(**(known | changes))


def written(*lists: GivenList) -> tuple[bytes, openpyxl.Workbook]:
    buffer = io.BytesIO()
    write_workbook(buffer, letter(), lists or [given_list()])
    return buffer.getvalue(), openpyxl.load_workbook(io.BytesIO(buffer.getvalue()))


def test_rows_stand_on_their_own_lines_below_titles_and_header() -> None:
    sheet = written()[1]["Data"]
    assert sheet["A1"].value == "Daftar anggota"
    assert [cell.value for cell in sheet[2]] == [*HEADERS, REASON_HEADER]
    assert [sheet.cell(line, 3).value for line in range(3, 7)] == ["Ani", "=1+1", None, "Cici"]


def test_every_cell_is_text_and_no_formula_so_that_no_nik_is_damaged_again() -> None:
    sheet = written()[1]["Data"]
    cells = [
        cell for line in sheet.iter_rows(min_row=3, max_col=5) for cell in line if cell.value is not None
    ]
    assert len(cells) == 11
    assert {(cell.data_type, cell.number_format) for cell in cells} == {("s", "@")}
    blanks = [cell for cell in sheet[6][:5] if cell.value is None]
    assert blanks and {cell.number_format for cell in blanks} == {"@"}


def test_a_digit_that_a_number_cell_lost_is_shown_as_lost() -> None:
    sheet = written()[1]["Data"]
    assert sheet["B4"].value == "327501170880000?"
    assert sheet["B3"].value == "3275011708800001"


def test_only_rows_to_be_fixed_can_be_written_in() -> None:
    book = written()[1]
    sheet = book["Data"]
    assert sheet.protection.sheet and not sheet.protection.password
    locked = {line: {cell.protection.locked for cell in sheet[line][:5]} for line in (2, 3, 4, 6)}
    assert locked == {2: {True}, 3: {True}, 4: {False}, 6: {False}}
    assert sheet["F4"].protection.locked
    assert book[SUMMARY].protection.sheet


def test_wrong_cells_are_red_doubtful_ones_yellow_and_carry_a_note() -> None:
    sheet = written()[1]["Data"]
    red, yellow = sheet["B4"].fill.fgColor.rgb, sheet["B6"].fill.fgColor.rgb
    assert red == sheet["D4"].fill.fgColor.rgb == sheet["D6"].fill.fgColor.rgb == "FFFFC7CE"
    assert yellow == "FFFFEB9C"
    assert sheet["C4"].fill.fill_type is None and sheet["B3"].fill.fill_type is None
    assert reasons()["NIK_DAMAGED"].indonesian in sheet["B4"].comment.text
    assert sheet["C4"].comment is None


def test_the_reason_names_the_cell_what_is_wrong_and_what_to_do() -> None:
    sheet = written()[1]["Data"]
    first, second = sheet["F4"].value.split("\n")
    assert first == f"• Sel B4 (NIK): {reasons()['NIK_DAMAGED'].indonesian}. {advice()['NIK_DAMAGED']}"
    assert second.startswith("• Sel D4 (Tgl Lahir): ")
    assert "Periksa juga sel B6 (NIK)" in sheet["F6"].value
    assert sheet["F3"].value is None  # a row that is fine asks for nothing, whatever was noticed
    assert "disembunyikan" not in sheet["F4"].value


def test_the_summary_says_who_what_how_many_and_leads_to_each_row() -> None:
    sheet = written()[1][SUMMARY]
    texts = [cell.value for line in sheet.iter_rows() for cell in line if cell.value is not None]
    for words in ("Paguyuban pengemudi becak", "daftar.xls", "Januari 2026", "5 Januari 2026", 3, 1, 2):
        assert words in texts
    assert reasons()["DOB_MISSING"].indonesian in texts and advice()["DOB_MISSING"] in texts
    assert any("Kolom Nama Ibu sengaja kosong" in str(text) for text in texts)
    links = {cell.hyperlink.location for line in sheet.iter_rows() for cell in line if cell.hyperlink}
    assert links == {"'Data'!A4", "'Data'!A6"}
    assert not any("NIK_" in str(text) for text in texts)  # codes are ours


def test_columns_that_stay_in_the_archive_are_empty() -> None:
    sheet = written()[1]["Data"]
    assert sheet["E2"].value == "Nama Ibu"
    assert [sheet.cell(line, 5).value for line in range(3, 7)] == [None] * 4


def test_a_header_over_several_columns_is_one_cell_again() -> None:
    headers = ("No", "NIK", "Nama", "Lahir tempat", "Lahir tanggal")
    above = [["No", "NIK", "Nama", "Lahir", ""], ["", "", "", "tempat", "tanggal"]]
    found = FoundList("Data", (1, 2), headers, {"nik": "B", "full_name": "C", "birth_date": "E"})
    sheet = written(given_list(found, above))[1]["Data"]
    assert [str(merged) for merged in sheet.merged_cells.ranges] == ["D1:E1"]
    assert [cell.value for cell in sheet[2]] == [None, None, None, "tempat", "tanggal", REASON_HEADER]


def test_the_same_facts_give_the_same_bytes() -> None:
    assert written()[0] == written()[0]


def test_the_mark_names_the_delivery_and_each_row_that_was_asked_for() -> None:
    sheet = written()[1][MARK_SHEET]
    assert sheet.sheet_state == "veryHidden"
    facts = {sheet.cell(line, 1).value: sheet.cell(line, 2).value for line in range(1, 6)}
    assert (facts["delivery"], facts["source"], facts["period"]) == ("d1", "becak", "2026-01")
    assert [sheet.cell(line, 2).value for line in (6, 7)] == [4, 6]


def test_a_workbook_of_many_faults_has_notes_for_the_first_and_reasons_for_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sheets, "_MOST_NOTES", 2)
    sheet = written()[1]["Data"]
    assert sum(cell.comment is not None for line in sheet.iter_rows() for cell in line) == 2
    assert sheet["F4"].value and sheet["F6"].value


def test_a_list_without_faults_and_one_beyond_a_sheet_are_refused() -> None:
    fine = rows_to_show(received(ROWS), checked(dict.fromkeys(ROWS, "accepted")), findings(), FOUND)
    with pytest.raises(QualityError, match="every row is accepted"):
        write_workbook(io.BytesIO(), letter(), [GivenList("Data", FOUND, ABOVE, fine)])
    rows = {1_048_577: ROWS[4]}
    far = rows_to_show(received(rows), checked({1_048_577: "held"}), findings(), FOUND)
    with pytest.raises(QualityError, match="more lines than a sheet"):
        write_workbook(io.BytesIO(), letter(), [GivenList("Data", FOUND, ABOVE, far)])


def test_every_reason_of_the_check_says_what_to_do() -> None:
    settled = {"VERDICT_ACCEPTED", "VERDICT_CORRECTED"}  # of rows that are in use
    asked = {code for code, reason in reasons().items() if reason.stage == "quality"} - settled
    assert asked == set(advice())
    assert all(sentence.endswith(".") for sentence in advice().values())


@given(st.lists(st.text(max_size=40), max_size=6))
def test_sheets_get_titles_that_every_program_takes_and_that_differ(names: list[str]) -> None:
    titles = name_sheets(names)
    assert len({title.casefold() for title in titles} | {SUMMARY.casefold(), MARK_SHEET}) == len(names) + 2
    assert all(0 < len(title) <= 31 and not set(title) & set("[]:*?/\\'") for title in titles)


def test_a_sheet_keeps_its_own_name_where_it_can() -> None:
    assert name_sheets(["Data Becak", "", SUMMARY]) == ["Data Becak", "Daftar", f"{SUMMARY} 2"]
