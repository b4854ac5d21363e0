"""`sigap-stack`: run the embedded stack, or a whole month on it."""

import signal
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from sigap.errors import SigapError

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
console = Console()

Home = Annotated[
    Path, typer.Option(envvar="SIGAP_HOME", help="Folder of databases, files, logs and secrets.")
]
Server = Annotated[
    str | None,
    typer.Option(
        envvar="SIGAP_POSTGRES_URL",
        help="A PostgreSQL server (14 or newer) of yours; without it one is embedded.",
    ),
]


@app.command()
def up(
    home: Home = Path(".sigap"),
    port: Annotated[
        int, typer.Option(envvar="SIGAP_PORT", help="Port of the Airflow UI; 0 is any free one.")
    ] = 8080,
    postgres_url: Server = None,
) -> None:
    """Start the stack and keep it until Ctrl-C."""
    from sigap_stack.demo import stay
    from sigap_stack.launcher import running_stack

    with running_stack(home, port, _say, postgres_url) as stack:
        stay(stack, console)


@app.command()
def demo(
    home: Home = Path(".sigap"),
    port: Annotated[
        int, typer.Option(envvar="SIGAP_PORT", help="Port of the Airflow UI; 0 is any free one.")
    ] = 0,
    postgres_url: Server = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the stack running afterwards, until Ctrl-C.")
    ] = False,
) -> None:
    """Run one month of an invented city, from received lists to approved invoices."""
    from sigap_stack.demo import demonstrate

    demonstrate(home, port, postgres_url, keep, console)


def main() -> None:
    """Entry point: one sentence and exit code 2 for what a person has to put right."""
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _interrupt)
    try:
        app()
    except SigapError as error:
        console.print(f"[red]{error}[/red]", soft_wrap=True)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


def _say(sentence: str) -> None:
    console.print(f"[dim]{sentence}[/dim]")


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt
