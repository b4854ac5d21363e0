"""`sigap correction`: what was billed wrongly in an issued month, put right by two people."""

import dataclasses
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from sigap.cli.terminal import JsonOption, resources_for, settings_for, show, show_json, show_table
from sigap.domain.money import rupiah
from sigap.domain.period import Period
from sigap.errors import BillingError
from sigap.pipeline.verbatim import verbatim

if TYPE_CHECKING:
    from sigap.pipeline.proposed import Proposed

correction_app = typer.Typer(
    help="Correct issued months: one person proposes, another agrees, the next bill books a note.",
    no_args_is_help=True,
)

ActorOption = Annotated[str, typer.Option("--as", help="Account name of the person.")]


@correction_app.command()
def propose(
    actor: ActorOption,
    lines: Annotated[list[int] | None, typer.Argument(help="Invoice lines, as in the annex.")] = None,
    reason: Annotated[str, typer.Option(help="DECEASED, MOVED_OUT, BECAME_PU, FOUND_INSURED, …")] = "",
    evidence: Annotated[str, typer.Option(help="What was seen: a document, never a NIK.")] = "",
    since: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Day of the event: corrects every later issued month."),
    ] = None,
    person: Annotated[
        int | None, typer.Option(min=1, help="Number of the person, instead of a line.")
    ] = None,
    month: Annotated[
        Period | None,
        typer.Option(parser=Period.parse, metavar="PERIOD", help="Coverage month of that person."),
    ] = None,
    payer: Annotated[str | None, typer.Option(help="Who pays for a person who was LEFT_OUT.")] = None,
    reverses: Annotated[
        int | None, typer.Option(min=1, help="Correction that a REVERSED takes back.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", help=".csv or .xlsx with columns baris, alasan, bukti, tanggal.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Propose corrections: of lines, of a person, or of a whole list; all of them or none."""
    from sigap.billing.correction import Proposal
    from sigap.billing.proposals import read_proposals
    from sigap.pipeline.corrections import propose as run_propose

    if file is not None:
        if lines or person or reason:
            raise BillingError("Give a file, or lines, or a person: one of them.")
        asked = read_proposals(file)
    else:
        day = since.date() if since else None
        one = Proposal(reason.upper(), evidence, None, person, month, day, payer, reverses)
        asked = [dataclasses.replace(one, line_id=line) for line in lines] if lines else [one]
    with resources_for(settings_for()) as resources:
        kept = run_propose(asked, actor, resources)
    _tell(kept, as_json, "wait for a second person: sigap correction check NUMBER --agree --as NAME")


@correction_app.command("list")
def list_corrections(
    state: Annotated[
        str | None, typer.Option(help="proposed, turned_down, agreed, drafted or booked.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List proposals, the newest first. No person's name or NIK stands in the list."""
    from sigap.pipeline.proposed import list_proposals

    with resources_for(settings_for()) as resources:
        found = list_proposals(resources, state)
    _tell(found, as_json, "found")


@correction_app.command()
def check(
    numbers: Annotated[list[str], typer.Argument(help="Proposals: 12, or 12-40 for all of them.")],
    actor: ActorOption,
    agree: Annotated[bool, typer.Option("--agree/--disagree", help="What the second person answers.")],
    reason: Annotated[str, typer.Option(help="Why; required when disagreeing.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Answer proposals as a second person. What is agreed becomes a note with the next bill."""
    from sigap.pipeline.corrections import check as run_check

    ids = [number for given in numbers for number in _range(given)]
    with resources_for(settings_for()) as resources:
        kept = run_check(ids, "agree" if agree else "disagree", reason, actor, resources)
    _tell(kept, as_json, "answered. What is agreed becomes a note with the next `sigap bill`")


@correction_app.command("show")
def show_one(
    number: Annotated[int, typer.Argument(min=1, help="Proposal, as in `sigap correction list`.")],
    as_json: JsonOption = False,
) -> None:
    """Show one proposal with its evidence and every month that it corrects."""
    from sigap.billing.correction import load_corrections
    from sigap.pipeline.proposed import show_proposal

    with resources_for(settings_for()) as resources:
        found, evidence, corrections = show_proposal(number, resources)
    if as_json:
        show_json({**dataclasses.asdict(found), "evidence": evidence, "corrections": corrections})
        return
    reason = load_corrections().reasons[found.reason_code]
    show.print(
        f"Proposal {number}: {reason.title} / {reason.title_en}, person {found.person_id}, {found.state}"
    )
    show.print(f"  {evidence}", markup=False)
    table = Table("correction", "kind", "line", "month", "amount", "months covered", "note")
    for row in corrections:
        table.add_row(
            *(str(row[name] or "") for name in ("correction_id", "kind", "line_id", "period")),
            rupiah(row["total_idr"]),
            f"{row['months_covered']}{' !' if row['is_clock_at_stake'] else ''}",
            str(row["note_number"] or ""),
        )
    show_table(table)
    if found.at_stake:
        clock = load_corrections().clock_on(Period.parse(found.covers_from))
        show.print(
            f"! The {clock.months} months of continuous cover depend on {found.at_stake} of these months: "
            f"a family may lose {rupiah(clock.lost_idr)}."
        )


def _range(text: str) -> range:
    first, _, last = text.partition("-")
    if not (first.isdigit() and (last or first).isdigit()) or int(last or first) < int(first):
        raise BillingError(f"{text!r} names no proposal. Write 12, or 12-40 for all of them.")
    return range(int(first), int(last or first) + 1)


def _tell(found: "list[Proposed]", as_json: bool, what: str) -> None:
    if as_json:
        show_json([dataclasses.asdict(one) for one in found])
        return
    table = Table("number", "reason", "person", "months", "credit", "debit", "covered", "state", "note")
    for one in found:
        until = f"–{one.covers_to}" if one.covers_to != one.covers_from else ""
        table.add_row(
            str(one.proposal_id),
            one.reason_code,
            str(one.person_id),
            f"{one.covers_from}{until}" if one.monthly_idr is None else f"{one.covers_from} on",
            rupiah(one.credit_idr),
            rupiah(one.debit_idr),
            f"{one.months_covered}{' !' if one.at_stake else ''}",
            one.state,
            verbatim(one.note_number or ""),
        )
    if found:
        show_table(table)
    credit, debit = sum(one.credit_idr for one in found), sum(one.debit_idr for one in found)
    show.print(f"{len(found):,} proposals {what}. Credit {rupiah(credit)}, debit {rupiah(debit)}.")
    removals = [one for one in found if one.monthly_idr is not None]
    if removals:
        show.print(
            f"{len(removals):,} of them are removals: not billed yet, and in no roster from their month on. "
            f"Their last months cost {rupiah(sum(one.monthly_idr or 0 for one in removals))}."
        )
    if any(one.at_stake for one in found):
        show.print(
            "! The three months that the full death benefit needs are at stake: see `sigap correction show`."
        )
