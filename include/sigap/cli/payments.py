"""`sigap payments`: money that moved, what it paid, and what waits for a person in finance."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from sigap.cli.terminal import (
    InboxOption,
    JsonOption,
    PeriodArgument,
    resources_for,
    say,
    settings_for,
    show,
    show_json,
    show_table,
    tell,
)
from sigap.domain.money import rupiah

if TYPE_CHECKING:
    from sigap.pipeline.payment_queue import Waiting
    from sigap.settlement.movement import Movement

payments_app = typer.Typer(
    help="Money movements: take them in, see what they paid, settle what waits.", no_args_is_help=True
)

LineArgument = Annotated[int, typer.Argument(min=1, help="Line, as in `sigap payments list`.")]
InvoiceArgument = Annotated[str, typer.Argument(help="Number of the invoice, SIGAP/SG/2026-01/0001.")]
ByOption = Annotated[str, typer.Option("--by", help="Account name of the person in finance.")]
ReasonOption = Annotated[str, typer.Option(help="Why, and by which document; never a NIK.")]
_VERDICTS = {"confirms": "menguatkan", "reverses": "mengembalikan", "set_aside": "dikesampingkan"}


@payments_app.command("allocate")
def allocate_month(period: PeriodArgument, inbox: InboxOption = None) -> None:
    """Take in the month's bank statements, SP2D and receipts, and allocate what is certain."""
    from sigap.pipeline.allocations import allocate
    from sigap.pipeline.month import collect_all

    with resources_for(settings_for(inbox)) as resources, say.status("allocate") as status:
        messages = collect_all(period, ("bank_statement", "sp2d", "payments"), resources, tell(status))
        found = allocate(period, resources)
    for message in messages:
        show.print(f"  {message}", style="yellow", markup=False, soft_wrap=True)
    show.print(f"{found.new_lines:,} baris baru, {found.allocations:,} alokasi.")
    facts = {
        "Tercatat": found.counted_idr,
        "Dialokasikan": found.allocated_idr,
        "Menunggu": found.waiting_idr,
        "Dikesampingkan": found.set_aside_idr,
    }
    for name, amount in facts.items():
        show.print(f"{name:<16}{rupiah(amount):>22}")


@payments_app.command("list")
def list_lines(as_json: JsonOption = False) -> None:
    """List every movement and what became of it, without the words of the bank."""
    from sigap.pipeline.payment_queue import payment_lines

    with resources_for(settings_for()) as resources:
        lines = payment_lines(resources)
    if as_json:
        show_json([_facts(line) for line in lines])
        return
    table = Table("baris", "kanal", "tanggal", "jumlah", "dialokasikan", "sisa", "keadaan")
    for line in lines:
        amounts = (rupiah(line.amount_idr), rupiah(line.allocated_idr), rupiah(line.open_idr))
        table.add_row(str(line.line_id), line.channel, f"{line.booked_on}", *amounts, _state(line))
    show_table(table)


@payments_app.command("queue")
def show_queue(as_json: JsonOption = False) -> None:
    """List what waits for a person, why, and what it may be."""
    from sigap.pipeline.payment_queue import queue

    with resources_for(settings_for()) as resources:
        waiting = queue(resources)
    if as_json:
        show_json([{**_facts(one.line), "why": one.why, "suggestions": _suggested(one)} for one in waiting])
        return
    table = Table("baris", "kanal", "tanggal", "menunggu", "sebab", "saran")
    for one in waiting:
        line = one.line
        amount = rupiah(line.open_idr or line.amount_idr)
        suggested = "\n".join(_suggested(one))
        table.add_row(str(line.line_id), line.channel, f"{line.booked_on}", amount, one.why, suggested)
    if waiting:
        show_table(table)
    money = sum(one.line.open_idr for one in waiting)
    show.print(f"{len(waiting):,} baris menunggu, {rupiah(money)} belum dialokasikan.")


@payments_app.command("show")
def show_one(line: LineArgument, as_json: JsonOption = False) -> None:
    """Show one line with the words of the bank and its history. The audit keeps who looked."""
    from sigap.pipeline.payment_queue import show_line

    with resources_for(settings_for()) as resources:
        found = show_line(line, resources.settings.actor, resources)
    told = {"reference": found.line.reference, "description": found.line.told}
    if as_json:
        show_json({**_facts(found.line), **told, "allocations": found.allocations})
        return
    show.print(
        f"{found.line.channel} {found.line.booked_on}  {rupiah(found.line.amount_idr)}  {_state(found.line)}"
    )
    show.print(f"{told['reference']}\n{told['description']}", markup=False)
    for day, number, amount, by, reason in found.allocations:
        show.print(f"  {day}  {number}  {rupiah(amount)}  {by}  {reason}", markup=False)
    if found.waiting is not None:
        show.print(f"Menunggu {rupiah(found.line.open_idr)}: {found.waiting.why}")
        for words in _suggested(found.waiting):
            show.print(f"  {words}", markup=False)


@payments_app.command("assign")
def assign_line(
    line: LineArgument,
    invoice: InvoiceArgument,
    actor: ByOption,
    reason: ReasonOption,
    amount: Annotated[int | None, typer.Option(min=1, help="Whole rupiah; else all that fits.")] = None,
) -> None:
    """Let a line pay an invoice."""
    from sigap.pipeline.payments import assign

    with resources_for(settings_for()) as resources:
        given = assign(line, invoice, amount, actor, reason, resources)
    show.print(f"Baris {line} membayar {rupiah(given)} untuk {invoice}.", markup=False)


@payments_app.command("release")
def release_line(
    line: LineArgument,
    actor: ByOption,
    reason: ReasonOption,
    invoice: Annotated[str | None, typer.Option(help="Only of this invoice.")] = None,
) -> None:
    """Take back what a line pays. Rules leave it alone from then on."""
    from sigap.pipeline.payments import release

    with resources_for(settings_for()) as resources:
        freed = release(line, invoice, actor, reason, resources)
    show.print(f"{rupiah(freed)} dari baris {line} menunggu lagi.")


@payments_app.command("link")
def link_lines(
    line: LineArgument,
    other: Annotated[int, typer.Argument(min=1, help="The payment that it confirms or takes back.")],
    actor: ByOption,
    reason: ReasonOption,
) -> None:
    """Say that an order or receipt shows a payment, or that money that came back reverses one."""
    from sigap.pipeline.payments import link

    with resources_for(settings_for()) as resources:
        kind = link(line, other, actor, reason, resources)
    show.print(f"Baris {line} {_VERDICTS[kind]} baris {other}.")


@payments_app.command("set-aside")
def set_line_aside(line: LineArgument, actor: ByOption, reason: ReasonOption) -> None:
    """Say that a line is no payment of ours, or the same as another."""
    from sigap.pipeline.payments import set_aside

    with resources_for(settings_for()) as resources:
        set_aside(line, actor, reason, resources)
    show.print(f"Baris {line} dikesampingkan.")


@payments_app.command("reopen")
def reopen_line(line: LineArgument, actor: ByOption, reason: ReasonOption) -> None:
    """Take back that a line confirms, reverses or is set aside."""
    from sigap.pipeline.payments import reopen

    with resources_for(settings_for()) as resources:
        reopen(line, actor, reason, resources)
    show.print(f"Baris {line} dibuka kembali.")


@payments_app.command("code")
def enter_billing_code(
    invoice: InvoiceArgument,
    code: Annotated[str, typer.Argument(help="Kode iuran that BPJS gave for it, digits.")],
    actor: ByOption,
) -> None:
    """Keep the kode iuran of an invoice, so that payments made with it find it."""
    from sigap.pipeline.payments import enter_code

    with resources_for(settings_for()) as resources:
        enter_code(invoice, code, actor, resources)
    show.print(f"Kode iuran {invoice} dicatat.", markup=False)


def _facts(line: "Movement") -> dict[str, object]:
    names = (
        "line_id",
        "channel",
        "booked_on",
        "amount_idr",
        "allocated_idr",
        "open_idr",
        "counts",
        "verdict",
    )
    return {name: getattr(line, name) for name in (*names, "other_line_id", "is_doubtful")}


def _state(line: "Movement") -> str:
    if line.verdict:
        return f"{_VERDICTS[line.verdict]} {line.other_line_id or ''}".strip()
    if not line.counts:
        return "belum menguatkan apa pun"
    return "menunggu" if line.open_idr else "selesai"


def _suggested(one: "Waiting") -> list[str]:
    said = []
    for found in one.suggestions:
        target = " + ".join(invoice.number for invoice in found.invoices) or f"baris {found.line_id}"
        said.append(f"{target}: {found.why}")
    return said
