"""What commands print stays whole at 80 columns: books, prices, sources, previews, pairs."""

import ast
import datetime as dt
import io
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table

from sigap import cli
from sigap.billing.shadow import Move, Moves
from sigap.cli.books import print_account, print_journal, print_payables, print_trial_balance
from sigap.cli.shown import print_preview
from sigap.cli.terminal import show_table
from sigap.domain.period import Period
from sigap.pipeline.books import JournalLine
from sigap.pipeline.payable import Payable
from sigap.pipeline.preview import Fault, Preview
from sigap.pipeline.shadow import Shadow
from sigap.pipeline.trial import AccountBalance
from sigap.pipeline.verbatim import verbatim

JANUARY, PAYER, NUMBER = Period(2026, 1), "APBD_KOTA_BEKASI", "SIGAP/SG/2026-01/0001"
ACCOUNT, NAME = "5.1.02.02.001.00080", "Belanja Iuran Jaminan Kecelakaan Kerja bagi Non ASN"
AMOUNT = 2_351_865_600
COMMANDS = Path(cli.__file__).parent


def terminal(width: int = 80) -> Console:
    return Console(width=width, file=io.StringIO(), highlight=False, emoji=False, force_terminal=True)


def text_of(console: Console) -> str:
    file = console.file
    assert isinstance(file, io.StringIO)
    return re.sub(r"\x1b\[[0-9;]*m", "", file.getvalue())


def line(debit: int, credit: int) -> JournalLine:
    moment = dt.datetime(2026, 2, 1, tzinfo=dt.UTC)
    return JournalLine(
        "2026-01",
        f"invoice/{NUMBER}",
        "invoice",
        NUMBER,
        moment,
        ACCOUNT,
        NAME,
        "expense",
        PAYER,
        debit,
        credit,
    )


def balance() -> AccountBalance:
    return AccountBalance(ACCOUNT, NAME, "expense", PAYER, AMOUNT, AMOUNT, 0)


BOOKS: dict[str, Callable[[Console], None]] = {
    "balance": lambda console: print_trial_balance([balance()], JANUARY, True, "open", console),
    "journal": lambda console: print_journal([line(AMOUNT, 0), line(0, AMOUNT)], JANUARY, console),
    "account": lambda console: print_account([line(AMOUNT, 0)], ACCOUNT, console),
    "payables": lambda console: print_payables(
        [Payable(PAYER, "2026-01", NUMBER, AMOUNT)], dt.date(2026, 1, 31), "open", console
    ),
}


@pytest.mark.parametrize("book", BOOKS)
@pytest.mark.parametrize("width", [60, 80, 120])
def test_books_fit_a_narrow_terminal_with_every_amount_and_word_whole(book: str, width: int) -> None:
    console = terminal(width)
    BOOKS[book](console)
    shown = text_of(console)
    assert all(len(row) <= width for row in shown.splitlines()), "a terminal would break these lines itself"
    assert "Rp2.351.865.600" in shown and PAYER in shown
    if book in ("balance", "journal"):
        assert all(word in shown.split() for word in (ACCOUNT, *NAME.split()))


def test_books_stay_tables_in_a_file_or_a_pipe() -> None:
    console = Console(width=80, file=io.StringIO(), highlight=False, emoji=False)
    BOOKS["balance"](console)
    assert f"{ACCOUNT}   {NAME}" in text_of(console)


def test_a_row_that_is_a_heading_stands_over_those_that_follow() -> None:
    console = terminal(40)
    table = Table("Kode rekening", "Uraian", "Debit")
    table.add_row(PAYER, style="bold")
    table.add_row(ACCOUNT, NAME, "Rp2.351.865.600")
    show_table(table, console)
    assert text_of(console).splitlines()[0].rstrip() == PAYER


def test_text_of_others_is_no_markup_where_a_table_is_measured() -> None:
    console = terminal(28)
    table = Table("header", "cell")
    table.add_row(verbatim("[/]"), verbatim("[red]lewat[/red] dan panjang"))
    show_table(table, console)
    assert "[/]" in text_of(console) and "[red]lewat[/red]" in text_of(console)


def test_other_prices_and_a_preview_break_no_word(monkeypatch: pytest.MonkeyPatch) -> None:
    console = terminal()
    command = sys.modules["sigap.cli.shadow"]
    monkeypatch.setattr(command, "show", console)
    monkeypatch.setattr(cli.terminal, "show", console)
    moves = Moves(
        [Move(PAYER, "pengemudi_angkutan_umum", "JKK", 11_666, AMOUNT, 2 * AMOUNT)], 11_666, AMOUNT, 0
    )
    command._print(Shadow(JANUARY, "2026-01", 1, 11_666, moves, {}, (), "f" * 64))
    fault = Fault(
        "NIK_REGION_UNKNOWN", "held", 3, (("Daftar Anggota", "B", 17), ("Daftar Anggota", None, 18))
    )
    print_preview(Preview("xlsx", "accepted", counts={"accepted": 1, "held": 3, "rejected": 0, "received": 4},
                          faults=(fault,)), "Angkot", "anggota.xlsx", console)  # fmt: skip
    shown = text_of(console)
    for whole in (
        "pengemudi_angkutan_umum",
        "Rp2.351.865.600",
        "+Rp2.351.865.600",
        "NIK_REGION_UNKNOWN",
        PAYER,
    ):
        assert whole in shown, whole
    assert all(len(row) <= 80 for row in shown.splitlines())


def test_the_list_of_senders_breaks_no_word(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("SIGAP_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys, "argv", ["sigap", "source", "list"])
    with pytest.raises(SystemExit):
        cli.main()
    shown = capsys.readouterr().out
    assert all(word in shown.replace(",", "").split() for word in ("activations", "booked_on", "amount"))
    assert "…" not in shown


def test_every_command_prints_its_tables_by_show_table() -> None:
    """Print a table with `sigap.cli.terminal.show_table`: it breaks no word in a narrow console."""
    found = {
        f"{file.name}:{call.lineno}"
        for file in COMMANDS.glob("*.py")
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if file.name != "terminal.py" and isinstance(call, ast.Call) and _prints_a_table(call)
    }
    assert found == set()


def _prints_a_table(call: ast.Call) -> bool:
    if not (isinstance(call.func, ast.Attribute) and call.func.attr == "print" and call.args):
        return False
    return any("table" in getattr(node, "id", "") for node in ast.walk(call.args[0]))
