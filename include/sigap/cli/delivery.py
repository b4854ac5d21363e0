"""`sigap delivery`: delivered lists: what became of each, and what a person says about a stopped one."""

from pathlib import Path
from typing import Annotated

import typer
from upath import UPath

from sigap.cli.terminal import PeriodArgument, resources_for, say, settings_for, show
from sigap.domain.period import Period
from sigap.errors import QualityError
from sigap.pipeline.judge import Verdict

delivery_app = typer.Typer(
    help="Delivered lists: correction workbooks, and lists that were stopped.", no_args_is_help=True
)
DeliveryArgument = Annotated[
    str | None,
    typer.Argument(metavar="DELIVERY", help="Id of the list; without it, the month.", show_default=False),
]
ActorOption = Annotated[str, typer.Option("--as", help="Account name of the person who judges.")]
ReasonOption = Annotated[str, typer.Option(help="Why.")]


@delivery_app.command("list")
def list_lists(period: PeriodArgument) -> None:
    """Show every file of a month: what became of it, its rows, what stopped it, who judged."""
    from sigap.pipeline.display import print_deliveries
    from sigap.pipeline.questions import list_files, open_questions

    with resources_for(settings_for()) as resources:
        files, questions = list_files(period, resources), open_questions(period, resources)
        titles = {code: entry.title for code, entry in resources.catalog().items()}
    print_deliveries(files, questions, titles, show)


@delivery_app.command("pass")
def let_pass(
    period: PeriodArgument, actor: ActorOption, reason: ReasonOption, delivery_id: DeliveryArgument = None
) -> None:
    """Use a stopped list all the same, or let a month go on whose lists broke a limit together."""
    _judge(period, delivery_id, "pass", actor, reason)


@delivery_app.command("leave-out")
def leave_out(
    period: PeriodArgument, actor: ActorOption, reason: ReasonOption, delivery_id: DeliveryArgument = None
) -> None:
    """Go on without a stopped list, or let the month wait."""
    _judge(period, delivery_id, "leave_out", actor, reason)


@delivery_app.command("scorecard")
def scorecard(
    period: Annotated[
        Period | None,
        typer.Option("--period", parser=Period.parse, metavar="PERIOD", help="Only this month."),
    ] = None,
) -> None:
    """Show how good each sender's lists are, month by month."""
    from sigap.pipeline.display import print_scores
    from sigap.pipeline.scorecard import read_scores

    with resources_for(settings_for()) as resources:
        scores = read_scores(resources, period, 1 if period else None)
    print_scores(scores, show)


@delivery_app.command("correction")
def correction(
    which: Annotated[
        str, typer.Argument(metavar="DELIVERY|PERIOD", help="One list, or all lists of a month with faults.")
    ],
    out: Annotated[
        Path | None, typer.Option("--out", help="Lay a copy into this folder, to send it out.")
    ] = None,
) -> None:
    """Write the correction workbook that goes back to a sender: its own list, what is wrong, what to do."""
    from sigap.pipeline.correct import lists_meant, write_correction
    from sigap.publish import publish

    with resources_for(settings_for()) as resources, say.status("correct") as status:
        for period, delivery_id in lists_meant(which, resources):
            status.update(f"correct {delivery_id}")
            try:
                workbook = write_correction(period, delivery_id, resources)
            except QualityError as trouble:  # of one list; the others go on
                show.print(f"  {trouble}", style="yellow", markup=False, soft_wrap=True)
                continue
            if out is not None:
                publish(UPath(out) / workbook.name, workbook.read_bytes())
            show.print(str(out / workbook.name if out else workbook), markup=False, soft_wrap=True)


def _judge(period: Period, delivery_id: str | None, verdict: Verdict, actor: str, reason: str) -> None:
    from sigap.pipeline.judge import judge
    from sigap.pipeline.publish import publish_docs

    with resources_for(settings_for()) as resources, say.status("judge"):
        judge(period, delivery_id, verdict, actor, reason, resources)
        publish_docs(period, resources)
    said = {"pass": "passes", "leave_out": "is left out" if delivery_id else "waits"}[verdict]
    show.print(f"{delivery_id or period} {said}. Recorded for {actor}.", markup=False)
