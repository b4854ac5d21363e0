import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from upath import UPath

from sigap.domain.datasets import SCHEMAS
from sigap.domain.lists import FoundList
from sigap.errors import SourceError
from sigap.sources.catalog import load_catalog
from sigap.sources.reader import SheetTop, read_rows, read_tops, row_tables
from sigap.sources.refusals import DuplicateHeaderError, HeaderNotFoundError, MissingColumnsError
from unit.sources.lists import write_csv, write_ods, write_parquet, write_sheets, write_xls, write_xlsx

HEADER = ["No. KTP", "Nama Lengkap", "Tgl. Lahir", "Alamat", "Kelurahan", "Kecamatan"]
PEOPLE = [
    ["3275011501800001", "Budi Contoh", "15/01/1980", "Jl. Melati 1, RT 2", "Jakasampurna", "Bekasi Barat"],
    ["3275014202790002", 'Ani "Uji" Coba', "02/02/1979", "Gg. Mawar", "Jatiasih", None],
    [None, "Tanpa Nomor", "1/3/1975", " Jl. Anggrék ", "Margahayu", "Bekasi Timur"],
]


def read(path: Path, code: str = "becak") -> list[dict[str, Any]]:
    return read_rows(UPath(path), path.name, load_catalog()[code], "d" * 16).to_pylist()


def canonical(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name not in ("sheet", "row")} for row in rows]


def test_one_list_gives_the_same_rows_in_every_layout(tmp_path: Path) -> None:
    lines = [HEADER, *PEOPLE]
    layouts = [
        write_xlsx(tmp_path / "a.xlsx", lines),
        write_xls(tmp_path / "a.xls", lines),
        write_ods(tmp_path / "a.ods", lines),
        write_csv(tmp_path / "comma.csv", lines),
        write_csv(tmp_path / "semicolon.csv", lines, ";", "utf-8-sig"),
        write_csv(tmp_path / "windows.csv", lines, "\t", "cp1252"),
        write_parquet(tmp_path / "a.parquet", HEADER, PEOPLE),
    ]
    first, *others = [canonical(read(path)) for path in layouts]
    assert [row["nik_cell"] for row in first] == ["text", "text", "empty"]
    assert [row["full_name"] for row in first] == [line[1] for line in PEOPLE]
    assert first[1]["kecamatan"] is None and first[2]["address"] == " Jl. Anggrék "
    assert json.loads(first[0]["cells"]) == dict(zip(HEADER, PEOPLE[0], strict=True))
    for rows in others:
        assert rows == first


@pytest.mark.parametrize(
    "write", [write_xlsx, write_xls, write_ods, write_csv], ids=["xlsx", "xls", "ods", "csv"]
)
def test_row_is_the_line_the_sender_sees_when_lines_are_blank(tmp_path: Path, write: Any) -> None:
    blank = [None] * 6
    lines = [
        ["DAFTAR ANGGOTA", *blank[1:]],
        blank,
        HEADER,
        blank,
        PEOPLE[0],
        ["", "  ", *blank[2:]],
        PEOPLE[1],
    ]
    rows = read(write(tmp_path / f"a.{write.__name__.removeprefix('write_')}", lines))
    assert [(row["row"], row["nik"]) for row in rows] == [(5, PEOPLE[0][0]), (7, PEOPLE[1][0])]


def test_row_counts_truly_blank_lines_and_cells_with_line_breaks_in_csv(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        '\nnik,nama,tgl_lahir,alamat,kel,kec\n\n1,A,1/1/1980,"Jl.\nSatu",k,c\n2,B\n', encoding="utf-8"
    )
    rows = read(path, "pkl")
    assert [(row["row"], row["nik"], row["address"]) for row in rows] == [
        (4, "1", "Jl.\nSatu"),
        (5, "2", None),
    ]


def test_rows_of_parquet_count_from_one(tmp_path: Path) -> None:
    assert [row["row"] for row in read(write_parquet(tmp_path / "a.parquet", HEADER, PEOPLE))] == [1, 2, 3]


@pytest.mark.parametrize(
    ("write", "name"), [(write_xlsx, "a.xlsx"), (write_xls, "a.xls"), (write_ods, "a.ods")]
)
def test_typed_cells_become_the_text_a_person_reads(tmp_path: Path, write: Any, name: str) -> None:
    header = [*HEADER, "Pangkalan", "RT", "Anggota Sejak"]
    line = [3275011501800001, "Budi", dt.date(1980, 1, 15), 12, "3.27501E+15", 1.5, True, 5.0, "45000"]
    (row,) = read(write(tmp_path / name, [header, line]))
    assert row["nik"] == "3275011501800001" and row["nik_cell"] == "number"
    assert row["birth_date"] == "1980-01-15"
    assert (row["address"], row["kelurahan"], row["kecamatan"]) == ("12", "3.27501E+15", "1.5")
    assert (row["job"], row["rt"], row["joined_date"]) == ("TRUE", "5", "45000")
    assert json.loads(row["cells"])["No. KTP"] == "3275011501800001"


def test_a_nik_in_scientific_text_stays_as_typed(tmp_path: Path) -> None:
    for path in (
        write_csv(tmp_path / "a.csv", [HEADER, ["3.27501E+15", *PEOPLE[0][1:]]]),
        write_xlsx(tmp_path / "a.xlsx", [HEADER, ["3.27501E+15", *PEOPLE[0][1:]]]),
    ):
        (row,) = read(path)
        assert (row["nik"], row["nik_cell"]) == ("3.27501E+15", "text")


def test_a_moment_keeps_its_time_and_midnight_is_a_day(tmp_path: Path) -> None:
    lines = [
        [*PEOPLE[0][:2], moment, *PEOPLE[0][3:]]
        for moment in map(dt.datetime.fromisoformat, ("1980-01-15", "1980-01-15 07:30"))
    ]
    for path in (
        write_xlsx(tmp_path / "a.xlsx", [HEADER, *lines]),
        write_parquet(tmp_path / "a.parquet", HEADER, lines),
    ):
        assert [row["birth_date"] for row in read(path)] == ["1980-01-15", "1980-01-15 07:30:00"]


def test_a_numeric_nik_in_parquet_is_a_number(tmp_path: Path) -> None:
    for nik in (3275011501800001, 3275011501800001.0):
        (row,) = read(write_parquet(tmp_path / "a.parquet", HEADER, [[nik, *PEOPLE[0][1:]]]))
        assert (row["nik"], row["nik_cell"]) == ("3275011501800001", "number")


def test_unknown_columns_stay_in_the_cells_only(tmp_path: Path) -> None:
    header = [*HEADER, "Hobi", None, "-"]
    (row,) = read(write_xlsx(tmp_path / "a.xlsx", [header, [*PEOPLE[0], "catur", "di luar", "x"]]))
    cells = json.loads(row["cells"])
    assert (cells["Hobi"], cells["(kolom H)"], cells["-(kolom I)"]) == ("catur", "di luar", "x")
    assert "catur" not in [value for name, value in row.items() if name != "cells"]


def test_a_header_is_found_however_it_is_written(tmp_path: Path) -> None:
    header = ["no ktp *", "NAMA\nLENGKAP", "TGL.  LAHIR", "alamat", "KEL.", "Kec"]
    (row,) = read(write_xlsx(tmp_path / "a.xlsx", [["NIK dan nama anggota"], header, PEOPLE[0]]))
    assert row["row"] == 3 and row["full_name"] == PEOPLE[0][1] and row["kelurahan"] == PEOPLE[0][4]


def test_a_missing_column_is_named_as_the_catalog_writes_it(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "daftar.xlsx", [HEADER[:4], PEOPLE[0][:4]], sheet="Mei")
    with pytest.raises(
        MissingColumnsError, match=r"daftar\.xlsx: sheet 'Mei' lacks Kecamatan, Kelurahan\. .+becak\.yaml"
    ):
        read(path)


@pytest.mark.parametrize(
    ("header", "place"),
    [
        ([*HEADER, "NIK"], "columns A and G both stand for nik"),
        ([*HEADER, "Hobi", "HOBI "], "columns G and H"),
    ],
)
def test_two_columns_that_say_the_same_are_refused(tmp_path: Path, header: list[str], place: str) -> None:
    line = [*PEOPLE[0], *["x"] * (len(header) - len(HEADER))]
    for path in (
        write_xlsx(tmp_path / "a.xlsx", [header, line]),
        write_csv(tmp_path / "a.csv", [header, line]),
    ):
        with pytest.raises(DuplicateHeaderError, match=place):
            read(path)


def test_a_list_without_header_is_refused_and_nobody_is_quoted(tmp_path: Path) -> None:
    for path in (
        write_xlsx(tmp_path / "a.xlsx", PEOPLE),
        write_csv(tmp_path / "a.csv", PEOPLE),
        write_parquet(tmp_path / "a.parquet", ["a", "b", "c", "d", "e", "f"], PEOPLE),
    ):
        with pytest.raises(HeaderNotFoundError) as refusal:
            read(path)
        assert path.name in str(refusal.value) and "Budi" not in str(refusal.value)


def test_a_second_list_in_the_workbook_is_not_passed_over(tmp_path: Path) -> None:
    import openpyxl

    path = write_xlsx(tmp_path / "a.xlsx", [HEADER, PEOPLE[0]])
    book = openpyxl.load_workbook(path)
    for line in (HEADER, PEOPLE[1]):
        book.create_sheet("Lain") if "Lain" not in book.sheetnames else None
        book["Lain"].append(line)
    book.create_sheet("Catatan").append(["hanya catatan"])
    book.save(path)
    with pytest.raises(Exception, match="'Daftar', 'Lain'"):
        read(path)


def test_a_list_of_no_people_has_no_rows(tmp_path: Path) -> None:
    for path in (
        write_xlsx(tmp_path / "a.xlsx", [HEADER]),
        write_csv(tmp_path / "a.csv", [HEADER]),
        write_parquet(tmp_path / "a.parquet", HEADER, [["x"] * 6]),
    ):
        if path.suffix == ".parquet":
            pq.write_table(pq.read_table(path).slice(0, 0), path)
        found: list[FoundList] = []
        rows = read_rows(UPath(path), path.name, load_catalog()["becak"], "d" * 16, found)
        assert rows.num_rows == 0 and [one.rows for one in found] == [0]


def test_every_list_is_shown_before_a_row_of_any_is_read(tmp_path: Path) -> None:
    path = write_sheets(
        tmp_path / "a.xlsx", {"Satu": [["Judul"], HEADER, PEOPLE[0]], "Dua": [HEADER, PEOPLE[1]]}
    )
    entry, shown, found = replace(load_catalog()["becak"], every_sheet=True), [], []
    tables = row_tables(
        UPath(path), path.name, entry, "d" * 16, found, lambda one: shown.append(one.as_dict())
    )
    assert next(tables)["full_name"].to_pylist() == [PEOPLE[0][1]]
    assert [(one["sheet"], one["header_lines"], one["rows"]) for one in shown] == [
        ("Satu", (2,), 0), ("Dua", (1,), 0),
    ]  # fmt: skip
    assert shown[0]["headers"] == tuple(HEADER) and shown[0]["columns"]["birth_date"] == "C"
    list(tables)
    assert [(one.sheet, one.rows) for one in found] == [("Satu", 1), ("Dua", 1)]


def test_no_row_is_read_when_a_list_is_not_accepted(tmp_path: Path) -> None:
    def refuse(found: FoundList) -> None:
        raise SourceError(f"not {found.sheet}")

    path = write_xlsx(tmp_path / "a.xlsx", [HEADER[:5], PEOPLE[0][:5]])
    with pytest.raises(SourceError, match="not Daftar"):
        list(row_tables(UPath(path), path.name, load_catalog()["becak"], "d" * 16, None, refuse))
    with pytest.raises(MissingColumnsError):
        list(row_tables(UPath(path), path.name, load_catalog()["becak"], "d" * 16, None, lambda _: None))


def test_columns_that_the_purpose_does_not_need_are_carried_nowhere(tmp_path: Path) -> None:
    header = [*HEADER, "No. HP", "Agama ", "Hobi"]
    entry = replace(load_catalog()["becak"], minimise=("AGAMA", "Nomor HP", "No. HP"))
    found: list[FoundList] = []
    for path in (
        write_xlsx(tmp_path / "a.xlsx", [header, [*PEOPLE[0], "0812000", "Rahasia", "catur"]]),
        write_csv(tmp_path / "a.csv", [header, [*PEOPLE[0], "0812000", "Rahasia", "catur"]]),
        write_parquet(tmp_path / "a.parquet", header, [[*PEOPLE[0], "0812000", "Rahasia", "catur"]]),
    ):
        (row,) = read_rows(UPath(path), path.name, entry, "d" * 16, found).to_pylist()
        assert not {"0812000", "Rahasia"} & {*map(str, row.values()), *json.loads(row["cells"]).values()}
        assert json.loads(row["cells"])["Hobi"] == "catur" and row["phone"] is None
        assert found[-1].minimised == ("No. HP", "Agama ") and found[-1].extras == ("Hobi",)


def test_the_tops_of_all_sheets_are_read_without_an_entry(tmp_path: Path) -> None:
    lines = [["Judul", None], ["A", "B"], ["x;y", 2], ["z", dt.date(1980, 1, 15)]]
    book = write_sheets(tmp_path / "a.xlsx", {"Satu": lines, "Dua": [["C"]]}, hidden=["Dua"])
    text = [["Judul", ""], ["A", "B"], ["x;y", "2"], ["z", "1980-01-15"]]
    assert read_tops(UPath(book), book.name) == [
        SheetTop("Satu", False, text),
        SheetTop("Dua", True, [["C"]]),
    ]
    assert read_tops(UPath(book), book.name, 2)[0].lines == text[:2]
    for path in (
        write_csv(tmp_path / "a.csv", text, "\t", "utf-16"),
        write_csv(tmp_path / "b.csv", text, ",", "cp1252"),
    ):
        assert read_tops(UPath(path), path.name) == [SheetTop("", False, text)]
    table = write_parquet(tmp_path / "a.parquet", ["A", "B"], [["x", 2], ["y", None]])
    assert read_tops(UPath(table), table.name, 2) == [SheetTop("", False, [["A", "B"], ["x", "2"]])]


def test_a_csv_line_with_too_many_cells_is_named(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [HEADER, PEOPLE[0], [*PEOPLE[1], "", "", "lebih"]])
    with pytest.raises(Exception, match=r"a\.csv has a line \(3\) with more cells"):
        read(path)
    path = write_csv(tmp_path / "a.csv", [HEADER, PEOPLE[0], [*PEOPLE[1], *["lebih"] * 20]])
    with pytest.raises(Exception, match=r"a\.csv has a line \(3\) with more cells"):
        read(path)


def test_trailing_delimiters_in_csv_are_no_cells(tmp_path: Path) -> None:
    rows = read(write_csv(tmp_path / "a.csv", [[*HEADER, ""], [*PEOPLE[0], "", ""]]))
    assert len(rows) == 1 and list(json.loads(rows[0]["cells"])) == HEADER


def test_the_columns_are_those_of_the_dataset_for_every_kind(tmp_path: Path) -> None:
    for entry in load_catalog().values():
        header = [column.headers[0] for column in entry.columns.values()]
        path = write_csv(tmp_path / "a.csv", [header, [str(number) for number in range(len(header))]])
        rows = read_rows(UPath(path), path.name, entry, "d" * 16)
        assert rows.schema == SCHEMAS[f"sources.{entry.kind}"]
        received = rows.to_pylist()[0]
        assert {name: received[name] for name in entry.columns} == {
            name: str(number) for number, name in enumerate(entry.columns)
        }


def test_a_long_csv_is_read_to_its_last_line_across_chunks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sigap.sources.delimited.rows_at_once", lambda headers: 100)
    lines = [[str(number), *PEOPLE[0][1:]] for number in range(1, 1001)]
    rows = read(write_csv(tmp_path / "a.csv", [["Judul"], HEADER, *lines]))
    assert [(row["row"], row["nik"]) for row in rows] == [
        (number + 2, str(number)) for number in range(1, 1001)
    ]


def test_parquet_words_of_a_dictionary_column_are_text(tmp_path: Path) -> None:
    table = pa.table({name: [line[i] for line in PEOPLE] for i, name in enumerate(HEADER)})
    table = table.set_column(0, HEADER[0], table[HEADER[0]].dictionary_encode())
    pq.write_table(table, tmp_path / "a.parquet")
    assert [row["nik_cell"] for row in read(tmp_path / "a.parquet")] == ["text", "text", "empty"]


_cell = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12)


@settings(max_examples=30, deadline=None)
@given(names=st.lists(_cell.filter(str.strip), min_size=1, max_size=8))
def test_whatever_is_typed_comes_out_verbatim(
    names: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("typed")
    lines = [HEADER, *([PEOPLE[0][0], name, *PEOPLE[0][2:]] for name in names)]
    for path in (
        write_csv(folder / "a.csv", lines, ";"),
        write_parquet(folder / "a.parquet", HEADER, lines[1:]),
    ):
        rows = read(path)
        assert [row["full_name"] for row in rows] == names
        assert [json.loads(row["cells"])["Nama Lengkap"] for row in rows] == names
