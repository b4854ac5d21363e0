"""A PostgreSQL for tests, and migrated warehouses on it that cost milliseconds."""

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psycopg
from psycopg import sql

from sigap_stack.postgres import Postgres, embedded_postgres, ensure_database

# Nothing here has to survive a crash; nothing runs beside a test that it did not start.
QUICK = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "128MB",
    "min_wal_size": "32MB",
    "checkpoint_timeout": "1d",
    "autovacuum": "off",
    "io_method": "sync",
    "shared_buffers": "64MB",
    "scram_iterations": "1",
}
MEMORY = Path("/dev/shm")  # noqa: S108
ROOM = 2 * 1024**3  # bytes; the servers of three workers take half of it


@contextmanager
def quick_server() -> Iterator[Postgres]:
    """A server of its own, in memory where there is room: a database is some six hundred files to copy.

    Its data lies outside pytest's own folder, which every new session of pytest closes to other accounts,
    such as the one that the server runs under when root runs the tests.
    """
    root = MEMORY if _has_room() else Path(tempfile.gettempdir())
    _sweep(root)
    folder = tempfile.mkdtemp(prefix=f"sigap-test-{os.getpid()}-", dir=root)
    try:
        with embedded_postgres(Path(folder) / "data", QUICK) as server:
            with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
                # hashed anew, in one round: every connection would repeat the usual four thousand
                connection.execute(sql.SQL("ALTER ROLE postgres PASSWORD {}").format(server.password))
            yield server
    finally:  # rm takes a second where Python takes half a minute
        subprocess.run(["rm", "-rf", folder], check=True)


@cache
def template(server: Postgres) -> str:
    """The name of a migrated database that every test copies: a copy takes a fraction of a migration."""
    from sigap.warehouse.migrate import upgrade

    ensure_database(server.url("postgres"), "migrated")
    upgrade(server.url("migrated"))
    psycopg.connect(server.url("migrated")).close()  # leaves its catalogue cache, which is copied too
    return "migrated"


def new_warehouse(server: Postgres) -> str:
    """The name of an empty, migrated database."""
    name = f"t_{uuid.uuid4().hex[:12]}"
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
    _administer(server, statement.format(sql.Identifier(name), sql.Identifier(template(server))))
    return name


def drop_warehouse(server: Postgres, name: str) -> None:
    """Give back what it takes, whoever still has it open."""
    _administer(server, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _administer(server: Postgres, statement: sql.Composed) -> None:
    _administration(server).execute(statement)


@cache
def _administration(server: Postgres) -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(server.url("postgres"), autocommit=True)


def _has_room() -> bool:
    return os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM


def _sweep(root: Path) -> None:
    """Remove the data of servers whose session was killed."""
    for folder in root.glob("sigap-test-*-*"):
        if not Path("/proc", folder.name.split("-")[2]).exists():
            subprocess.run(["rm", "-rf", str(folder)], check=False)
