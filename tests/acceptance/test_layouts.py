"""One logical list, however its sender lays it out, gives the same accepted rows."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from upath import UPath

from sigap.domain.lists import FoundList
from sigap.domain.period import Period
from sigap.quality.rows import check_rows
from sigap.sources.catalog import load_catalog
from sigap.sources.reader import read_rows
from unit.sources.lists import (
    Formula,
    write_csv,
    write_ods,
    write_parquet,
    write_sheets,
    write_xls,
    write_xlsb,
    write_xlsx,
)

ENTRY = replace(load_catalog()["becak"], every_sheet=True)
HEADER = ["NIK", "Nama Pengemudi", "Tempat Lahir", "Tgl. Lahir", "Alamat", "RT", "Kelurahan", "Kecamatan"]
PEOPLE = [
    ["3275021501800001", "Budi Uji", "Bekasi", "15/01/1980", "Jl. Mawar", "001", "Bintara", "Bekasi Barat"],
    ["3275094202790002", "Anggrék Uji", "Bogor", "02/02/1979", "Gg. Mawar; B", "002", "Jatiasih", "Jatiasih"],
    ["3275011703750003", 'Cito "C"', "Garut", "17/03/1975", "Gg. A, 3", "003", "Margahayu", "Bekasi Timur"],
    ["3275025212850004", "Dewi", "Bekasi", "12/12/1985", "Jl. Anyelir", "004", "Kranji", "Bekasi Barat"],
    ["3275010101900005", "Eko Uji", "Tegal", "01/01/1990", "Kp. Baru", "005", "Bekasi Jaya", "Bekasi Timur"],
]  # fmt: skip
TITLE = ["DAFTAR PENGEMUDI BECAK KOTA BEKASI"]
SIGNED = [["Bekasi, 5 Januari 2026"], ["Mengetahui,"], [], ["( Endang Contoh )"]]


def typed(people: Sequence[Sequence[str]] = PEOPLE) -> list[list[Any]]:
    """The same people with dates that a workbook knows as dates."""
    return [
        [*line[:3], dt.datetime.strptime(line[3], "%d/%m/%Y").date(), *line[4:]]  # noqa: DTZ007
        for line in people
    ]


def plain_xlsx(folder: Path) -> Path:
    return write_sheets(folder / "a.xlsx", {"Data": [HEADER, *typed()]})


def two_line_header(folder: Path) -> Path:
    """Titles, a header of two lines with merged cells, the numbers of the columns."""
    upper = ["NIK", "Nama", "Tempat, Tanggal Lahir", None, "Alamat", None, "Kelurahan", "Kecamatan"]
    lower = [None, None, "Tempat", "Tanggal", "Jalan", "RT", None, None]
    numbers = [f"({number})" for number in range(1, 9)]
    merged = ["A1:H1", *(f"{letter}4:{letter}5" for letter in "ABGH"), "C4:D4", "E4:F4"]
    lines = [TITLE, ["Tahun 2026"], [], upper, lower, numbers, *typed()]
    return write_xlsx(folder / "a.xlsx", lines, merged=merged)


def sheet_per_kelurahan(folder: Path) -> Path:
    people = typed()
    sheets = {
        "Sampul": [TITLE],
        "Barat": [HEADER, *people[:2]],
        "Timur": [["Kecamatan Bekasi Timur"], [name.upper() for name in HEADER], *people[2:4]],
        "Lain": [HEADER, *people[4:]],
    }
    return write_sheets(folder / "a.xlsx", sheets, hidden=["Lain"])


def with_macros(folder: Path) -> Path:
    return write_sheets(folder / "a.xlsx", {"Data": [TITLE, HEADER, *typed()]}).rename(folder / "a.xlsm")


def xls_from_1904(folder: Path) -> Path:
    return write_xls(folder / "a.xls", [HEADER, *typed()], from_1904=True)


def pages(folder: Path) -> Path:
    """A header on every page, totals, signatures, other columns between, hidden rows, another order."""
    header = ["No", None, "KECAMATAN", "KELURAHAN", "No. KTP", "NAMA\nLENGKAP", "Tmp Lahir", "Tanggal Lahir",
              "RT", "alamat", "Hobi"]  # fmt: skip
    lines = [
        [str(number), None, line[7], line[6], line[0], line[1], line[2], line[3], line[5], line[4], "catur"]
        for number, line in enumerate(typed(), start=1)
    ]
    page = [[*TITLE, *[None] * 10], header, [str(number) for number in range(1, 12)]]
    all_lines = [*page, *lines[:3], [], *page, *lines[3:], ["6"], ["Jumlah", "", "5", "orang"], *SIGNED]
    return write_xlsx(folder / "a.xlsx", all_lines, hidden_rows=[5, 12], hidden_columns=["C", "K"])


def computed(folder: Path) -> Path:
    people = [[line[0], Formula(f'="{line[1][0]}"', line[1]), *line[2:]] for line in typed()]
    return write_sheets(folder / "a.xlsx", {"Data": [HEADER, *people]}, from_1904=True)


LAYOUTS: dict[str, Callable[[Path], Path]] = {
    "xlsx": plain_xlsx,
    "xlsx, titles, two lines of header": two_line_header,
    "xlsx, a sheet per kelurahan, one hidden": sheet_per_kelurahan,
    "xlsx, pages with headers, totals, signatures, hidden rows": pages,
    "xlsx, names from formulas, dates from 1904": computed,
    "xlsm": with_macros,
    "xls": lambda folder: write_xls(folder / "a.xls", [TITLE, HEADER, *PEOPLE]),
    "xls, dates from 1904": xls_from_1904,
    "xlsb": lambda folder: write_xlsb(folder / "a.xlsb", [TITLE, HEADER, *PEOPLE, *SIGNED]),
    "ods": lambda folder: write_ods(folder / "a.ods", [TITLE, HEADER, *typed(), ["Total", 5]]),
    "csv, UTF-8 with a mark": lambda folder: write_csv(folder / "a.csv", [HEADER, *PEOPLE], ",", "utf-8-sig"),
    "csv, UTF-16, tabs": lambda folder: write_csv(folder / "a.csv", [TITLE, HEADER, *PEOPLE], "\t", "utf-16"),
    "csv, Windows-1252, semicolons": lambda folder: write_csv(
        folder / "a.csv", [HEADER, *PEOPLE, *SIGNED], ";", "cp1252"
    ),
    "parquet": lambda folder: write_parquet(folder / "a.parquet", HEADER, typed()),
}


def accepted(path: Path) -> list[dict[str, Any]]:
    found: list[FoundList] = []
    received = read_rows(UPath(path), path.name, ENTRY, "d" * 16, found)
    checked = check_rows(received, ENTRY, Period(2026, 1), lists=found)
    apart = {"delivery_id", "sheet", "row", "warnings"}  # what says how the row stood in its file
    rows = [
        {name: value for name, value in row.items() if name not in apart}
        for row in checked.rows.to_pylist()
        if row["outcome"] == "accepted"
    ]
    assert checked.counts["received"] == len(rows) == len(PEOPLE), checked.reasons
    return sorted(rows, key=lambda row: row["nik"])


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    rows = accepted(plain_xlsx(tmp_path_factory.mktemp("plain")))
    assert [row["nik"] for row in rows] == sorted(line[0] for line in PEOPLE)
    assert {row["full_name"] for row in rows} == {line[1] for line in PEOPLE}
    assert {row["birth_date"] for row in rows} == {line[3] for line in typed()}
    return rows


@pytest.mark.parametrize("layout", LAYOUTS)
def test_one_list_gives_the_same_accepted_rows_in_every_layout(
    layout: str, expected: list[dict[str, Any]], tmp_path: Path
) -> None:
    assert accepted(LAYOUTS[layout](tmp_path)) == expected


def test_there_are_twelve_layouts_at_least() -> None:
    assert len(LAYOUTS) >= 12
