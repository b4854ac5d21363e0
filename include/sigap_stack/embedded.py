"""The warehouse when none is configured: the embedded PostgreSQL of this home."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sigap.warehouse.migrate import upgrade
from sigap_stack.postgres import embedded_postgres, ensure_database, running_postgres_url

WAREHOUSE = "sigap"


@contextmanager
def embedded_warehouse(home: Path) -> Iterator[str]:
    """The URL of the migrated warehouse below `home`: of the server running there, else of our own."""
    data = home.absolute() / "postgres"
    running = running_postgres_url(data, WAREHOUSE)
    if running is not None:
        yield running
        return
    with embedded_postgres(data) as server:
        ensure_database(server.url("postgres"), WAREHOUSE)
        upgrade(server.url(WAREHOUSE))
        yield server.url(WAREHOUSE)
