"""`sigap movement`: who joined, who left, what was corrected, and what that makes in rupiah."""

from pathlib import Path
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

if TYPE_CHECKING:
    from sigap.pipeline.movement import Statement


def movement(
    period: PeriodArgument,
    out: Annotated[Path | None, typer.Option("--out", help="Also write it as this .xlsx file.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Print the movement of a month: opening, corrected, joined, left, changed, closing."""
    from sigap.pipeline.movement import movement as run_movement

    with resources_for(settings_for()) as resources:
        statement = run_movement(period, resources)
        if out is not None:
            from upath import UPath

            from sigap.pipeline.movement_book import make_movement_book
            from sigap.publish import publish

            publish(UPath(out), make_movement_book(statement, resources))
    if as_json:
        show_json(_as_dict(statement))
        return
    _print(statement)
    if out is not None:
        show.print(f"The sheet Mutasi is in {out}", markup=False, soft_wrap=True)


def _print(statement: "Statement") -> None:
    draft = "" if statement.is_final else "  (draft: not everything is issued)"
    table = Table("", "reason", "people", "rupiah", title=f"{statement.period}{draft}", title_justify="left")
    for row in statement.movement.rows("all"):
        table.add_row(row["kind"], row["reason_code"], f"{row['people']:,}", rupiah(row["total_idr"]))
    show_table(table)
    if statement.booked:
        booked = Table(
            "corrects", "reason", "people", "rupiah", title="Booked this month", title_justify="left"
        )
        for month, reason, figure in statement.booked:
            booked.add_row(month, reason, f"{figure.people:,}", rupiah(figure.total_idr))
        show.print(booked)
    show.print(f"Change {rupiah(statement.change_idr)}, the same by the invoices and notes.")


def _as_dict(statement: "Statement") -> dict[str, object]:
    return {
        "period": str(statement.period),
        "is_final": statement.is_final,
        "entries": statement.movement.entries.to_pylist(),
        "invoiced_before_idr": statement.invoiced_before_idr,
        "noted_before_idr": statement.noted_before_idr,
        "invoiced_idr": statement.invoiced_idr,
        "noted_idr": statement.noted_idr,
        "change_idr": statement.change_idr,
        "booked": [
            {"period": month, "reason_code": reason, "people": figure.people, "total_idr": figure.total_idr}
            for month, reason, figure in statement.booked
        ],
    }
