"""A list too long for one file is cut by regency into parts that add up to the whole."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from sigap.errors import ReportingError


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a list: of which regency (None: not known), which part of how many, how many persons.

    `first` is the number of its first person within the list.
    """

    regency_code: str | None
    part: int
    parts: int
    people: int
    first: int


@dataclass(frozen=True, slots=True)
class Sums:
    """What a file adds up to. Whole rupiah."""

    people: int
    jkk_idr: int
    jkm_idr: int
    total_idr: int

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.people + other.people,
            self.jkk_idr + other.jkk_idr,
            self.jkm_idr + other.jkm_idr,
            self.total_idr + other.total_idr,
        )


NOTHING = Sums(0, 0, 0, 0)


def plan_parts(regencies: Sequence[tuple[str | None, int]], most: int) -> tuple[Part, ...]:
    """Parts of at most `most` persons, none over two regencies; persons per regency in the list's order."""
    sizes = [
        (code, min(most, people - start)) for code, people in regencies for start in range(0, people, most)
    ]
    parts, first = [], 1
    for number, (code, people) in enumerate(sizes, start=1):
        parts.append(Part(code, number, len(sizes), people, first))
        first += people
    return tuple(parts)


class Feed:
    """Rows that come in batches, given out again in the sizes that are asked for. Holds one batch."""

    def __init__(self, batches: Iterable[pa.Table]) -> None:
        self._batches = iter(batches)
        self._rest: pa.Table | None = None

    def take(self, rows: int) -> Iterator[pa.Table]:
        """The next rows, in batches. Raises `ReportingError` when there are fewer."""
        while rows:
            batch = self._rest if self._rest is not None else next(self._batches, None)
            if batch is None:
                raise ReportingError("The list ended before its last part. Run it again; nothing was kept.")
            given = batch.slice(0, rows)
            self._rest = batch.slice(rows) if batch.num_rows > rows else None
            rows -= given.num_rows
            if given.num_rows:
                yield given
