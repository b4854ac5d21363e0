"""The pairs of a month looked for on Spark, through Splink's Spark backend, where one machine is too small.

Spark finds; what comes before and after (certain pairs, weights, decisions, persons) stays in DuckDB, which
also weighs again what Spark found, so that both engines draw the line at the same pairs. They can part in one
case only: two similarities of words differ in their last bit and a level's limit lies between them.
"""

import logging
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp

from sigap.errors import IdentityError
from sigap.identity.cascade import Wanted, asked, other_nik
from sigap.identity.model import Model
from sigap.identity.policy import policy
from sigap.identity.records import STANDARD
from sigap.identity.spark_session import DUCKDB, OTHERWISE, ask_for_spark, failures, start_session

_HAIR = 1e-6  # two sums of the same weights differ by less


@contextmanager
def search_of(engine: str, folder: Path) -> Iterator["SparkSearch | None"]:
    """How pairs are looked for by `SIGAP_LINK_ENGINE`: None for DuckDB, else a `find` for `link_records`.

    `folder` must be one that Spark's workers see under the same path, under the same account. Raises
    `SettingsError` when Spark cannot be used: no PySpark, no Java, no answer, no worker.
    """
    if engine == DUCKDB:
        yield None
        return
    ask_for_spark(engine)
    search = SparkSearch(engine, folder)
    try:
        yield search
    finally:
        search.close()


class SparkSearch:
    """Looks for pairs on one Spark master, in a session that starts with the first search."""

    def __init__(self, master: str, folder: Path) -> None:
        self._master = master
        self._folder = folder
        self._session: Any = None

    def __call__(
        self,
        connection: duckdb.DuckDBPyConnection,
        model: Model,
        wanted: Sequence[Wanted],
    ) -> None:
        """Add to `found` the pairs that the blocks of the model bring: see `find_pairs`.

        Raises `IdentityError` when Spark gives up.
        """
        for kind, left, right in wanted:
            self._find(connection, model, kind, left, right)

    def _find(
        self,
        connection: duckdb.DuckDBPyConnection,
        model: Model,
        kind: str,
        left: str,
        right: str,
    ) -> None:
        sides = list(dict.fromkeys((left, right)))
        if not all(len(connection.table(side)) for side in sides):
            return
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="link-", dir=self._folder) as name:
            place = Path(name)
            _write(connection, sides, _frequent(model), place)
            self._predict(place, sides, model, kind, policy().evidence_from - _HAIR)  # no class keeps less
            _take(connection, model, kind, (left, right), place)

    def close(self) -> None:
        """End the session, which frees the cluster's cores."""
        if self._session is not None:
            self._session.stop()
            self._session = None

    def _predict(self, place: Path, sides: list[str], model: Model, kind: str, least: float) -> None:
        """Write the pairs of the Parquet files of `place` to its folder `found`."""
        from splink import Linker
        from splink.backends.spark import SparkAPI

        from sigap.identity.spark_dialect import spark_settings

        self._session = self._session or start_session(self._master)
        session = self._session.newSession()  # names of tables of its own
        session.sparkContext.setCheckpointDir(f"file://{place}/steps")
        logging.getLogger("splink").setLevel(logging.ERROR)
        link_type = "dedupe_only" if len(sides) == 1 else "link_only"
        settings = spark_settings(model, _rules(model, kind), link_type)
        try:
            api = SparkAPI(spark_session=session)
            read = [session.read.parquet(f"file://{place}/{side}.parquet") for side in sides]
            tables = [
                api.register(table, dataset_display_name=order)
                for order, table in zip("ab", read, strict=False)  # the left side comes first by name
            ]
            linker = Linker(tables, settings, log_level=None)
            for column in _frequent(model):
                shares = api.register(session.read.parquet(f"file://{place}/tf_{column}.parquet"))
                linker.table_management.register_term_frequency_lookup(shares, column)
            scored = linker.inference.predict(threshold_match_weight=least, warning_mode="never")
            pairs = scored.as_spark_dataframe().select("record_l", "record_r", "match_weight")
            pairs.write.parquet(f"file://{place}/found")
        except failures() as error:
            raise IdentityError(
                f"Spark at {self._master} could not compare the records ({type(error).__name__}). Its own "
                f"log says why. Give its executors more memory or disk, {OTHERWISE}."
            ) from error


def _frequent(model: Model) -> list[str]:
    """Columns whose frequent values weigh less."""
    levels = (level for each in model.comparisons for level in each.levels)
    return list(dict.fromkeys(level.tf_column for level in levels if level.tf_column))


def _write(connection: duckdb.DuckDBPyConnection, sides: list[str], frequent: list[str], place: Path) -> None:
    """Both sides as Parquet, how frequent a value is in files of their own, as Splink joins it."""
    names = [name for name in STANDARD.names if name not in {f"tf_{column}" for column in frequent}]
    for side in sides:
        columns = ", ".join(f'"{name}"' for name in names)
        connection.table(side).project(columns).write_parquet(str(place / f"{side}.parquet"))
    for column in frequent:
        both = " UNION ALL ".join(f"SELECT {column}, tf_{column} FROM {side}" for side in sides)
        shares = connection.sql(
            f"SELECT {column}, max(tf_{column}) AS tf_{column} FROM ({both}) "
            f"WHERE {column} IS NOT NULL GROUP BY {column}"
        )
        shares.write_parquet(str(place / f"tf_{column}.parquet"))


def _rules(model: Model, kind: str) -> list[str]:
    """The model's blocks, without what `link_records` does not ask for: one NIK, and a pair twice.

    Blocks of the same keys become one, since Splink's plan grows with the square of the rules. Splink joins
    how frequent a value is after it looked for pairs, and Spark knows fewer functions, so conditions of
    either are asked in DuckDB (see `_take`).
    """
    narrowed: dict[str, list[str]] = {}
    for block in asked(model):
        keys = " AND ".join(
            f"{mine} = {theirs}" for mine, theirs in zip(block.left, block.right, strict=True)
        )
        narrowed.setdefault(keys, []).append(" AND ".join(block.narrowed) or "true")
    rules = (f"{keys} AND (({') OR ('.join(conditions)}))" for keys, conditions in narrowed.items())
    return [f"{_for_spark(rule)} AND {other_nik(kind)}" for rule in rules]


def _for_spark(rule: str) -> str:
    tree = sqlglot.parse_one(rule, read="duckdb")
    return tree.transform(lambda node: exp.true() if _is_for_duckdb(node) else node).sql("duckdb")


def _is_for_duckdb(node: exp.Expr) -> bool:
    is_unknown = any(call.name.lower() == "hamming" for call in node.find_all(exp.Anonymous))
    is_of_terms = any(column.name.startswith("tf_") for column in node.find_all(exp.Column))
    return isinstance(node, exp.Predicate) and (is_of_terms or is_unknown)


def _take(
    connection: duckdb.DuckDBPyConnection, model: Model, kind: str, sides: tuple[str, str], place: Path
) -> None:
    """Into `found` what Spark found, as far as it stands in a block."""
    blocked = " OR ".join(f"({block.on})" for block in asked(model))
    connection.execute(
        "INSERT INTO found SELECT $kind, l.record, r.record "
        f"FROM read_parquet($files) AS found JOIN {sides[0]} AS l ON l.record = record_l "
        f"JOIN {sides[1]} AS r ON r.record = record_r WHERE {blocked}",
        {"kind": kind, "files": str(place / "found" / "*.parquet")},
    )
