"""What was received or typed is shown letter by letter: no markup, no emoji code, no escape sequence."""

import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import insert

from integration.test_held import GOOD, HEADERS, JANUARY, NAMES, PLACE
from sigap import cli
from sigap.cli import terminal
from sigap.pipeline.check import check
from sigap.pipeline.collect import collect
from sigap.pipeline.held import judge_rows
from sigap.pipeline.judge import judge
from sigap.pipeline.resources import Resources
from sigap.quality.worklist import RowVerdict
from sigap.settings import load_settings
from sigap.sources.entry import SHIPPED
from sigap.warehouse.tables import identity

SHEET, ODD = "[/]Lapak:ok:", "[/]dinas:fire:"
HOSTILE = ("[bold]Kenari", "gang [/] buntu", "rumah :fire: no\\", "\x1b[31mmerah")
Run = Callable[..., str]


@pytest.fixture
def resources(home: Path) -> Resources:
    assert home
    return Resources.open(load_settings(), "test")


@pytest.fixture(autouse=True)
def odd_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SIGAP_STEWARDS", "SIGAP_DELIVERY_JUDGES"):
        monkeypatch.setenv(name, ODD)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    for console in (terminal.say, terminal.show):  # made wide here: they may have been made narrow before
        monkeypatch.setattr(console, "_width", 200)

    def run(*words: object) -> str:
        monkeypatch.setattr(sys, "argv", ["sigap", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        shown = capsys.readouterr()
        assert ended.value.code == 0, shown.err
        return shown.out

    return run


def lay_held_row(resources: Resources) -> str:
    """A delivery with one held row, on a sheet and in cells that read like instructions to a terminal."""
    path = (
        Path(resources.settings.place("inbox").path) / str(JANUARY) / "associations" / "pkl" / "daftar.xlsx"
    )
    path.parent.mkdir(parents=True)
    book = openpyxl.Workbook()
    book.active.title = "Lapak"
    good = [[nik, f"Orang {name}", "17/08/1980", *PLACE] for nik, name in zip(GOOD, NAMES, strict=False)]
    sex, _, *place = PLACE
    name, *parts = HOSTILE
    hostile = [GOOD[10], name, "", sex, " | ".join(parts).replace("\x1b", "_x001B_"), *place]
    for line in (HEADERS, *good, hostile):
        book.active.append(line)
    book.save(path)
    rename_sheet(path, "Lapak", SHEET)
    found = collect(JANUARY, "associations/pkl/daftar.xlsx", resources)
    assert check(JANUARY, found.delivery_id, resources).held == 1
    return found.delivery_id


def rename_sheet(path: Path, old: str, new: str) -> None:
    """Give a sheet a name that Excel would not let anybody type."""
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    part = "xl/workbook.xml"
    parts[part] = parts[part].replace(f'name="{old}"'.encode(), f'name="{new}"'.encode())
    with zipfile.ZipFile(path, "w") as book:
        for name, content in parts.items():
            book.writestr(name, content)


def test_a_held_row_is_shown_letter_by_letter(resources: Resources, run: Run) -> None:
    held = lay_held_row(resources)
    assert SHEET in run("held", "list", "2026-01")
    given = RowVerdict(held, SHEET, 12, "reject", f"Sesuai {SHEET}", {})
    judge_rows([given], ODD, resources)
    shown = run("held", "show", held, "12", "--sheet", SHEET)
    assert "[bold]Kenari" in shown
    assert "gang [/] buntu | rumah :fire: no\\ | <U+001B>[31mmerah" in shown and "\x1b" not in shown
    assert f"reject by {ODD}: Sesuai {SHEET}" in shown


def test_who_judged_a_list_is_shown_letter_by_letter(home: Path, resources: Resources, run: Run) -> None:
    strict = (SHIPPED / "pkl.yaml").read_text(encoding="utf-8").replace("at_least: 1,", "at_least: 50,")
    (home / "catalog").mkdir(parents=True)
    (home / "catalog" / "pkl.yaml").write_text(strict, encoding="utf-8")
    stopped = lay_held_row(resources)
    judge(JANUARY, stopped, "pass", ODD, "Sudah benar", resources)
    assert f"passed by {ODD}" in " ".join(run("delivery", "list", "2026-01").split())


def test_whose_verdict_changed_a_person_is_shown_letter_by_letter(resources: Resources, run: Run) -> None:
    with resources.warehouse.begin() as connection:
        for number in (1, 2):
            values = {"person_id": number, "nik": GOOD[number], "first_period": "2026-01"}
            connection.execute(insert(identity.person).values(values))
        event = {"period": "2026-01", "person_id": 2, "other_person_id": 1, "kind": "merged"}
        event |= {"cause": "verdict", "verdict_id": 7, "actor": ODD}
        connection.execute(insert(identity.person_event).values(event))
    assert f"verdict 7 of {ODD}" in run("person", "history", "2")
