"""How summaries and traces look in a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from sigap.audit.trace import Step
from sigap.domain.money import rupiah
from sigap.pipeline.bill import DraftInvoice
from sigap.pipeline.summary import InvoiceFigures, MonthSummary

NOTHING = "–"


def print_summary(summary: MonthSummary, console: Console) -> None:
    """Print the figures of a month: files and rows, persons, invoices, documents, problems, durations."""
    console.print(_figures(summary))
    for invoice in summary.invoices:
        console.print(_invoice(invoice, invoice.number))
    for path in summary.documents:
        console.print(f"  {path}", markup=False, soft_wrap=True)
    for problem in summary.problems:
        console.print(f"  ! {problem.file}: {problem.message}", markup=False, soft_wrap=True, style="yellow")
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


def print_trace(steps: list[Step], console: Console) -> None:
    """Print the steps from a line back to its cells as one tree."""
    tree = Tree(f"[bold]{steps[0].title}[/] {steps[0].facts['line_id']}")
    for step in steps:
        branch = tree.add(Text(step.title, style="bold"))
        for name, value in step.facts.items():
            if isinstance(value, dict):
                cells = branch.add(name)
                for header, cell in value.items():
                    cells.add(Text(f"{header}: {NOTHING if cell is None else cell}"))
            elif value is not None:
                branch.add(Text(f"{name}: {rupiah(value) if name.endswith('_idr') else value}"))
    console.print(tree)


def _figures(summary: MonthSummary) -> Table:
    table = Table(title=f"SIGAP {summary.period}", show_header=False, title_justify="left", min_width=44)
    table.add_column()
    table.add_column(justify="right")
    groups = (
        (("Files received", summary.deliveries),),
        (
            ("Rows accepted", summary.accepted),
            ("Rows held", summary.held),
            ("Rows rejected", summary.rejected),
        ),
        (
            ("Persons", summary.persons),
            ("  already covered", summary.already_covered),
            ("  subsidised", summary.subsidised),
            ("  waiting list", summary.waiting),
            ("  not eligible", summary.not_eligible),
            ("  held for a person", summary.held_persons),
        ),
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
