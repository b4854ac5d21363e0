"""Tables put aside while a long list is looked through, so that they need no memory."""

import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import Self

import pyarrow as pa


class Shelf:
    """Takes tables of the same columns one by one, and gives them back in their order, in the same pieces.

    They lie in a file without a name, which only this process can read and which is gone with it.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="sigap-")  # noqa: SIM115  (closed by __exit__)
        self._counts: list[int] = []
        self._writer: pa.ipc.RecordBatchStreamWriter | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def put(self, rows: pa.Table) -> None:
        """Put a table aside, behind the others."""
        if self._writer is None:
            options = pa.ipc.IpcWriteOptions(compression="lz4")
            self._writer = pa.ipc.new_stream(self._file, rows.schema, options=options)
        self._writer.write_table(rows)
        self._counts.append(rows.num_rows)

    def __iter__(self) -> Iterator[pa.Table]:
        """All tables, once; nothing can be put aside any more."""
        if self._writer is None:
            return
        self._writer.close()
        self._file.seek(0)
        with pa.ipc.open_stream(self._file) as stream:
            for count in self._counts:
                batches: list[pa.RecordBatch] = []
                while sum(batch.num_rows for batch in batches) < count:
                    batches.append(stream.read_next_batch())
                yield pa.Table.from_batches(batches, stream.schema)
