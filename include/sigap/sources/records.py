"""The records of delimited text, block by block: every cell as typed, every record under its number.

A record is what a spreadsheet program shows as one line: a cell with line breaks in it does not end it, and a
blank line is one too. Arrow reads the blocks. Records that are shorter or longer than the header come to us
apart from the others, and take their places again by their numbers.
"""

import io
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from sigap.sources.refusals import UnreadableFileError

_SMALLEST, _LARGEST = 256 * 1024, 4 * 1024 * 1024  # bytes of a block; no record may be longer
_MOST_ASIDE = 1_048_576  # uneven records in a row: the longest sheet that a program could have saved so
_CELLS = 50_000_000  # of a block, if every byte of it were a blank line
_END = "\0"  # a record of our own after the last one: an open quote swallows it. No text that we read has it


class Records:
    """The records of one file as tables of text columns, in order, without the blank ones.

    `next_tables()` yields (table, numbers): a null where a cell is empty, and the 1-based number of each row.
    Raises `UnreadableFileError` when a record has more cells than `width` or a quote is never closed.
    """

    def __init__(self, file_name: str, delimiter: str, width: int, usual: int) -> None:
        """`width` is that of the header, `usual` that of most records: cells beyond the header are empty."""
        self._file_name, self._delimiter, self._width, self._usual = file_name, delimiter, width, usual
        self._misfits: list[csv.InvalidRow] = []
        self._before = 0  # records that were handed on

    def read(self, file: BinaryIO, codec: str) -> Iterator[tuple[pa.Table, np.ndarray]]:
        """Read from the file's position to its end."""
        ended = False
        try:
            for batch in self._open(file, codec):
                rows = pa.Table.from_batches([batch])
                ended = batch.num_rows > 0 and batch.column(0)[-1].as_py() == _END
                yield self._in_order(rows.slice(0, rows.num_rows - ended))
            nothing = pa.table({name: pa.array([], pa.string()) for name in _names(self._width)})
            yield self._in_order(nothing, is_last=True)
        except pa.ArrowInvalid:  # a record that does not end within its block: of our own making are none
            ended = False
            if len(self._misfits) > _MOST_ASIDE:
                raise UnreadableFileError(
                    self._file_name,
                    f"has more than {_MOST_ASIDE} lines whose cells do not fit its header",
                    "Save it again with the same number of cells in every line",
                ) from None
        if not ended:
            raise misfit(self._file_name, self._before + 1)

    def _open(self, file: BinaryIO, codec: str) -> csv.CSVStreamingReader:
        last = f"\n{_END}{self._delimiter * (self._usual - 1)}"
        text = pa.PythonFile(_Ended(file, last.encode(codec)), "r")
        return csv.open_csv(
            text if codec == "utf-8" else pa.transcoding_input_stream(text, codec, "utf-8"),
            read_options=csv.ReadOptions(
                use_threads=False,  # several threads do not count records
                block_size=min(max(_CELLS // max(self._width, self._usual), _SMALLEST), _LARGEST),
                column_names=_names(self._usual),
            ),
            parse_options=csv.ParseOptions(
                delimiter=self._delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=self._put_aside,
            ),
            convert_options=_as_typed(_names(self._usual)),
        )

    def _put_aside(self, row: csv.InvalidRow) -> str:
        self._misfits.append(row)
        return "skip" if len(self._misfits) <= _MOST_ASIDE else "error"

    def _in_order(self, rows: pa.Table, is_last: bool = False) -> tuple[pa.Table, np.ndarray]:
        """The next records with their numbers: those that fit the header, and the others put between them.

        Arrow looks a block ahead, so that some of those put aside come after all that it hands out now.
        """
        aside = np.array([row.number for row in self._misfits], dtype=np.int64)
        numbers = np.arange(self._before + 1, self._before + 1 + rows.num_rows + len(aside))
        numbers = np.setdiff1d(numbers, aside, assume_unique=True)[: rows.num_rows]
        last = numbers[-1] if len(numbers) else self._before
        count = len(aside) if is_last else int(np.searchsorted(aside, last))
        rows = self._fit(rows, numbers)
        if count:
            rows = pa.concat_tables([rows, self._fit_aside(self._misfits[:count])])
            numbers = np.concatenate([numbers, aside[:count]])
            rows, numbers = rows.take(pa.array(np.argsort(numbers))), np.sort(numbers)
            del self._misfits[:count]
        self._before += rows.num_rows
        self._check_swallowed(rows, numbers)
        filled = _is_filled(rows)
        return rows.filter(pa.array(filled)), numbers[filled]

    def _fit_aside(self, misfits: list[csv.InvalidRow]) -> pa.Table:
        """Records put aside as rows of the header's width, in their order."""
        widths = np.array([row.actual_columns for row in misfits])
        texts = np.array([row.text for row in misfits], dtype=object)
        numbers = np.array([row.number for row in misfits])
        places = [np.flatnonzero(widths == width) for width in np.unique(widths)]
        tables = [
            self._fit(self._parse(texts[place].tolist(), int(widths[place[0]])), numbers[place])
            for place in places
        ]
        return pa.concat_tables(tables).take(pa.array(np.argsort(np.concatenate(places))))

    def _fit(self, rows: pa.Table, numbers: np.ndarray) -> pa.Table:
        """Rows as wide as the header. Raises when a cell stands outside it."""
        outside = _is_filled(rows.select(range(min(self._width, rows.num_columns), rows.num_columns)))
        if outside.any():
            raise misfit(self._file_name, int(numbers[outside.argmax()]))
        for name in _names(self._width)[rows.num_columns :]:
            rows = rows.append_column(name, pa.nulls(len(rows), pa.string()))
        return rows.select(_names(self._width))

    def _parse(self, texts: list[str], width: int) -> pa.Table:
        names, content = _names(width), "\n".join([*texts, ""]).encode()
        return csv.read_csv(
            pa.BufferReader(content),
            read_options=csv.ReadOptions(use_threads=False, block_size=len(content) + 1, column_names=names),
            parse_options=csv.ParseOptions(delimiter=self._delimiter, newlines_in_values=True),
            convert_options=_as_typed(names),
        )

    def _check_swallowed(self, rows: pa.Table, numbers: np.ndarray) -> None:
        """A quote that one line opens and a later one closes makes a cell of whole lines."""
        for position, column in enumerate(rows.columns):
            if _has_break(column):
                swallowed = self._is_swallowed(column.combine_chunks(), position)
                if swallowed.any():
                    raise misfit(self._file_name, int(numbers[swallowed.argmax()]))

    def _is_swallowed(self, cells: pa.Array, position: int) -> np.ndarray:
        """Cells that begin as a line ends and end as one begins, with a NIK inside: people would be lost."""
        lines = pc.split_pattern(pc.fill_null(pc.replace_substring(cells, "\r\n", "\n"), ""), "\n")
        found = pc.count_substring(pc.list_flatten(lines), self._delimiter).to_numpy()
        of_cell, inside = pc.list_parent_indices(lines).to_numpy(), self._width - 1
        starts = np.flatnonzero(np.diff(of_cell, prepend=-1))
        ends = np.append(starts[1:], len(of_cell)) - 1
        wrong = found != inside
        wrong[starts] = found[starts] != inside - position
        wrong[ends] = found[ends] != position
        is_like_lines = (np.add.reduceat(wrong, starts) == 0) & (ends > starts)
        delimiter = f"[{self._delimiter}\n]"
        has_nik = pc.match_substring_regex(cells, f"(^|{delimiter})[\"' ]*[0-9]{{12,}}[\"' ]*($|{delimiter})")
        return np.asarray(is_like_lines & pc.fill_null(has_nik, False).to_numpy(zero_copy_only=False))


def misfit(file_name: str, line: int) -> UnreadableFileError:
    """The refusal of a record that cannot be laid under the header."""
    return UnreadableFileError(
        file_name,
        f"has a line ({line}) with more cells than the header, or an open quote",
        "Put cells that contain the delimiter in quotes and send it again",
    )


class _Ended(io.RawIOBase):
    """A file with something after its end, read in whole blocks."""

    def __init__(self, file: BinaryIO, tail: bytes) -> None:
        super().__init__()
        self._file, self._tail = file, tail

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        pieces, wanted = [], size
        while wanted and (piece := self._file.read(wanted)):
            pieces.append(piece)
            wanted -= len(piece)
        tail, self._tail = self._tail[:wanted], self._tail[wanted:]
        return b"".join([*pieces, tail])


def _names(width: int) -> list[str]:
    return [str(position) for position in range(width)]


def _as_typed(names: list[str]) -> csv.ConvertOptions:
    return csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()),
        strings_can_be_null=True,
        quoted_strings_can_be_null=True,
        null_values=[""],
    )


def _is_filled(rows: pa.Table) -> np.ndarray:
    filled = np.zeros(rows.num_rows, dtype=bool)
    for column in rows.columns:
        if filled.all():
            break
        filled |= column.is_valid().to_numpy()
    return filled


def _has_break(column: pa.ChunkedArray) -> bool:
    """Whether a line break stands anywhere in the text of a column: found in its bytes, at their speed."""
    texts = [chunk.buffers()[2] for chunk in column.chunks]
    return any(sign in bytes(text) for text in texts if text is not None for sign in (b"\n", b"\r"))
