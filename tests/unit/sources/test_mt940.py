"""Bank statements in MT940: every movement a row, a torn file refused, nobody quoted."""

import logging
from pathlib import Path

import pyarrow as pa
import pytest
from upath import UPath

from sigap.errors import SourceError
from sigap.sources.catalog import load_catalog
from sigap.sources.reader import read_rows, read_tops

CANARY = "SUTRISNO KENARI"
WHOLE = """{1:F01BANKIDJAXXXX0000000000}{2:I940BANKIDJAXXXXN}{4:
:20:STMT260210
:25:0012345678900
:28C:00041/001
:60F:C260209IDR500000000,00
:61:2602100210D195988800,NTRFSP2D00123//BNK77
:86:SP2D 00123/LS/2026 IURAN JKK DAN JKM TAGIHAN SIGAP/SG/2026-01/000
1 PENERIMA BPJS KETENAGAKERJAAN
:61:2602110211RD195988800,00NTRFNONREF//BNK78
:86:RETUR SP2D 00123/LS/2026
:61:2602110211C50400,NMSCNONREF
:62F:C260211IDR500050400,00
-}
"""


def read(folder: Path, text: str, name: str = "rk.sta", code: str = "bank_statement") -> pa.Table:
    (folder / name).write_bytes(text.encode())
    return read_rows(UPath(folder / name), name, load_catalog()[code], "d" * 16)


@pytest.mark.parametrize("name", ["rk.sta", "rk.txt", "rk.940"])
def test_every_movement_is_a_row_with_the_line_it_stands_in(tmp_path: Path, name: str) -> None:
    rows = read(tmp_path, WHOLE, name)
    wanted = ["row", "account", "booked_on", "amount", "mark", "currency", "reference"]
    assert [tuple(row.values()) for row in rows.select(wanted).to_pylist()] == [
        (6, "0012345678900", "2026-02-10", "195988800", "D", "IDR", "SP2D00123"),
        (9, "0012345678900", "2026-02-11", "195988800", "K", "IDR", "BNK78"),
        (11, "0012345678900", "2026-02-11", "50400", "K", "IDR", None),
    ]
    assert "TAGIHAN SIGAP/SG/2026-01/0001 PENERIMA" in rows["description"].to_pylist()[0]


def test_line_ends_of_windows_and_a_mark_change_nothing(tmp_path: Path) -> None:
    plain, windows = read(tmp_path, WHOLE), read(tmp_path, "\ufeff" + WHOLE.replace("\n", "\r\n"), "w.sta")
    assert plain.equals(windows)


def test_two_statements_in_one_file_are_both_read(tmp_path: Path) -> None:
    second = (
        WHOLE[WHOLE.index(":20:") :].replace("STMT260210", "STMT260212").replace("C260211IDR", "C260212IDR")
    )
    assert read(tmp_path, WHOLE + second).num_rows == 6


def test_rupiah_with_a_fraction_are_handed_on_as_written_to_be_refused_with_the_cells(tmp_path: Path) -> None:
    odd = WHOLE.replace("C50400,", "C50400,50").replace("500050400,00", "500050400,50")
    assert read(tmp_path, odd)["amount"].to_pylist()[2] == "50400,50"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ((":61:2602110211C50400,NMSCNONREF\n", ""), "closing balance that does not follow"),
        ((":62F:C260211IDR500050400,00\n", ""), "lacks its opening or closing balance"),
        (("2602110211C50400", "2602310231C50400"), "not as MT940 writes it"),
        (("C50400,NMSC", f"X50400 {CANARY}"), "not as MT940 writes it"),
        ((":61:", ":62:"), "holds no movement"),
    ],
)
def test_a_torn_statement_is_refused_and_nobody_is_quoted(
    tmp_path: Path, change: tuple[str, str], words: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    text = WHOLE.replace(*change).replace("PENERIMA BPJS KETENAGAKERJAAN", CANARY)
    with pytest.raises(SourceError, match=words) as caught:
        read(tmp_path, text)
    assert CANARY not in str(caught.value) + caplog.text
    assert caught.value.__cause__ is None


def test_a_statement_in_another_folder_says_where_it_belongs(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="into the folder bank_statement"):
        read(tmp_path, WHOLE, code="payments")


def test_a_csv_under_the_same_folder_is_still_a_csv(tmp_path: Path) -> None:
    rows = read(tmp_path, "Tanggal;Keterangan;Debet;Kredit\n10/02/2026;SP2D 7;33.600;\n", "rk.csv")
    assert rows.select(["booked_on", "debit"]).to_pylist() == [{"booked_on": "10/02/2026", "debit": "33.600"}]


def test_its_top_can_be_looked_at_without_an_entry(tmp_path: Path) -> None:
    (tmp_path / "rk.sta").write_text(WHOLE)
    (top,) = read_tops(UPath(tmp_path / "rk.sta"), "rk.sta")
    assert len(top.lines) == 4
