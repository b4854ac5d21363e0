"""How summaries and traces look in a terminal."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text
from rich.tree import Tree
from sqlalchemy import Row

from sigap.audit.step import Step
from sigap.domain.money import rupiah
from sigap.pipeline.bill import DraftInvoice
from sigap.pipeline.questions import Question
from sigap.pipeline.summary import InvoiceFigures, MonthSummary
from sigap.pipeline.verbatim import verbatim
from sigap.quality.reported import Score
from sigap.quality.stops import Stops, word_stops

NOTHING = "–"
REPEATED = {"file": "in their file", "source": "in another file", "across": "in another's list"}


def print_summary(summary: MonthSummary, console: Console) -> None:
    """Print the figures of a month: files and rows, persons, invoices, documents, problems, durations."""
    console.print(_figures(summary))
    for invoice in summary.invoices:
        console.print(_invoice(invoice, invoice.number))
    for path in summary.documents:
        console.print(f"  {path}", markup=False, soft_wrap=True)
    for problem in summary.problems:
        console.print(f"  ! {problem.sentence}", markup=False, soft_wrap=True, style="yellow")
    if summary.unverified:
        figures = f"{len(summary.unverified)} figures not verified in their source yet: "
        console.print(figures + ", ".join(summary.unverified), markup=False, highlight=False, style="yellow")
    if summary.seconds:
        console.print(
            "  " + "  ".join(f"{verb} {seconds:.1f} s" for verb, seconds in summary.seconds.items()),
            style="dim",
        )


def print_waiting(drafts: Sequence[DraftInvoice], console: Console) -> None:
    """Print the invoices that are not issued yet: what finance has to judge."""
    for draft in drafts:
        if draft.status != "issued":
            console.print(_invoice(draft, f"Not issued ({draft.status})"))


def print_deliveries(
    files: Sequence[Row[Any]],
    questions: Sequence[Question],
    titles: Mapping[str, str],
    console: Console,
) -> None:
    """Print the files of a month with their rows, then each one that was stopped, and what waits."""
    table = Table(box=None, pad_edge=False)
    table.add_column("Delivery", no_wrap=True)
    table.add_column("Source and file", overflow="fold")
    table.add_column("Outcome", overflow="fold")
    for name in ("Received", "Accepted", "Held", "Rejected"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in files:
        counts = (row.received_rows, row.accepted_rows, row.held_rows, row.rejected_rows)
        table.add_row(
            row.delivery_id,
            verbatim(f"{row.source}\n{row.file_name}"),
            verbatim(_became(row)),
            *(NOTHING if count is None else f"{count:,}" for count in counts),
        )
    console.print(table)
    for row in files:
        _print_broken(f"{row.delivery_id} {titles.get(row.source, row.source)}", row.stops, titles, console)
    for question in questions:
        if question.delivery_id is None:
            _print_broken("The month", question.stops, titles, console)
        waits = question.delivery_id or "the month"
        console.print(f"Waits for a judgement: {waits}", style="yellow", markup=False)


def print_scores(scores: Sequence[Score], console: Console) -> None:
    """Print each sender and month: rows, what became of them, repeated ones, days to correct, top reasons."""
    wide = max((len(score.source) for score in scores), default=0)
    heads = ("rows", "accepted", "held", "rejected", "repeated", "days")
    console.print(f"{'':<{wide + 9}}" + "".join(f"{head:>9}" for head in heads), style="bold")
    for score in scores:
        numbers = (score.received, score.held, score.rejected, score.repeated, score.days_to_correct)
        received, *others = (NOTHING if number is None else f"{number:,}" for number in numbers)
        share = NOTHING if score.accepted_share is None else f"{score.accepted_share:.1%}"
        cells = "".join(f"{cell:>9}" for cell in (received, share, *others))
        console.print(f"{score.period}  {score.source:<{wide}}{cells}", markup=False, soft_wrap=True)
        if score.reasons:
            reasons = ", ".join(f"{code} {rows:,}" for code, rows in score.reasons)
            console.print(f"{'':<9}{reasons}", style="dim", markup=False, soft_wrap=True)


def _became(row: Row[Any]) -> str:
    if row.is_replaced:
        return "replaced"
    if row.judged_as:
        return f"{'passed' if row.judged_as == 'pass' else 'left out'} by {row.judged_by}"
    return str(row.check_outcome or row.outcome)


def _print_broken(title: str, stops: Stops | None, titles: Mapping[str, str], console: Console) -> None:
    if not stops:
        return
    console.print(title, style="bold", markup=False)
    for one in word_stops(stops, titles):
        console.print(f"  {one.title}: {one.found} (batas {one.limit})", markup=False, soft_wrap=True)


def print_trace(steps: list[Step], console: Console) -> None:
    """Print the steps from a line back to its cells as one tree."""
    tree = Tree(f"[bold]{steps[0].title}[/] {steps[0].facts['line_id']}")
    for step in steps:
        branch = tree.add(Text(step.title, style="bold"))
        for name, value in step.facts.items():
            if isinstance(value, dict):
                cells = branch.add(name)
                for header, cell in value.items():
                    cells.add(verbatim(f"{header}: {NOTHING if cell is None else cell}"))
            elif value is not None:
                branch.add(verbatim(f"{name}: {rupiah(value) if name.endswith('_idr') else value}"))
    console.print(tree)


def _figures(summary: MonthSummary) -> Table:
    title = f"SIGAP {summary.period}, government {summary.government}"
    table = Table(title=title, show_header=False, title_justify="left", min_width=44)
    table.add_column()
    table.add_column(justify="right")
    groups = (
        (("Files received", summary.deliveries),),
        (
            ("Rows accepted", summary.accepted),
            ("Rows held", summary.held),
            ("Rows rejected", summary.rejected),
        ),
        tuple((f"Repeated {where}", summary.repeated.get(scope, 0)) for scope, where in REPEATED.items()),
        (
            ("Persons", summary.persons),
            ("  already covered", summary.already_covered),
            ("  subsidised", summary.subsidised),
            ("  waiting list", summary.waiting),
            ("  not eligible", summary.not_eligible),
            ("  held for a person", summary.held_persons),
        ),
        ((f"Parked: sigap invoice parked {summary.period}", summary.parked),) if summary.parked else (),
    )
    for group in groups:
        for label, number in group:
            table.add_row(label, f"{number:,}")
        table.add_section()
    return table


def _invoice(invoice: InvoiceFigures | DraftInvoice, name: str) -> Table:
    title = f"{name}  {invoice.funding}, wadah {invoice.wadah}"
    table = Table(title=title, show_header=False, title_justify="left", min_width=44)
    table.add_column()
    table.add_column(justify="right")
    table.add_row("People", f"{invoice.people:,}")
    for label, amount in (("JKK", invoice.jkk_idr), ("JKM", invoice.jkm_idr), ("Total", invoice.total_idr)):
        table.add_row(label, rupiah(amount))
    return table
