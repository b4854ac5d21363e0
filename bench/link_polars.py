"""One process of a good user of polars and polars-ds: `python -m bench.link_polars STANDARD OUT`.

Exact NIK first; the rest by joins on several keys, scored with points in one lazy query, streamed. Runs
in the environment of the peers.
"""

import sys
from pathlib import Path

import polars as pl
import polars_ds as pds

from bench.link_stopwatch import Stopwatch

SAME, REVIEW = 12.0, 8.0  # points from which a pair is one person, or is doubtful
KEYS = (
    ("birth_date", "first"),
    ("birth_date", "last"),
    ("name_key", "kecamatan_code"),
    ("name_key", "birth_year"),
    ("birth_date", "mother"),
    ("nik_front", "first"),
    ("nik_back", "first"),
)
CROSSED = (  # keys that have other names on the two sides
    (("birth_swapped", "first"), ("birth_date", "first")),
    (("part_front",), ("nik_front",)),
)
COLUMNS = (
    "record", "nik", "nik_part", "name", "first", "last", "name_key", "birth_date", "birth_swapped", "sex",
    "mother", "kelurahan_code", "kecamatan_code", "phone",
)  # fmt: skip


def read(path: Path) -> pl.LazyFrame:
    """A side with the parts of NIK and birth date that are joined on."""
    return (
        pl.scan_parquet(path)
        .select(COLUMNS)
        .with_columns(
            birth_year=pl.col("birth_date").dt.year(),
            nik_front=pl.col("nik").str.slice(0, 12),
            nik_back=pl.col("nik").str.slice(6, 10),
            part_front=pl.col("nik_part").str.slice(0, 12),
        )
    )


def same_nik(worker: pl.DataFrame, member: pl.DataFrame) -> pl.DataFrame:
    """Pairs under one NIK whose names or birth dates agree."""
    alike = pds.str_jw("name", pl.col("name_right")) >= 0.82
    birth = pl.col("birth_date").eq(pl.col("birth_date_right")) | pl.col("birth_date").is_null()
    return (
        worker.lazy()
        .filter(pl.col("nik").is_not_null())
        .join(member.lazy(), on="nik")
        .filter(birth | alike)
        .select(left="record", right="record_right", points=pl.lit(99.0))
        .collect()
    )


def scored(worker: pl.LazyFrame, member: pl.LazyFrame, left: list[str], right: list[str]) -> pl.DataFrame:
    """Pairs that share a key, with enough points."""
    pairs = worker.drop_nulls(left).join(
        member.drop_nulls(right), left_on=left, right_on=right, suffix="_right", coalesce=False
    )
    # The names last: what cannot get there without them is not measured.
    return (
        pairs.with_columns(points=_facts())
        .filter(pl.col("points") >= REVIEW - 7)
        .with_columns(points=pl.col("points") + _names())
        .filter(pl.col("points") >= REVIEW)
        .select(left="record", right="record_right", points="points")
        .collect(engine="streaming")
    )


def _facts() -> pl.Expr:
    return (
        _birth_points()
        + _nik_points()
        + _points("sex", 0.5, -4.0)
        + _points("phone", 6.0, -1.0)
        + _points("mother", 3.0, -1.5)
        + pl.when(pl.col("kelurahan_code") == pl.col("kelurahan_code_right"))
        .then(2.5)
        .when(pl.col("kecamatan_code") == pl.col("kecamatan_code_right"))
        .then(1.5)
        .when(pl.col("kecamatan_code") != pl.col("kecamatan_code_right"))
        .then(-1.5)
        .otherwise(0.0)
    )


def _birth_points() -> pl.Expr:
    mine, theirs = pl.col("birth_date"), pl.col("birth_date_right")
    parts = [(getattr(mine.dt, part)() == getattr(theirs.dt, part)()) for part in ("year", "month", "day")]
    two_parts = pl.sum_horizontal(*[part.cast(pl.Int8) for part in parts]) == 2
    return (
        pl.when(mine == theirs)
        .then(5.0)
        .when(pl.col("birth_swapped") == theirs)
        .then(4.0)
        .when(two_parts)
        .then(1.0)
        .when(mine.is_null() | theirs.is_null())
        .then(0.0)
        .otherwise(-4.0)
    )


def _nik_points() -> pl.Expr:
    mine, theirs = pl.col("nik"), pl.col("nik_right")
    return (
        pl.when(pl.col("part_front") == pl.col("nik_front_right"))
        .then(5.0)
        .when(mine.is_null() | theirs.is_null())
        .then(0.0)
        .when(pds.str_hamming(mine, theirs) <= 2)
        .then(3.0)
        .otherwise(-6.0)
    )


def _names() -> pl.Expr:
    alike = pds.str_jw("name", pl.col("name_right"))
    return (
        pl.when(pl.col("name_key") == pl.col("name_key_right"))
        .then(7.0)
        .when(alike >= 0.95)
        .then(6.0)
        .when(alike >= 0.88)
        .then(4.0)
        .when((pl.col("first") == pl.col("first_right")) & (pl.col("last") == pl.col("last_right")))
        .then(4.0)
        .when(alike >= 0.80)
        .then(1.0)
        .otherwise(-4.0)
    )


def _points(column: str, equal: float, different: float) -> pl.Expr:
    return (
        pl.when(pl.col(column) == pl.col(f"{column}_right"))
        .then(equal)
        .when(pl.col(column) != pl.col(f"{column}_right"))
        .then(different)
        .otherwise(0.0)
    )


def main(standard: Path, out: Path, watch: Stopwatch) -> None:
    """Read, link, write."""
    with watch.of("read"):
        worker, member = (read(standard / f"{side}.parquet").collect() for side in ("worker", "member"))
    with watch.of("link"):
        certain = same_nik(worker, member)
        settled = worker.filter(pl.col("nik").is_not_null()).join(member, on="nik", how="semi")
        rest = worker.join(settled, on="record", how="anti").lazy()
        keys = [*((key, key) for key in KEYS), *CROSSED]
        found = [scored(rest, member.lazy(), list(left), list(right)) for left, right in keys]
        pairs = pl.concat([certain, *found]).group_by("left", "right").agg(pl.col("points").max())
    with watch.of("write"):
        decision = pl.when(pl.col("points") >= SAME).then(pl.lit("same")).otherwise(pl.lit("review"))
        pairs.with_columns(decision=decision).write_parquet(out / "pairs.parquet")


if __name__ == "__main__":
    stopwatch = Stopwatch()
    main(Path(sys.argv[1]), Path(sys.argv[2]), stopwatch)
    stopwatch.tell()
