"""Bad input ends in one clear sentence, an outcome where there was a file, and nothing half-written."""

import os
import subprocess
import zipfile
from pathlib import Path

import psycopg
import pytest
from openpyxl import Workbook

from acceptance.home import PERIOD, Home, fill_inbox
from unit.sources.bombs import SHEET, WORKBOOKS, giant

FEW = ("becak",)


def refused(result: "subprocess.CompletedProcess[str]") -> str:
    assert result.returncode != 0
    assert "Traceback" not in result.stderr
    sentence = result.stderr.strip().splitlines()[-1]
    assert sentence.startswith("sigap: ") and sentence.endswith(".")
    return sentence


def outcomes(home: Home) -> list[tuple[str, str, str]]:
    with psycopg.connect(home.warehouse_url) as connection:
        return connection.execute(
            "SELECT file_name, outcome, message FROM sources.delivery ORDER BY file_name"
        ).fetchall()


def test_a_missing_inbox_is_named(fresh_home: Home) -> None:
    assert "inbox" in refused(fresh_home.run_alone("month", PERIOD, "--approve-as", "demo"))


def test_an_empty_inbox_is_named(fresh_home: Home) -> None:
    (fresh_home.inbox / PERIOD / "dtks").mkdir(parents=True)
    assert PERIOD in refused(fresh_home.run("month", PERIOD, "--approve-as", "demo"))


@pytest.mark.parametrize("period", ("2026-13", "2026", "januari"))
def test_a_period_that_is_no_month_is_refused(fresh_home: Home, period: str) -> None:
    assert "Write a period as 2026-01" in refused(fresh_home.run("month", period))


def test_one_person_cannot_approve_both(fresh_home: Home) -> None:
    fill_inbox(fresh_home, FEW)
    sentence = refused(fresh_home.run("month", PERIOD, "--approve-as", "dinas,dinas"))
    assert "may not judge the invoices" in sentence
    with psycopg.connect(fresh_home.warehouse_url) as connection:
        drafts = connection.execute("SELECT status, number FROM billing.invoice").fetchall()
    assert drafts == [("draft", None)]


def workbook_without_header(path: Path) -> None:
    book = Workbook()
    book.active.append([1, 2, 3])
    book.save(path)


BAD_FILES = {
    "zero.xlsx": lambda path: path.write_bytes(b""),
    "letter.xlsx": lambda path: path.write_bytes(b"Kepada Yth. Kepala Dinas Tenaga Kerja"),
    "torn.xlsx": lambda path: path.write_bytes(b"PK\x03\x04" + b"\x00" * 200),
    "empty.xlsx": lambda path: zipfile.ZipFile(path, "w").close(),
    "no_header.xlsx": workbook_without_header,
}


@pytest.mark.parametrize("name", sorted(BAD_FILES))
def test_a_file_that_cannot_be_read_gets_an_outcome(fresh_home: Home, name: str) -> None:
    folder = fresh_home.inbox / PERIOD / "associations" / "pasar"
    folder.mkdir(parents=True)
    BAD_FILES[name](folder / name)
    refused(fresh_home.run("month", PERIOD, "--approve-as", "demo"))
    ((file_name, outcome, message),) = outcomes(fresh_home)
    assert (file_name, outcome) == (name, "refused")
    assert name in message and message.endswith(".")


def test_hostile_files_are_named_and_the_good_ones_are_taken(fresh_home: Home, tmp_path: Path) -> None:
    fill_inbox(fresh_home)
    month = fresh_home.inbox / PERIOD
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.csv").write_text("NIK,Nama\n3275014101990007,Kenari Rahasia\n", encoding="utf-8")
    pasar = month / "associations" / "pasar"
    (pasar / "bomb.xlsx").write_bytes(giant(SHEET, 100))
    (pasar / "entities.xlsx").write_bytes(WORKBOOKS["an entity from a file"][0]())
    (pasar / ("a" * 251 + ".csv")).write_text("bukan daftar", encoding="utf-8")
    (pasar / "\x1b[31mmerah\n.csv").write_text("NIK", encoding="utf-8")
    (pasar / "link.csv").symlink_to(outside / "secret.csv")
    (month / "associations" / "lain").symlink_to(outside)
    os.mkfifo(pasar / "pipe.csv")
    before = {path: path.stat().st_mtime_ns for path in outside.rglob("*")}
    result = fresh_home.run_alone("collect", PERIOD)
    assert result.returncode == 0, result.stderr
    told = " ".join((result.stdout + result.stderr).split())
    for words in (
        "pipe.csv is no plain file",
        "link.csv is a link",
        "lain is a link",
        "<U+001B>[31mmerah<U+000A>",
    ):
        assert words in told
    assert "\x1b" not in result.stdout + result.stderr and "Kenari" not in told and "Traceback" not in told
    became = {name: (outcome, message) for name, outcome, message in outcomes(fresh_home)}
    refusals = {name: message for name, (outcome, message) in became.items() if outcome == "refused"}
    barred = {"lain", "link.csv", "pipe.csv", "<U+001B>[31mmerah<U+000A>.csv"}
    assert refusals.keys() == barred | {"bomb.xlsx", "entities.xlsx", "a" * 251 + ".csv"}
    assert "unpacks to more than" in refusals["bomb.xlsx"] and "entities" in refusals["entities.xlsx"]
    assert "has no header" in refusals["a" * 251 + ".csv"]
    assert [outcome for outcome, _ in became.values()].count("accepted") >= 10
    assert {path: path.stat().st_mtime_ns for path in outside.rglob("*")} == before


def test_an_unknown_association_is_refused_and_the_others_go_on(fresh_home: Home) -> None:
    fill_inbox(fresh_home, FEW)
    unknown = fresh_home.inbox / PERIOD / "associations" / "paguyuban_baru"
    unknown.mkdir()
    (unknown / "daftar.csv").write_text("NIK;Nama\n", encoding="utf-8")
    summary = fresh_home.json("month", PERIOD, "--approve-as", "demo")
    assert summary["invoices"]
    (problem,) = summary["problems"]
    assert problem["file"] == "daftar.csv" and "paguyuban_baru" in problem["message"]


def test_without_memberships_nobody_is_billed(fresh_home: Home) -> None:
    fill_inbox(fresh_home, FEW)
    for file in (fresh_home.inbox / PERIOD / "memberships").iterdir():
        file.unlink()
    refused(fresh_home.run("month", PERIOD, "--approve-as", "demo"))
    with psycopg.connect(fresh_home.warehouse_url) as connection:
        assert connection.execute("SELECT count(*) FROM billing.invoice").fetchone() == (0,)


def test_a_month_without_approvers_stops_for_each_judgement_and_shows_its_figures(fresh_home: Home) -> None:
    fill_inbox(fresh_home, FEW)
    assert "about the roster" in refused(fresh_home.run("month", PERIOD))
    assert fresh_home.run("approve", "roster", PERIOD, "--as", "dinas").returncode == 0
    assert "about the invoices" in refused(fresh_home.run("month", PERIOD))
    shown = fresh_home.run("status", PERIOD).stdout
    assert "Not issued (draft)" in shown and "Total" in shown
    assert fresh_home.run("approve", "invoices", PERIOD, "--as", "bendahara").returncode == 0
    assert fresh_home.json("month", PERIOD)["invoices"]
    assert "Not issued" not in fresh_home.run("status", PERIOD).stdout
