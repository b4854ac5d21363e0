"""What was found against what is true, and how sure one can be of a share."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Self

import duckdb
from scipy.stats import binomtest, t

CLASSES = ("all", "registry", "association")
SIDES = ("worker", "member")


@dataclass(frozen=True, slots=True)
class Counted:
    """Rows of lists against memberships. `there`: true pairs; `same`, `right`: called same, of them true.

    `insured`: rows of people with a membership; `missed`: of them without a pair same or review;
    `unseen`: of these, without one of any row that was joined to theirs; `billed`: of these, with a whole
    NIK, without which nobody is billed; `waiting`: rows with a pair in review and none same.
    """

    rows: int
    there: int
    same: int
    right: int
    insured: int
    missed: int
    unseen: int
    billed: int
    waiting: int

    def __add__(self, other: Self) -> Self:
        return type(self)(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall of pairs called same."""
        return 2 * self.right / max(self.same + self.there, 1)


@dataclass(frozen=True, slots=True)
class Joined:
    """Pairs of rows within the lists: of one person as found, of them right, and as many as there are."""

    found: int
    right: int
    there: int


@dataclass(frozen=True, slots=True)
class Became:
    """What the verb `link` makes of people.

    `insured` people who are listed; of them `paid` again (a person with a whole NIK, without a membership
    and without a doubt) and `nobody` (no row of theirs is a person's). `uninsured` people; of them `taken`
    for insured without a doubt. `rows` of the lists; of them `asked`: an officer is asked about their person.
    """

    insured: int
    paid: int
    nobody: int
    uninsured: int
    taken: int
    rows: int
    asked: int

    def __add__(self, other: Self) -> Self:
        return type(self)(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


def count_people(data: Path, out: Path) -> Became:
    """Hold the persons of `out` (see `link_ours people`) against the truth in `data`."""
    script = Path(__file__).with_name("link_people.sql").read_text(encoding="utf-8")
    with duckdb.connect() as connection:
        for name in ("truth_workers", "truth_members"):
            connection.read_parquet(str(data / f"{name}.parquet")).create_view(name)
        for name in ("persons", "rows", "memberships"):
            connection.read_parquet(str(out / f"{name}.parquet")).create_view(name)
        return Became(*map(int, connection.sql(script).fetchall()[0]))


def count(data: Path, out: Path, same_from: str, kept: str = "true") -> dict[str, Counted]:
    """Hold `pairs.parquet` of `out` against the truth in `data`, by class of source.

    `same_from` says in SQL which pairs are called `same`; the others that are `kept` are in review.
    """
    script = Path(__file__).with_name("link_truth.sql").read_text(encoding="utf-8")
    with duckdb.connect() as connection:
        pairs = connection.read_parquet(str(out / "pairs.parquet"))
        pairs.filter(kept).project(f'"left", "right", {same_from} AS is_same').create("pair")
        entities = out / "entities.parquet"
        if entities.exists():
            connection.read_parquet(str(entities)).create("entity")
        else:
            connection.execute("CREATE TABLE entity (record BIGINT, entity BIGINT)")
        for name in ("workers", "truth_workers", "truth_members"):
            connection.read_parquet(str(data / f"{name}.parquet")).create(name)
        rows = connection.sql(script).fetchall()
    counted = {str(row[0]): Counted(*map(int, row[1:])) for row in rows}
    return {"all": counted["registry"] + counted["association"], **counted}


def count_joined(data: Path, out: Path) -> Joined:
    """Hold `entities.parquet` of `out` against the truth: which rows of the lists are one person."""
    with duckdb.connect() as connection:
        connection.read_parquet(str(out / "entities.parquet")).create_view("entity")
        connection.read_parquet(str(data / "truth_workers.parquet")).create_view("truth")
        rows = connection.sql("SELECT entity, person FROM entity JOIN truth USING (record)")
        counts = [
            rows.aggregate(f"{by}, count(*) AS n", by)
            .aggregate("coalesce(sum(n * (n - 1) // 2), 0)")
            .fetchall()[0][0]
            for by in ("entity", "entity, person", "person")
        ]
    return Joined(*map(int, counts))


def share(part: int, whole: int) -> str:
    """A share with its Wilson interval of 95 %, in per cent."""
    if whole == 0:
        return "–"
    interval = binomtest(part, whole).proportion_ci(0.95, method="wilson")
    return f"{part / whole:.2%} ({interval.low:.2%}–{interval.high:.2%})"


def mean(values: Sequence[float]) -> str:
    """A mean over seeds with its t interval of 95 %."""
    middle = statistics.fmean(values)
    if len(values) < 2:
        return f"{middle:.4f}"
    half = t.ppf(0.975, len(values) - 1) * statistics.stdev(values) / len(values) ** 0.5
    return f"{middle:.4f} (±{half:.4f})"
