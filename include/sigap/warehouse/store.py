"""Connections and bulk loads."""

import io

import pyarrow as pa
import pyarrow.csv as pa_csv
from sqlalchemy import Connection, Engine, Table, create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from sigap.errors import WarehouseError


def open_warehouse(url: str) -> Engine:
    """An engine for a PostgreSQL URL (`postgresql://…`). Raises `WarehouseError` when nobody answers there."""
    parsed = make_url(url).set(drivername="postgresql+psycopg")
    engine = create_engine(parsed, pool_pre_ping=True)
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
    buffer = io.BytesIO()
    pa_csv.write_csv(rows, buffer, pa_csv.WriteOptions(include_header=False, quoting_style="needed"))
    name = table if isinstance(table, str) else f"{table.schema}.{table.name}"
    columns = ", ".join(f'"{column}"' for column in rows.column_names)
    driver = connection.connection.cursor()
    with driver.copy(f"COPY {name} ({columns}) FROM STDIN (FORMAT csv)") as copy:  # type: ignore[attr-defined]
        copy.write(buffer.getbuffer())
