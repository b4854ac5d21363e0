"""One process of recordlinkage: `python -m bench.link_recordlinkage STANDARD OUT`.

As its manual shows: blocks, a comparison of each fact, and a sum that has to reach a threshold. Its ECM
classifier, which learns without labels, found as many but called twins and neighbours one person (F1 0.82).
Runs in the environment of the peers.
"""

import sys
from pathlib import Path

import pandas as pd
import recordlinkage

from bench.link_stopwatch import Stopwatch

SAME = 5  # points: a NIK that agrees counts three, every other fact one
COLUMNS = [
    "record", "nik", "name", "first", "last", "name_key", "birth_date", "mother", "kecamatan_code",
    "kelurahan_code", "phone",
]  # fmt: skip
BLOCKS = ("nik", ["birth_date", "first"], ["birth_date", "last"], ["name_key", "kecamatan_code"])
JOBS = 2


def main(standard: Path, out: Path, watch: Stopwatch) -> None:
    """Read, link, write."""
    with watch.of("read"):
        worker, member = (read(standard / f"{side}.parquet") for side in ("worker", "member"))
    with watch.of("link"):
        index = recordlinkage.Index()
        for block in BLOCKS:
            index.block(block)
        vectors = compared().compute(index.index(worker, member), worker, member)
        points = vectors.sum(axis=1) + 2 * vectors["nik"]
    with watch.of("write"):
        links = points[points >= SAME].index.to_frame(index=False, name=["left", "right"])
        links.assign(decision="same").to_parquet(out / "pairs.parquet")


def read(path: Path) -> pd.DataFrame:
    """A side, named by its record."""
    return pd.read_parquet(path, columns=COLUMNS).set_index("record")


def compared() -> recordlinkage.Compare:
    """A vector of 0 and 1 for each pair."""
    compare = recordlinkage.Compare(n_jobs=JOBS)
    compare.string("nik", "nik", method="levenshtein", threshold=0.9, label="nik")
    for threshold in (0.88, 0.95):
        compare.string("name", "name", method="jarowinkler", threshold=threshold, label=f"name_{threshold}")
    for column in ("birth_date", "mother", "kecamatan_code", "kelurahan_code", "phone"):
        compare.exact(column, column, label=column)
    return compare


if __name__ == "__main__":
    stopwatch = Stopwatch()
    main(Path(sys.argv[1]), Path(sys.argv[2]), stopwatch)
    stopwatch.tell()
