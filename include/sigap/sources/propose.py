"""Proposes a catalog entry from the top of a file: which sheet, which header lines, which column is what."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sigap.domain.source import Column, Kind, SourceEntry
from sigap.errors import SourceError
from sigap.sources.catalog import common_headers
from sigap.sources.content import DateCount, Look, count_dates, looks
from sigap.sources.header import Header, Heading, column_letter, column_position, find_header, header_key
from sigap.sources.likeness import CONCEIVABLE, RENAMED, header_words, likeness
from sigap.sources.reader import SheetTop

KINDS: Mapping[str, Kind] = {
    "dtks": "workers",
    "associations": "workers",
    "memberships": "memberships",
    "bpjs_bills": "bills",
    "payments": "payments",
    "bank_statement": "statements",
    "sp2d": "orders",
    "activations": "activations",
}
EXTRA, IGNORE, MINIMISE = "extra", "ignore", "minimise"
_SURE_ENOUGH = 0.5
_FEWEST = 3  # filled cells of a line that may be a header nobody knows


@dataclass(frozen=True, slots=True)
class Proposed:
    """One column of the file: what it probably is, how sure that is (0 to 1), and by what it was told."""

    letter: str
    header: str
    meaning: str  # a canonical column, ignore, minimise or extra
    confidence: float
    because: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a file suggests about its source. `sheets` are those that hold the same list."""

    group: str
    kind: Kind
    sheets: tuple[str, ...]
    header_lines: tuple[int, ...]
    columns: tuple[Proposed, ...]
    dates: DateCount

    @property
    def missing(self) -> tuple[str, ...]:
        """Columns that no list of this kind can do without and that were not found."""
        found = {column.meaning for column in self.columns}
        return tuple(name for name in header_words()["needed"][self.kind] if name not in found)


def propose_entry(
    tops: Sequence[SheetTop], file_name: str, group: str, catalog: Mapping[str, SourceEntry]
) -> Proposal:
    """The columns of the first list of a file, told by the headers of the whole catalog and by their cells.

    Raises `SourceError` when no sheet holds a list.
    """
    kind = KINDS[group]
    known = _dictionary(kind, catalog)
    headers = {top.sheet: _header(top, known) for top in tops}
    lists = [(top, header) for top in tops if (header := headers[top.sheet]) is not None]
    if not lists:
        raise SourceError(
            f"{file_name} is no list of persons or amounts: in none of its sheets stands a line of headers. "
            "Open it and see that the names of its columns stand above the rows."
        )
    top, header = max(lists, key=lambda one: _count_known(one[1], known))
    line = _folded(header)
    below = top.lines[header.last + 1 :]
    columns = tuple(_columns(header.headings, below, known))
    births = [column_position(one.letter) - 1 for one in columns if one.meaning == "birth_date"]
    return Proposal(
        group,
        kind,
        tuple(other.sheet for other, found in lists if _folded(found) == line),
        tuple(range(header.first + 1, header.last + 2)),
        columns,
        count_dates([cell for place in births for cell in _cells(below, place)]),
    )


def _dictionary(kind: Kind, catalog: Mapping[str, SourceEntry]) -> SourceEntry:
    """Every header of the catalog in one entry."""
    columns = {name: Column(name, texts) for name, texts in common_headers(kind, catalog).items()}
    words = header_words()
    return SourceEntry("", "", kind, columns, ignore=tuple(words[IGNORE]), minimise=tuple(words[MINIMISE]))


def _header(top: SheetTop, known: SourceEntry) -> Header | None:
    """The header by the words of the catalog, else the first full line without long numbers above a NIK."""
    header = find_header(top.lines, known)
    if header is not None:
        return header
    nik = looks()["nik"]
    for place, line in enumerate(top.lines[:-1]):
        below = [cell for cells in top.lines[place + 1 : place + 4] for cell in cells if cell]
        filled = [text for text in line if header_key(text)]
        if len(filled) >= _FEWEST and not any(map(nik.fits, filled)) and any(map(nik.fits, below)):
            return Header(place, place, tuple(Heading(text, (text,)) for text in line))
    return None


def _columns(
    headings: Sequence[Heading], below: Sequence[Sequence[str]], known: SourceEntry
) -> Iterator[Proposed]:
    """Every column with a header; a meaning is given once, to the column of which it is surest."""
    named = {place: one for place, one in enumerate(headings) if header_key(one.text)}
    cells = {place: _cells(below, place) for place in named}
    ranked = sorted(
        (
            (sure, -place, name, because)
            for place, heading in named.items()
            for name, sure, because in _meanings(heading, cells[place], known)
        ),
        reverse=True,
    )
    given: dict[int, tuple[str, float, str]] = {}
    taken: set[str] = set()
    for sure, place, name, because in ranked:
        if sure >= _SURE_ENOUGH and -place not in given and name not in taken:
            given[-place] = (name, sure, because)
            taken |= {name} - {IGNORE, MINIMISE}
    for place, heading in named.items():
        meaning, sure, because = given.get(place, (EXTRA, 0.0, ""))
        yield Proposed(column_letter(place), " ".join(heading.text.split()), meaning, sure, because)


def _meanings(heading: Heading, cells: Sequence[str], known: SourceEntry) -> Iterator[tuple[str, float, str]]:
    """What a column may be, how sure that is, and why. A known header leaves no other choice."""
    texts = {name: column.headers for name, column in known.columns.items()}
    texts |= {IGNORE: known.ignore, MINIMISE: known.minimise}
    like = {name: _likeness(heading, headers) for name, headers in texts.items()}
    if exact := [name for name in texts if like[name] == 1]:
        yield exact[0], _weighed(1, looks().get(exact[0]), cells), "header"
        return
    for name in texts:
        look = looks().get(name)
        if like[name] >= (CONCEIVABLE if name in known.columns else RENAMED):
            yield name, _weighed(like[name], look, cells), "similar header"
        if look is not None:
            yield name, look.alone * look.share(cells), "content"


def _weighed(like: float, look: Look | None, cells: Sequence[str]) -> float:
    """A known header above other content than it names is half as sure."""
    if look is None or not look.strict or not cells:
        return like
    return like * (1 + look.share(cells)) / 2


def _likeness(heading: Heading, headers: Iterable[str]) -> float:
    readings = heading.readings or (heading.text,)
    return max((likeness(text, other) for text in readings for other in headers), default=0.0)


def _cells(lines: Sequence[Sequence[str]], place: int) -> list[str]:
    return [line[place] for line in lines if place < len(line) and line[place].strip()]


def _count_known(header: Header, known: SourceEntry) -> int:
    keys = {header_key(text) for column in known.columns.values() for text in column.headers}
    return sum(header_key(one.text) in keys for one in header.headings)


def _folded(header: Header) -> tuple[str, ...]:
    return tuple(header_key(one.text) for one in header.headings)
