"""A header line against the one that was agreed or came before: which headers went, came or moved."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sigap.domain.lists import FoundList
from sigap.domain.source import SourceEntry
from sigap.sources.header import column_letter, column_names, header_key
from sigap.sources.likeness import likely_headers, likeness, may_be_quoted

NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the comparison; `old` and `new` are (letter, header)."""

    old: tuple[str, str] | None
    new: tuple[str, str] | None
    column: str = ""
    alike: float = 0.0


def header_line(found: FoundList) -> dict[str, str]:
    """The headers that somebody wrote, by their column letter."""
    letters = ((column_letter(place), text) for place, text in enumerate(found.headers))
    return {letter: text for letter, text in letters if not text.endswith(f"(kolom {letter})")}


def unknown_headers(found: FoundList) -> dict[str, str]:
    """The headers of a list that its entry does not know, by their column letter."""
    return {letter: text for letter, text in header_line(found).items() if text in found.extras}


def folded(headers: Iterable[str]) -> tuple[str, ...]:
    """The texts as they are compared; blank ones do not count."""
    return tuple(header_key(text) for text in headers if header_key(text))


def list_changes(
    found: FoundList, entry: SourceEntry, proposal: Mapping[str, str], earlier: FoundList | None
) -> Iterator[Change]:
    """What was agreed or came before, against what came now; what stayed in its place is left out."""
    old, new = _expected(found, entry, proposal, earlier), header_line(found)
    meant = column_names(entry)
    places = {header_key(text): letter for letter, text in new.items()} | dict(found.columns)
    proposed = {name: text for text, name in proposal.items()}
    told = set()
    for letter, text in old:
        name = meant.get(header_key(text), header_key(text))
        now = places.get(name)
        if now is None and name in proposed:
            now = next(place for place, header in new.items() if header == proposed[name])
            yield Change((letter, text), (now, new[now]), name, _alike(new[now], name, entry))
        elif now is None or (entry.template and now != letter):
            yield Change(
                (letter, text),
                (now, new.get(now, NOTHING)) if now else None,
                name if name in entry.columns else "",
            )
        told.add(now)
    before = set(folded(earlier.extras)) if earlier else set()
    for letter, text in unknown_headers(found).items():
        if letter not in told and header_key(text) not in before:
            name = proposal.get(text, "")
            yield Change(None, (letter, text), name, _alike(text, name, entry) if name else 0.0)


def tell_change(change: Change, entry: SourceEntry) -> tuple[str, str, str]:
    """What was, what is, and what it probably means, as a person reads it. Doubtful texts are not quoted."""
    old = " ".join(" ".join(change.old).split()) if change.old else NOTHING
    meaning = f"{change.column} ({change.alike:.0%})" if change.alike else change.column or "extra"
    if change.new is None:
        return old, NOTHING, f"{change.column or 'extra'}: gone"
    letter, text = change.new
    shown = " ".join(text.split()) if may_be_quoted(text, entry) else "(not quoted)"
    return old, f"{letter} {shown}", meaning


def _expected(
    found: FoundList, entry: SourceEntry, proposal: Mapping[str, str], earlier: FoundList | None
) -> list[tuple[str, str]]:
    """The agreed header line with its letters: the template, else the last file's, else what is missed."""
    if entry.template:
        return [(column_letter(place), text) for place, text in enumerate(entry.template)]
    if earlier:
        letters = header_line(earlier)
        return [(letter, letters[letter]) for letter in earlier.columns.values() if letter in letters]
    lacking = (column for column in entry.columns.values() if column.name not in found.columns)
    missed = (column for column in lacking if column.required or column.name in proposal.values())
    return [("", column.headers[0]) for column in missed]


def _alike(text: str, name: str, entry: SourceEntry) -> float:
    return max(likeness(text, known) for known in likely_headers(entry)[name])
