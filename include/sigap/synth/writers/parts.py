"""One list as one or several files, for a sheet has a last line. A file gets its name when it is whole."""

from pathlib import Path
from typing import Protocol

import pyarrow as pa

from sigap.synth.layouts import Layout
from sigap.synth.writers.excel import XlsWriter, XlsxWriter
from sigap.synth.writers.opendocument import OdsWriter
from sigap.synth.writers.text import TextWriter


class Writer(Protocol):
    """A file that takes rows."""

    def __init__(self, path: Path, layout: Layout) -> None: ...

    def write(self, cells: pa.Table) -> None:
        """Append rows."""

    def close(self) -> None:
        """Finish the file."""


_WRITERS: dict[str, type[Writer]] = {
    "xlsx": XlsxWriter,
    "xls": XlsWriter,
    "ods": OdsWriter,
    "csv": TextWriter,
}
_ROWS_PER_FILE = {"xlsx": 200_000, "xls": 60_000, "ods": 200_000, "csv": 5_000_000}


class Parts:
    """The files `folder/stem.ext`, `folder/stem_2.ext`, … of one list. Those of an earlier run go away."""

    def __init__(self, folder: Path, stem: str, layout: Layout) -> None:
        self._folder, self._stem, self._layout = folder, stem, layout
        self._limit = _ROWS_PER_FILE[layout.extension]
        self._writer: Writer | None = None
        self._rows = 0
        self.files: list[tuple[Path, int]] = []
        folder.mkdir(parents=True, exist_ok=True)
        for left in (*folder.glob(f"{stem}*"), *folder.glob(f".{stem}*.part")):
            left.unlink()

    def write(self, rows: pa.Table) -> None:
        """Append rows (columns in our own names); goes on in a new file when one is full."""
        start = 0
        while start < rows.num_rows:
            writer = self._writer or self._open()
            taken = rows.slice(start, self._limit - self._rows)
            writer.write(self._layout.cells(taken))
            self._rows += taken.num_rows
            start += taken.num_rows
            if self._rows == self._limit:
                self.close()

    def _open(self) -> Writer:
        self._writer = _WRITERS[self._layout.extension](self._unfinished, self._layout)
        return self._writer

    @property
    def _path(self) -> Path:
        number = f"_{len(self.files) + 1}" if self.files else ""
        return self._folder / f"{self._stem}{number}.{self._layout.extension}"

    @property
    def _unfinished(self) -> Path:
        return self._path.with_name(f".{self._path.name}.part")

    def close(self) -> None:
        """Finish the last file, if one is open."""
        if self._writer is None:
            return
        self._writer.close()
        self._unfinished.replace(self._path)
        self.files.append((self._path, self._rows))
        self._writer, self._rows = None, 0
