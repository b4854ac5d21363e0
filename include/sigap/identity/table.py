"""A table as a model reads it: only the columns it compares, its rows numbered, its terms counted."""

import re
from collections.abc import Sequence
from pathlib import Path

import duckdb

from sigap.errors import IdentityError
from sigap.identity.model import Model

_BLOCKED = re.compile(r'\b[lr]\."?([a-z][a-z0-9_]*)')


def is_readable(path: Path) -> bool:
    """Whether a file is of a kind that is read and written, by its ending."""
    return path.suffix.lower() in {".parquet", ".csv"}


def compared(model: Model) -> tuple[str, ...]:
    """Columns that a table must have: compared or blocked on, without the frequencies that can be counted."""
    blocked = (name for rule in model.blocks for name in _BLOCKED.findall(rule))
    return tuple(dict.fromkeys(name for name in (*model.columns, *blocked) if not name.startswith("tf_")))


def load(connection: duckdb.DuckDBPyConnection, path: Path, name: str, model: Model) -> int:
    """Make table `name` of a file: `record` (1, 2, … in the order of the ids), `unique_id`, what is compared.

    Answers how many rows it has. Raises `IdentityError` when the file cannot be read, has no rows, lacks
    columns, or when an id is missing or repeated.
    """
    key, columns = model.splink["unique_id_column_name"], compared(model)
    rows = _read(connection, path)
    there = {column.lower() for column in rows.columns}
    if lacking := sorted({key, *columns} - there):
        raise IdentityError(
            f"{path.name} lacks {', '.join(lacking)}, which the model {model.name} reads. Add the columns, "
            "or take a model of the columns there are."
        )
    brought = (column for column in model.columns if column.startswith("tf_") and column in there)
    listed = ", ".join(f'"{column}"' for column in (*columns, *brought))
    numbered = rows.project(f'row_number() OVER (ORDER BY "{key}") AS record, "{key}" AS unique_id, {listed}')
    numbered.create(name)
    counted = connection.table(name).aggregate("count(*), count(DISTINCT unique_id)").fetchall()
    return _judged(path.name, key, *counted[0])


def count_terms(connection: duckdb.DuckDBPyConnection, tables: Sequence[str], model: Model) -> None:
    """Add the frequencies that not every table brought: the share a value has in all of them together."""
    for column in (name for name in model.columns if name.startswith("tf_")):
        if all(column in connection.table(table).columns for table in tables):
            continue
        value = f'"{column.removeprefix("tf_")}"'
        together = connection.table(tables[0]).project(value)
        for table in tables[1:]:
            together = together.union(connection.table(table).project(value))
        counted = together.filter(f"{value} IS NOT NULL").aggregate(f"{value} AS value, count(*) AS n")
        counted.project("value, n / sum(n) OVER () AS share").create(f"share_{column}")
        for table in tables:
            _add(connection, table, column, value)


def _add(connection: duckdb.DuckDBPyConnection, table: str, column: str, value: str) -> None:
    shares = connection.table(f"share_{column}").set_alias("shares")
    rows = connection.table(table)
    kept = ", ".join(f'rows."{name}"' for name in rows.columns if name != column)
    joined = rows.set_alias("rows").join(shares, f"rows.{value} = shares.value", how="left")
    joined.project(f"{kept}, share AS {column}").create(f"{table}_with")
    connection.sql(f"DROP TABLE {table}")
    connection.sql(f"ALTER TABLE {table}_with RENAME TO {table}")


def _read(connection: duckdb.DuckDBPyConnection, path: Path) -> duckdb.DuckDBPyRelation:
    if not is_readable(path):
        raise IdentityError(f"{path.name} is neither .parquet nor .csv. Give one of them.")
    try:
        if path.suffix.lower() == ".parquet":
            return connection.read_parquet(str(path))
        return connection.read_csv(str(path), all_varchar=True, header=True, delimiter=",")
    except (duckdb.IOException, duckdb.InvalidInputException) as error:
        raise IdentityError(f"{path} cannot be read as {path.suffix[1:]}. Look at the file.") from error


def _judged(file: str, key: str, rows: int, ids: int) -> int:
    if rows == 0:
        raise IdentityError(f"{file} has no rows. There is nothing to link.")
    if ids < rows:
        raise IdentityError(
            f"{file}: {rows - ids:,} of {rows:,} rows have no {key} of their own. Give each row one that no "
            "other row has."
        )
    return rows
