"""What every command shares: the two consoles, the usual arguments, the opened warehouse."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any
from uuid import uuid4

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.measure import Measurement
from rich.status import Status
from rich.table import Column, Table
from rich.text import Text

from sigap.domain.period import Period
from sigap.pipeline.resources import Resources
from sigap.settings import Settings, load_settings

PeriodArgument = Annotated[
    Period, typer.Argument(parser=Period.parse, metavar="PERIOD", help="Coverage month, e.g. 2026-01.")
]
InboxOption = Annotated[
    str | None,
    typer.Option("--inbox", help="Folder or object-store URL with the received files.", show_default=False),
]
JsonOption = Annotated[bool, typer.Option("--json", help="End with one JSON object on standard output.")]

_ROOMY = 10_000  # characters: wider than any table
_SENTENCE = 40  # characters: what is longer goes over several lines
say = Console(stderr=True, highlight=False, emoji=False)
show = Console(highlight=False, emoji=False)


@contextmanager
def resources_for(settings: Settings) -> Iterator[Resources]:
    """Open the configured warehouse, or the embedded one of this home when none is configured."""
    run_id = f"cli-{uuid4().hex[:12]}"
    if settings.warehouse_url is not None:
        yield Resources.open(settings, run_id)
        return
    from sigap_stack.embedded import embedded_warehouse

    with embedded_warehouse(settings.home, lambda sentence: say.print(sentence, markup=False)) as url:
        opened = Resources.open(settings.model_copy(update={"warehouse_url": url}), run_id)
        yield opened
        opened.warehouse.dispose()


def settings_for(inbox: str | None = None) -> Settings:
    """The settings of this deployment, with another inbox when one is named."""
    settings = load_settings()
    return settings.model_copy(update={"inbox": inbox}) if inbox else settings


def show_table(table: Table, console: Console | None = None) -> None:
    """Print a table; where the console is too narrow for it, each row as a list of names and values.

    So no word, number or amount is cut or broken to fit. Sentences go over several lines. A row with a style
    and nothing in its last column is a heading over those that follow.
    """
    target = console or show
    widths = [_width(column) for column in table.columns]
    if sum(widths) + 3 * len(widths) + 1 > target.width:
        _show_records(table, target)
        return
    if Measurement.get(target, target.options.update(max_width=_ROOMY), table).maximum > target.width:
        for column, width in zip(table.columns, widths, strict=True):
            column.width = width
    target.print(table)


def _show_records(table: Table, target: Console) -> None:
    if table.title:
        target.print(table.title, style="bold")
    for row, *cells in zip(table.rows, *(column.cells for column in table.columns), strict=True):
        if row.style and not cells[-1]:
            target.print(Text(", ").join(_text_of(cell) for cell in cells if cell), style=row.style)
            continue
        record = Table.grid(padding=(0, 2))
        record.add_column(no_wrap=True, style="dim")
        record.add_column(overflow="fold", style=row.style or "")
        for column, cell in zip(table.columns, cells, strict=True):
            if cell:
                record.add_row(column.header, cell)
        target.print(record, "")


def _width(column: Column) -> int:
    """What a column needs: its values whole, its heading and sentences word by word."""
    cells = [_text_of(cell).plain for cell in column.cells]
    words = [word for text in (str(column.header), *cells) for word in text.split()]
    longest = max((cell_len(line) for cell in cells for line in cell.splitlines()), default=0)
    return max(min(longest, _SENTENCE), *(cell_len(word) for word in words), 1)


def _text_of(cell: Any) -> Text:
    """What others wrote is text already, and nothing in it is markup."""
    return cell if isinstance(cell, Text) else Text.from_markup(str(cell))


def show_json(facts: Any) -> None:
    """Print one JSON object or list; what JSON does not know, such as a date, as text."""
    show.print_json(json.dumps(facts, ensure_ascii=False, default=str))


def tell(status: Status) -> Callable[[str, str], None]:
    """Shows verb and detail beside the spinner."""
    return lambda verb, detail: status.update(Text.assemble((verb, "bold"), " ", detail))
