"""Write once, read by reference. The same rows always give the same file name."""

import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from upath import UPath

from sigap.domain.batch import BatchRef
from sigap.domain.datasets import SCHEMAS
from sigap.domain.period import Period
from sigap.errors import LakeError
from sigap.publish import publish


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
        names the code, catalog, rules or tariffs used. Rows may come table by table: then only one at a time
        is in memory. Raises `LakeError` for other columns.
        """
        content, count = _parquet(dataset, [rows] if isinstance(rows, pa.Table) else rows)
        digest = hashlib.sha256(content).hexdigest()
        folder = self.root / dataset / str(period)
        ref = BatchRef(dataset, str(period), str(folder / f"{digest}.parquet"), count, digest)
        _keep(folder / f"{digest}.parquet", content)
        manifest = json.dumps(
            {
                **ref.as_dict(),
                "parents": [parent.as_dict() for parent in parents],
                "versions": dict(versions or {}),
            },
            indent=2,
            sort_keys=True,
        ).encode()
        _keep(folder / f"{digest}.{hashlib.sha256(manifest).hexdigest()[:12]}.json", manifest)
        return ref

    def read(
        self, ref: BatchRef, columns: Sequence[str] | None = None, where: pc.Expression | None = None
    ) -> pa.Table:
        """The rows of a batch: all or those that meet `where`, all columns or those named.

        Raises `LakeError` if the batch is not there.
        """
        path = type(self.root)(ref.uri, **self.root.storage_options)
        try:
            with path.open("rb") as file:
                return pq.read_table(file, columns=list(columns) if columns else None, filters=where)
        except FileNotFoundError:
            raise LakeError(
                f"Batch {ref.dataset} {ref.sha256[:12]} of {ref.period} is not in the lake. Run its verb."
            ) from None

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


def _conform(dataset: str, rows: pa.Table) -> pa.Table:
    schema = SCHEMAS[dataset]
    if set(rows.column_names) != set(schema.names):
        missing, extra = (
            set(schema.names) - set(rows.column_names),
            set(rows.column_names) - set(schema.names),
        )
        raise LakeError(
            f"{dataset} lacks {sorted(missing)}, has unknown {sorted(extra)}: see domain/datasets.py."
        )
    return rows.select(schema.names).cast(schema).combine_chunks()


def _parquet(dataset: str, tables: Iterable[pa.Table]) -> tuple[bytes, int]:
    buffer, count = io.BytesIO(), 0
    with pq.ParquetWriter(buffer, SCHEMAS[dataset], compression="zstd") as writer:
        for rows in tables:
            writer.write_table(_conform(dataset, rows), row_group_size=250_000)
            count += rows.num_rows
    return buffer.getvalue(), count


def _keep(target: UPath, content: bytes) -> None:
    if not target.exists():  # its name is the digest of its content
        publish(target, content)
