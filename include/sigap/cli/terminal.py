"""What every command shares: the two consoles, the usual arguments, the opened warehouse."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any
from uuid import uuid4

import typer
from rich.console import Console
from rich.status import Status
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


def show_json(facts: Any) -> None:
    """Print one JSON object or list; what JSON does not know, such as a date, as text."""
    show.print_json(json.dumps(facts, ensure_ascii=False, default=str))


def tell(status: Status) -> Callable[[str, str], None]:
    """Shows verb and detail beside the spinner."""
    return lambda verb, detail: status.update(Text.assemble((verb, "bold"), " ", detail))
