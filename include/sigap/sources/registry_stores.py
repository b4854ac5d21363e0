"""Where a registry may stand: a table of a database, or a file. Both answer statements with Arrow tables."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from sqlalchemy import Engine, SelectBase, create_engine, inspect, make_url
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchTableError

from sigap.engine import connect
from sigap.errors import SourceError

_FILES = {
    ".csv": "read_csv({path}, header = true, all_varchar = true)",
    ".parquet": "read_parquet({path})",
}


@dataclass(frozen=True, slots=True)
class Store:
    """An open store: its table, the table's columns, and who answers a statement."""

    table: str
    columns: Sequence[str]
    ask: Callable[[Any], pa.Table]


@contextmanager
def open_database(address: str, table: str) -> Iterator[Store]:
    """A table (`schema.table`) of the database at a URL. Raises `SourceError` when it cannot be read."""
    with _engine(address) as engine, engine.connect() as connection:
        yield Store(table, _table_columns(engine, table), lambda query: _as_table(connection.execute(query)))


@contextmanager
def open_file(path: Path) -> Iterator[Store]:
    """The table in a csv (UTF-8) or Parquet file. Raises `SourceError` when it cannot be read."""
    with connect() as engine:
        yield Store("list", _file_columns(engine, path), _query_file(engine, path))


@contextmanager
def _engine(address: str) -> Iterator[Engine]:
    try:
        url = make_url(address)
        if url.drivername == "postgresql":
            url = url.set(drivername="postgresql+psycopg")
        engine = create_engine(url, hide_parameters=True)
        with engine.connect():
            pass
    except (ArgumentError, ImportError):
        raise SourceError("SIGAP_REGISTRY is no database URL that can be opened here. Correct it.") from None
    except DBAPIError:
        raise SourceError(
            "The registry's database does not answer, or refuses the account. Ask its keeper, or correct "
            "SIGAP_REGISTRY; what was fetched is kept."
        ) from None
    try:
        yield engine
    except DBAPIError:
        raise SourceError(
            "The registry's database broke off. Run it again: what was fetched is kept."
        ) from None
    finally:
        engine.dispose()


def _table_columns(engine: Engine, name: str) -> list[str]:
    schema, _, short = name.rpartition(".")
    try:
        return [str(found["name"]) for found in inspect(engine).get_columns(short, schema or None)]
    except NoSuchTableError:
        raise SourceError(f"The registry has no table {name}. Correct SIGAP_REGISTRY_TABLE.") from None


def _file_columns(engine: duckdb.DuckDBPyConnection, path: Path) -> list[str]:
    reader = _FILES.get(path.suffix.lower())
    if reader is None or not path.is_file():
        raise SourceError(f"{path.name} is no csv or Parquet file that is there. Correct SIGAP_REGISTRY.")
    try:
        quoted = "'" + str(path).replace("'", "''") + "'"
        engine.execute(f"CREATE VIEW list AS FROM {reader.format(path=quoted)}")
        return [str(name) for name, *_ in engine.execute("DESCRIBE list").fetchall()]
    except duckdb.Error as error:
        raise _unreadable(path, error) from None


def _query_file(engine: duckdb.DuckDBPyConnection, path: Path) -> Callable[[SelectBase], pa.Table]:
    dialect: Any = postgresql.psycopg.dialect
    dialect = dialect(paramstyle="numeric_dollar")

    def ask(query: SelectBase) -> pa.Table:
        compiled = query.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        values = [compiled.params[name] for name in compiled.positiontup or ()]
        try:
            return engine.sql(str(compiled), params=values).to_arrow_table()
        except duckdb.Error as error:
            raise _unreadable(path, error) from None

    return ask


def _unreadable(path: Path, error: duckdb.Error) -> SourceError:
    """DuckDB quotes the line at fault: only the kind of error is told."""
    return SourceError(
        f"{path.name} cannot be read as a table ({type(error).__name__}). "
        "Export it again as csv in UTF-8 or as Parquet."
    )


def _as_table(result: Any) -> pa.Table:
    names = list(result.keys())
    columns = list(zip(*result.fetchall(), strict=True)) or [()] * len(names)
    return pa.table({str(place): pa.array(list(values)) for place, values in enumerate(columns)})
