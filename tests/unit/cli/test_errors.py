"""What a person sees when a command fails: our sentence, or the places in the code, never somebody's data."""

import sys

import pytest

from sigap import cli
from sigap.errors import SigapError

CANARY = "3275012345679001"


def fail_with(error: Exception, monkeypatch: pytest.MonkeyPatch) -> int | str | None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(cli, "app", fail)
    monkeypatch.setattr(sys, "argv", ["sigap"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return ended.value.code


def test_what_we_refuse_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fail_with(SigapError("Send [list] again."), monkeypatch) == 1
    assert capsys.readouterr().err == "sigap: Send [list] again.\n"


def test_an_error_not_foreseen_shows_where_and_never_its_text(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fail_with(ValueError(f"Key (nik)=({CANARY}) already exists"), monkeypatch) == cli.UNFORESEEN
    shown = capsys.readouterr().err
    assert CANARY not in shown
    assert "ValueError was not foreseen" in shown and "test_errors.py" in shown


def test_ctrl_c_that_breaks_a_connection_is_still_ctrl_c(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = ConnectionError("server closed the connection")
    broken.__context__ = KeyboardInterrupt()
    assert fail_with(broken, monkeypatch) == cli.INTERRUPTED
    assert capsys.readouterr().err == "sigap: Interrupted. Run it again: what was done is kept.\n"
