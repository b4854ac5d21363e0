"""`sigap watch`: what is due, overdue and about to lapse on a day."""

import datetime as dt
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from sigap.cli.terminal import JsonOption, resources_for, settings_for, show, show_json, show_table
from sigap.domain.money import rupiah

if TYPE_CHECKING:
    from sigap.pipeline.watch import Watch
    from sigap.settlement.watch import Watched

REACHED = 3  # exit status when a level of --fail-on is reached; 1 and 2 are refusals and wrong commands
# By level, ever worse: the levels of settlement/watch.py, which a glance at the help need not load.
_WORDS = {
    "ok": ("aman", "green"), "due_soon": ("segera jatuh tempo", "cyan"), "overdue": ("terlambat", "yellow"),
    "alert": ("PERINGATAN", "bold red"), "lapsed": ("GUGUR", "bold red"),
}  # fmt: skip
_LEVELS = tuple(_WORDS)


def watch(
    as_of: Annotated[
        dt.datetime, typer.Option("--as-of", formats=["%Y-%m-%d"], help="The day to look at, 2026-02-20.")
    ],
    fail_on: Annotated[
        str | None,
        typer.Option(
            help=f"End with status {REACHED} when a coverage is that bad: {', '.join(_LEVELS[1:])}."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show per payer and coverage what is due, overdue and about to lapse. Names no person."""
    from sigap.pipeline.watch import watch_coverage

    if fail_on is not None and fail_on not in _LEVELS:
        raise typer.BadParameter(f"Choose one of {', '.join(_LEVELS)}.", param_hint="--fail-on")
    with resources_for(settings_for()) as resources:
        found = watch_coverage(as_of.date(), resources)
    if as_json:
        show_json(_plain(found))
    else:
        _print(found)
    if fail_on is not None and _LEVELS.index(found.level) >= _LEVELS.index(fail_on):
        raise typer.Exit(REACHED)


def _plain(found: "Watch") -> dict[str, Any]:
    return {
        "as_of": found.as_of,
        "level": found.level,
        "people_at_risk": found.people_at_risk,
        "open_idr": found.open_idr,
        "waiting_notes": [{**asdict(one), "period": str(one.period)} for one in found.waiting_notes],
        "coverages": [_flat(one) for one in found.coverages],
    }


def _flat(one: "Watched") -> dict[str, Any]:
    facts = {
        **asdict(one.coverage),
        **{name: value for name, value in asdict(one).items() if name != "coverage"},
    }
    return facts | {name: str(getattr(one.coverage, name)) for name in ("covers_from", "covers_to")}


def _print(found: "Watch") -> None:
    for note in found.waiting_notes:
        show.print(
            f"Nota debet {note.number} ({note.funding_source}, {_number(note.people)} orang, "
            f"{rupiah(note.total_idr)}) menunggu tagihan pembayar berikutnya.",
            markup=False,
            soft_wrap=True,
        )
    if not found.coverages:
        show.print(f"{found.as_of}: belum ada tagihan terbit.")
        return
    table = Table(title=f"Posisi {found.as_of}", title_justify="left")
    for name in ("pembayar", "perlindungan", "tagihan"):
        table.add_column(name, overflow="fold")
    for name in (
        "jatuh tempo", "terlambat (hari)", "terlindungi s.d.", "sisa tenggang (hari)", "orang", "terutang",
    ):  # fmt: skip
        table.add_column(name, justify="right")
    table.add_column("keadaan")
    for one in found.coverages:
        table.add_row(*_cells(one))
    show_table(table)
    show.print(
        f"{_number(found.people_at_risk)} orang belum terlindungi pembayaran; terutang "
        f"{rupiah(found.open_idr)}.",
        markup=False,
        soft_wrap=True,
    )


def _cells(one: "Watched") -> tuple[str, ...]:
    coverage = one.coverage
    first, last = coverage.covers_from, coverage.covers_to
    word, colour = _WORDS[one.level]
    return (
        f"{coverage.funding_source} ({coverage.wadah_code})",
        str(first) if first == last else f"{first}…{last}",
        coverage.number or "belum ditagih",
        str(coverage.due_date),
        _number(one.days_overdue) if one.days_overdue else "",
        str(one.protected_until),
        "" if coverage.is_paid else _number(one.days_of_grace),
        _number(coverage.people),
        rupiah(max(coverage.open_idr, 0)),
        f"[{colour}]{word}[/]",
    )


def _number(count: int) -> str:
    return f"{count:,}".replace(",", ".")
