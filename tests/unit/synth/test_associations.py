"""The lists of the associations: files that open, headers in their place, NIK spoilt as secretaries do."""

import datetime as dt
import re
import zipfile
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

from sigap.domain.period import Period
from sigap.synth import Synthesis, synthesise
from sigap.synth.layouts import Layout, layouts
from sigap.synth.writers import parts

Row = dict[str, object]


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Synthesis:
    return synthesise(Period(2026, 1), tmp_path_factory.mktemp("inbox"), 4000, 1000)


def lines_of(path: Path, layout: Layout) -> list[list[object]]:
    if layout.extension == "csv":
        lines = path.read_text(encoding=layout.encoding).splitlines()
        return [[cell.strip('"') for cell in line.split(layout.delimiter)] for line in lines]
    workbook = CalamineWorkbook.from_path(path)
    assert workbook.sheet_names == [layout.sheet]
    return workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)


def rows_of(month: Synthesis, code: str) -> list[Row]:
    """The rows of one association under our own column names."""
    layout = layouts()[code]
    lines = [line for path in month.files if path.parent.name == code for line in lines_of(path, layout)]
    return [dict(zip(layout.columns, line, strict=True)) for line in lines[layout.header_row :]]


def all_rows(month: Synthesis) -> list[Row]:
    return [row for code in layouts() for row in rows_of(month, code)]


@pytest.mark.parametrize("code", layouts())
def test_a_list_opens_with_its_header_on_the_agreed_line(month: Synthesis, code: str) -> None:
    layout = layouts()[code]
    path = next(path for path in month.files if path.parent.name == code)
    lines = lines_of(path, layout)
    assert path.name == f"{code}_2026-01.{layout.extension}"
    assert [str(cell) for cell in lines[layout.header_row - 1]] == list(layout.columns.values())
    assert [line[0] for line in lines[: len(layout.title_rows)]] == list(layout.title_rows)
    assert len(lines) - layout.header_row == month.files[path]


@pytest.mark.parametrize(
    ("code", "form"),
    [("ojek_pangkalan", r"\d\d/\d\d/\d{4}"), ("becak", r"\d\d-\d\d-\d{4}"), ("pkl", r"\d\d/\d\d/\d{4}"),
     ("umkm", r"\d{4}-\d\d-\d\d"), ("buruh_tani", r"\d\d\.\d\d\.\d{4}"), ("seniman", r"\d\d/\d\d/\d{4}")],
)  # fmt: skip
def test_a_written_birth_date_has_the_form_of_its_sender(month: Synthesis, code: str, form: str) -> None:
    rows = rows_of(month, code)
    assert rows
    assert all(re.fullmatch(form, str(row["birth_date"])) for row in rows)


@pytest.mark.parametrize("code", ["ojek_daring", "pasar", "bangunan", "nelayan"])
def test_a_birth_date_is_a_real_date_where_the_sender_uses_date_cells(month: Synthesis, code: str) -> None:
    rows = rows_of(month, code)
    assert rows
    assert {type(row["birth_date"]) for row in rows} == {dt.date}


def test_month_comes_first_in_the_list_of_the_teachers(month: Synthesis) -> None:
    for row in rows_of(month, "guru_honorer"):
        nik, written = str(row["nik"]), str(row["birth_date"])
        if re.fullmatch(r"\d{16}", nik) and nik[12:] != "0000" and nik[8:10] != "13" and int(nik):
            assert written[:2] == nik[8:10] or written[-2:] != nik[10:12]
    assert any(int(str(row["birth_date"])[3:5]) > 12 for row in rows_of(month, "guru_honorer"))


def test_a_nik_typed_as_a_number_is_a_number_that_lost_its_last_digit(month: Synthesis) -> None:
    for extension in ("xlsx", "xls", "ods"):
        codes = [code for code, layout in layouts().items() if layout.extension == extension]
        numbers = [
            row["nik"] for code in codes for row in rows_of(month, code) if isinstance(row["nik"], float)
        ]
        assert numbers, extension
        assert all(number % 10 == 0 and 10**15 < number < 10**16 for number in numbers)


def test_niks_are_spoilt_in_every_way_and_not_too_often(month: Synthesis) -> None:
    rows = all_rows(month)
    found = Counter(_state_of(row["nik"]) for row in rows)
    assert set(found) == {
        "whole",
        "missing",
        "number",
        "short",
        "long",
        "month",
        "serial",
        "placeholder",
        "spaced",
    }
    assert 0.02 < found["missing"] / len(rows) < 0.04
    assert 0.008 < found["number"] / len(rows) < 0.03
    assert found["whole"] / len(rows) > 0.9


def _state_of(nik: object) -> str:
    text = nik if isinstance(nik, str) else "number"
    states = {
        "number": "number", "": "missing", r"0{16}": "placeholder", r"\d{12}0000": "serial",
        r"\d{8}13\d{6}": "month", r"\d{16}": "whole", r"\d{15}": "short", r"\d{17}": "long",
        r"\d{4} \d{4} \d{4} \d{4}": "spaced",
    }  # fmt: skip
    return next(state for form, state in states.items() if re.fullmatch(form, text))


def test_who_is_unidentified_stands_in_no_list_with_a_whole_nik(month: Synthesis) -> None:
    truth = pq.read_table(month.truth).to_pylist()
    written = {str(row["nik"]).replace(" ", "") for row in all_rows(month)}
    lost = [row for row in truth if row["outcome"] == "unidentified"]
    assert {row["reason"] for row in lost} == {
        "NIK_MISSING",
        "NIK_DAMAGED",
        "NIK_FORMAT",
        "NIK_INVALID",
        "NIK_PLACEHOLDER",
    }
    assert all(
        row["nik"] not in written and row["usable_sources"] == "" and row["sources"] != "" for row in lost
    )
    listed_only_there = [
        row for row in truth if row["outcome"] == "eligible" and "dtks" not in row["usable_sources"]
    ]
    assert listed_only_there
    assert all(row["nik"] in written for row in listed_only_there)


def test_one_nik_under_two_names_has_another_name_and_birth_date_in_the_association(month: Synthesis) -> None:
    truth = {row["nik"]: row for row in pq.read_table(month.truth).to_pylist() if row["case"] == "two_names"}
    found = [row for row in rows_of(month, "pkl") + rows_of(month, "umkm") if row["nik"] in truth]
    assert found
    for row in found:
        person = truth[str(row["nik"])]
        assert row["full_name"] != person["full_name"]
        assert str(person["birth_date"].year) not in str(row["birth_date"])
        assert person["outcome"] == "held"


def test_a_repeated_row_repeats_every_cell(month: Synthesis) -> None:
    rows = [tuple(row.values()) for row in rows_of(month, "ojek_pangkalan") + rows_of(month, "becak")]
    repeated = [row for row, count in Counter(rows).items() if count > 1]
    assert repeated
    numbers = [row[0] for row in rows]
    assert len(numbers) - len(set(numbers)) >= len(repeated)


def test_the_list_of_artists_is_not_utf8(month: Synthesis) -> None:
    path = next(path for path in month.files if path.parent.name == "seniman")
    with pytest.raises(UnicodeDecodeError):
        path.read_text(encoding="utf-8")
    assert "–" in path.read_text(encoding="cp1252")


def test_no_workbook_says_when_it_was_made(month: Synthesis) -> None:
    paths = [path for path in month.files if path.suffix in {".xlsx", ".ods"}]
    assert len(paths) == 7
    for path in paths:
        with zipfile.ZipFile(path) as archive:
            assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            if path.suffix == ".xlsx":
                assert archive.read("docProps/core.xml").count(b"2020-01-01T00:00:00Z") == 2


def test_a_long_list_goes_on_in_further_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "2026-01" / "associations" / "becak"
    folder.mkdir(parents=True)
    for left in ("becak_2026-01_9.xls", "becak_2026-01.xlsx", ".becak_2026-01.xls.part"):
        (folder / left).write_bytes(b"of an earlier run")
    monkeypatch.setitem(parts._ROWS_PER_FILE, "xls", 5)
    month = synthesise(Period(2026, 1), tmp_path, 800, 100)
    files = {path.name: rows for path, rows in month.files.items() if path.parent == folder}
    assert list(files)[:2] == ["becak_2026-01.xls", "becak_2026-01_2.xls"]
    assert set(list(files.values())[:-1]) == {5}
    assert sorted(path.name for path in folder.iterdir()) == sorted(files)


def test_the_registry_can_come_as_a_workbook(tmp_path: Path) -> None:
    month = synthesise(Period(2026, 1), tmp_path, 40, 10, registry_format="xlsx")
    path = next(path for path in month.files if path.parent.name == "dtks")
    lines = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False)
    assert lines[0][:3] == ["IDSEMESTA", "NIK", "NOKK"]
    assert len(lines) - 1 == month.files[path]
