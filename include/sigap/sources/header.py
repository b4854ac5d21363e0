"""Which lines are the header of a list: one line, or two whose cells are merged."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sigap.domain.source import SourceEntry

SEARCHED_LINES = 30
_ENOUGH = 2  # a title line may well hold one word that is also a header, but not two
_LONGEST = 300  # characters
_MOST_COLUMNS = 1_000  # among which the columns of an entry are looked for
_LONG_NUMBER = 6  # digits that no header has, and a NIK, a phone number or a date does

# Two cells of a workbook that are one, as (first line, first column), (last line, last column), from 0.
Merged = Sequence[tuple[tuple[int, int], tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above one column: its text as written, and what it may be read as, the best first.

    `above` is the upper text where a lower one stands in its span: a last resort, good for one column only.
    """

    text: str
    readings: tuple[str, ...]
    above: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """The lines of a header, counted from 0, and the heading of every column."""

    first: int
    last: int
    headings: tuple[Heading, ...]


@lru_cache(maxsize=4096)
def header_key(text: str) -> str:
    """Fold case and everything but letters and digits: `No. KTP *` and `NO KTP` are one header.

    Of a text that is longer than any header, its beginning counts.
    """
    return "".join(character for character in text[:_LONGEST].casefold() if character.isalnum())


def count_matches(line: Sequence[str], entry: SourceEntry) -> int:
    """How many columns of the entry a line names."""
    return _count(_plain(line), column_names(entry))


def find_header(lines: Sequence[Sequence[str]], entry: SourceEntry, merged: Merged = ()) -> Header | None:
    """The line, or the two lines, that name most columns of the entry (the first of equals); None without.

    Two lines are one header when together they name more columns than any line alone, or when all that
    stands in the second one parts cells of the first ("Alamat" above "Jalan", "RT" and "RW").
    """
    known, lines = column_names(entry), lines[: SEARCHED_LINES + 1]
    merged = [(first, last) for first, last in merged if first[0] < len(lines) and last[1] > first[1]]
    short = [[text[:_LONGEST] for text in line[:_MOST_COLUMNS]] for line in lines]
    single = _best((_single(short, place) for place in range(min(len(short), SEARCHED_LINES))), known)
    double = _best((_double(short, place, merged) for place in range(len(short) - 1)), known)
    best = max(single, double, key=lambda one: one[0])  # the single line, when they name as many
    if best[0] < min(_ENOUGH, len(entry.columns)):
        return None
    place, last = best[1:]
    if place == last and last + 1 < len(short) and _parts(short, place, merged):
        last += 1
    return _single(lines, place) if place == last else _double(lines, place, merged)


def column_names(entry: SourceEntry) -> dict[str, str]:
    """The columns of an entry by the keys of their headers."""
    return {header_key(text): column.name for column in entry.columns.values() for text in column.headers}


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


def _best(candidates: Iterable[Header], known: dict[str, str]) -> tuple[int, int, int]:
    """How many columns the best of the headers names, its first and its last line."""
    named = ((_count(header.headings, known), header.first, header.last) for header in candidates)
    return max(named, key=lambda one: one[0], default=(0, 0, 0))


def _count(headings: Sequence[Heading], known: dict[str, str]) -> int:
    meanings = (
        next((known[key] for text in (*one.readings, one.above) if (key := header_key(text)) in known), None)
        for one in headings[:_MOST_COLUMNS]
    )
    return len({name for name in meanings if name})


def _plain(line: Sequence[str]) -> tuple[Heading, ...]:
    return tuple(Heading(text, (text,)) for text in line)


def _single(lines: Sequence[Sequence[str]], place: int) -> Header:
    return Header(place, place, _plain(lines[place]))


def _double(lines: Sequence[Sequence[str]], place: int, merged: Merged) -> Header:
    upper, lower = _level(lines[place], lines[place + 1])
    is_title = sum(map(_says, upper)) < _ENOUGH
    if is_title or _is_row(upper) or _is_row(lower):
        return _single(lines, place)
    owners = _owners(upper, lower, place, merged)
    headings = (
        _joined("" if owner is None else upper[owner], text) if _says(text) else Heading(own, (own,))
        for owner, own, text in zip(owners, upper, lower, strict=True)
    )
    return Header(place, place + 1, tuple(headings))


def _joined(upper: str, lower: str) -> Heading:
    """Below `Tempat, Tanggal Lahir`, `Tanggal` may be the whole, `Tanggal Lahir`, or `Tanggal`."""
    if not upper:
        return Heading(lower, (lower,))
    both = f"{upper} {lower}"
    return Heading(both, (both, f"{lower} {upper.rsplit(maxsplit=1)[-1]}", lower), upper)


def _owners(upper: Sequence[str], lower: Sequence[str], place: int, merged: Merged) -> list[int | None]:
    """Whose text stands above each column: its own, or that of the cell to the left which reaches over it.

    Where cells of the line are merged, they say how far they reach; elsewhere as far as nothing else stands.
    """
    reach = {first[1]: last[1] for first, last in merged if first[0] == place}
    owners: list[int | None] = []
    latest: int | None = None
    for position, text in enumerate(upper):
        if _says(text):
            latest = position
        is_reached = latest == position or not reach or position <= reach.get(latest or 0, 0)
        owners.append(latest if is_reached and (_says(text) or _says(lower[position])) else None)
    return owners


def _parts(lines: Sequence[Sequence[str]], place: int, merged: Merged) -> bool:
    """Whether all that stands in the line below parts cells of this one that reach over several columns."""
    upper, lower = _level(lines[place], lines[place + 1])
    if _is_row(lower):
        return False
    owners = _owners(upper, lower, place, merged)
    filled = [position for position, text in enumerate(lower) if text.strip()]
    shared = Counter(owners[position] for position in filled)
    return bool(shared) and None not in shared and min(shared.values()) > 1


def _says(text: str) -> bool:
    """Whether there is a letter or a digit: signs alone are no header."""
    return any(map(str.isalnum, text[:_LONGEST]))


def _is_row(line: Sequence[str]) -> bool:
    return any(sum(map(str.isdigit, text[:_LONGEST])) >= _LONG_NUMBER for text in line)


def _level(upper: Sequence[str], lower: Sequence[str]) -> tuple[list[str], list[str]]:
    """Both lines with the same number of cells: a line of csv ends where its last cell does."""
    width = max(len(upper), len(lower))
    return [*upper, *[""] * (width - len(upper))], [*lower, *[""] * (width - len(lower))]
