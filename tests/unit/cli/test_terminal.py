"""What a command says, while it works and at its end: letter by letter."""

from io import StringIO

from rich.console import Console
from rich.text import Text

from sigap.audit.explain import Explanation
from sigap.audit.sections import Section
from sigap.audit.step import Step
from sigap.cli.explain import print_explanation
from sigap.cli.terminal import tell
from sigap.domain.period import Period
from sigap.identity.model import load_model
from sigap.pipeline.display import print_trace
from sigap.pipeline.verbatim import verbatim


def test_what_is_worked_on_is_told_letter_by_letter() -> None:
    status = Console().status("")
    tell(status)("collect", "[/] daftar :id:\\")
    assert isinstance(status.status, Text) and status.status.plain == "collect [/] daftar :id:\\"


def test_control_codes_are_shown_by_number_and_lines_stay_lines() -> None:
    assert verbatim("\x1b[2J[/] :id:\nRT\x07 1\u202e").plain == "<U+001B>[2J[/] :id:\nRT<U+0007> 1<U+202E>"
    assert verbatim(None).plain == ""


def test_no_cell_of_a_trace_commands_the_terminal() -> None:
    console = Console(file=StringIO(), width=100)
    facts = {"line_id": 1, "reason": "\x1b]0;title", "cells": {"Alamat": "[/] :id: \x1b[2J"}}
    print_trace([Step("Invoice line", facts)], console)
    shown = console.file.getvalue()
    assert "\x1b" not in shown and "[/] :id: <U+001B>[2J" in shown and "<U+001B>]0;title" in shown


def test_no_cell_of_an_explanation_commands_the_terminal() -> None:
    console = Console(file=StringIO(), width=100)
    rows = Section("rows", "Baris", "Yang diterima", (Step("daftar.csv", {"cells": {"Nama": "[/]\x1b[2J"}}),))
    found = Explanation(1, Period(2026, 1), "id", ("Ringkasan",), (rows,), {}, load_model())
    print_explanation(found, console)
    assert "[/]<U+001B>[2J" in console.file.getvalue()
