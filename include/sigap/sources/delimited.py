"""Text files (csv): encoding and delimiter found out, every cell kept as typed, in bounded memory."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
import pandas as pd
import pyarrow as pa

from sigap.domain.source import SourceEntry
from sigap.sources.chunk import Chunk
from sigap.sources.header import SEARCHED_LINES, Layout, count_matches, find_header, lay_out
from sigap.sources.refusals import HeaderNotFoundError, UnreadableFileError
from sigap.sources.text import as_text

_ENCODINGS = ("utf-8-sig", "cp1252")
_DELIMITERS = ",;\t|"
_BLOCK = 1024 * 1024
_CHUNK_ROWS = 100_000
_SPARE = 8  # columns beyond the header, to notice cells that stand outside it


def csv_chunks(file: BinaryIO, file_name: str, entry: SourceEntry) -> Iterator[Chunk]:
    """The list of a csv file in chunks.

    Raises `SourceError` when it is no text, has no header, or a line has more cells than the header.
    """
    encoding = _encoding(file, file_name)
    top, delimiter = _top(file, encoding, entry)
    header = find_header(top, entry)
    if header is None:
        raise HeaderNotFoundError(file_name, entry.code, SEARCHED_LINES)
    layout = lay_out(top[header], header + 1, "", file_name, entry)
    before = 0
    for frame in _frames(file, file_name, encoding, delimiter, len(layout.headers)):
        yield _chunk(frame, before, layout, file_name)
        before += len(frame)


def _encoding(file: BinaryIO, file_name: str) -> str:
    """The first encoding that fits the whole file: one wrong byte in the last line would spoil a name."""
    for encoding in _ENCODINGS:
        decoder = codecs.getincrementaldecoder(encoding)()
        file.seek(0)
        try:
            while block := file.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise UnreadableFileError(
        file_name,
        "is written neither in UTF-8 nor in Windows-1252",
        "Save it as 'CSV UTF-8' and send it again",
    )


def _top(file: BinaryIO, encoding: str, entry: SourceEntry) -> tuple[list[list[str]], str]:
    """The first lines, split by the delimiter under which most headers are recognised."""
    file.seek(0)
    text = codecs.getincrementaldecoder(encoding)().decode(file.read(_BLOCK))
    splits = {delimiter: _split(text, delimiter) for delimiter in _DELIMITERS}
    best = max(splits, key=lambda d: max((count_matches(line, entry) for line in splits[d]), default=0))
    return splits[best], best


def _split(text: str, delimiter: str) -> list[list[str]]:
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return [line for line, _ in zip(lines, range(SEARCHED_LINES), strict=False)]
    except csv.Error:
        return []


def _frames(
    file: BinaryIO, file_name: str, encoding: str, delimiter: str, width: int
) -> Iterator[pd.DataFrame]:
    file.seek(0)
    try:
        yield from pd.read_csv(
            file,
            sep=delimiter,
            encoding="utf-8"
            if encoding == "utf-8-sig"
            else encoding,  # pandas drops the mark of UTF-8 itself
            header=None,
            names=list(range(width + _SPARE)),
            index_col=False,
            dtype=str,
            na_filter=False,
            skip_blank_lines=False,  # a blank line counts: `row` is the line that the sender sees
            chunksize=_CHUNK_ROWS,
        )
    except pd.errors.ParserError as error:
        raise _misfit(file_name, re.search(r"line (\d+)", str(error))) from None


def _chunk(frame: pd.DataFrame, before: int, layout: Layout, file_name: str) -> Chunk:
    lines = np.arange(before + 1, before + 1 + len(frame), dtype=np.int32)
    body, lines = frame[lines > layout.line], lines[lines > layout.line]
    width = len(layout.headers)
    outside = (body.iloc[:, width:] != "").any(axis=1).to_numpy()
    if outside.any():
        raise _misfit(file_name, int(lines[outside.argmax()]))
    texts = pa.Table.from_pandas(body.iloc[:, :width], preserve_index=False)
    columns = [as_text(column.combine_chunks()) for column in texts.columns]
    return Chunk(layout, columns, pa.array(lines), pa.array(np.zeros(len(lines), dtype=bool)))


def _misfit(file_name: str, line: int | re.Match[str] | None) -> UnreadableFileError:
    number = line if isinstance(line, int) else line[1] if line else "?"
    return UnreadableFileError(
        file_name,
        f"has a line ({number}) with more cells than the header, or an open quote",
        "Put cells that contain the delimiter in quotes and send it again",
    )
