"""The warehouse when none is configured: the embedded PostgreSQL of this home."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sigap.settings import load_settings
from sigap.warehouse.migrate import upgrade
from sigap_stack.postgres import embedded_postgres, ensure_database, running_postgres_url

WAREHOUSE = "sigap"


@contextmanager
def embedded_warehouse(home: Path, say: Callable[[str], None] = lambda sentence: None) -> Iterator[str]:
    """The URL of the migrated warehouse below `home`: of the stack running there, else of our own server.

    Commands of one home take turns, since each but the stack ends the server that it started; `say` is told
    when one has to wait.
    """
    data = home.absolute() / "postgres"
    with _turn(home.absolute(), say):
        running = running_postgres_url(data, WAREHOUSE)
        if running is not None:
            yield running
            return
        with embedded_postgres(data) as server:
            ensure_database(server.url("postgres"), WAREHOUSE)
            upgrade(server.url(WAREHOUSE), government=load_settings().government)
            yield server.url(WAREHOUSE)


@contextmanager
def _turn(home: Path, say: Callable[[str], None]) -> Iterator[None]:
    home.mkdir(parents=True, exist_ok=True)
    with (home / "command.lock").open("a") as lock:  # released by the kernel, however the command ends
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"Another sigap command works in {home}: waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
