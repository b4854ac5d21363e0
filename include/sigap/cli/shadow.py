"""`sigap shadow`: what other tariffs would move, without writing anything."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from sigap.cli.terminal import JsonOption, resources_for, settings_for, show, show_json, show_table
from sigap.domain.money import rupiah
from sigap.domain.period import Period

if TYPE_CHECKING:
    from sigap.pipeline.shadow import Shadow

TariffsOption = Annotated[Path, typer.Option("--tariffs", help="Folder of tariffs, as billing/tariffs.")]
PeriodOption = Annotated[
    Period, typer.Option("--period", parser=Period.parse, metavar="PERIOD", help="Coverage month.")
]


def shadow(tariffs: TariffsOption, period: PeriodOption, as_json: JsonOption = False) -> None:
    """Show the people and rupiah that other tariffs would move in a month. Nothing is written."""
    from sigap.billing.tariffs import load_tariffs
    from sigap.pipeline.shadow import shadow as compare

    other = load_tariffs(tariffs)
    with resources_for(settings_for()) as resources:
        found = compare(period, other, resources)
    if as_json:
        show_json(_facts(found))
    else:
        _print(found)


def _facts(found: "Shadow") -> dict[str, object]:
    moves = found.moves
    rows = [dataclasses.asdict(row) | {"moved_idr": row.moved_idr} for row in moves.rows]
    facts = {field.name: getattr(found, field.name) for field in dataclasses.fields(found)}
    return facts | {
        "period": str(found.period),
        "moves": rows,
        "people": moves.people,
        "before_idr": moves.before_idr,
        "after_idr": moves.after_idr,
        "moved_idr": moves.moved_idr,
    }


def _print(found: "Shadow") -> None:
    from sigap.billing.parking import parking_reasons

    moves = found.moves
    whose = f"{_count(found.roster_people)} orang, daftar {found.roster_period} versi {found.roster_version}"
    show.print(f"{found.period}, {whose}. Tidak ada yang ditulis.")
    if moves.rows:
        show_table(_table(found))
    moved = f"{_count(moves.people)} orang berubah, {_signed(moves.moved_idr)}"
    show.print(f"Total: {rupiah(moves.before_idr)} menjadi {rupiah(moves.after_idr)}; {moved}.")
    for reason, people in found.parked.items():
        words = parking_reasons()[reason].indonesian
        show.print(f"Tidak akan ditagihkan: {_count(people)} orang. {words} ({reason}).")
    if found.unverified:
        show.print(f"Belum diverifikasi pada sumbernya: {', '.join(found.unverified)}", soft_wrap=True)


def _table(found: "Shadow") -> Table:
    table = Table("sumber dana", "sektor", "program")
    for header in ("orang", "sebelum", "sesudah", "selisih"):
        table.add_column(header, justify="right")
    for row in found.moves.rows:
        amounts = (rupiah(row.before_idr), rupiah(row.after_idr), _signed(row.moved_idr))
        table.add_row(row.funding_source, row.sector, row.component, _count(row.people), *amounts)
    return table


def _count(people: int) -> str:
    return f"{people:,}".replace(",", ".")


def _signed(amount_idr: int) -> str:
    return ("+" if amount_idr > 0 else "") + rupiah(amount_idr)
