"""`sigap source`: describe a new sender, see what would become of a file, accept a changed layout."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from sigap.cli.terminal import resources_for, say, settings_for, show, show_table
from sigap.domain.period import Period
from sigap.errors import SourceError
from sigap.pipeline.verbatim import verbatim

if TYPE_CHECKING:
    from sigap.domain.source import SourceEntry

source_app = typer.Typer(
    help="Senders: describe a new one, see what would become of a file, accept a changed layout.",
    no_args_is_help=True,
)
FileArgument = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The list as it was sent.")]
CodeOption = Annotated[str, typer.Option("--code", help="Code of the sender, such as becak.")]
_CODE = re.compile(r"[a-z][a-z0-9_]{1,40}")


@source_app.command("list")
def list_sources() -> None:
    """Show every sender that the catalog describes."""
    from sigap.sources.catalog import load_catalog

    settings = settings_for()
    own = {path.stem for path in settings.catalog_dir.glob("*.yaml")}
    table = Table("code", "title", "folder", "required columns", "described by")
    for entry in load_catalog(settings.catalog_dir).values():
        folder = f"{entry.group}/{entry.code}/" if entry.group == "associations" else f"{entry.group}/"
        required = ", ".join(column.name for column in entry.columns.values() if column.required)
        by = "this city" if entry.code in own else "SIGAP"
        table.add_row(entry.code, verbatim(entry.title), folder, required, by)
    show_table(table)


@source_app.command("add")
def add_source(
    file: FileArgument,
    code: CodeOption,
    out: Annotated[
        Path | None, typer.Option("--out", help="Where to write the entry.", show_default="SIGAP_CATALOG")
    ] = None,
    group: Annotated[str, typer.Option("--group", help="Folder of the inbox.")] = "associations",
    force: Annotated[bool, typer.Option("--force", help="Replace an entry that is there.")] = False,
) -> None:
    """Propose the catalog entry of a new sender from a list of theirs."""
    from upath import UPath

    from sigap.cli.shown import print_proposal
    from sigap.publish import publish
    from sigap.sources.catalog import load_catalog
    from sigap.sources.draft import draft_entry
    from sigap.sources.propose import propose_entry
    from sigap.sources.reader import read_tops

    settings = settings_for()
    _check_code(code, group)
    target = (out or settings.catalog_dir / f"{code}.yaml").absolute()
    if target.stem != code or target.suffix != ".yaml":
        raise SourceError(f"The file is named after the sender: write it to {target.with_name(code)}.yaml.")
    if target.exists() and not force:
        raise SourceError(f"{target} is there already. Edit it, or replace it with --force.")
    tops = read_tops(UPath(file), file.name)
    proposal = propose_entry(tops, file.name, group, load_catalog(settings.catalog_dir))
    publish(UPath(target), draft_entry(proposal, code).encode())
    print_proposal(proposal, show)
    show.print(f"Written to {target}", markup=False, soft_wrap=True)
    if proposal.missing:
        missing = ", ".join(proposal.missing)
        say.print(f"Not found: {missing}. Write their headers into the file.", style="yellow", markup=False)
    show.print(
        f"Next: read it, correct it, then sigap source check {file} --code {code} --period …", markup=False
    )


@source_app.command("check")
def check_source(
    file: FileArgument,
    code: CodeOption,
    period: Annotated[
        Period | None,
        typer.Option(parser=Period.parse, metavar="PERIOD", help="Also check the rows, as of this month."),
    ] = None,
    entry: Annotated[
        Path | None,
        typer.Option("--entry", exists=True, dir_okay=False, help="An entry not in the catalog yet."),
    ] = None,
) -> None:
    """Say what would become of a list, before it is sent in. Nothing of it is kept."""
    from sigap.cli.shown import print_preview
    from sigap.pipeline.preview import preview

    described = _described(code, entry)
    with say.status("reading"):
        found = preview(file, described, period, _accepted(code))
    print_preview(found, described.title, file.name, show)
    if found.outcome != "accepted":
        raise typer.Exit(1)


@source_app.command("accept")
def accept(
    delivery: Annotated[str, typer.Argument(help="A delivery that drifted, as its message names it.")],
    actor: Annotated[str, typer.Option("--as", help="Account name of the person who accepts.")],
    reason: Annotated[str, typer.Option("--reason", help="Why the change is right.")],
    meanings: Annotated[
        list[str] | None,
        typer.Option(
            "--map", metavar="HEADER=COLUMN", help="What a header means: a column, ignore or minimise."
        ),
    ] = None,
) -> None:
    """Accept the changed layout of a delivery: it is remembered, and not asked about again."""
    from sigap.pipeline.source import accept_layout

    said = dict(_meaning(text) for text in meanings or [])
    if len(said) < len(meanings or []):
        raise SourceError("A header has two meanings in --map. Give it one.")
    with resources_for(settings_for()) as resources:
        accepted = accept_layout(delivery, actor, reason, said, resources)
    for header, name in accepted.columns.items():
        show.print(f"{header} → {name}", markup=False)
    show.print(f"Remembered for {accepted.source}. Next: sigap collect {accepted.period}", markup=False)


@source_app.command("mappings")
def mappings(code: Annotated[str | None, typer.Argument(help="Only this sender.")] = None) -> None:
    """Show the changed layouts that were accepted, by whom and why."""
    from sigap.pipeline.source import accepted_layouts

    with resources_for(settings_for()) as resources:
        layouts = accepted_layouts(code, resources)
    table = Table("accepted", "sender", "delivery", "header → column", "by", "reason")
    for one in layouts:
        meant = "\n".join(f"{header} → {name}" for header, name in one.columns.items())
        day = f"{one.accepted_at:%Y-%m-%d}" if one.accepted_at else ""
        said = (verbatim(text) for text in (meant or "order only", one.actor, one.reason))
        table.add_row(day, one.source, one.delivery_id, *said)
    if layouts:
        show_table(table)
    else:
        show.print("No changed layout was accepted yet.")


def _check_code(code: str, group: str) -> None:
    from sigap.sources.propose import KINDS

    if group not in KINDS:
        raise SourceError(f"{group!r} is no folder of the inbox. It has {', '.join(KINDS)}.")
    if not _CODE.fullmatch(code):
        raise SourceError("Write a code of small letters, digits and underscores, such as sopir_angkot.")
    if group not in ("associations", code):
        raise SourceError(f"What lies in {group}/ has the code {group}. Use --code {group}.")


def _described(code: str, path: Path | None) -> "SourceEntry":
    from sigap.sources.catalog import load_catalog
    from sigap.sources.entry import read_entry

    if path is not None:
        return read_entry(path)
    catalog = load_catalog(settings_for().catalog_dir)
    if code not in catalog:
        raise SourceError(f"The catalog does not know {code}. It has {', '.join(catalog)}.")
    return catalog[code]


def _accepted(code: str) -> list[dict[str, object]]:
    """The accepted layouts, where a warehouse is set; without one the catalog alone speaks."""
    if settings_for().warehouse_url is None:
        return []
    from sigap.pipeline.layout import accepted_mappings

    with resources_for(settings_for()) as resources, resources.warehouse.connect() as connection:
        return [dict(row) for row in accepted_mappings(connection, code)]


def _meaning(text: str) -> tuple[str, str]:
    header, equals, name = text.rpartition("=")
    if not (equals and header.strip() and name.strip()):
        raise SourceError('Write a meaning as --map "HEADER=column".')
    return header.strip(), name.strip()
