"""One batch in the making: rows are added table by table, and sealed under the digest of what was written."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from upath import UPath

from sigap.domain.batch import BatchRef
from sigap.domain.datasets import SCHEMAS
from sigap.domain.period import Period
from sigap.errors import LakeError
from sigap.publish import publish, publish_file

_GROUP_ROWS = 250_000  # rows of a row group: what is in memory at a time
_GROUP_BYTES = 256 * 2**20  # fewer of them when the rows are long


class Draft:
    """A batch in the making. Its name is the digest of its rows, however they were split into tables."""

    def __init__(self, dataset: str, period: Period, folder: UPath, file: Path) -> None:
        self.rows = 0
        self._dataset, self._period, self._folder, self._file = dataset, period, folder, file
        self._waiting: list[pa.Table] = []
        self._writer = pq.ParquetWriter(file, SCHEMAS[dataset], compression="zstd")

    def add(self, rows: pa.Table) -> None:
        """Append rows; columns as for `Lake.write`. Raises `LakeError` for other columns."""
        self.rows += rows.num_rows
        self._waiting.append(_conform(self._dataset, rows))
        if sum(table.nbytes for table in self._waiting) >= _GROUP_BYTES:
            self._flush(1)
        elif sum(table.num_rows for table in self._waiting) >= _GROUP_ROWS:
            self._flush(_GROUP_ROWS)

    def seal(self, parents: Sequence[BatchRef] = (), versions: Mapping[str, str] | None = None) -> BatchRef:
        """Put the batch and its manifest into the lake; nothing can be added then."""
        self._flush(1)
        self.close()
        with self._file.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        target = self._folder / f"{digest}.parquet"
        ref = BatchRef(self._dataset, str(self._period), str(target), self.rows, digest)
        if not target.exists():  # its name is the digest of its content
            publish_file(target, self._file)
        _keep_manifest(self._folder, ref, parents, versions)
        return ref

    def close(self) -> None:
        """Stop writing. What is not sealed is lost."""
        self._writer.close()

    def _flush(self, at_least: int) -> None:
        """Write whole row groups of the waiting rows as long as there are so many."""
        if not self._waiting:
            return
        rows = pa.concat_tables(self._waiting)
        while rows.num_rows >= at_least:
            self._writer.write_table(rows.slice(0, _GROUP_ROWS).combine_chunks(), row_group_size=_GROUP_ROWS)
            rows = rows.slice(_GROUP_ROWS)
        self._waiting = [rows] if rows.num_rows else []


def _keep_manifest(
    folder: UPath, ref: BatchRef, parents: Sequence[BatchRef], versions: Mapping[str, str] | None
) -> None:
    manifest = json.dumps(
        {
            **ref.as_dict(),
            "parents": [parent.as_dict() for parent in parents],
            "versions": dict(versions or {}),
        },
        indent=2,
        sort_keys=True,
    ).encode()
    target = folder / f"{ref.sha256}.{hashlib.sha256(manifest).hexdigest()[:12]}.json"
    if not target.exists():
        publish(target, manifest)


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
    return rows.select(schema.names).cast(schema)
