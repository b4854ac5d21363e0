"""How a proposed catalog entry and a look at a file are shown to the person who has the file before them.

Headers are shown as they stand in it; values of its cells never are.
"""

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sigap.cli.terminal import show_table
from sigap.domain.lists import FoundList
from sigap.domain.reasons import reasons
from sigap.pipeline.verbatim import verbatim
from sigap.sources.changes import header_line

if TYPE_CHECKING:
    from sigap.pipeline.preview import Fault, Preview
    from sigap.sources.propose import Proposal

_MOST_FAULTS = 12


def print_proposal(proposal: "Proposal", console: Console) -> None:
    """Print where the list was found and what each of its columns probably is."""
    sheets = ", ".join(repr(sheet) for sheet in proposal.sheets if sheet)
    lines = " and ".join(str(line) for line in proposal.header_lines)
    console.print(f"Header in line {lines}{f' of {sheets}' if sheets else ''}", markup=False)
    table = Table("", "header", "column", "sure", "told by")
    for column in proposal.columns:
        sure = f"{column.confidence:.0%}" if column.confidence else ""
        table.add_row(column.letter, verbatim(column.header), column.meaning, sure, column.because)
    show_table(table, console)


def print_preview(found: "Preview", title: str, file_name: str, console: Console) -> None:
    """Print the lists of a file, what would become of its rows, and why."""
    console.print(f"{file_name}: {found.form or 'unknown form'}, read as {title}", markup=False)
    for one in found.lists:
        _print_list(one, console)
    if found.counts:
        parts = ", ".join(f"{found.counts[name]:,} {name}" for name in ("accepted", "held", "rejected"))
        console.print(f"{found.counts['received']:,} rows: {parts}")
        _print_faults(found.faults, console)
    elif found.outcome == "accepted":
        console.print(f"{found.rows:,} rows. Name a month with --period to have them checked.")
    if found.message:
        console.print(found.message, style="yellow", markup=False, soft_wrap=True)
    console.print(f"It would be {found.outcome}.", style="green" if found.outcome == "accepted" else "red")


def _print_list(one: FoundList, console: Console) -> None:
    lines = " and ".join(str(line) for line in one.header_lines)
    where = f"Sheet {one.sheet!r}" if one.sheet else "List"
    console.print(f"{where}{f', header in line {lines}' if lines else ''}", markup=False)
    table = Table("", "header", "column")
    for letter, header in header_line(one).items():
        table.add_row(letter, verbatim(" ".join(header.split())), _meaning(letter, header, one))
    show_table(table, console)
    notes = {
        "hidden sheet": int(one.is_hidden),
        "hidden columns": len(one.hidden_columns),
        "hidden rows": one.hidden_rows,
        "cells with a formula": one.formulas,
        "dates counted from 1904": int(one.dates_from_1904),
        **{f"lines left out ({kind})": len(left) for kind, left in one.left_out.items()},
    }
    told = [f"{name}: {count:,}" for name, count in notes.items() if count]
    if told:
        console.print("  " + "; ".join(told), markup=False)


def _meaning(letter: str, header: str, one: FoundList) -> str:
    for name, found in one.columns.items():
        if found == letter:
            return f"{name} (misspelt)" if header in one.guessed else name
    if header in one.minimised:
        return "not carried past the archive"
    return "extra" if header in one.extras else "not needed"


def _print_faults(faults: "tuple[Fault, ...]", console: Console) -> None:
    table = Table("rows", "what", "code", "says", "first cells")
    for fault in faults[:_MOST_FAULTS]:
        says = reasons()[fault.code].english
        table.add_row(f"{fault.rows:,}", fault.severity, fault.code, says, _cells(fault))
    if faults:
        show_table(table, console)


def _cells(fault: "Fault") -> Text:
    """As a spreadsheet names them: `Data!B7`; the whole row where no one cell is at fault."""
    names = (f"{f'{sheet}!' if sheet else ''}{column or 'row '}{row}" for sheet, column, row in fault.cells)
    return verbatim(", ".join(names))
