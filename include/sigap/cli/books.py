"""How the books are printed: in Bahasa Indonesia, rupiah right-aligned, nothing cut off."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table

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


def print_trial_balance(
    rows: "Sequence[AccountBalance]", through: Period, is_month: bool, status: str, console: Console
) -> None:
    """Neraca saldo: balances on two sides, or opening, movements and closing of one month."""
    moved = ("Saldo awal", "Debit", "Kredit", "Saldo akhir")
    table = _table(("Sumber dana", "Kode rekening", "Uraian"), moved if is_month else ("Debit", "Kredit"))
    for row in rows:
        name = f"{row.name} (lebih bayar)" if row.is_overpaid else row.name
        closing = row.closing_idr
        amounts = (
            (row.opening_idr, row.debit_idr, row.credit_idr, closing)
            if is_month
            else (max(closing, 0), max(-closing, 0))
        )
        table.add_row(row.funding_source, row.account_code, verbatim(name), *map(_amount, amounts))
    table.add_section()
    table.add_row("Jumlah", "", "", *map(rupiah, _totals(rows, is_month)), style="bold")
    title = f"Neraca saldo bulan {through}" if is_month else f"Neraca saldo per {through.last_day}"
    console.print(f"{title} ({STATUS[status]})", style="bold")
    console.print(table if rows else "Belum ada jurnal.")
    if is_month:
        console.print("Saldo positif: debit; negatif: kredit.", style="dim")


def print_journal(lines: "Sequence[JournalLine]", period: Period, console: Console) -> None:
    """Jurnal: each entry with its document, then its legs."""
    table = _table(("Dokumen", "Kode rekening", "Uraian", "Sumber dana"), ("Debit", "Kredit"))
    key = None
    for line in lines:
        if line.key != key:
            table.add_section()
        document = f"{_kind(line)}\n{line.document}" if line.key != key else ""
        key = line.key
        table.add_row(
            verbatim(document), line.account_code, verbatim(line.name), line.funding_source,
            _amount(line.debit_idr), _amount(line.credit_idr),
        )  # fmt: skip
    table.add_section()
    sums = (sum(line.debit_idr for line in lines), sum(line.credit_idr for line in lines))
    table.add_row("Jumlah", "", "", "", *map(rupiah, sums), style="bold")
    console.print(f"Jurnal {period}", style="bold")
    console.print(table if lines else "Belum ada jurnal.")


def print_account(lines: "Sequence[JournalLine]", code: str, console: Console) -> None:
    """Buku pembantu of one account. A negative balance is a credit."""
    table = _table(("Bulan", "Dokumen", "Sumber dana"), ("Debit", "Kredit", "Saldo"))
    for line in lines:
        table.add_row(
            line.period, verbatim(f"{_kind(line)} {line.document}"), line.funding_source,
            _amount(line.debit_idr), _amount(line.credit_idr), rupiah(line.balance_idr),
        )  # fmt: skip
    console.print(f"{code} {lines[0].name if lines else ''}", style="bold", markup=False)
    console.print(table)
    console.print("Saldo positif: debit; negatif: kredit.", style="dim")


def print_payables(rows: "Sequence[Payable]", as_of: dt.date, status: str, console: Console) -> None:
    """Utang iuran, by payer and coverage month; what was paid too much stands by itself."""
    table = _table(("Sumber dana", "Bulan iuran", "Dokumen"), ("Utang iuran", "Lebih bayar"))
    for payer in sorted({row.funding_source for row in rows}):
        own = sorted((row for row in rows if row.funding_source == payer), key=lambda row: row.period or "~")
        for row in own:
            table.add_row(payer, row.period or "", verbatim(row.document), *map(_amount, _sides([row])))
        table.add_row(f"Jumlah {payer}", "", "", *map(rupiah, _sides(own)), style="bold")
        table.add_section()
    table.add_row("Jumlah", "", "", *map(rupiah, _sides(rows)), style="bold")
    console.print(f"Utang iuran per {as_of} ({STATUS[status]})", style="bold")
    console.print(table if rows else "Tidak ada utang iuran.")
    console.print(f"Saldo rekening utang: {rupiah(sum(row.owed_idr for row in rows))}")
    if status != "closed":
        console.print("Bulan ini belum ditutup: angka masih dapat berubah.", style="yellow")


def _table(words: Iterable[str], amounts: Iterable[str]) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for word in words:
        table.add_column(word, overflow="fold")
    for amount in amounts:
        table.add_column(amount, justify="right", no_wrap=True)
    return table


def _amount(amount: int) -> str:
    return rupiah(amount) if amount else "-"


def _kind(line: "JournalLine") -> str:
    return _KINDS[line.kind] + (" (dibatalkan)" if line.is_taken_back else "")


def _totals(rows: "Sequence[AccountBalance]", is_month: bool) -> tuple[int, ...]:
    debits = sum(max(row.closing_idr, 0) for row in rows)
    if not is_month:
        return debits, sum(max(-row.closing_idr, 0) for row in rows)
    moved = (sum(row.debit_idr for row in rows), sum(row.credit_idr for row in rows))
    return sum(row.opening_idr for row in rows), *moved, sum(row.closing_idr for row in rows)


def _sides(rows: "Sequence[Payable]") -> tuple[int, int]:
    return sum(max(row.owed_idr, 0) for row in rows), sum(max(-row.owed_idr, 0) for row in rows)
