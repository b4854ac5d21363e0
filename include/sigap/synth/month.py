"""One month of sample partners, written chunk by chunk so that a province needs little memory."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq

from sigap.domain.period import Period
from sigap.errors import SettingsError
from sigap.synth.associations import association_rows, mark_flaws
from sigap.synth.draw import Dice
from sigap.synth.layouts import layouts
from sigap.synth.memberships import SCHEMA, listed_memberships, stranger_memberships
from sigap.synth.people import Window, draw_people, listed
from sigap.synth.registry import registry_layout, registry_rows
from sigap.synth.truth import TRUTH, truth_rows
from sigap.synth.writers.parts import Parts

MOST_WORKERS = 5_000_000  # beyond these two, NIK of one month could meet
MOST_MEMBERSHIPS = 50_000_000
_CHUNK = 100_000


@dataclass(frozen=True, slots=True)
class Synthesis:
    """What was written for a month: data rows by file, and the truth, which is for tests only."""

    period: Period
    files: Mapping[Path, int]
    truth: Path
    people: int


class _Table:
    """A Parquet file that appears under its name when it is whole."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path, self.rows = path, 0
        self._unfinished = path.with_name(f".{path.name}.part")
        self._writer = pq.ParquetWriter(self._unfinished, schema, compression="zstd")

    def write(self, rows: pa.Table) -> None:
        self._writer.write_table(rows)
        self.rows += int(rows.num_rows)

    def close(self) -> None:
        self._writer.close()
        self._unfinished.replace(self.path)


def synthesise(
    period: Period,
    out: Path,
    workers: int = 11_666,
    memberships: int = 200_000,
    seed: int = 1,
    progress: Callable[[str], None] | None = None,
    *,
    registry_format: Literal["csv", "xlsx"] = "csv",
) -> Synthesis:
    """Write what partners would send for a month to `out/<period>/`, and the truth that only tests read.

    `workers` are the places of the programme; a quarter more people are listed. `memberships` counts the rows
    of the BPJS extract (more if the listed people alone hold more). The same arguments give the same bytes.
    Raises `SettingsError` for sizes outside what identity numbers allow.
    """
    _refuse_impossible(workers, memberships)
    return _Month(period, out / str(period), Dice(seed), registry_format).write(
        listed(period, workers), memberships, progress or (lambda _: None)
    )


def _refuse_impossible(workers: int, memberships: int) -> None:
    if not 1 <= workers <= MOST_WORKERS:
        raise SettingsError(f"{workers} places cannot be synthesised. Ask for 1 to {MOST_WORKERS:,}.")
    if not 0 <= memberships <= MOST_MEMBERSHIPS:
        raise SettingsError(
            f"{memberships} memberships cannot be synthesised. Ask for 0 to {MOST_MEMBERSHIPS:,}."
        )


class _Month:
    """The open files of a month."""

    def __init__(self, period: Period, folder: Path, dice: Dice, registry_format: str) -> None:
        self._period, self._dice = period, dice
        self._registry = Parts(folder / "dtks", f"dtks_{period}", registry_layout(registry_format))
        self._associations = {
            code: Parts(folder / "associations" / code, f"{code}_{period}", layout)
            for code, layout in layouts().items()
        }
        self._numbered = dict.fromkeys(layouts(), 0)
        self._memberships = _Table(folder / "memberships" / f"memberships_{period}.parquet", SCHEMA)
        self._truth = _Table(folder / "truth" / f"truth_{period}.parquet", TRUTH)

    def write(self, window: Window, memberships: int, progress: Callable[[str], None]) -> Synthesis:
        """Write everybody of the window, then close."""
        strangers = 0
        for start in range(0, window.size, _CHUNK):
            end = min(start + _CHUNK, window.size)
            people = mark_flaws(self._dice, draw_people(self._dice, window.numbers(start, end)))
            self._write_lists(people)
            due = memberships * end // window.size - self._memberships.rows
            strangers += self._write_memberships(people, strangers, due)
            progress(
                f"{self._period}: {end:,} of {window.size:,} people, {self._memberships.rows:,} memberships"
            )
        self._close(progress)
        return Synthesis(self._period, self._files(), self._truth.path, window.size)

    def _write_lists(self, people: pa.Table) -> None:
        self._registry.write(registry_rows(self._dice, people, self._period))
        for code, rows in association_rows(self._dice, people, self._numbered).items():
            self._associations[code].write(rows)
            self._numbered[code] += rows.num_rows
        self._truth.write(truth_rows(people, self._period))

    def _write_memberships(self, people: pa.Table, first: int, due: int) -> int:
        """Memberships of these people and of strangers, up to `due` rows. Returns how many strangers."""
        held = listed_memberships(self._dice, people, self._period)
        count = max(0, due - int(held.num_rows))
        batches = stranger_memberships(self._dice, first, count, self._period)
        mixed = pa.concat_tables([held, next(batches, SCHEMA.empty_table())])
        self._memberships.write(mixed.sort_by("nik"))
        for batch in batches:
            self._memberships.write(batch)
        return count

    def _close(self, progress: Callable[[str], None]) -> None:
        progress(f"{self._period}: closing the files")
        for parts in (self._registry, *self._associations.values()):
            parts.close()
        for table in (self._memberships, self._truth):
            table.close()

    def _files(self) -> dict[Path, int]:
        parts = (self._registry, *self._associations.values())
        written = {path: rows for part in parts for path, rows in part.files}
        return written | {self._memberships.path: self._memberships.rows}
