"""Text files (csv): encoding and delimiter found out, every cell kept as typed, in bounded memory."""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import BinaryIO

import numpy as np
import pyarrow as pa

from sigap.domain.source import SourceEntry
from sigap.sources.chunk import Chunk
from sigap.sources.encoding import Encoding, find_encoding
from sigap.sources.guards import check_spread, rows_at_once
from sigap.sources.header import SEARCHED_LINES, count_matches
from sigap.sources.layout import find_layout
from sigap.sources.records import Records
from sigap.sources.refusals import HeaderNotFoundError

_DELIMITERS = ",;\t|"
_TOP = 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Form:
    """How a file is written: `start` is where its first line begins, after a mark and Excel's `sep=` line."""

    codec: str
    start: int
    delimiter: str
    top: list[list[str]]


def csv_chunks(file: BinaryIO, file_name: str, entry: SourceEntry) -> Iterator[Chunk]:
    """The list of a csv file in chunks.

    Raises `SourceError` when it is no text, has no header, or a line has more cells than the header.
    """
    encoding = find_encoding(file, file_name)
    form = _form(file, encoding, partial(_recognised, entry=entry), SEARCHED_LINES + 1)
    layout = find_layout(form.top, "", file_name, entry)
    if layout is None:
        raise HeaderNotFoundError(file_name, entry.code, SEARCHED_LINES)
    file.seek(form.start)
    width = len(layout.headers)
    widths = Counter(len(line) for line in form.top[layout.line :] if line)
    usual = max(widths, key=widths.__getitem__, default=width)
    check_spread(file_name, encoding.lines, layout.headers, usual)
    records = Records(file_name, form.delimiter, width, usual).read(file, form.codec)
    for rows, numbers in _pieces(records, rows_at_once(layout.headers)):
        below = int(np.searchsorted(numbers, layout.line, side="right"))
        columns = [column.slice(below).combine_chunks() for column in rows.columns]
        lines = pa.array(numbers[below:], pa.int32())
        yield Chunk(layout, columns, lines, pa.array(np.zeros(len(lines), dtype=bool)))


def csv_top(file: BinaryIO, file_name: str, count: int) -> list[list[str]]:
    """The first lines of a csv file that no entry describes. Raises `SourceError` when it is no text."""
    return _form(file, find_encoding(file, file_name), _regular, count).top


def _recognised(lines: Sequence[Sequence[str]], entry: SourceEntry) -> int:
    return max((count_matches(line, entry) for line in lines), default=0)


def _regular(lines: Sequence[Sequence[str]]) -> int:
    """How many cells stand in lines of the same width: under a wrong delimiter lines are short, or uneven."""
    widths = Counter(len(line) for line in lines if len(line) > 1)
    return max((width * lines for width, lines in widths.items()), default=0)


def _pieces(
    records: Iterable[tuple[pa.Table, np.ndarray]], most: int
) -> Iterator[tuple[pa.Table, np.ndarray]]:
    """The same records in pieces of about `most` rows, so that what is done per piece costs little."""
    waiting: list[tuple[pa.Table, np.ndarray]] = []
    for rows, numbers in records:
        for start in range(0, len(numbers), most):
            waiting.append((rows.slice(start, most), numbers[start : start + most]))
            if sum(len(numbers) for _, numbers in waiting) >= most:
                yield _joined(waiting)
                waiting = []
    if waiting:
        yield _joined(waiting)


def _joined(pieces: Sequence[tuple[pa.Table, np.ndarray]]) -> tuple[pa.Table, np.ndarray]:
    return pa.concat_tables([rows for rows, _ in pieces]), np.concatenate([numbers for _, numbers in pieces])


def _form(file: BinaryIO, encoding: Encoding, worth: Callable[[list[list[str]]], int], count: int) -> _Form:
    """The delimiter that Excel's first line states, else the one under which the lines are worth most."""
    file.seek(encoding.mark)
    text = codecs.getincrementaldecoder(encoding.codec)().decode(file.read(_TOP))
    first = text.splitlines(keepends=True)[0] if text else ""
    stated = first.strip().strip('"').casefold()
    if stated.startswith("sep=") and len(stated) == 5:
        start = encoding.mark + len(first.encode(encoding.codec))
        return _Form(encoding.codec, start, stated[-1], _split(text[len(first) :], stated[-1], count))
    splits = {delimiter: _split(text, delimiter, count) for delimiter in _DELIMITERS}
    best = max(splits, key=lambda delimiter: worth(splits[delimiter]))
    return _Form(encoding.codec, encoding.mark, best, splits[best])


def _split(text: str, delimiter: str, count: int) -> list[list[str]]:
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    top: list[list[str]] = []
    with suppress(csv.Error):  # a cell beyond all measure ends the search, not what was found before it
        top.extend(islice(lines, count))
    return top
