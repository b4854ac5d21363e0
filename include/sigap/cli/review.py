"""`sigap review`: doubtful pairs that wait for a person: see them and settle them, once for all months."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sigap.cli.answers import ActorOption, WorkbookOption, said, tell_workbook
from sigap.cli.pairs import print_pair, print_pairs
from sigap.cli.terminal import JsonOption, PeriodArgument, resources_for, settings_for, show, show_json

if TYPE_CHECKING:
    from sigap.pipeline.settled import Kept

review_app = typer.Typer(
    help="Doubtful pairs: are two records one person? Above a risk, two people answer.", no_args_is_help=True
)

KeyArgument = Annotated[str, typer.Argument(help="Beginning of the pair's key, as in `sigap review list`.")]
VerdictArgument = Annotated[int, typer.Argument(min=1, help="Verdict, as in `sigap review list`.")]
ReasonOption = Annotated[str, typer.Option(help="On what evidence. No name, no NIK.")]


@review_app.command("list")
def list_pairs(
    period: PeriodArgument,
    limit: Annotated[int, typer.Option(min=1, help="Pairs to show.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """Name the pairs that wait, the highest risk first. No person stands in the list."""
    from sigap.pipeline.review import open_pairs

    with resources_for(settings_for()) as resources:
        pairs = open_pairs(period, resources)
    waiting = pairs.num_rows - pairs["verdict_id"].null_count
    rows = pairs.slice(0, limit).to_pylist()
    if as_json:
        show_json({"pairs": pairs.num_rows - waiting, "waiting": waiting, "shown": rows})
        return
    if rows:
        print_pairs(rows, show)
    rest = pairs.num_rows - len(rows)
    show.print(
        f"{pairs.num_rows - waiting:,} pairs wait for a verdict in {period}, {waiting:,} verdicts for a "
        "second person." + (f" {rest:,} more with --limit." if rest else "")
    )


@review_app.command("show")
def show_one(period: PeriodArgument, key: KeyArgument, as_json: JsonOption = False) -> None:
    """Show both records of a pair, what agrees and what differs. The audit keeps who looked."""
    from sigap.pipeline.review import show_pair

    with resources_for(settings_for()) as resources:
        pair, history = show_pair(period, key, resources.settings.actor, resources)
    if as_json:
        from dataclasses import asdict

        show_json({"pair": asdict(pair), "verdicts": history})
        return
    print_pair(pair, show)
    for verdict in history:
        given = f"{verdict['judged_at']:%Y-%m-%d} {verdict['verdict_id']}"
        second = f" ({verdict['answer']}, {verdict['checker']})" if verdict["checker"] else ""
        show.print(f"  {given}: {said(verdict)}{second}", markup=False)


@review_app.command()
def worklist(
    period: PeriodArgument,
    out: WorkbookOption,
    limit: Annotated[int, typer.Option(min=1, help="Pairs at most, the riskiest first.")] = 1_000,
) -> None:
    """Write the pairs as a workbook to answer in. The audit keeps who took it."""
    from sigap.pipeline.review import write_open_pairs

    with resources_for(settings_for()) as resources:
        pairs, left = write_open_pairs(period, out, resources.settings.actor, resources, limit)
    rest = f" {left:,} more wait." if left else ""
    tell_workbook(f"{pairs:,} pairs in {out}.{rest}", out, "review")


@review_app.command()
def read(
    file: Annotated[Path, typer.Argument(help="The workbook with answers.")], actor: ActorOption
) -> None:
    """Keep the answers of a workbook: all of them, or none with the reason."""
    from sigap.pipeline.review import keep_answers, read_open_pairs

    with resources_for(settings_for()) as resources:
        kept = keep_answers(read_open_pairs(file), actor, resources)
    _tell(kept)


@review_app.command()
def same(period: PeriodArgument, key: KeyArgument, actor: ActorOption, reason: ReasonOption) -> None:
    """Both records are one person."""
    _judge(period, key, "same", actor, reason)


@review_app.command()
def different(period: PeriodArgument, key: KeyArgument, actor: ActorOption, reason: ReasonOption) -> None:
    """The records are two people."""
    _judge(period, key, "different", actor, reason)


@review_app.command()
def agree(
    verdict: VerdictArgument,
    actor: ActorOption,
    reason: Annotated[str, typer.Option(help="What was looked at.")] = "",
) -> None:
    """Agree, as a second person, with a verdict."""
    _check(verdict, "agree", actor, reason)


@review_app.command()
def disagree(verdict: VerdictArgument, actor: ActorOption, reason: ReasonOption) -> None:
    """Disagree, as a second person: the verdict has no effect and the pair waits again."""
    _check(verdict, "disagree", actor, reason)


def _judge(period: Any, key: str, verdict: str, actor: str, reason: str) -> None:
    from sigap.pipeline.review import give_verdict

    with resources_for(settings_for()) as resources:
        kept = give_verdict(period, key, verdict, reason, actor, resources)
    _tell(kept)


def _check(verdict: int, answer: str, actor: str, reason: str) -> None:
    from sigap.pipeline.review import check_verdict

    with resources_for(settings_for()) as resources:
        kept = check_verdict(verdict, answer, reason, actor, resources)
    _tell(kept)


def _tell(kept: "Kept") -> None:
    told = [f"{kept.kept:,} answers are kept. The next link goes by them, in later months too."]
    if kept.waiting:
        told.append(f"{kept.waiting:,} of them have no effect before a second person agrees.")
    if kept.known:
        told.append(f"{kept.known:,} were known.")
    if kept.stale:
        told.append(f"{kept.stale:,} are about facts that have changed; write the workbook again for those.")
    show.print(" ".join(told))
