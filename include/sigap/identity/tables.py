"""Any two tables linked, or one deduplicated, with any model of Splink's form: the engine without the people.

A model says which columns are compared and where pairs are looked for. Its conditions are SQL, so take a
model only from those whose code you would run. A csv is read as text: a model that reckons with dates
wants Parquet.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

import duckdb
from upath import UPath

from sigap.engine import connect
from sigap.errors import IdentityError
from sigap.identity.blocks import Block
from sigap.identity.model import Model
from sigap.identity.table import count_terms, is_readable, load
from sigap.publish import publish_file

MOST_PAIRS = 200_000_000  # of one block: some minutes on two cores
LEFT, RIGHT = "left_table", "right_table"


@dataclass(frozen=True, slots=True)
class Linked:
    """What came of it: rows read on each side (`right` is 0 for one table), pairs found to be one thing."""

    left: int
    right: int
    links: int


@dataclass(frozen=True)
class Task:
    """A model applied to the loaded tables; one table stands on both sides."""

    model: Model
    blocks: tuple[Block, ...]
    is_single: bool

    @classmethod
    def of(cls, model: Model, is_single: bool) -> Self:
        """Raises `IdentityError` when a blocking rule is not made of equalities."""
        try:
            return cls(model, tuple(Block.parse(rule) for rule in model.blocks), is_single)
        except ValueError as error:
            raise IdentityError(
                f"The model {model.name} looks for pairs by {error}. Write each blocking rule as equalities "
                "of l and r joined by AND."
            ) from error

    @property
    def right(self) -> str:
        """Name of the relation on the right."""
        return LEFT if self.is_single else RIGHT

    @property
    def also(self) -> str:
        """What keeps a pair of one table from being met twice; records are in the order of the ids."""
        return "l.record < r.record" if self.is_single else "true"


def link_tables(
    left: Path,
    right: Path | None,
    model: Model,
    out: Path,
    *,
    probability: float = 0.5,
    most_pairs: int = MOST_PAIRS,
) -> Linked:
    """Write the pairs of `left` and `right`, or within `left`, that are one with at least `probability`.

    Files are Parquet or csv by their ending. A table needs the columns that the model compares and its
    `unique_id_column_name`; `tf_…` columns that it lacks are counted over both tables, as Splink counts them.
    `out` has `unique_id_l`, `unique_id_r`, `match_weight` (log2), `match_probability`, and a level and a
    weight per comparison, each pair once, in the order of the ids. Raises `IdentityError` when a table cannot
    be read, is empty, lacks a column or repeats an id, and when a block has more than `most_pairs` pairs.
    """
    if not 0 < probability < 1:
        raise IdentityError(f"{probability} is no probability between 0 and 1. Give one such as 0.5.")
    if not is_readable(out):
        raise IdentityError(f"{out.name} is neither .parquet nor .csv. Name the output with one of them.")
    task = Task.of(model, right is None)
    with connect() as connection:
        sides = {LEFT: left} if right is None else {LEFT: left, RIGHT: right}
        rows = [load(connection, path, name, model) for name, path in sides.items()]
        count_terms(connection, tuple(sides), model)
        try:
            links = _search(connection, task, math.log2(probability / (1 - probability)), most_pairs)
        except duckdb.BinderException as error:
            raise IdentityError(
                f"The model {model.name} cannot compare these tables: a column is of another type than its "
                "conditions expect. A csv is text only; give Parquet files with typed columns."
            ) from error
        _write(connection, task, out)
    return Linked(rows[0], sum(rows[1:]), links)


def _search(connection: duckdb.DuckDBPyConnection, task: Task, least: float, most_pairs: int) -> int:
    """Make `found` of the pairs of all blocks that weigh at least `least`; how many there are.

    Random numbers keep DuckDB from moving the condition into the join, where it would be computed for a
    handful of pairs at a time.
    """
    for block in task.blocks:
        _refuse_explosion(connection, task, block, most_pairs)
    connection.execute('CREATE TABLE met ("left" BIGINT, "right" BIGINT, match_weight DOUBLE)')
    for block in task.blocks:
        connection.execute(
            f"INSERT INTO met FROM (SELECT l.record, r.record, {task.model.weight_sql()} AS match_weight "
            f"FROM {LEFT} AS l JOIN {task.right} AS r ON {block.on} AND {task.also}) "
            f"WHERE match_weight + 0 * random() >= {least!r}"
        )
    connection.execute("CREATE TABLE found AS SELECT DISTINCT * FROM met")
    return len(connection.table("found"))


def _refuse_explosion(
    connection: duckdb.DuckDBPyConnection, task: Task, block: Block, most_pairs: int
) -> None:
    """Count what a block would compare before anything is compared."""
    sides = []
    for table, alias, keys in ((LEFT, "l", block.left), (task.right, "r", block.right)):
        named = ", ".join(f"{key} AS k{place}" for place, key in enumerate(keys))
        sides.append(connection.table(table).set_alias(alias).aggregate(f"{named}, count(*) AS n"))
    same = " AND ".join(f"a.k{place} = b.k{place}" for place in range(len(block.left)))
    met = sides[0].set_alias("a").join(sides[1].set_alias("b"), same)
    pairs = met.aggregate("coalesce(sum(a.n::DOUBLE * b.n), 0)").fetchall()[0][0]
    if pairs / (2 if task.is_single else 1) > most_pairs:
        raise IdentityError(
            f"Too many records agree on {block.on}: {pairs:,.0f} pairs, more than {most_pairs:,}. Add an "
            f"equality to this blocking rule of the model {task.model.name}, or raise the limit."
        )


def _write(connection: duckdb.DuckDBPyConnection, task: Task, out: Path) -> None:
    """The links with their evidence, in one move."""
    pairs = (
        connection.table("found")
        .join(connection.table(LEFT).set_alias("l"), 'found."left" = l.record')
        .join(connection.table(task.right).set_alias("r"), 'found."right" = r.record')
    )
    evidence = (
        f"{each.level_sql()} AS level_{each.name}, {each.weight_sql()} AS weight_{each.name}"
        for each in task.model.comparisons
    )
    chosen = pairs.project(
        "l.unique_id AS unique_id_l, r.unique_id AS unique_id_r, match_weight, "
        f"1 / (1 + pow(2.0, -match_weight)) AS match_probability, {', '.join(evidence)}"
    ).order("unique_id_l, unique_id_r")
    out.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=out.parent, prefix=".links-") as folder:
        file = Path(folder) / "links"
        write = chosen.write_csv if out.suffix.lower() == ".csv" else chosen.write_parquet
        write(str(file))
        publish_file(UPath(out), file)
