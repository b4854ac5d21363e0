"""Labelled data: two tables of invented people as lists and extracts would have them, and who is who.

For training, thresholds, the monthly measurement of quality and the benchmark. What stands in the tables is
data: profiles.yaml and names.yaml. The same arguments give the same bytes.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from sigap.domain.datasets import RECORDS
from sigap.synth.draw import Dice
from sigap.synth.labelled.people import Population, populate
from sigap.synth.labelled.profiles import profile, profile_names
from sigap.synth.labelled.roster import Rows, draw_roster
from sigap.synth.labelled.rows import TRUTH, draw_rows

__all__ = ["TABLES", "TRUTH", "Labelled", "draw_labelled", "profile_names", "write_labelled"]

TABLES = ("workers", "members")
_CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class Labelled:
    """Two tables with the columns of RECORDS, and for each the person of every record (TRUTH)."""

    workers: pa.Table
    members: pa.Table
    truth_workers: pa.Table
    truth_members: pa.Table


def draw_labelled(workers: int, members: int, profile: str = "standing", seed: int = 1) -> Labelled:
    """So many rows of each table, in memory. Raises SettingsError: no such profile, too few members."""
    people, tables = _draw(workers, members, profile, seed)
    drawn = {}
    for name, rows in tables.items():
        parts, truths = zip(*_chunks(people, rows), strict=True)
        drawn[name], drawn[f"truth_{name}"] = pa.concat_tables(parts), pa.concat_tables(truths)
    return Labelled(**drawn)


def write_labelled(
    folder: Path, workers: int, members: int, profile: str = "standing", seed: int = 1
) -> dict[str, Path]:
    """The same as Parquet files, in bounded memory; returns the files by name."""
    people, tables = _draw(workers, members, profile, seed)
    folder.mkdir(parents=True, exist_ok=True)
    files = {name: folder / f"{name}.parquet" for table in TABLES for name in (table, f"truth_{table}")}
    for name, rows in tables.items():
        with ExitStack() as stack:
            table = stack.enter_context(pq.ParquetWriter(files[name], RECORDS, compression="zstd"))
            truth = stack.enter_context(pq.ParquetWriter(files[f"truth_{name}"], TRUTH, compression="zstd"))
            for part, whose in _chunks(people, rows):
                table.write_table(part)
                truth.write_table(whose)
    return files


def _draw(workers: int, members: int, name: str, seed: int) -> tuple[Population, dict[str, Rows]]:
    dice, chosen = Dice(seed), profile(name)
    roster = draw_roster(dice, chosen, workers, members)
    people = populate(dice, chosen, roster.population)
    return people, {"workers": roster.workers, "members": roster.members}


def _chunks(people: Population, rows: Rows) -> Iterator[tuple[pa.Table, pa.Table]]:
    for start in range(0, len(rows), _CHUNK):
        part = rows.part(start, start + _CHUNK)
        yield draw_rows(people, part, start + 1)
