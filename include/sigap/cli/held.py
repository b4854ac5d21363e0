"""`sigap held`: rows that wait for a person: see them and settle them, once for all months."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from sigap.cli.answers import ActorOption, WorkbookOption, said, tell_workbook
from sigap.cli.terminal import (
    JsonOption,
    PeriodArgument,
    resources_for,
    settings_for,
    show,
    show_json,
    show_table,
)
from sigap.errors import QualityError
from sigap.pipeline.verbatim import verbatim

held_app = typer.Typer(help="Held rows: see them and settle them, once for all months.", no_args_is_help=True)

DeliveryArgument = Annotated[str, typer.Argument(help="Delivery, as in `sigap held list`.")]
RowArgument = Annotated[int, typer.Argument(min=1, help="Line of the sheet or file.")]
SheetOption = Annotated[str, typer.Option("--sheet", help="Sheet of the row; none for a csv.")]
ReasonOption = Annotated[str, typer.Option(help="Why.")]


@held_app.command("list")
def list_held(
    period: PeriodArgument,
    source: Annotated[str | None, typer.Option(help="Only this sender.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Rows to show.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """Name the cells that rows are held for. No person stands in the list."""
    from sigap.pipeline.held import open_findings

    with resources_for(settings_for()) as resources:
        findings = open_findings(period, resources, source)
    rows = findings.group_by(["delivery_id", "sheet", "row"]).aggregate([]).num_rows
    shown = findings.slice(0, limit).to_pylist()
    if as_json:
        show_json({"rows": rows, "findings": shown})
        return
    table = Table("delivery", "source", "sheet", "row", "cell", "reason")
    for found in shown:
        cell = f"{found['column']}{found['row']}" if found["column"] else ""
        sheet = verbatim(found["sheet"])
        table.add_row(found["delivery_id"], found["source"], sheet, str(found["row"]), cell, found["code"])
    if shown:
        show_table(table)
    rest = findings.num_rows - len(shown)
    show.print(
        f"{rows:,} rows are held in {period}." + (f" {rest:,} more reasons with --limit." if rest else "")
    )


@held_app.command("show")
def show_held(
    delivery: DeliveryArgument, row: RowArgument, sheet: SheetOption = "", as_json: JsonOption = False
) -> None:
    """Show one row in full, with its findings and earlier verdicts. The audit keeps who looked."""
    from sigap.domain.reasons import reasons
    from sigap.pipeline.held import show_row

    with resources_for(settings_for()) as resources:
        found = show_row(delivery, sheet, row, resources.settings.actor, resources)
    cells = json.loads(found.cells)
    if as_json:
        show_json({"cells": cells, "findings": list(found.findings), "verdicts": list(found.verdicts)})
        return
    show.print(f"{found.file_name}, row {row}: {found.outcome}", markup=False)
    table = Table("header", "cell")
    for header, cell in cells.items():
        table.add_row(verbatim(header), verbatim(cell))
    show_table(table)
    for finding in found.findings:
        where = f"{finding['column']}{row}" if finding["column"] else "row"
        reason = reasons()[finding["code"]]
        show.print(f"  {where}: {reason.indonesian} / {reason.english}", markup=False)
    for verdict in found.verdicts:
        show.print(f"  {verdict['judged_at']:%Y-%m-%d}: {said(verdict)}", markup=False)


@held_app.command()
def accept(
    delivery: DeliveryArgument,
    row: RowArgument,
    actor: ActorOption,
    reason: ReasonOption,
    sheet: SheetOption = "",
) -> None:
    """Use a held row as it is."""
    _judge(delivery, row, sheet, "accept", {}, actor, reason)


@held_app.command()
def reject(
    delivery: DeliveryArgument,
    row: RowArgument,
    actor: ActorOption,
    reason: ReasonOption,
    sheet: SheetOption = "",
) -> None:
    """Never use a held row."""
    _judge(delivery, row, sheet, "reject", {}, actor, reason)


@held_app.command()
def correct(
    delivery: DeliveryArgument,
    row: RowArgument,
    values: Annotated[list[str], typer.Argument(help="column=text, e.g. birth_date=1990-08-17.")],
    actor: ActorOption,
    reason: Annotated[str, typer.Option(help="Why, and on what evidence.")],
    sheet: SheetOption = "",
) -> None:
    """Say what the row should have said; every rule is applied to it again."""
    pairs = [value.partition("=") for value in values]
    if not all(name and sign for name, sign, _ in pairs):
        raise QualityError("Write each correction as column=text, e.g. birth_date=1990-08-17.")
    _judge(delivery, row, sheet, "correct", {name: text for name, _, text in pairs}, actor, reason)


@held_app.command()
def worklist(period: PeriodArgument, out: WorkbookOption) -> None:
    """Write all held rows of a month as a workbook to decide in. The audit keeps who took it."""
    from sigap.pipeline.held import write_open_rows

    with resources_for(settings_for()) as resources:
        rows = write_open_rows(period, out, resources.settings.actor, resources)
    tell_workbook(f"{rows:,} rows in {out}.", out, "held")


@held_app.command()
def read(
    file: Annotated[Path, typer.Argument(help="The workbook with decisions.")], actor: ActorOption
) -> None:
    """Keep the decisions of a workbook: all of them, or none with the reason."""
    from sigap.pipeline.held import judge_rows, read_open_rows

    with resources_for(settings_for()) as resources:
        kept = judge_rows(read_open_rows(file), actor, resources)
    show.print(f"{kept:,} verdicts are kept. The next check applies them.")


def _judge(
    delivery: str, row: int, sheet: str, verdict: str, corrections: dict[str, str], actor: str, reason: str
) -> None:
    from sigap.pipeline.held import judge_rows
    from sigap.quality.worklist import RowVerdict

    given = RowVerdict(delivery, sheet, row, verdict, reason, corrections)
    with resources_for(settings_for()) as resources:
        judge_rows([given], actor, resources)
    show.print("The verdict is kept. The next check applies it, also to the same row in later months.")
