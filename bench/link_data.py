"""Labelled data to link: drawn once into a folder, with a month after it in which some rows have changed."""

import hashlib
import shutil
from pathlib import Path

import duckdb

from sigap.synth import labelled
from sigap.synth.labelled import TABLES, write_labelled

SIZES = {"small": (12_000, 200_000), "medium": (300_000, 1_000_000), "large": (3_000_000, 10_000_000)}


def drawn(home: Path, workers: int, members: int, profile: str, seed: int) -> Path:
    """The folder of such data, drawn unless an earlier run of the same generator left it there."""
    folder = home / f"{profile}-{seed}-{workers}-{members}-{_generator()}"
    if not folder.exists():
        unfinished = folder.with_suffix(".part")
        shutil.rmtree(unfinished, ignore_errors=True)
        write_labelled(unfinished, workers, members, profile, seed)
        unfinished.rename(folder)
    return folder


def add_next(folder: Path) -> None:
    """Write the month after beside the tables: `workers_next.parquet` and `members_next.parquet`."""
    script = Path(__file__).with_name("link_next.sql").read_text(encoding="utf-8")
    for name in TABLES:
        target = folder / f"{name}_next.parquet"
        if not target.exists():
            with duckdb.connect() as connection:
                connection.read_parquet(str(folder / f"{name}.parquet")).create_view("rows")
                connection.sql(script).write_parquet(str(target))


def _generator() -> str:
    home = Path(labelled.__file__).parent
    content = b"".join(path.read_bytes() for path in sorted(home.glob("*.*")))
    return hashlib.sha256(content).hexdigest()[:8]
