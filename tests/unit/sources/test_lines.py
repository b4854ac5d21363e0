"""Lines of a list that are no rows are left out by name; a person's row never is."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from upath import UPath

from sigap.domain.lists import FoundList
from sigap.sources.catalog import load_catalog
from sigap.sources.reader import read_rows
from unit.sources.lists import write_csv, write_ods, write_parquet, write_xls, write_xlsb, write_xlsx

HEADER = ["No", "NIK", "Nama Pengemudi", "Tgl. Lahir", "Alamat", "RT", "Kelurahan", "Kecamatan"]
BUDI = [
    "1",
    "3275011501800001",
    "Budi Contoh",
    "15/01/1980",
    "Jl. Melati 1",
    "002",
    "Jakasampurna",
    "Bekasi Barat",
]
ANI = ["2", "3275014202790002", "Ani Coba", "02/02/1979", "Gg. Mawar", "001", "Jatiasih", "Jatiasih"]
POOR = ["3", None, "Tanpa Nomor", None, "Jl. Anggrek", None, "Margahayu", "Bekasi Timur"]
CITO = ["4", "327501170875", "Cito Uji", "17/08/1975", "Jl. Kenanga", "005", "Margahayu", "Bekasi Timur"]
NOTHING: list[str | None] = [None] * 8


def line(**cells: str) -> list[str | None]:
    """A line with some cells, named by their columns: B="Jumlah"."""
    return [cells.get(letter) for letter in "ABCDEFGH"]


def read(path: Path, code: str = "becak") -> tuple[list[int], FoundList]:
    found: list[FoundList] = []
    rows = read_rows(UPath(path), path.name, load_catalog()[code], "d" * 16, found)
    (one,) = found
    assert one.rows == rows.num_rows
    return rows["row"].to_pylist(), one


TITLE = ["DAFTAR PENGEMUDI BECAK", *NOTHING[1:]]
EVERYTHING = [
    TITLE,
    HEADER,
    [f"({number})" for number in range(1, 9)],
    BUDI,
    ["Halaman 1 dari 2", *NOTHING[1:]],
    TITLE,
    HEADER,
    [str(number) for number in range(1, 9)],
    ANI,
    NOTHING,
    POOR,
    CITO,
    ["5", *NOTHING[1:]],
    line(B="Jumlah", D="4", E="orang"),
    line(A="Total: 4 orang"),
    line(F="4"),
    line(E="Bekasi, 5 Januari 2026"),
    line(B="Mengetahui,", E="Ketua Paguyuban,"),
    NOTHING,
    line(B="( Dadang Contoh )", E="Endah Uji"),
    line(B="NIP. 19650101 199003 1 002"),
]  # fmt: skip
LEFT_OUT = {
    "numbering": [3, 8, 13],
    "repeated_header": [5, 6, 7],
    "total": [14, 15, 16],
    "signature": [17, 18, 20, 21],
}
ROWS = [4, 9, 11, 12]


@pytest.mark.parametrize(
    ("write", "name"),
    [
        (write_xlsx, "a.xlsx"), (write_xlsx, "a.xlsm"), (write_xls, "a.xls"), (write_xlsb, "a.xlsb"),
        (write_ods, "a.ods"), (write_csv, "a.csv"),
    ],
    ids=["xlsx", "xlsm", "xls", "xlsb", "ods", "csv"],
)  # fmt: skip
def test_lines_that_are_no_rows_are_left_out_and_named_in_every_format(
    tmp_path: Path, write: object, name: str
) -> None:
    rows, found = read(write(tmp_path / name, EVERYTHING))  # type: ignore[operator]
    assert rows == ROWS
    assert found.left_out == LEFT_OUT
    assert (found.sheet, found.header_lines) == ("" if name == "a.csv" else "Daftar", (2,))


def test_lines_that_are_no_rows_are_left_out_of_parquet(tmp_path: Path) -> None:
    rows, found = read(write_parquet(tmp_path / "a.parquet", HEADER, EVERYTHING[2:]))
    assert rows == [2, 4, 7, 9, 10], "a title is known only where one stands above the header"
    assert found.left_out == {
        "numbering": [1, 6, 11], "repeated_header": [3, 5], "total": [12, 13, 14],
        "signature": [15, 16, 18, 19],
    }  # fmt: skip


def test_both_lines_of_a_repeated_header_are_left_out(tmp_path: Path) -> None:
    upper = ["No", "NIK", "Nama", "Tgl Lahir", "Alamat", None, "Kelurahan", "Kecamatan"]
    lower = line(E="Jalan", F="RT")
    path = write_xlsx(
        tmp_path / "a.xlsx", [upper, lower, BUDI, upper, lower, ANI], merged=["E1:F1", "E4:F4", "A1:A2"]
    )
    rows, found = read(path)
    assert rows == [3, 6] and found.left_out == {"repeated_header": [4, 5]}
    assert found.header_lines == (1, 2)


def test_a_block_of_signatures_goes_on_across_stretches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sigap.sources.workbook._LINES", 1)
    monkeypatch.setattr("sigap.sources.workbook._CHUNK_ROWS", 1)
    rows, found = read(write_xlsx(tmp_path / "a.xlsx", EVERYTHING))
    assert rows == ROWS and found.left_out == LEFT_OUT


def test_a_row_below_a_signature_is_a_row(tmp_path: Path) -> None:
    lines = [HEADER, BUDI, line(B="Mengetahui"), ANI, POOR, line(C="Tanpa Nomor")]
    rows, found = read(write_csv(tmp_path / "a.csv", lines))
    assert rows == [2, 4, 5, 6] and found.left_out == {"signature": [3]}


def test_names_far_below_a_signature_are_rows(tmp_path: Path) -> None:
    lines = [HEADER, BUDI, line(B="Mengetahui"), *[NOTHING] * 30, line(C="Tanpa Nomor")]
    assert read(write_xlsx(tmp_path / "a.xlsx", lines))[0] == [2, 34]


@pytest.mark.parametrize(
    "doubtful",
    [
        line(C="Total Contoh", E="Jl. Melati"),
        line(C="Jumlah", D="15/01/1980", B="3275011501800001"),
        line(C="Ketua RT", E="Jl. Melati", G="Jatiasih"),
        line(C="Mengetahui", D="15/01/1980", E="Jl. Melati"),
        line(A="1", C="Nama"),
        line(C="Budi"),
        line(E="Total Persada Blok A"),
        line(A="1", B="2", C="Tiga"),
        line(B="08123456789"),
    ],
)
def test_a_line_that_may_be_a_person_is_a_row(tmp_path: Path, doubtful: list[str | None]) -> None:
    rows, _ = read(write_csv(tmp_path / "a.csv", [HEADER, BUDI, doubtful, ANI]))
    assert rows == [2, 3, 4]


_word = st.sampled_from(
    ["Jumlah", "TOTAL", "Mengetahui", "Ketua", "Bekasi, 5 Januari 2026", "NIK", "Nama Pengemudi", "1", "(2)",
     "3", "Halaman 2", "*", "DAFTAR PENGEMUDI BECAK", "orang", "", " ", "4"]
)  # fmt: skip
_anything = st.one_of(_word, st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=6))
_nik = st.from_regex(r"[0-9]{12,16}|[0-9]{2}\.[0-9]{4}\.[0-9]{6}\.[0-9]{4}|3,27501E\+15", fullmatch=True)
_name = st.from_regex(r"[A-Z][a-z]{2,8}( [A-Z][a-z]{2,8}){1,2}", fullmatch=True)
_born = st.from_regex(r"[0-3][0-9][-/ ](0[1-9]|Januari|Agt)[-/ ](19)?[0-9]{2}", fullmatch=True)


@st.composite
def persons(draw: st.DrawFn) -> list[str]:
    """A line with a NIK, or with a name and a birth date, and anything in its other cells."""
    cells = [draw(_anything) for _ in HEADER]
    if draw(st.booleans()):
        cells[1] = draw(_nik)
    else:
        cells[2], cells[3] = draw(_name), draw(_born)
    return cells


_stray = st.sampled_from([HEADER, line(B="Mengetahui"), line(B="Jumlah", C="2"), line(B="(Dadang)"), TITLE])


@settings(max_examples=40)
@given(lines=st.lists(st.one_of(persons(), _stray), min_size=1, max_size=12))
@example(lines=[["Jumlah", "327501170875", *[""] * 6]])
@example(lines=[line(B="Mengetahui"), ["", "", "Ab Cd", "01/01/1980", *[""] * 4]])
def test_a_persons_row_is_never_taken_for_another_line(
    lines: Sequence[list[str | None]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    strays = [HEADER, line(B="Mengetahui"), line(B="Jumlah", C="2"), line(B="(Dadang)"), TITLE]
    path = write_csv(tmp_path_factory.mktemp("lines") / "a.csv", [TITLE, HEADER, *lines])
    rows, found = read(path)
    people = [number for number, cells in enumerate(lines, start=3) if cells not in strays]
    assert set(people) <= set(rows)
    left_out = [number for numbers in found.left_out.values() for number in numbers]
    assert sorted([*rows, *left_out]) == list(range(3, len(lines) + 3)), "every line is named once"
