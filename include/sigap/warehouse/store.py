"""Connections and bulk loads."""

import io
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
from sqlalchemy import Connection, Engine, Select, Table, create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from sigap.errors import WarehouseError
from sigap.warehouse.binary import binary_rows
from sigap.warehouse.governments import act_for


def open_warehouse(url: str, government: str | None = None) -> Engine:
    """An engine for a PostgreSQL URL (`postgresql://…`). Raises `WarehouseError` when none answers.

    Its connections act for a government; without one for nobody in particular, as migrations do.
    """
    parsed = make_url(url).set(drivername="postgresql+psycopg")
    engine = create_engine(parsed, pool_pre_ping=True, hide_parameters=True)
    if government is not None:
        act_for(engine, government)
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except OperationalError:
        where = f"{parsed.host or 'the local socket'}:{parsed.port or 5432}/{parsed.database}"
        raise WarehouseError(
            f"No PostgreSQL answers at {where}. Start it (`make up`) or correct SIGAP_WAREHOUSE_URL."
        ) from None
    return engine


def copy_rows(connection: Connection, table: Table | str, rows: pa.Table) -> None:
    """Load rows into a table by COPY, inside the connection's transaction. Columns are matched by name."""
    name = table if isinstance(table, str) else f"{table.schema}.{table.name}"
    columns = ", ".join(f'"{column}"' for column in rows.column_names)
    binary = None if isinstance(table, str) else binary_rows(table, rows)
    form = "csv" if binary is None else "binary"
    driver = connection.connection.cursor()
    with driver.copy(f"COPY {name} ({columns}) FROM STDIN (FORMAT {form})") as copy:
        for part in _csv(rows) if binary is None else binary:
            copy.write(part)


def _csv(rows: pa.Table) -> Iterator[memoryview]:
    buffer = io.BytesIO()
    pa_csv.write_csv(rows, buffer, pa_csv.WriteOptions(include_header=False, quoting_style="needed"))
    yield buffer.getbuffer()


def copy_out(
    connection: Connection, query: Select[Any], types: Mapping[str, pa.DataType] | None = None
) -> pa.Table:
    """The rows of a query as an Arrow table, read by COPY. `types` fixes columns that look like numbers."""
    statement = query.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})
    driver = connection.connection.cursor()
    with driver.copy(f"COPY ({statement}) TO STDOUT (FORMAT csv, HEADER)", statement.params) as copy:
        content = pa.BufferReader(b"".join(bytes(part) for part in copy))
    options = pa_csv.ConvertOptions(
        column_types=dict(types or {}),
        null_values=[""],  # PostgreSQL writes NULL as nothing; a person may be called Null or Na
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )
    lines = pa_csv.ParseOptions(newlines_in_values=True)  # an address may hold one
    return pa_csv.read_csv(content, parse_options=lines, convert_options=options)
