"""One process of what most people write: `python -m bench.link_pandas STANDARD OUT`.

pandas merges on the NIK; who is left is merged on the birth date, and rapidfuzz compares the names.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from rapidfuzz import fuzz
from rapidfuzz.process import cpdist

from bench.link_stopwatch import Stopwatch

SAME = 90  # of 100: what its documentation and most answers on the web begin with
COLUMNS = ["record", "nik", "name", "birth_date", "sex"]


def main(standard: Path, out: Path, watch: Stopwatch) -> None:
    """Read, link, write."""
    with watch.of("read"):
        worker, member = (
            pd.read_parquet(standard / f"{side}.parquet", columns=COLUMNS) for side in ("worker", "member")
        )
    with watch.of("link"):
        pairs = pd.concat([same_nik(worker, member), same_birth(worker, member)])
    with watch.of("write"):
        pairs.assign(decision="same").to_parquet(out / "pairs.parquet")


def same_nik(worker: pd.DataFrame, member: pd.DataFrame) -> pd.DataFrame:
    """Pairs under one NIK whose names or birth dates agree."""
    pairs = worker.dropna(subset="nik").merge(member, on="nik", suffixes=("_l", "_r"))
    agrees = (pairs.birth_date_l == pairs.birth_date_r) | (_alike(pairs) >= SAME)
    return _ids(pairs[agrees])


def same_birth(worker: pd.DataFrame, member: pd.DataFrame) -> pd.DataFrame:
    """Of those whom no NIK settles: pairs of one birth date and sex with names alike."""
    rest = worker[worker.nik.isna() | ~worker.nik.isin(member.nik)].dropna(subset="birth_date")
    pairs = rest.merge(member, on="birth_date", suffixes=("_l", "_r"))
    pairs = pairs[(pairs.sex_l == pairs.sex_r) | pairs.sex_l.isna() | pairs.sex_r.isna()]
    return _ids(pairs[_alike(pairs) >= SAME])


def _alike(pairs: pd.DataFrame) -> np.ndarray:
    left, right = pairs.name_l.fillna("").to_numpy(), pairs.name_r.fillna("").to_numpy()
    return cpdist(left, right, scorer=fuzz.token_sort_ratio, workers=-1)


def _ids(pairs: pd.DataFrame) -> pd.DataFrame:
    return pairs[["record_l", "record_r"]].set_axis(["left", "right"], axis=1)


if __name__ == "__main__":
    stopwatch = Stopwatch()
    main(Path(sys.argv[1]), Path(sys.argv[2]), stopwatch)
    stopwatch.tell()
