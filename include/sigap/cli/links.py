"""`sigap links`: how good links are on the standing labelled set, month by month."""

from dataclasses import asdict

import typer
from rich.table import Table

from sigap.cli.terminal import (
    JsonOption,
    PeriodArgument,
    resources_for,
    say,
    settings_for,
    show,
    show_json,
    show_table,
)

links_app = typer.Typer(help="How good links are, measured where the truth is known.", no_args_is_help=True)


@links_app.command("measure")
def measure(period: PeriodArgument) -> None:
    """Measure the links of the month's labelled set; below a floor the month waits for a person."""
    from sigap.pipeline.link_gate import measure_links

    with resources_for(settings_for()) as resources, say.status("measure"):
        figures = measure_links(period, resources)
    show.print(f"{len(figures)} figures are kept. See them: sigap links quality {period}")


@links_app.command("quality")
def quality(period: PeriodArgument, as_json: JsonOption = False) -> None:
    """Show the newest figures of a month with their 95 % intervals, and which floors they break."""
    from sigap.identity.floors import broken_floors
    from sigap.pipeline.link_gate import link_figures
    from sigap.quality.stops import word_stops

    with resources_for(settings_for()) as resources:
        model, figures = link_figures(period, resources)
    broken = broken_floors(figures, period)
    if as_json:
        show_json({"model": model, "figures": [asdict(figure) for figure in figures], "broken": broken})
        return
    if not figures:
        show.print(f"{period} was not measured yet. Measure it: sigap links measure {period}")
        return
    table = Table("measure", "rows of", "value", "95 % interval", "of", title=f"{period}, model {model}")
    for one in figures:
        interval = f"{one.low:.2%} to {one.high:.2%}"
        table.add_row(one.measure, one.source_class, f"{one.value:.2%}", interval, f"{one.n:,}")
    show_table(table)
    for stop in word_stops(broken):
        show.print(f"  ! {stop.title}: {stop.found}, batas {stop.limit}", style="yellow", markup=False)
