"""`sigap review`: what it says of a pair and of answers, before any warehouse is asked."""

import datetime as dt

import pytest
from rich.console import Console
from typer.testing import CliRunner

from sigap.cli import app, review
from sigap.cli.pairs import print_pair
from sigap.identity.shown import ShownPair, Waiting
from sigap.pipeline.settled import Kept

PAIR = ShownPair(
    fact_key="0f" * 16,
    kind="rows",
    match_weight=3.4,
    left={"nik": "3275021708800001", "full_name": "[bold]KENARI"},
    right={"nik": "3275021708800010", "full_name": "MURAI"},
    levels={"nik": 5, "name": 0},
    weights={"nik": 9.1, "name": -4.2},
    risks={"same": 3_628_000, "different": 184_000},
    limit_idr=2_000_000,
    waiting=Waiting(1, "0f" * 16, "same", "dinas", "KTP", dt.datetime(2026, 1, 1, tzinfo=dt.UTC)),
)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Console:
    console = Console(width=200, record=True, file=open("/dev/null", "w"))  # noqa: PTH123, SIM115
    monkeypatch.setattr(review, "show", console)
    return console


def test_the_group_has_every_answer_a_steward_can_give() -> None:
    shown = CliRunner().invoke(app, ["review", "--help"])
    assert shown.exit_code == 0
    for command in ("list", "show", "worklist", "read", "same", "different", "agree", "disagree"):
        assert f" {command} " in shown.output


@pytest.mark.parametrize(
    ("words", "lacks"),
    [
        (["same", "2026-01", "0f0f", "--reason", "KTP"], "--as"),
        (["different", "2026-01", "0f0f", "--as", "dinas"], "--reason"),
        (["disagree", "3", "--as", "dinas"], "--reason"),
        (["agree", "nol", "--as", "dinas"], "verdict"),
    ],
)
def test_an_answer_says_who_and_why(words: list[str], lacks: str) -> None:
    shown = CliRunner().invoke(app, ["review", *words])
    assert shown.exit_code == 2
    assert lacks in shown.output


def test_a_pair_is_shown_side_by_side_and_its_names_are_never_markup(said: Console) -> None:
    print_pair(PAIR, said)
    text = said.export_text()
    assert "[bold]KENARI" in text and "MURAI" in text
    assert "NIK berbeda satu angka" in text and "-4,2" in text and "+3,4" in text
    assert "same: risk Rp3.628.000, two people needed" in text
    assert "different: risk Rp184.000\n" in text


@pytest.mark.parametrize(
    ("kept", "sentence"),
    [
        (Kept(2, 1), "1 of them have no effect before a second person agrees."),
        (Kept(0, 0, 3), "3 were known."),
        (Kept(1, 0, 0, 4), "4 are about facts that have changed"),
    ],
)
def test_what_became_of_answers_is_said(said: Console, kept: Kept, sentence: str) -> None:
    review._tell(kept)
    assert sentence in said.export_text()
