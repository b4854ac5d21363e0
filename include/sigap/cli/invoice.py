"""`sigap invoice`: the invoices of a month, what was parked, and voids by two people."""

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from sigap.cli.terminal import (
    JsonOption,
    PeriodArgument,
    resources_for,
    settings_for,
    show,
    show_json,
    show_table,
)
from sigap.domain.money import rupiah
from sigap.pipeline.verbatim import verbatim

if TYPE_CHECKING:
    from sigap.pipeline.void import VoidRequest

invoice_app = typer.Typer(help="Invoices of a month, parked people, and voids.", no_args_is_help=True)
void_app = typer.Typer(help="Void an issued invoice: one person asks, another answers.", no_args_is_help=True)
invoice_app.add_typer(void_app, name="void")

ActorOption = Annotated[str, typer.Option("--as", help="Account name of the person.")]


@invoice_app.command("list")
def list_invoices(period: PeriodArgument, as_json: JsonOption = False) -> None:
    """List the invoices billed in a month, void ones too."""
    from sigap.pipeline.invoices import invoices_of_month

    with resources_for(settings_for()) as resources:
        rows = invoices_of_month(period, resources)
    if as_json:
        show_json([dataclasses.asdict(row) for row in rows])
        return
    table = Table("invoice", "payer", "covers", "status", "instead of")
    for name in ("people", "total", "to pay until"):
        table.add_column(name, justify="right")
    for row in rows:
        covers = row.covers_from if row.covers_from == row.covers_to else f"{row.covers_from}…{row.covers_to}"
        table.add_row(
            row.number or "not numbered", row.funding_source, covers, row.status, row.replaces or "",
            f"{row.people:,}", rupiah(row.total_idr), str(row.due_date),
        )  # fmt: skip
    show_table(table)


@invoice_app.command("parked")
def list_parked(period: PeriodArgument, as_json: JsonOption = False) -> None:
    """Count the subsidised person-months that were not billed, by reason, and what to do about each."""
    from sigap.pipeline.invoices import parked_of_month

    with resources_for(settings_for()) as resources:
        rows = parked_of_month(period, resources)
    if as_json:
        show_json([dataclasses.asdict(row) for row in rows])
        return
    if not rows:
        show.print(f"{period}: nobody is parked.")
        return
    table = Table("reason", "payer", "what it means", "what to do")
    for name in ("person-months", "worth"):
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(
            row.reason_code, row.funding_source, row.meaning, row.remedy,
            f"{row.person_months:,}", rupiah(row.total_idr),
        )  # fmt: skip
    show_table(table)


@void_app.command("ask")
def ask(
    number: Annotated[str, typer.Argument(help="Number of the issued invoice.")],
    actor: ActorOption,
    reason: Annotated[str, typer.Option(help="What was wrong. Never about a person.")],
) -> None:
    """Ask that an invoice be void. Nothing changes until another person approves."""
    from sigap.pipeline.void import ask_void

    with resources_for(settings_for()) as resources:
        asked = ask_void(number, actor, reason, resources)
    show.print(
        f"Request {asked.void_request_id}: void {asked.number}, {asked.people:,} people, "
        f"{rupiah(asked.total_idr)}. Next, by another person: "
        f"sigap invoice void answer {asked.void_request_id} --approve --as NAME",
        markup=False,
        soft_wrap=True,
    )


@void_app.command("answer")
def answer(
    request_id: Annotated[int, typer.Argument(help="Number of the request.")],
    actor: ActorOption,
    approve: Annotated[bool, typer.Option("--approve/--reject", help="The answer.")],
    reason: Annotated[str | None, typer.Option(help="Why; required when rejecting.")] = None,
) -> None:
    """Answer a request. Approved, the invoice is void and `sigap bill` makes its successor."""
    from sigap.pipeline.void import answer_void

    verdict = "approved" if approve else "rejected"
    with resources_for(settings_for()) as resources:
        answered = answer_void(request_id, verdict, actor, reason, resources)
    if approve:
        show.print(f"{answered.number} is void. Next: sigap bill {answered.period}", markup=False)
    else:
        show.print(f"Request {request_id} is rejected: {answered.number} stands.", markup=False)


@void_app.command("list")
def list_voids(period: PeriodArgument, as_json: JsonOption = False) -> None:
    """List the requests about a month's invoices and what became of them."""
    from sigap.pipeline.void import void_requests

    with resources_for(settings_for()) as resources:
        rows = void_requests(period, resources)
    if as_json:
        show_json([dataclasses.asdict(row) for row in rows])
    else:
        show.print(_voids(rows))


def _voids(rows: "Sequence[VoidRequest]") -> Table:
    table = Table("request", "invoice", "people", "total", "asked by", "reason", "answer")
    for row in rows:
        said = f"{row.verdict} by {row.answered_by}" if row.verdict else "waits"
        table.add_row(
            str(row.void_request_id), row.number, f"{row.people:,}", rupiah(row.total_idr),
            verbatim(row.asked_by), verbatim(row.reason), verbatim(said),
        )  # fmt: skip
    return table
