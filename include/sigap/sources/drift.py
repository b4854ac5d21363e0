"""Template drift: a list whose header line is not the agreed one stops before a row of it is taken in."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sigap.domain.lists import FoundList
from sigap.domain.source import SourceEntry
from sigap.errors import SourceError
from sigap.sources.changes import Change, folded, header_line, list_changes, tell_change, unknown_headers
from sigap.sources.header import header_key
from sigap.sources.likeness import RENAMED, closest, known_headers, likely_headers, propose_columns
from sigap.sources.refusals import MissingColumnsError

APART = ("ignore", "minimise")  # what a header may be accepted as, besides the columns


class DriftError(SourceError):
    """A list that waits for a person: `proposal` is {header: column}, `found` the list itself."""

    def __init__(self, sentence: str, found: FoundList, proposal: Mapping[str, str]) -> None:
        """Build the error; the sentence goes to the sender and to the log."""
        super().__init__(sentence)
        self.found, self.proposal = found, dict(proposal)


def check_layout(
    found: FoundList,
    entry: SourceEntry,
    file_name: str,
    *,
    earlier: FoundList | None = None,
    delivery_id: str = "DELIVERY",
) -> None:
    """Pass a list whose header line is agreed, remembered, or tells nothing new; stop any other.

    `earlier` is the same list in the newest file that was accepted. Raises `DriftError` with old and new side
    by side and the proposed columns; `MissingColumnsError` when a required column is not there and nothing
    stands in its place.
    """
    unknown = unknown_headers(found)
    missing = [column for column in entry.columns.values() if column.name not in found.columns]
    required = [column.headers[0] for column in missing if column.required]
    if required and not unknown:
        raise MissingColumnsError(file_name, entry.code, found.sheet, required)
    proposal = propose_columns(unknown.values(), entry, [column.name for column in missing])
    trouble = f"lacks {', '.join(sorted(required))}" if required else _trouble(found, entry, unknown, earlier)
    if trouble:
        changes = list(list_changes(found, entry, proposal, earlier))
        sentence = _sentence(f"{file_name}{_where(found)} {trouble}", changes, entry, delivery_id)
        raise DriftError(sentence, found, proposal)


def remember(entry: SourceEntry, mappings: Iterable[Mapping[str, Any]]) -> SourceEntry:
    """The entry with the layouts that people accepted: rows of sources.mapping, oldest first.

    A newer row outranks an older one. The catalog outranks them all: what it says of a header was written
    with the whole source in view.
    """
    meant, lines = {}, list(entry.remembered)
    catalog = {header_key(text) for texts in known_headers(entry).values() for text in texts}
    for mapping in mappings:
        for text, name in mapping["columns"].items():
            if header_key(text) not in catalog:
                meant[header_key(text)] = (text, name)
        lines.append(tuple(mapping["headers"][place] for place in sorted(mapping["headers"], key=int)))
    added = {name: tuple(t for t, n in meant.values() if n == name) for _, name in meant.values()}
    columns = {
        name: replace(column, headers=column.headers + added.get(name, ()))
        for name, column in entry.columns.items()
    }
    apart = {name: getattr(entry, name) + added.get(name, ()) for name in APART}
    return replace(entry, columns=columns, remembered=tuple(dict.fromkeys(lines)), **apart)


def _trouble(
    found: FoundList, entry: SourceEntry, unknown: Mapping[str, str], earlier: FoundList | None
) -> str | None:
    """What is wrong with a header line that has every required column, in words; None for nothing."""
    line = folded(header_line(found).values())
    if line in {folded(agreed) for agreed in (entry.template, *entry.remembered) if agreed}:
        return None
    if entry.template:
        return "differs from the agreed template"
    known = likely_headers(entry)
    for text in unknown.values():
        name, alike = closest(text, known)
        if alike >= RENAMED and name in entry.columns and name not in found.columns:
            return "has a header that seems to be renamed"
    if earlier and set(earlier.columns) - set(found.columns):
        before = set(folded(earlier.headers))
        if any(header_key(text) not in before for text in unknown.values()):
            return "lost a column of the last accepted file and has new ones"
    return None


def _where(found: FoundList) -> str:
    return f", sheet {found.sheet!r}," if found.sheet else ""


def _sentence(trouble: str, changes: list[Change], entry: SourceEntry, delivery_id: str) -> str:
    lines = [("old", "new", "column"), *(tell_change(change, entry) for change in changes)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    table = [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
    return "\n".join(
        [
            f"{trouble}, so no row of it was taken in.",
            *table,
            "Ask the sender for the agreed template, or, when the change is right: "
            f'sigap source accept {delivery_id} --as NAME --reason "…" (to say otherwise: '
            '--map "HEADER=column", with a column of the catalog, ignore or minimise), then collect again.',
        ]
    )
