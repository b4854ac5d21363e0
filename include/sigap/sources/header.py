"""Which line is the header, and which column is what: however senders write their headers."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sigap.domain.source import SourceEntry
from sigap.sources.refusals import DuplicateHeaderError, MissingColumnsError

SEARCHED_LINES = 30
_ENOUGH = 2  # a title line may well hold one word that is also a header, but not two


@dataclass(frozen=True, slots=True)
class Layout:
    """How one list is laid out. `line` is the 1-based line of the header; positions count columns from 0."""

    sheet: str
    line: int
    headers: tuple[str, ...]  # verbatim; a blank one is named after its column letter
    positions: Mapping[str, int]


def header_key(text: str) -> str:
    """Fold case and everything but letters and digits: `No. KTP *` and `NO KTP` are one header."""
    return "".join(character for character in text.casefold() if character.isalnum())


def count_matches(line: Sequence[str], entry: SourceEntry) -> int:
    """How many columns of the entry a line names."""
    known = _names(entry)
    return len({known[header_key(text)] for text in line if header_key(text) in known})


def find_header(lines: Sequence[Sequence[str]], entry: SourceEntry) -> int | None:
    """Index of the line that names most columns of the entry (the first of equals), or None."""
    matches = [count_matches(line, entry) for line in lines[:SEARCHED_LINES]]
    best = max(matches, default=0)
    return matches.index(best) if best >= min(_ENOUGH, len(entry.columns)) else None


def lay_out(line: Sequence[str], number: int, sheet: str, file_name: str, entry: SourceEntry) -> Layout:
    """Map a header line to the entry's columns.

    Raises `DuplicateHeaderError` when two columns say the same, `MissingColumnsError` when a required one is
    not there. Headers that the entry does not know only reach `cells`.
    """
    known = _names(entry)
    places: dict[str, list[int]] = defaultdict(list)
    for position, text in enumerate(line):
        key = header_key(text)
        if key:
            places[known.get(key, f"\0{key}")].append(position)
    _refuse_duplicates(places, sheet, file_name)
    positions = {name: found[0] for name, found in places.items() if name in entry.columns}
    missing = [c.headers[0] for c in entry.columns.values() if c.required and c.name not in positions]
    if missing:
        raise MissingColumnsError(file_name, entry.code, sheet, missing)
    return Layout(sheet, number, _distinct(line), positions)


def column_letter(position: int) -> str:
    """The letter a spreadsheet gives to a column: 0 is A, 26 is AA."""
    letters = ""
    rest = position + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def column_position(letters: str) -> int:
    """The place of a column by its letters, counted from 1: A is 1, AA is 27."""
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place


def _names(entry: SourceEntry) -> dict[str, str]:
    return {header_key(text): column.name for column in entry.columns.values() for text in column.headers}


def _refuse_duplicates(places: Mapping[str, Sequence[int]], sheet: str, file_name: str) -> None:
    for name, found in places.items():
        if len(found) > 1:
            # An unknown header is not quoted: below a wrong header line it could be a person's name.
            meaning = "the same" if name.startswith("\0") else name
            raise DuplicateHeaderError(file_name, sheet, meaning, [column_letter(p) for p in found])


def _distinct(line: Sequence[str]) -> tuple[str, ...]:
    """The headers as written; a blank or sign-only one gets its column letter, so that no cell is lost."""
    return tuple(
        text if header_key(text) else f"{text}(kolom {column_letter(position)})"
        for position, text in enumerate(line)
    )
