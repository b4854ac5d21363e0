import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sigap.domain.source import SourceEntry
from sigap.sources.catalog import load_catalog
from sigap.sources.header import Merged, column_letter, column_position, find_header, header_key
from sigap.sources.layout import Layout, find_layout
from sigap.sources.refusals import DuplicateHeaderError

BECAK = load_catalog()["becak"]
UPPER = ["No", "NIK", "Nama Lengkap", "Tempat, Tanggal Lahir", "", "Alamat", "", "", "Kelurahan", "Kecamatan"]
LOWER = ["", "", "", "Tempat", "Tanggal", "Jalan", "RT", "RW", "", ""]
ROW = [
    "1", "3275011501800001", "Budi Contoh", "Bekasi", "15/01/1980", "Jl. Melati", "001", "002", "Jatiasih",
    "Jatiasih",
]  # fmt: skip
PLACES = {
    "nik": "B", "full_name": "C", "birth_place": "D", "birth_date": "E", "address": "F", "rt": "G", "rw": "H",
    "kelurahan": "I", "kecamatan": "J",
}  # fmt: skip


def layout_of(lines: list[list[str]], entry: SourceEntry = BECAK, merged: Merged = ()) -> Layout:
    layout = find_layout(lines, "Daftar", "a.xlsx", entry, merged)
    assert layout is not None
    return layout


def places(layout: Layout) -> dict[str, str]:
    return {name: column_letter(position) for name, position in layout.positions.items()}


@given(st.integers(0, 20_000))
def test_a_column_letter_leads_back_to_its_position(position: int) -> None:
    assert column_position(column_letter(position)) == position + 1


def test_column_letters_are_those_of_a_spreadsheet() -> None:
    assert [column_letter(position) for position in (0, 25, 26, 701, 702, 16383)] == [
        "A", "Z", "AA", "ZZ", "AAA", "XFD",
    ]  # fmt: skip


@given(st.text(max_size=20))
def test_signs_case_and_spaces_do_not_change_a_header(text: str) -> None:
    assert header_key(f" *{text}.\n") == header_key(text) == header_key(header_key(text))


def test_the_header_is_the_line_that_names_most_columns() -> None:
    lines = [["NIK dan nama"], ["NIK", "Nama"], ["Nomor", "NIK", "Nama", "Alamat"], ["1", "2", "NIK", "Nama"]]
    header = find_header(lines, BECAK)
    assert header is not None and (header.first, header.last) == (2, 2)
    assert find_header([["NIK"], ["budi"]], BECAK) is None
    assert find_header([["x"]] * 30 + [["NIK", "Nama", "Alamat"]], BECAK) is None
    assert find_header([], BECAK) is None


@pytest.mark.parametrize("merged", [(), [((1, 3), (1, 4)), ((1, 5), (1, 7)), ((1, 0), (2, 0))]])
def test_two_lines_are_one_header_when_their_cells_are_merged(merged: Merged) -> None:
    layout = layout_of([["DAFTAR PENGEMUDI"], UPPER, LOWER, ROW], merged=merged)
    assert layout.lines == (2, 3)
    assert places(layout) == PLACES
    assert layout.headers[4:8] == (
        "Tempat, Tanggal Lahir Tanggal", "Alamat Jalan", "Alamat RT", "Alamat RW",
    )  # fmt: skip


def test_the_upper_text_alone_may_name_a_column() -> None:
    layout = layout_of([["NIK", "Nama", "Alamat", "", "Kelurahan"], ["", "", "Jalan", "Blok", ""], ROW])
    assert places(layout) == {"nik": "A", "full_name": "B", "address": "C", "kelurahan": "E"}
    assert [layout.headers[position] for position in layout.extras] == ["Alamat Blok"]


def test_both_texts_together_may_name_a_column() -> None:
    layout = layout_of([["Nomor", "Nama", "Tanggal"], ["KTP", "Pengemudi", "Lahir"], ROW])
    assert places(layout) == {"nik": "A", "full_name": "B", "birth_date": "C"}


def test_a_line_that_only_parts_cells_belongs_to_the_header() -> None:
    lines = [["NIK", "Nama", "Jenis Kelamin", "", "Kelurahan"], ["", "", "Laki", "Pr", ""], ROW]
    layout = layout_of(lines)
    assert layout.lines == (1, 2)
    assert places(layout) == {"nik": "A", "full_name": "B", "sex": "C", "kelurahan": "E"}


@pytest.mark.parametrize(
    "second",
    [
        ["3275011501800001", "Budi", "15/01/1980", "Jl. Melati", "Jatiasih"],
        ["", "Budi", "", "", ""],
        ["", "", "", "Jalan", ""],
        ["1", "2", "3", "4", "5"],
    ],
    ids=["row", "name", "address", "numbers"],
)
def test_the_line_below_a_plain_header_is_no_part_of_it(second: list[str]) -> None:
    assert layout_of([["NIK", "Nama", "Tgl Lahir", "Alamat", "Kelurahan"], second, ROW]).lines == (1,)


def test_a_title_above_the_header_is_no_part_of_it() -> None:
    layout = layout_of([["DAFTAR NIK ANGGOTA", "", "", ""], ["NIK", "Nama", "Alamat", "Hobi"], ROW])
    assert layout.lines == (2,) and layout.headers == ("NIK", "Nama", "Alamat", "Hobi")


def test_a_blank_cell_in_the_lower_line_does_not_end_the_reach_of_the_upper() -> None:
    layout = layout_of([["NIK", "Nama", "Alamat", "", ""], ["", "", "Jalan", "", "RW"], ROW])
    assert layout.headers == ("NIK", "Nama", "Alamat Jalan", "(kolom D)", "Alamat RW")


def test_a_header_is_looked_for_quickly_however_wide_and_long_its_cells_are() -> None:
    wide = [["x" * 32_000] * 16_384] * 20  # one text that all cells share takes no room in a file
    started = time.process_time()
    assert find_header([*wide, UPPER, LOWER], BECAK) is not None
    assert time.process_time() - started < 5


def test_merged_cells_say_how_far_a_header_reaches() -> None:
    upper, lower = ["NIK", "Nama", "Alamat", "", ""], ["", "", "Jalan", "RT", "RW"]
    spanned = layout_of([upper, lower, ROW], merged=[((0, 2), (0, 3))])
    assert spanned.headers == ("NIK", "Nama", "Alamat Jalan", "Alamat RT", "RW")


def test_misspelt_headers_are_taken_for_the_one_column_they_are_near() -> None:
    layout = layout_of(
        [["NIK", "JK", "Nama Lenkap", "Tangal Lahir", "Alamatt", "Keluarahan", "Kecmatan"], ROW]
    )
    assert set(layout.positions) == {
        "nik",
        "sex",
        "full_name",
        "birth_date",
        "address",
        "kelurahan",
        "kecamatan",
    }
    assert layout.guessed == layout.found().guessed == {
        "Nama Lenkap": "full_name", "Tangal Lahir": "birth_date", "Alamatt": "address",
        "Keluarahan": "kelurahan", "Kecmatan": "kecamatan",
    }  # fmt: skip


@pytest.mark.parametrize(
    "header", ["NIQ", "Nama Ibu Kdg", "Alamat 2", "Tanggal Lahir Anak", "Kec2", "Nomor KP"]
)
def test_a_header_that_is_not_near_enough_stays_an_extra(header: str) -> None:
    layout = layout_of([["No. KTP", "Nama Pengemudi", header], ROW])
    assert layout.guessed == {}
    assert [layout.headers[position] for position in layout.extras] == [header]


def test_a_misspelling_near_two_columns_is_not_guessed() -> None:
    columns = {name: BECAK.columns[name] for name in ("nik", "full_name")}
    columns["address"] = replace(BECAK.columns["address"], headers=("Alamat Rumah A",))
    columns["job"] = replace(BECAK.columns["job"], headers=("Alamat Rumah B",))
    layout = layout_of([["NIK", "Nama", "Alamat Rumah"], ROW], replace(BECAK, columns=columns))
    assert layout.guessed == {} and set(layout.positions) == {"nik", "full_name"}


def test_two_misspellings_of_one_column_are_not_guessed() -> None:
    layout = layout_of([["NIK", "Nama", "Keluarahan", "Kelurahhan"], ROW])
    assert layout.guessed == {} and "kelurahan" not in layout.positions


def test_a_misspelling_of_a_column_that_is_there_is_an_extra() -> None:
    layout = layout_of([["NIK", "Nama", "Kelurahan", "Kelurahhan"], ROW])
    assert layout.guessed == {} and layout.positions["kelurahan"] == 2


def test_columns_that_the_purpose_does_not_need_are_minimised_even_when_misspelt() -> None:
    entry = replace(BECAK, minimise=("Agama", "Nomor Rekening", "Golongan Darah"))
    layout = layout_of(
        [["NIK", "Nama", "AGAMA", "Rekening", ""], ["", "", "", "Nomor", "Atas Nama"], ROW], entry
    )
    assert layout.minimised == (2, 3)
    assert [layout.headers[position] for position in layout.extras] == ["Rekening Atas Nama"]
    entry = replace(entry, minimise=(*entry.minimise, "Rekening"))
    layout = layout_of(
        [["NIK", "Nama", "Golongn Darah", "Rekening", ""], ["", "", "", "Nomor", "Nama"], ROW], entry
    )
    assert layout.minimised == (2, 3, 4) and set(layout.positions) == {"nik", "full_name"}


def test_two_columns_that_say_the_same_in_two_lines_are_refused() -> None:
    with pytest.raises(DuplicateHeaderError, match="columns A and D both stand for nik"):
        layout_of([["NIK", "Nama", "Ahli Waris", ""], ["", "", "Hubungan", "NIK"], ROW])
