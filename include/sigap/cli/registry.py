"""`sigap registry`: the social registry, fetched in resumable pieces."""

from typing import Annotated

import typer

from sigap.cli.terminal import PeriodArgument, resources_for, say, settings_for, show, tell

registry_app = typer.Typer(
    help="The social registry: fetch a month in resumable pieces.", no_args_is_help=True
)


@registry_app.command()
def extract(
    period: PeriodArgument,
    again: Annotated[
        bool, typer.Option("--again", help="Plan anew: the registry has changed since it was planned.")
    ] = False,
    page_rows: Annotated[int, typer.Option(min=1, help="Rows of a page.")] = 50_000,
) -> None:
    """Fetch the month's registry from SIGAP_REGISTRY into the inbox, kecamatan by kecamatan, page by page.

    Interrupted, it goes on where it stopped when it is run again.
    """
    from sigap.pipeline.extract import extract as run_extract

    with resources_for(settings_for()) as resources, say.status("registry") as status:
        found = run_extract(period, resources, tell(status), again, page_rows)
    show.print(f"{found.rows:,} rows in {found.units} units: {found.file}", markup=False, soft_wrap=True)
    show.print(f"Next: sigap collect {period}")


@registry_app.command()
def status(period: PeriodArgument) -> None:
    """Show how far the month's extract is."""
    from sigap.pipeline.extract import standing

    with resources_for(settings_for()) as resources:
        found = standing(period, resources)
    if found is None:
        show.print(f"No extract of {period} is planned. Begin with: sigap registry extract {period}")
    else:
        show.print(f"{found.done} of {found.units} units, {found.rows:,} rows.")
