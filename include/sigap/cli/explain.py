"""`sigap explain`: why a person is who they are, and what that meant, in words an auditor reads."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sigap.cli.terminal import JsonOption, resources_for, settings_for, show, show_json
from sigap.domain.period import Period
from sigap.errors import IdentityError
from sigap.pipeline.verbatim import verbatim

if TYPE_CHECKING:
    from sigap.audit.explain import Explanation
    from sigap.audit.sections import Section
    from sigap.audit.step import Step

_WIDTH, _LABEL = 100, 24


def explain(
    person_id: Annotated[int, typer.Argument(help="Person, as in `sigap export decisions` and `trace`.")],
    period: Annotated[
        Period | None,
        typer.Option(
            "--period",
            parser=Period.parse,
            metavar="PERIOD",
            help="Coverage month; the newest that knows the person.",
        ),
    ] = None,
    language: Annotated[Literal["id", "en"], typer.Option(help="Bahasa Indonesia or English.")] = "id",
    chart: Annotated[
        Path | None, typer.Option("--chart", help="Also draw the weights of the pairs into this .svg file.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Print why rows are one person, which memberships are theirs, what was refused and what was decided.

    The audit keeps who looked.
    """
    from sigap.pipeline.look import explain as run_explain

    if chart is not None and chart.suffix.lower() != ".svg":
        raise IdentityError("A chart is written as SVG. Name a file that ends in .svg.")
    with resources_for(settings_for()) as resources:
        found = run_explain(person_id, period, resources.settings.actor, resources, language)
    if chart is not None:
        _write_chart(found, chart)
    if as_json:
        show_json(found.as_dict())
        return
    print_explanation(found, show)
    if chart is not None:
        show.print(f"{chart}", markup=False, soft_wrap=True)


def print_explanation(found: "Explanation", console: Console) -> None:
    """Print the conclusion, then every section; no line is wider than 100 columns."""
    width = min(console.width, _WIDTH)
    for sentence in found.summary:
        console.print(Text(sentence, style="bold"), width=width)
    for section in found.sections:
        console.print()
        console.print(_section(section, found.language), width=width)


def _section(section: "Section", language: Any) -> Group:
    head = Text(section.title.upper(), style="bold cyan")
    steps = [Padding(_step(step, language), (1, 0, 0, 2)) for step in section.steps]
    return Group(head, Text(section.lead, style="dim"), *steps)


def _step(step: "Step", language: Any) -> Group:
    from sigap.audit.wording import label_of

    facts = Table.grid(padding=(0, 2))
    facts.add_column(width=_LABEL, style="dim")
    facts.add_column(overflow="fold")
    for name, value in step.facts.items():
        facts.add_row(Text(label_of(name, language)), verbatim(_text(value)))
    return Group(Text(step.title, style="bold"), facts)


def _text(value: Any) -> str:
    """A fact; several sentences and the cells of a row take a line each."""
    if isinstance(value, dict):
        return "\n".join(f"{header}: {'–' if cell is None else cell}" for header, cell in value.items())
    return "\n".join(value) if isinstance(value, list) else str(value)


def _write_chart(found: "Explanation", file: Path) -> None:
    from upath import UPath

    from sigap.publish import publish

    drawn = found.chart()
    if drawn is None:
        raise IdentityError(
            f"{found.period}: no pair was compared for person {found.person_id}, so there is no chart."
        )
    publish(UPath(file), drawn.encode())
