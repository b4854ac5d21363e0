"""`sigap review` over a real warehouse: listed without a person, answered by two, refused in one sentence."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from integration.test_review import CANARY, RISKY, WHY, pairs
from sigap import cli
from sigap.pipeline.resources import Resources
from sigap.settings import load_settings

__all__ = ["pairs"]  # the fixture
Run = Callable[..., tuple[int | str | None, str, str]]


@pytest.fixture
def resources(home: Path) -> Resources:
    assert home
    return Resources.open(load_settings(), "test")


@pytest.fixture
def run(pairs: list[dict], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    assert pairs
    monkeypatch.setenv("SIGAP_STEWARDS", "dinas,verifikator")

    def run(*words: object) -> tuple[int | str | None, str, str]:
        monkeypatch.setattr(sys, "argv", ["sigap", "review", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        shown = capsys.readouterr()
        return ended.value.code, " ".join(shown.out.split()), " ".join(shown.err.split())

    return run


def test_a_pair_is_listed_shown_judged_and_checked(run: Run) -> None:
    code, out, _ = run("list", "2026-01")
    assert code == 0 and CANARY not in out and "2 pairs wait for a verdict" in out
    code, out, _ = run("show", "2026-01", RISKY[:6])
    assert code == 0 and CANARY in out
    assert all(word in out for word in ("tersisa", "hilang", "rusak")), "a narrow terminal breaks it"
    code, out, _ = run("same", "2026-01", RISKY[:6], "--as", "dinas", "--reason", WHY)
    assert code == 0 and "1 of them have no effect before a second person agrees" in out
    found = json.loads(run("list", "2026-01", "--json")[1])
    assert (found["pairs"], found["waiting"]) == (1, 1)
    number = found["shown"][0]["verdict_id"]
    code, _, err = run("agree", number, "--as", "dinas")
    assert code == 1 and "somebody else" in err
    code, out, _ = run("agree", number, "--as", "verifikator")
    assert code == 0 and "1 answers are kept" in out
    assert json.loads(run("list", "2026-01", "--json")[1])["waiting"] == 0


def test_a_workbook_is_written_and_an_empty_one_is_refused(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "pasangan.xlsx"
    code, out, _ = run("worklist", "2026-01", "--out", file, "--limit", "1")
    assert code == 0 and "1 pairs in" in out.replace("\n", " ") and "1 more wait" in out.replace("\n", " ")
    code, _, err = run("read", file, "--as", "dinas")
    assert code == 1 and "holds no answer" in err and CANARY not in err
