"""`sigap source`: an entry proposed from real files, and a look at a file that leaves nothing behind."""

import datetime as dt
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlwt

from sigap import cli
from sigap.cli import terminal
from sigap.sources.entry import read_entry

HEADER = [
    "No",
    "No. KTP",
    "Nama Sopir",
    "Tgl. Lahir",
    "L/P",
    "Alamat",
    "Kelurahan",
    "Kecamatan",
    "Agama",
    "Trayek",
]
BECAK = ["Nama Pengemudi" if text == "Nama Sopir" else text for text in HEADER]
CANARY_NIK, CANARY_NAME, CANARY_STREET = "3275014101990007", "Kenari Rahasia", "Jl. Sunyi 99"
PEOPLE: list[list[Any]] = [
    [1, CANARY_NIK, CANARY_NAME, "01/01/1999", "P", CANARY_STREET, "Jatiasih", "Jatiasih", "x", "K1"],
    [2, "3275021712800002", "Murai Teduh", "17/12/1980", "L", "Jl. B 2", "Kranji", "Bekasi Barat", "y", "K2"],
    [3, "32750217128000", "Pipit Ria", "17/12/1980", "L", "Jl. B 3", "Kranji", "Bekasi Barat", "y", "K2"],
]
Run = Callable[..., tuple[int | str | None, str, str]]


def write_xlsx(path: Path, lines: Sequence[Sequence[Any]]) -> Path:
    book = openpyxl.Workbook()
    book.active.append(["SERIKAT SOPIR ANGKOT"])
    for line in lines:
        book.active.append(list(line))
    book.save(path.with_suffix(".xlsx"))
    return path.with_suffix(".xlsx")


def write_xls(path: Path, lines: Sequence[Sequence[Any]]) -> Path:
    book = xlwt.Workbook()
    cells, day = book.add_sheet("Anggota"), xlwt.easyxf(num_format_str="dd/mm/yyyy")
    for row, line in enumerate(lines):
        for column, value in enumerate(line):
            if row > 0 and column == 3:
                cells.write(row, column, dt.date(*map(int, reversed(value.split("/")))), day)
            else:
                cells.write(row, column, value)
    book.save(str(path.with_suffix(".xls")))
    return path.with_suffix(".xls")


def write_csv(path: Path, lines: Sequence[Sequence[Any]]) -> Path:
    file = path.with_suffix(".csv")
    file.write_text("\n".join(";".join(map(str, line)) for line in lines) + "\n", encoding="cp1252")
    return file


WRITERS = {"xlsx": write_xlsx, "xls": write_xls, "csv": write_csv}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("SIGAP_HOME", str(tmp_path / "home"))
    for console in (terminal.say, terminal.show):  # made wide here: they may have been made narrow before
        monkeypatch.setattr(console, "_width", 200)
    for name in ("SIGAP_WAREHOUSE_URL", "SIGAP_CATALOG"):
        monkeypatch.delenv(name, raising=False)

    def run(*words: object) -> tuple[int | str | None, str, str]:
        monkeypatch.setattr(sys, "argv", ["sigap", "source", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        shown = capsys.readouterr()
        for canary in (CANARY_NIK, CANARY_NAME, CANARY_STREET):
            assert canary not in shown.out + shown.err
        return ended.value.code, shown.out, shown.err

    return run


@pytest.mark.parametrize("kind", sorted(WRITERS))
def test_a_new_sender_is_described_checked_and_understood_without_python(
    kind: str, run: Run, tmp_path: Path
) -> None:
    file = WRITERS[kind](tmp_path / "daftar", [HEADER, *PEOPLE])
    code, out, _ = run("add", file, "--code", "sopir_angkot")
    assert code == 0 and "Header in line" in out and "minimise" in out and "100%" in out
    path = tmp_path / "home" / "catalog" / "sopir_angkot.yaml"
    assert str(path) in out and CANARY_NAME not in path.read_text()
    entry = read_entry(path)
    assert set(entry.columns) == {
        "nik", "full_name", "birth_date", "sex", "address", "kelurahan", "kecamatan",
    }  # fmt: skip
    assert (entry.ignore, entry.minimise) == (("No",), ("Agama",))
    code, out, _ = run("check", file, "--code", "sopir_angkot", "--period", "2026-01")
    assert code == 0 and "3 rows: 2 accepted, 1 held, 0 rejected" in out
    assert "NIK_FORMAT" in out and f"B{5 if kind == 'xlsx' else 4}" in out
    assert "not carried past the archive" in out and "would be accepted" in out
    assert sorted(item.name for item in (tmp_path / "home").iterdir()) == ["catalog"]
    code, out, _ = run("list")
    assert code == 0 and "sopir_angkot" in out and "this city" in out and "becak" in out


def test_an_entry_that_is_there_is_only_replaced_when_told_so(run: Run, tmp_path: Path) -> None:
    file, out = write_csv(tmp_path / "daftar", [HEADER, *PEOPLE]), tmp_path / "sopir.yaml"
    out.write_text("title: Milik orang\n")
    code, _, err = run("add", file, "--code", "sopir", "--out", out)
    assert code == 1 and "is there already" in err and out.read_text() == "title: Milik orang\n"
    assert run("add", file, "--code", "sopir", "--out", out, "--force")[0] == 0
    assert read_entry(out).code == "sopir"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--code", "Sopir Angkot"), "Write a code of small letters"),
        (("--code", "sopir", "--group", "asosiasi"), "'asosiasi' is no folder of the inbox"),
        (("--code", "sopir", "--group", "dtks"), "has the code dtks"),
        (("--code", "sopir", "--out", "lain.yaml"), "is named after the sender"),
    ],
)
def test_what_would_never_be_found_again_is_refused(
    run: Run, tmp_path: Path, words: tuple[str, ...], says: str
) -> None:
    code, _, err = run("add", write_csv(tmp_path / "daftar", [HEADER, *PEOPLE]), *words)
    assert code == 1 and says in " ".join(err.split())


@pytest.mark.parametrize("content", [b"", b"Kepada Yth. Kepala Dinas\n", b"1;2;3\n4;5;6\n"])
def test_a_file_that_is_no_list_is_refused_in_one_sentence(run: Run, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "surat.csv"
    file.write_bytes(content)
    code, _, err = run("add", file, "--code", "sopir")
    assert code == 1 and err.startswith("sigap: surat.csv ") and "Traceback" not in err
    assert run("check", file, "--code", "becak")[0] == 1


def test_a_needed_column_that_was_not_found_is_for_a_person_to_fill_in(run: Run, tmp_path: Path) -> None:
    lines = [[line[0], *line[2:]] for line in [HEADER, *PEOPLE]]
    file = write_xlsx(tmp_path / "daftar", lines)
    code, _, err = run("add", file, "--code", "sopir")
    assert code == 0 and "Not found: nik" in err
    code, _, err = run("check", file, "--code", "sopir")
    assert code == 1 and "has no headers for nik" in err


def test_a_list_that_drifted_would_not_be_taken_in(run: Run, tmp_path: Path) -> None:
    header = ["Nomor Identitas" if text == "No. KTP" else text for text in HEADER]
    code, out, _ = run("check", write_xlsx(tmp_path / "daftar", [header, *PEOPLE]), "--code", "becak")
    assert code == 1 and "It would be drifted." in out and "B Nomor Identitas  nik (" in out


def test_a_list_that_breaks_its_contract_would_be_stopped(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "becak.yaml"
    shipped = read_entry_text("becak").replace("at_least: 1", "at_least: 50")
    path.write_text(shipped, encoding="utf-8")
    file = write_csv(tmp_path / "daftar", [BECAK, *PEOPLE])
    code, out, _ = run("check", file, "--code", "becak", "--entry", path, "--period", "2026-01")
    assert code == 1 and "It would be stopped." in out and "50" in out


def read_entry_text(code: str) -> str:
    from sigap.sources.entry import SHIPPED

    return (SHIPPED / f"{code}.yaml").read_text(encoding="utf-8")


def test_headers_and_titles_are_shown_letter_by_letter(run: Run, tmp_path: Path) -> None:
    odd = ("Kode [/] :ok:", "[bold]Blok")
    file = write_csv(tmp_path / "daftar", [[*HEADER, *odd], *([*line, "A", "B"] for line in PEOPLE)])
    code, out, _ = run("add", file, "--code", "sopir")
    assert code == 0 and all(header in out for header in odd)
    entry = tmp_path / "home" / "catalog" / "sopir.yaml"
    assert all(header in run("check", file, "--code", "sopir")[1] for header in odd)
    entry.write_text(re.sub("title: .*", "title: '[/] Sopir :ok:'", entry.read_text(encoding="utf-8")))
    assert "[/] Sopir :ok:" in run("list")[1]


def test_an_unknown_sender_is_named_with_the_known_ones(run: Run, tmp_path: Path) -> None:
    code, _, err = run("check", write_csv(tmp_path / "daftar", [HEADER]), "--code", "paguyuban")
    assert code == 1 and "does not know paguyuban" in err and "becak" in err


def test_without_a_month_only_the_layout_is_looked_at(run: Run, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "daftar", [BECAK, *PEOPLE])
    code, out, _ = run("check", file, "--code", "becak")
    assert code == 0 and "3 rows. Name a month with --period" in out and "accepted," not in out
