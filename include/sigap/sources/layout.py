"""Which column of a list is what, by the headings above it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from sigap.domain.lists import FoundList
from sigap.domain.source import SourceEntry
from sigap.sources.guards import check_columns
from sigap.sources.header import (
    Header,
    Heading,
    Merged,
    column_letter,
    column_names,
    find_header,
    header_key,
)
from sigap.sources.refusals import DuplicateHeaderError, MissingColumnsError

_IGNORED, _MINIMISED = "\0ignore", "\0minimise"
_NEAR = 90  # of 100: two letters of twenty may differ
_SHORTEST = 6  # letters of a known header that may be misspelt: below that, another word is one letter away


@dataclass(frozen=True, slots=True)
class Layout:
    """How one list is laid out. Positions count columns from 0, lines from 1; Parquet has no header line.

    `top` are the lines down to the last of the header, as text: what may be repeated at a page break.
    """

    sheet: str
    lines: tuple[int, ...]
    headers: tuple[str, ...]  # verbatim; a blank one is named after its column letter
    positions: Mapping[str, int]
    guessed: Mapping[str, str]
    extras: tuple[int, ...]
    minimised: tuple[int, ...]
    top: tuple[tuple[str, ...], ...]

    @property
    def line(self) -> int:
        """The last line of the header; rows stand below it."""
        return self.lines[-1] if self.lines else 0

    def is_blank(self, position: int) -> bool:
        """Whether nothing is written above a column: its header is then a name of ours."""
        return self.headers[position].endswith(f"(kolom {column_letter(position)})")

    def found(self) -> FoundList:
        """The list as far as its header tells."""
        return FoundList(
            sheet=self.sheet,
            header_lines=self.lines,
            headers=self.headers,
            columns={name: column_letter(position) for name, position in self.positions.items()},
            extras=tuple(self.headers[position] for position in self.extras),
            minimised=tuple(self.headers[position] for position in self.minimised),
            guessed=dict(self.guessed),
        )


def find_layout(
    lines: Sequence[Sequence[str]], sheet: str, file_name: str, entry: SourceEntry, merged: Merged = ()
) -> Layout | None:
    """The layout of a list by its first lines; None when no header stands among them.

    Raises `DuplicateHeaderError` when two columns say the same.
    """
    sheet, *_ = _without_zeros([sheet])
    lines = [_without_zeros(line) for line in lines]
    header = find_header(lines, entry, merged)
    if header is None:
        return None
    check_columns(file_name, [heading.text for heading in header.headings])
    meanings = _meanings(header, entry)
    guesses = _guesses(header, meanings, entry)
    meanings |= guesses
    _refuse_duplicates(header, meanings, sheet, file_name)
    headings = header.headings
    return Layout(
        sheet=sheet,
        lines=tuple(range(header.first + 1, header.last + 2)),
        headers=_distinct([heading.text for heading in headings]),
        positions={name: position for position, name in meanings.items() if name in entry.columns},
        guessed={
            headings[position].text: name for position, name in guesses.items() if name in entry.columns
        },
        extras=tuple(
            position
            for position, heading in enumerate(headings)
            if header_key(heading.text) and position not in meanings
        ),
        minimised=tuple(sorted(position for position, name in meanings.items() if name == _MINIMISED)),
        top=tuple(tuple(line) for line in lines[: header.last + 1]),
    )


def refuse_missing(layout: Layout, file_name: str, entry: SourceEntry) -> None:
    """Raise `MissingColumnsError` when a required column is not there."""
    missing = [c.headers[0] for c in entry.columns.values() if c.required and c.name not in layout.positions]
    if missing:
        raise MissingColumnsError(file_name, entry.code, layout.sheet, missing)


def _known(entry: SourceEntry) -> dict[str, str]:
    apart = {header_key(text): _IGNORED for text in entry.ignore}
    return apart | column_names(entry) | {header_key(text): _MINIMISED for text in entry.minimise}


def _meanings(header: Header, entry: SourceEntry) -> dict[int, str]:
    """What each column is: by its own readings first, then the first of a span by the text above it."""
    known = _known(entry)
    own = {
        position: known[key]
        for position, heading in enumerate(header.headings)
        if (key := next((k for text in _readings(heading, known) if (k := header_key(text)) in known), None))
    }
    taken = set(own.values()) - {_IGNORED, _MINIMISED}
    for position, heading in enumerate(header.headings):
        name = known.get(header_key(heading.above), _IGNORED)
        if position not in own and name not in taken | {_IGNORED}:
            own[position] = name
            taken |= {name} - {_MINIMISED}
    return own


def _readings(heading: Heading, known: Mapping[str, str]) -> Sequence[str]:
    """What a column may be read as. What stands below a group that is not carried on is not carried on."""
    if known.get(header_key(heading.above)) == _MINIMISED:
        return (heading.text, heading.above)
    return heading.readings


def _guesses(header: Header, meanings: Mapping[int, str], entry: SourceEntry) -> dict[int, str]:
    """Misspelt headers: so near to one column that is not there, and to no other, that it must be meant."""
    near = {
        position: found
        for position, heading in enumerate(header.headings)
        if position not in meanings and (found := _nearest(heading, entry))
    }
    taken = set(meanings.values()) - {_IGNORED, _MINIMISED}
    wanted = list(near.values())
    return {
        position: name
        for position, name in near.items()
        if name not in taken and (name in {_IGNORED, _MINIMISED} or wanted.count(name) == 1)
    }


def _nearest(heading: Heading, entry: SourceEntry) -> str | None:
    """The one meaning whose headers a heading is a misspelling of; None for none, or for several."""
    keys = {key for text in heading.readings if (key := header_key(text))}
    near = {
        name
        for known, name in _known(entry).items()
        if len(known) >= _SHORTEST and any(_is_near(key, known) for key in keys)
    }
    return near.pop() if len(near) == 1 else None


def _is_near(key: str, known: str) -> bool:
    digits = [[letter for letter in text if letter.isdigit()] for text in (key, known)]
    return digits[0] == digits[1] and fuzz.ratio(key, known) >= _NEAR


def _refuse_duplicates(header: Header, meanings: Mapping[int, str], sheet: str, file_name: str) -> None:
    places: dict[str, list[int]] = defaultdict(list)
    for position, meaning in _claims(header, meanings):
        places[meaning].append(position)
    for meaning, found in places.items():
        if len(found) > 1:
            # An unknown header is not quoted: below a wrong header line it could be a person's name.
            told = "the same" if meaning.startswith("\0") else meaning
            raise DuplicateHeaderError(file_name, sheet, told, [column_letter(place) for place in found])


def _claims(header: Header, meanings: Mapping[int, str]) -> Iterator[tuple[int, str]]:
    for position, heading in enumerate(header.headings):
        name, key = meanings.get(position, _IGNORED), header_key(heading.text)
        if name not in {_IGNORED, _MINIMISED}:
            yield position, name
        elif key:
            yield position, f"\0{key}"


def _without_zeros(texts: Sequence[str]) -> list[str]:
    """Texts without zero characters, which old .xls files can hold and databases cannot."""
    return [text.replace("\0", "") for text in texts]


def _distinct(line: Sequence[str]) -> tuple[str, ...]:
    """The headers as written; a blank or sign-only one gets its column letter, so that no cell is lost."""
    return tuple(
        text if header_key(text) else f"{text}(kolom {column_letter(position)})"
        for position, text in enumerate(line)
    )
