"""`sigap person`: a person's number through the months."""

import dataclasses
from typing import Annotated

import typer
from rich.table import Table

from sigap.cli.terminal import JsonOption, resources_for, settings_for, show, show_json, show_table
from sigap.domain.period import Period
from sigap.pipeline.verbatim import verbatim

person_app = typer.Typer(help="A person's number through the months.", no_args_is_help=True)

PersonArgument = Annotated[int, typer.Argument(min=1, metavar="PERSON_ID", help="Number of the person.")]
RevealOption = Annotated[bool, typer.Option("--reveal", help="Show NIK too. The audit keeps who looked.")]
AsOfOption = Annotated[
    Period | None,
    typer.Option("--as-of", parser=Period.parse, metavar="PERIOD", help="As known then; else as known now."),
]

_WORDS = {
    "created": "first listed",
    "nik_corrected": "NIK corrected",
    "merged": "merged into",
    "unmerged": "no longer merged into",
}


@person_app.command("show")
def show_person(
    person_id: PersonArgument,
    as_of: AsOfOption = None,
    reveal: RevealOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show whom a number stood for at the end of a month."""
    from sigap.pipeline.history import person_as_of

    with resources_for(settings_for()) as resources:
        known = person_as_of(person_id, as_of, resources, resources.settings.actor if reveal else None)
    if as_json:
        show_json(dataclasses.asdict(known))
        return
    show.print(f"Person {person_id}, first listed in {known.first_period}")
    if known.merged_into is not None:
        show.print(f"  merged into {known.merged_into}, whose number goes on")
    if known.stands_for:
        show.print(f"  stands also for {', '.join(map(str, known.stands_for))}")
    show.print(f"  {len(known.niks)} NIK" + (f", goes by {known.nik}" if known.nik else ""))
    for whose, since, nik in known.niks:
        show.print(f"    of {whose} since {since}" + (f": {nik}" if nik else ""))


@person_app.command("history")
def show_history(
    person_id: PersonArgument, reveal: RevealOption = False, as_json: JsonOption = False
) -> None:
    """List what happened to a number, month by month."""
    from sigap.pipeline.history import person_history

    with resources_for(settings_for()) as resources:
        events = person_history(person_id, resources, resources.settings.actor if reveal else None)
    if as_json:
        show_json([dataclasses.asdict(event) for event in events])
        return
    table = Table("month", "person", "what", "because of")
    for event in events:
        what = " ".join(
            str(part)
            for part in (
                _WORDS[event.kind],
                event.other_person_id,
                _change(event.nik_before, event.nik_after),
            )
            if part
        )
        cause = event.cause if event.verdict_id is None else f"verdict {event.verdict_id} of {event.actor}"
        table.add_row(event.period, str(event.person_id), what, verbatim(cause))
    show_table(table)


def _change(before: str | None, after: str | None) -> str:
    return f"{before} → {after}" if before else after or ""
