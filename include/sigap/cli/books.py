"""How the books are printed: in Bahasa Indonesia, rupiah right-aligned, one block for each payer."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table

from sigap.cli.terminal import show_table
from sigap.domain.money import rupiah
from sigap.domain.period import Period
from sigap.pipeline.verbatim import verbatim

if TYPE_CHECKING:
    from sigap.pipeline.books import JournalLine
    from sigap.pipeline.payable import Payable
    from sigap.pipeline.trial import AccountBalance

STATUS = {"open": "terbuka", "locked": "terkunci", "closed": "ditutup"}
_KINDS = {
    "invoice": "Tagihan",
    "void": "Pembatalan tagihan",
    "credit_note": "Nota kredit",
    "debit_note": "Nota debit",
    "credit_used": "Pemakaian nota kredit",
    "payment": "Pembayaran",
}
_ENDLESS = 1_000
_SIDES = "Saldo positif: debit; negatif: kredit."


def print_trial_balance(
    rows: "Sequence[AccountBalance]", through: Period, is_month: bool, status: str, console: Console
) -> None:
    """Neraca saldo: balances on two sides, or opening, movements and closing of one month."""
    moved = ("Saldo awal", "Debit", "Kredit", "Saldo akhir")
    table = _table(("Kode rekening", "Uraian"), moved if is_month else ("Debit", "Kredit"))
    for payer in sorted({row.funding_source for row in rows}):
        own = [row for row in rows if row.funding_source == payer]
        table.add_row(payer, style="bold")
        for row in own:
            name = f"{row.name} (lebih bayar)" if row.is_overpaid else row.name
            table.add_row(row.account_code, verbatim(name), *map(_amount, _columns([row], is_month)))
        table.add_row("Jumlah", payer, *map(rupiah, _columns(own, is_month)), style="bold")
        table.add_section()
    table.add_row("Jumlah", "semua sumber dana", *map(rupiah, _columns(rows, is_month)), style="bold")
    title = f"Neraca saldo bulan {through}" if is_month else f"Neraca saldo per {through.last_day}"
    console.print(f"{title} ({STATUS[status]})", style="bold")
    _print(table, bool(rows), console)
    if is_month:
        console.print(_SIDES, style="dim")


def print_journal(lines: "Sequence[JournalLine]", period: Period, console: Console) -> None:
    """Jurnal: each entry with its document and payer, then its legs."""
    table = _table(("Kode rekening", "Uraian"), ("Debit", "Kredit"))
    key = None
    for line in lines:
        if line.key != key:
            table.add_section()
            table.add_row(_kind(line), verbatim(f"{line.document}, {line.funding_source}"), style="bold")
        key = line.key
        amounts = (_amount(line.debit_idr), _amount(line.credit_idr))
        table.add_row(line.account_code, verbatim(line.name), *amounts)
    table.add_section()
    sums = (sum(line.debit_idr for line in lines), sum(line.credit_idr for line in lines))
    table.add_row("Jumlah", "", *map(rupiah, sums), style="bold")
    console.print(f"Jurnal {period}", style="bold")
    _print(table, bool(lines), console)


def print_account(lines: "Sequence[JournalLine]", code: str, console: Console) -> None:
    """Buku pembantu of one account."""
    table = _table(("Bulan", "Sumber dana", "Dokumen"), ("Debit", "Kredit", "Saldo"))
    for line in lines:
        table.add_row(
            line.period, line.funding_source, verbatim(f"{_kind(line)}\n{line.document}"),
            _amount(line.debit_idr), _amount(line.credit_idr), rupiah(line.balance_idr),
        )  # fmt: skip
    console.print(f"{code} {lines[0].name if lines else ''}", style="bold", markup=False)
    _print(table, bool(lines), console)
    console.print(_SIDES, style="dim")


def print_payables(rows: "Sequence[Payable]", as_of: dt.date, status: str, console: Console) -> None:
    """Utang iuran, by payer and coverage month; what was paid too much stands by itself."""
    table = _table(("Bulan iuran", "Dokumen"), ("Utang iuran", "Lebih bayar"))
    for payer in sorted({row.funding_source for row in rows}):
        own = sorted((row for row in rows if row.funding_source == payer), key=lambda row: row.period or "~")
        table.add_row(payer, style="bold")
        for row in own:
            table.add_row(row.period or "", verbatim(row.document), *map(_amount, _sides([row])))
        table.add_row("Jumlah", payer, *map(rupiah, _sides(own)), style="bold")
        table.add_section()
    table.add_row("Jumlah", "semua sumber dana", *map(rupiah, _sides(rows)), style="bold")
    console.print(f"Utang iuran per {as_of} ({STATUS[status]})", style="bold")
    _print(table, bool(rows), console)
    console.print(f"Saldo rekening utang: {rupiah(sum(row.owed_idr for row in rows))}")
    if status != "closed":
        console.print("Bulan ini belum ditutup: angka masih dapat berubah.", style="yellow")


def _table(words: Iterable[str], amounts: Iterable[str]) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for word in words:
        is_name = word == "Uraian"
        table.add_column(word, no_wrap=not is_name, min_width=24 if is_name else None)
    for amount in amounts:
        table.add_column(amount, justify="right", no_wrap=True)
    return table


def _print(table: Table, has_rows: bool, console: Console) -> None:
    """No amount is cut off: rows are lists in a narrow terminal, and lines whole in a file or a pipe."""
    if not has_rows:
        console.print("Belum ada isinya.")
        return
    needed = console.measure(table, options=console.options.update(width=_ENDLESS)).maximum
    if not console.is_terminal and needed > console.width:
        console = Console(file=console.file, width=needed + len(table.columns), highlight=False, emoji=False)
    show_table(table, console)


def _amount(amount: int) -> str:
    return rupiah(amount) if amount else "-"


def _kind(line: "JournalLine") -> str:
    return _KINDS[line.kind] + (" (dibatalkan)" if line.is_taken_back else "")


def _columns(rows: "Sequence[AccountBalance]", is_month: bool) -> tuple[int, ...]:
    """Opening, debit, credit and closing of a month; else the closing balances on their sides."""
    if is_month:
        moved = (sum(row.debit_idr for row in rows), sum(row.credit_idr for row in rows))
        return sum(row.opening_idr for row in rows), *moved, sum(row.closing_idr for row in rows)
    debits = sum(max(row.closing_idr, 0) for row in rows)
    return debits, sum(max(-row.closing_idr, 0) for row in rows)


def _sides(rows: "Sequence[Payable]") -> tuple[int, int]:
    return sum(max(row.owed_idr, 0) for row in rows), sum(max(-row.owed_idr, 0) for row in rows)
