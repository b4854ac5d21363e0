"""Hidden rows, columns and sheets, formulas, errors and 1904 dates are read, and said."""

import datetime as dt
import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from upath import UPath

from sigap.domain.lists import FoundList
from sigap.errors import SourceError
from sigap.sources.catalog import load_catalog
from sigap.sources.reader import read_rows
from unit.sources.lists import Error, Formula, write_ods, write_sheets, write_xls, write_xlsb, write_xlsx

BECAK = load_catalog()["becak"]
HEADER = ["NIK", "Nama", "Tgl Lahir", "Alamat", "Kelurahan", "Kecamatan", "Catatan Tambahan"]
BUDI = ["3275011501800001", "Budi Contoh", "15/01/1980", "Jl. Melati", "Jakasampurna", "Bekasi Barat", "x"]
ANI = ["3275014202790002", "Ani Coba", "02/02/1979", "Gg. Mawar", "Jatiasih", "Jatiasih", None]


def read(path: Path, **changes: Any) -> tuple[list[dict[str, Any]], list[FoundList]]:
    found: list[FoundList] = []
    rows = read_rows(UPath(path), path.name, replace(BECAK, **changes), "d" * 16, found)
    return rows.to_pylist(), found


def flags(rows: list[dict[str, Any]]) -> list[str]:
    return [row["flags"] for row in rows]


@pytest.mark.parametrize(
    ("write", "name"), [(write_xlsx, "a.xlsx"), (write_xls, "a.xls"), (write_ods, "a.ods")]
)
def test_hidden_rows_and_columns_are_read_and_flagged(
    tmp_path: Path, write: Callable[..., Path], name: str
) -> None:
    path = write(tmp_path / name, [HEADER, BUDI, ANI, BUDI], hidden_rows=[3], hidden_columns=["B", "F"])
    rows, (found,) = read(path)
    assert [row["full_name"] for row in rows] == ["Budi Contoh", "Ani Coba", "Budi Contoh"]
    assert flags(rows) == ["", "ROW_HIDDEN", ""]
    assert (found.hidden_rows, found.hidden_columns, found.is_hidden) == (1, ("B", "F"), False)


def test_hidden_rows_of_xlsb_are_read_and_flagged(tmp_path: Path) -> None:
    rows, (found,) = read(write_xlsb(tmp_path / "a.xlsb", [HEADER, BUDI, ANI, BUDI], hidden_rows=[2, 4]))
    assert flags(rows) == ["ROW_HIDDEN", "", "ROW_HIDDEN"] and found.hidden_rows == 2


def test_a_hidden_sheet_with_the_list_is_read_and_flagged(tmp_path: Path) -> None:
    sheets = {"Sampul": [["Daftar anggota"]], "Data": [HEADER, BUDI, ANI]}
    rows, (found,) = read(write_sheets(tmp_path / "a.xlsx", sheets, hidden=["Data"]))
    assert flags(rows) == ["ROW_HIDDEN", "ROW_HIDDEN"]
    assert (found.sheet, found.is_hidden, found.hidden_rows) == ("Data", True, 2)
    rows, (found,) = read(write_ods(tmp_path / "a.ods", [HEADER, BUDI], is_hidden=True))
    assert flags(rows) == ["ROW_HIDDEN"] and found.is_hidden


def test_a_hidden_sheet_of_words_to_choose_from_is_no_list(tmp_path: Path) -> None:
    words = [["Kelurahan"], ["Jatiasih"], ["Margahayu"]]
    path = write_sheets(tmp_path / "a.xlsx", {"Data": [HEADER, BUDI], "Pilihan": words}, hidden=["Pilihan"])
    rows, (found,) = read(path, every_sheet=True)
    assert flags(rows) == [""] and found.sheet == "Data"


def test_a_hidden_list_beside_a_visible_one_is_named_and_refused_unless_all_are_read(tmp_path: Path) -> None:
    path = write_sheets(
        tmp_path / "a.xlsx", {"Januari": [HEADER, BUDI], "Desember": [HEADER, ANI]}, hidden=["Desember"]
    )
    with pytest.raises(SourceError, match=r"'Januari', 'Desember' \(hidden\)\. .+ every_sheet"):
        read(path)
    rows, found = read(path, every_sheet=True)
    assert flags(rows) == ["", "ROW_HIDDEN"]
    assert [(one.sheet, one.is_hidden, one.rows) for one in found] == [
        ("Januari", False, 1), ("Desember", True, 1),
    ]  # fmt: skip
    rows, (found_one,) = read(path, sheet="Desember")
    assert found_one.sheet == "Desember" and flags(rows) == ["ROW_HIDDEN"]


def test_the_value_of_a_formula_is_read_and_its_row_flagged(tmp_path: Path) -> None:
    budi = [BUDI[0], Formula('="Budi"&" Contoh"', "Budi Contoh"), *BUDI[2:6], Formula("=1+1", 2)]
    other = [*ANI[:6], Formula("=2*2", 4)]
    rows, (found,) = read(write_sheets(tmp_path / "a.xlsx", {"Data": [HEADER, budi, ANI, other]}))
    assert [row["full_name"] for row in rows] == ["Budi Contoh", "Ani Coba", "Ani Coba"]
    assert flags(rows) == ["VALUE_FORMULA", "", ""], "a formula in a column nobody uses is only counted"
    assert found.formulas == 3 and json.loads(rows[2]["cells"])["Catatan Tambahan"] == "4"
    rows, (found,) = read(write_ods(tmp_path / "a.ods", [HEADER, budi[:6], ANI]))
    assert rows[0]["full_name"] == "Budi Contoh" and flags(rows) == ["VALUE_FORMULA", ""]
    assert found.formulas == 1


def test_a_formula_that_was_never_computed_is_an_empty_cell_and_flagged(tmp_path: Path) -> None:
    budi = [BUDI[0], '="Budi"', *BUDI[2:]]  # openpyxl writes no value beside a formula
    rows, (found,) = read(write_xlsx(tmp_path / "a.xlsx", [HEADER, budi, ANI]))
    assert rows[0]["full_name"] is None and flags(rows) == ["VALUE_FORMULA", ""] and found.formulas == 1
    budi = [BUDI[0], Formula('="Budi"', None), *BUDI[2:]]
    rows, (found,) = read(write_xls(tmp_path / "a.xls", [HEADER, budi, ANI]))
    assert flags(rows) == ["VALUE_FORMULA", ""] and found.formulas == 1


def test_a_formula_in_a_total_is_not_counted(tmp_path: Path) -> None:
    total = ["Jumlah", Formula("=COUNTA(A2:A3)", 2), *[None] * 5]
    rows, (found,) = read(write_sheets(tmp_path / "a.xlsx", {"Data": [HEADER, BUDI, ANI, total]}))
    assert len(rows) == 2 and found.formulas == 0 and found.left_out == {"total": [4]}


def test_a_cell_that_shows_an_error_keeps_its_text(tmp_path: Path) -> None:
    ods = write_ods(tmp_path / "a.ods", [HEADER, [BUDI[0], Error("#N/A"), *BUDI[2:]], ANI])
    assert [row["full_name"] for row in read(ods)[0]] == ["#N/A", "Ani Coba"]
    path = write_xlsx(
        tmp_path / "a.xlsx", [HEADER, [BUDI[0], "#N/A", *BUDI[2:]], [*ANI[:4], "#REF!", *ANI[5:]]]
    )
    rows, _ = read(path)
    assert rows[0]["full_name"] == "#N/A" and rows[1]["kelurahan"] == "#REF!"
    assert json.loads(rows[0]["cells"])["Nama"] == "#N/A" and rows[0]["nik_cell"] == "text"


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls"])
def test_dates_of_a_workbook_that_counts_from_1904_are_the_right_days(tmp_path: Path, name: str) -> None:
    typed = [BUDI[0], BUDI[1], dt.date(1980, 1, 15), *BUDI[3:]]
    serial = [ANI[0], ANI[1], 27426, *ANI[3:]]
    written = ["3275011501800003", "Cito", "15 Januari 1980", *ANI[3:]]
    lines = [HEADER, typed, serial, written]
    path = tmp_path / name
    if name == "a.xls":
        write_xls(path, lines, from_1904=True)
    else:
        write_sheets(path, {"Data": lines}, from_1904=True)
    rows, (found,) = read(path)
    assert [row["birth_date"] for row in rows] == ["1980-01-15", "27426", "15 Januari 1980"]
    assert flags(rows) == ["", "DATES_1904", ""], "a number has to be counted from 1904, a typed date not"
    assert found.dates_from_1904


def test_numbers_of_a_usual_workbook_are_not_flagged(tmp_path: Path) -> None:
    rows, (found,) = read(
        write_sheets(tmp_path / "a.xlsx", {"Data": [HEADER, [*BUDI[:2], 29235, *BUDI[3:]]]})
    )
    assert flags(rows) == [""] and not found.dates_from_1904


def test_signs_that_nobody_sees_are_flagged_and_kept(tmp_path: Path) -> None:
    names = ["Budi\u200bContoh", "Ani\u202eCoba", "Anggrék Uji", "Dua\nBaris"]
    path = write_sheets(
        tmp_path / "a.xlsx", {"Data": [HEADER, *([BUDI[0], name, *BUDI[2:]] for name in names)]}
    )
    rows, _ = read(path)
    assert [row["full_name"] for row in rows] == names
    assert flags(rows) == ["TEXT_CLEANED", "TEXT_CLEANED", "", ""]


def test_flags_of_one_row_stand_sorted_beside_each_other(tmp_path: Path) -> None:
    budi = [BUDI[0], Formula('="x"', "Budi\u200b Contoh"), *BUDI[2:]]
    rows, _ = read(write_sheets(tmp_path / "a.xlsx", {"Data": [HEADER, budi]}, hidden=()))
    assert flags(rows) == ["TEXT_CLEANED,VALUE_FORMULA"]


def rewritten(path: Path, change: Callable[[bytes], bytes]) -> Path:
    """The same workbook, its first sheet changed."""
    other = path.with_stem("other")
    with zipfile.ZipFile(path) as package, zipfile.ZipFile(other, "w", zipfile.ZIP_DEFLATED) as changed:
        for name in package.namelist():
            content = package.read(name)
            changed.writestr(name, change(content) if name == "xl/worksheets/sheet1.xml" else content)
    return other


def test_marks_are_found_however_the_xml_is_written(tmp_path: Path) -> None:
    """Some programs leave the places of rows and cells out, put them in single quotes, or break lines."""
    budi = [BUDI[0], Formula('="Budi"', "Budi"), *BUDI[2:]]
    path = write_sheets(tmp_path / "a.xlsx", {"Data": [HEADER, ANI, budi]})
    hidden = rewritten(path, lambda xml: xml.replace(b'<row r="2"', b"<row\n r='2' hidden='true'"))
    assert flags(read(hidden)[0]) == ["ROW_HIDDEN", "VALUE_FORMULA"]
    low = rewritten(path, lambda xml: xml.replace(b'<row r="2"', b'<row r="2" ht="0" customHeight="1"'))
    assert flags(read(low)[0]) == ["ROW_HIDDEN", "VALUE_FORMULA"]
    unplaced = rewritten(
        path, lambda xml: xml.replace(b'<row r="3"', b"<row").replace(b'<row r="2"', b"<row")
    )
    assert flags(read(unplaced)[0]) == ["", "VALUE_FORMULA"]


def test_marks_are_found_in_a_sheet_of_several_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [HEADER] + [
        [f"{number:016}", Formula('="B"', f"B{number}") if number % 7 == 0 else f"A{number}", *BUDI[2:]]
        for number in range(300)
    ]
    path = write_sheets(tmp_path / "a.xlsx", {"Data": lines})
    expected = ["VALUE_FORMULA" if number % 7 == 0 else "" for number in range(300)]
    for block in (257, 1024, 5000):
        monkeypatch.setattr("sigap.sources.markup._BLOCK", block)
        rows, (found,) = read(path)
        assert flags(rows) == expected and found.formulas == expected.count("VALUE_FORMULA")
    ods = write_ods(tmp_path / "a.ods", lines, hidden_rows=[100])
    monkeypatch.setattr("sigap.sources.opendocument._BLOCK", 700)
    rows, _ = read(ods)
    expected[98] = "ROW_HIDDEN,VALUE_FORMULA"
    assert flags(rows) == expected


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed here")
def test_marks_are_the_same_in_the_files_of_another_program(tmp_path: Path) -> None:
    budi = [BUDI[0], Formula('="Budi"&" Contoh"', "Budi Contoh"), *BUDI[2:]]
    path = write_sheets(tmp_path / "a.xlsx", {"Data": [HEADER, budi, ANI, ANI]})
    path = rewritten(path, lambda xml: xml.replace(b'<row r="3"', b'<row r="3" hidden="1"'))
    for kind, computed in {
        "xls": "0",
        "ods": "Budi Contoh",
        "xlsx": "Budi Contoh",
    }.items():  # it leaves 0 in xls
        home = f"-env:UserInstallation=file://{tmp_path}/office"
        command = [
            "soffice",
            home,
            "--headless",
            "--convert-to",
            kind,
            "--outdir",
            str(tmp_path / kind),
            str(path),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        rows, (found,) = read(tmp_path / kind / f"other.{kind}")
        assert flags(rows) == ["VALUE_FORMULA", "ROW_HIDDEN", ""], kind
        assert (found.formulas, found.hidden_rows, rows[0]["full_name"]) == (1, 1, computed), kind
