"""`sigap held` over a real warehouse: listed without a person, shown in full, settled by word or workbook."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from integration.test_held import NO_DATE, NO_NIK, STEWARD, send
from sigap import cli
from sigap.pipeline.resources import Resources
from sigap.settings import load_settings

CANARY = "Kenari Ujicoba"
Run = Callable[..., tuple[int | str | None, str, str]]


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    assert home

    def run(*words: object) -> tuple[int | str | None, str, str]:
        monkeypatch.setattr(sys, "argv", ["sigap", "held", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        shown = capsys.readouterr()
        return ended.value.code, " ".join(shown.out.split()), " ".join(shown.err.split())

    return run


def test_a_held_row_is_listed_shown_and_settled(run: Run) -> None:
    held = send(Resources.open(load_settings(), "test"), [NO_DATE, NO_NIK]).delivery_id
    code, out, _ = run("list", "2026-01", "--limit", "1")
    assert (
        code == 0
        and "2 rows are held in 2026-01. 1 more reasons with --limit." in out
        and "Ujicoba" not in out
    )
    told = json.loads(run("list", "2026-01", "--json")[1])
    assert told["rows"] == 2 and [one["row"] for one in told["findings"]] == [12, 13]
    code, out, _ = run("reject", held, 12, "--as", STEWARD, "--reason", "Surat kelurahan")
    assert code == 0 and "The verdict is kept." in out
    code, out, _ = run("show", held, 12)
    assert code == 0 and CANARY in out and f"reject by {STEWARD}: Surat kelurahan" in out
    found = json.loads(run("show", held, 12, "--json")[1])
    assert found["cells"]["nama"] == CANARY and found["verdicts"][0]["reason"] == "Surat kelurahan"


def test_a_workbook_is_written_and_an_empty_one_is_refused(run: Run, tmp_path: Path) -> None:
    send(Resources.open(load_settings(), "test"), [NO_DATE, NO_NIK])
    file = tmp_path / "kerja.xlsx"
    code, out, _ = run("worklist", "2026-01", "--out", file)
    back = f"sigap held read {file} --as NAME".replace(" ", "")
    assert code == 0 and "2 rows in" in out and back in out.replace(" ", "")
    code, _, err = run("read", file, "--as", STEWARD)
    assert code == 1 and "holds no decision" in err and CANARY not in err
