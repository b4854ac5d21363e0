"""Write once, read by reference. The same rows always give the same file name."""

import json
import tempfile
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from upath import UPath

from sigap.domain.batch import BatchRef
from sigap.domain.datasets import SCHEMAS
from sigap.domain.period import Period
from sigap.errors import LakeError
from sigap.lake.draft import Draft


class Lake:
    """The folder or bucket prefix that holds the batches."""

    def __init__(self, root: UPath) -> None:
        self.root = root

    def write(
        self,
        dataset: str,
        period: Period,
        rows: pa.Table | Iterable[pa.Table],
        parents: Sequence[BatchRef] = (),
        versions: Mapping[str, str] | None = None,
    ) -> BatchRef:
        """Store rows of a dataset and return their reference.

        `rows` must have the columns of `datasets.SCHEMAS[dataset]` (any order; types are cast). `versions`
        names the code, catalog, rules or tariffs used. Rows may come table by table: then only some of them
        are in memory at a time. Raises `LakeError` for other columns.
        """
        with self.draft(dataset, period) as draft:
            for table in [rows] if isinstance(rows, pa.Table) else rows:
                draft.add(table)
            return draft.seal(parents, versions)

    @contextmanager
    def draft(self, dataset: str, period: Period) -> Iterator[Draft]:
        """A batch to which rows are added table by table; nothing of it stays unless it is sealed."""
        with self._scratch() as file:
            draft = Draft(dataset, period, self.root / dataset / str(period), file)
            try:
                yield draft
            finally:
                draft.close()

    @contextmanager
    def _scratch(self) -> Iterator[Path]:
        """A file for the time of writing: in a local lake beside the batches, else in a private folder."""
        with ExitStack() as stack:
            if self.root.protocol in ("", "file"):
                folder = Path(self.root.path)
                folder.mkdir(parents=True, exist_ok=True)
            else:
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sigap-")))
            file = folder / f".{uuid.uuid4().hex}.part"
            stack.callback(file.unlink, missing_ok=True)
            yield file

    def read(
        self,
        ref: BatchRef,
        columns: Sequence[str] | None = None,
        where: pc.Expression | None = None,
        codes: Sequence[str] = (),
    ) -> pa.Table:
        """The rows of a batch: all or those that meet `where`, all columns or those named.

        A named column that the dataset did not have yet when the batch was written is null. Text columns of
        few values that are named in `codes` come dictionary-encoded. Raises `LakeError` if the batch is not
        there.
        """
        with self._open(ref) as file:
            if not columns:
                return pq.read_table(file, filters=where, read_dictionary=list(codes)).unify_dictionaries()
            stored = pq.read_schema(file).names
            known = [name for name in columns if name in stored]
            rows = pq.read_table(file, columns=known, filters=where, read_dictionary=list(codes))
            return _whole(rows.unify_dictionaries(), ref, columns)

    def scan(self, ref: BatchRef, columns: Sequence[str]) -> Iterator[pa.Table]:
        """These columns of a batch, stretch by stretch in their order: millions of rows fit in memory.

        A column that the dataset did not have yet when the batch was written is null. Raises as `read` does.
        """
        with self._open(ref) as file, pq.ParquetFile(file) as batch:
            known = [name for name in columns if name in batch.schema_arrow.names]
            for number in range(batch.num_row_groups):
                yield _whole(batch.read_row_group(number, known), ref, columns)

    @contextmanager
    def _open(self, ref: BatchRef) -> Iterator[BinaryIO]:
        path = type(self.root)(ref.uri, **self.root.storage_options)
        try:
            file = path.open("rb")
        except FileNotFoundError:
            raise LakeError(
                f"Batch {ref.dataset} {ref.sha256[:12]} of {ref.period} is not in the lake. Run its verb."
            ) from None
        with file:
            yield file

    def parents(self, ref: BatchRef) -> list[BatchRef]:
        """The batches that this one was made from, each once, over every run that made it."""
        folder = self.root / ref.dataset / ref.period
        manifests = [json.loads(path.read_bytes()) for path in sorted(folder.glob(f"{ref.sha256}.*.json"))]
        named = [BatchRef.from_dict(parent) for manifest in manifests for parent in manifest["parents"]]
        return list(dict.fromkeys(named))

    def find(
        self, ref: BatchRef, where: pc.Expression, columns: Sequence[str] | None = None
    ) -> list[dict[str, Any]]:
        """The few rows of a batch that meet a condition, as plain values. Raises as `read` does."""
        rows: list[dict[str, Any]] = self.read(ref, columns, where).to_pylist()
        return rows

    def read_all(
        self, dataset: str, refs: Sequence[BatchRef], columns: Sequence[str] | None = None
    ) -> pa.Table:
        """The rows of several batches of one dataset, in the order given; an empty table for none."""
        schema = SCHEMAS[dataset]
        if columns:
            schema = pa.schema([schema.field(name) for name in columns])
        return pa.concat_tables(
            [schema.empty_table(), *(self.read(ref, columns).select(schema.names) for ref in refs)]
        )


def _whole(rows: pa.Table, ref: BatchRef, columns: Sequence[str]) -> pa.Table:
    """The rows with all of these columns, in this order; null where the batch is older than the column."""
    found = {name: rows[name] for name in rows.column_names}
    types = {name: SCHEMAS[ref.dataset].field(name).type for name in columns}
    empty = {name: pa.nulls(rows.num_rows, kind) for name, kind in types.items()}
    types |= {name: column.type for name, column in found.items() if pa.types.is_dictionary(column.type)}
    return pa.table(empty | found, schema=pa.schema(types))
