"""`sigap regions`: official region codes, edition by edition."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from sigap.cli.terminal import resources_for, say, settings_for, show

regions_app = typer.Typer(help="Official region codes, edition by edition.", no_args_is_help=True)


@regions_app.command("load")
def load(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="The csv files of one edition.")],
    edition: Annotated[str, typer.Option(help="Its name: the decree, e.g. Kepmendagri 300.2.2-2138/2025.")],
    valid_from: Annotated[
        dt.datetime, typer.Option(formats=["%Y-%m-%d"], help="From when its codes are given out.")
    ],
    source: Annotated[str, typer.Option(help="Where the table was taken from.")] = "",
    verified: Annotated[
        bool, typer.Option("--verified", help="Somebody compared it with the decree itself.")
    ] = False,
    actor: Annotated[str | None, typer.Option("--as", help="Account name of who loads it.")] = None,
) -> None:
    """Load official region codes: columns code, name and, if given, bps_code."""
    from sigap.pipeline.regions import load_edition

    with resources_for(settings_for()) as resources, say.status("regions"):
        taken_from = source or ", ".join(path.name for path in files)
        by = actor or resources.settings.actor
        held = load_edition(files, edition, valid_from.date(), taken_from, verified, by, resources)
    counts = ", ".join(f"{rows:,} {level}" for level, rows in held.regions.items())
    show.print(f"{held.edition.name}: {counts}. Counts from {held.edition.valid_from}.", markup=False)


@regions_app.command("list")
def list_regions() -> None:
    """Show the editions that lists are judged by."""
    from sigap.pipeline.regions import LEVELS, list_editions

    with resources_for(settings_for()) as resources:
        for held in list_editions(resources):
            one, counts = held.edition, (f"{held.regions[level]:,} {level}" for level in LEVELS)
            read = "read in the official text" if one.is_verified else "not verified"
            facts = f"from {one.valid_from}, loaded by {held.actor or 'SIGAP'}, {read}"
            show.print(f"{one.name}: {facts}", markup=False, soft_wrap=True)
            show.print(f"  {', '.join(counts)}. Source: {one.source}", markup=False, soft_wrap=True)
