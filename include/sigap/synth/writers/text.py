"""Delimited text."""

import io
from pathlib import Path

import pyarrow as pa
from pyarrow import csv

from sigap.synth.layouts import NUMBER_MARK, Layout


class TextWriter:
    """A csv file in the encoding and with the delimiter of its sender."""

    def __init__(self, path: Path, layout: Layout) -> None:
        self._file = path.open("w", encoding=layout.encoding, newline="\n")
        self._options = csv.WriteOptions(
            include_header=False, delimiter=layout.delimiter, quoting_style="needed"
        )
        for line in layout.lines_above:
            self._file.write(layout.delimiter.join(line) + "\n")

    def write(self, cells: pa.Table) -> None:
        """Append rows."""
        buffer = io.BytesIO()
        csv.write_csv(cells.drop_columns([NUMBER_MARK]), buffer, self._options)
        self._file.write(buffer.getvalue().decode())

    def close(self) -> None:
        """Finish the file."""
        self._file.close()
