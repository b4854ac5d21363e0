"""csv as senders write it: encodings, delimiters, quotes, ragged lines; every record under its own number."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from upath import UPath

from sigap.domain.lists import FoundList
from sigap.errors import SourceError
from sigap.sources.catalog import load_catalog
from sigap.sources.reader import read_rows
from unit.sources.lists import write_csv

HEADER = ["NIK", "Nama", "Tgl Lahir", "Alamat", "Kelurahan", "Kecamatan"]
BUDI = ["3275011501800001", "Budi Contoh", "15/01/1980", "Jl. Melati", "Jakasampurna", "Bekasi Barat"]
ANI = ["3275014202790002", "Anggrék “Uji”", "02/02/1979", "Gg. Mawar, RT 1", "Jatiasih", "Jatiasih"]
LINES = [HEADER, BUDI, ANI]


def read(path: Path, found: list[FoundList] | None = None) -> list[dict[str, Any]]:
    return read_rows(UPath(path), path.name, load_catalog()["becak"], "d" * 16, found).to_pylist()


def read_text(folder: Path, text: str | bytes, name: str = "a.csv") -> list[dict[str, Any]]:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read(path)


def refusal(folder: Path, text: str | bytes) -> str:
    with pytest.raises(SourceError) as error:
        read_text(folder, text)
    sentence = str(error.value)
    assert sentence.startswith("a.csv") and sentence.endswith(".") and "\n" not in sentence
    assert BUDI[0] not in sentence and BUDI[1] not in sentence
    return sentence


def text_of(lines: list[list[str]], delimiter: str = ";") -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter).writerows(lines)
    return buffer.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_one_list_reads_the_same_in_every_encoding_and_delimiter(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    first, second = read(write_csv(tmp_path / "a.csv", LINES, delimiter, encoding))
    assert list(json.loads(first["cells"]).values()) == BUDI
    assert list(json.loads(second["cells"]).values()) == ANI
    assert (first["row"], second["row"]) == (2, 3)


@pytest.mark.parametrize("name", ["a.txt", "a.tsv", "A.CSV"])
def test_text_is_read_under_other_names_too(tmp_path: Path, name: str) -> None:
    assert len(read_text(tmp_path, text_of(LINES, "\t"), name)) == 2


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("first", ["sep=;\r\n", '"sep=;"\n', "SEP=;\r\n"])
def test_the_delimiter_that_excel_states_is_believed_and_is_no_line(
    tmp_path: Path, first: str, encoding: str
) -> None:
    rows = read_text(tmp_path, (first + text_of(LINES)).encode(encoding))
    assert [(row["row"], row["full_name"]) for row in rows] == [(2, BUDI[1]), (3, ANI[1])]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_any_system_ends_them_and_blank_ones_count(tmp_path: Path, end: str) -> None:
    lines = ["", "Daftar", "", ";".join(HEADER), "", ";".join(BUDI), ";;;;;", "", ";".join(ANI), "", ""]
    assert [row["row"] for row in read_text(tmp_path, end.join(lines))] == [6, 9]
    assert [row["row"] for row in read_text(tmp_path, end.join(lines[:9]))] == [6, 9]


def test_short_and_long_lines_keep_their_places_among_the_others(tmp_path: Path) -> None:
    lines = [HEADER, BUDI[:2], BUDI, [*BUDI, "", "", ""], BUDI[:3], BUDI, [*BUDI, ""]]
    text = "\n".join(";".join(line) for line in lines)
    rows = read_text(tmp_path, text)
    assert [row["row"] for row in rows] == [2, 3, 4, 5, 6, 7]
    assert [row["birth_date"] for row in rows] == [None, *[BUDI[2]] * 5]
    assert [row["address"] for row in rows] == [None, BUDI[3], BUDI[3], None, BUDI[3], BUDI[3]]


def test_ragged_lines_keep_their_places_across_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sigap.sources.records._SMALLEST", 512)
    monkeypatch.setattr("sigap.sources.records._LARGEST", 512)
    lines = [
        [f"{number}", *BUDI[1:][: 5 - (number % 7 == 0) - (number % 11 == 0)]] for number in range(2, 900)
    ]
    blank = {place: [] for place in range(50, 800, 50)}
    text = [";".join(HEADER), *(";".join(blank.get(place, line)) for place, line in enumerate(lines))]
    rows = read_text(tmp_path, "\n".join(text))
    assert [(row["row"], row["nik"]) for row in rows] == [
        (place + 2, line[0]) for place, line in enumerate(lines) if place not in blank
    ]


@pytest.mark.parametrize("spare", [-1, 2])
def test_a_list_whose_every_line_is_shorter_or_longer_than_its_header_is_read(
    tmp_path: Path, spare: int
) -> None:
    line = BUDI[:spare] if spare < 0 else [*BUDI, *[""] * spare]
    text = "\n".join(";".join(cells) for cells in [HEADER, *[line] * 500, BUDI, line])
    rows = read_text(tmp_path, text)
    assert [row["row"] for row in rows] == list(range(2, 504))
    assert rows[-2]["kecamatan"] == BUDI[5] and rows[-1]["kelurahan"] == BUDI[4]


def test_more_uneven_lines_than_a_sheet_has_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sigap.sources.records._MOST_ASIDE", 1000)
    lines = [HEADER, *[BUDI] * 60, *[BUDI[:2]] * 2000]
    assert "more than 1000 lines" in refusal(tmp_path, "\n".join(map(";".join, lines)))


def test_quotes_hold_delimiters_breaks_and_quotes_and_stay_inside_words(tmp_path: Path) -> None:
    quoted = 'Jl. ""A"";\r\nRT 1;\nKav. 5'
    text = f'{";".join(HEADER)}\n1;"B;udi";x;"{quoted}";y;5" pipa\n2;C "D";;"";z;\n'
    first, second = read_text(tmp_path, text)
    assert (first["row"], first["full_name"], first["kecamatan"]) == (2, "B;udi", '5" pipa')
    assert first["address"] == quoted.replace('""', '"')
    assert (second["row"], second["full_name"], second["address"]) == (3, 'C "D"', None)


@pytest.mark.parametrize("line", ['2;"B', '2;B;x;"y', '2;B;x;y;z;"w', '2;"B;x;y;z;w\n3;C;x;y;z;w\n'])
def test_a_quote_that_is_never_closed_is_refused(tmp_path: Path, line: str) -> None:
    assert "open quote" in refusal(tmp_path, f"{';'.join(HEADER)}\n1;A;x;y;z;w\n{line}")


def test_a_quote_that_swallows_whole_lines_is_refused_and_an_address_is_not(tmp_path: Path) -> None:
    budi, ani = ";".join(BUDI), ";".join(ANI)
    swallowing = budi.replace("Budi", '"Budi') + f"\n{ani}\n" + ani.replace("Uji”", 'Uji”"')
    assert "line (3)" in refusal(tmp_path, "\n".join([";".join(HEADER), ani, swallowing, budi]))
    note = [*BUDI[:3], "Jl. A; RT 1; RW 2\nKel. B; Kec. C; Kota D; Jabar", *BUDI[4:]]
    assert len(read_text(tmp_path, text_of([HEADER, note, ANI]))) == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (text_of(LINES).encode("utf-8-sig") + b"\xe9;\n", "begins as UTF-8 and does not go on so"),
        (text_of(LINES).encode("utf-8") + b"1;Andr\xe9\n", "partly in UTF-8 and partly not"),
        (text_of([HEADER, BUDI]).encode() + b"1;\x81\n", "neither in UTF-8 nor in Windows-1252"),
        (text_of(LINES).encode("utf-16-le") + b"\x00\xd8\x41\x00", "begins as UTF-16"),
        (text_of(LINES).encode("utf-16") + b"\x41", "begins as UTF-16"),
        (text_of([HEADER, BUDI]).encode() + b"\xed\xa0\x80;\n", "partly in UTF-8"),
        (text_of(LINES).encode() + b"\n" * 5000 + b"1;\0\n", "has zero bytes beyond line"),
    ],
)
def test_a_file_of_no_single_encoding_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    assert words in refusal(tmp_path, content)


def test_windows_1252_is_told_by_a_byte_in_the_very_last_line(tmp_path: Path) -> None:
    lines = [HEADER, *[BUDI] * 40_000, ["3", "Andr\xe9", *BUDI[2:]]]  # more than two of the blocks looked at
    assert read(write_csv(tmp_path / "a.csv", lines, ";", "cp1252"))[-1]["full_name"] == "André"


def test_a_nik_is_never_read_as_a_number(tmp_path: Path) -> None:
    texts = ["0003275011501800001", "3.27501E+15", "1e5", "NA", "null", "TRUE", " 12 ", "-", "'3275"]
    rows = read_text(tmp_path, text_of([HEADER, *([text, *BUDI[1:]] for text in texts)]))
    assert [row["nik"] for row in rows] == texts
    assert {row["nik_cell"] for row in rows} == {"text"}


_cell = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=10)
_line = st.lists(_cell, min_size=2, max_size=8)


@settings(max_examples=60)
@given(lines=st.lists(_line, max_size=12), encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_every_written_line_comes_back_under_its_number(
    lines: list[list[str]], encoding: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = write_csv(tmp_path_factory.mktemp("lines") / "a.csv", [HEADER, *lines], ";", encoding)
    fits = [[*line, *[""] * (6 - len(line))][:6] for line in lines]
    if any(any(line[6:]) for line in lines):
        with pytest.raises(SourceError, match="more cells than the header"):
            read(path)
        return
    expected = {number: line for number, line in enumerate(fits, start=2) if "".join(line).strip()}
    found: list[FoundList] = []
    rows = {row["row"]: row for row in read(path, found)}
    assert set(rows) <= set(expected)
    for number, row in rows.items():
        assert [value or "" for value in json.loads(row["cells"]).values()] == expected[number]
    left_out = [number for numbers in found[0].left_out.values() for number in numbers]
    assert sorted([*rows, *left_out]) == sorted(expected)
