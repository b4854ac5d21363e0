"""Starts PostgreSQL and Airflow for one home and ends them together, whatever ends first."""

import fcntl
import json
import os
import socket
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psycopg

from sigap_stack.configuration import airflow_environment, load_secrets
from sigap_stack.postgres import embedded_postgres, ensure_database
from sigap_stack.processes import Processes, StackError

Say = Callable[[str], None]

SERVICES = {
    "api-server": ["airflow", "api-server"],
    "scheduler": ["sigap_stack.warm", "scheduler", "--skip-serve-logs"],
    "dag-processor": ["airflow", "dag-processor"],
}
TRIGGERER = ["airflow", "triggerer", "--skip-serve-logs"]
_HEALTHY_WITHIN_SECONDS = 240
_CLEAN_UP_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Stack:
    """A running stack: where to reach it and who may log in."""

    home: Path
    address: str
    warehouse_url: str
    passwords: Mapping[str, str]
    processes: Processes

    @property
    def task_logs(self) -> Path:
        """Where Airflow writes what tasks say."""
        return self.home / "airflow" / "logs"


@contextmanager
def running_stack(home: Path, port: int, say: Say, postgres_url: str | None = None) -> Iterator[Stack]:
    """Start everything in `home`, wait until it is healthy, end everything.

    `port` 0 takes any free one. `postgres_url` is a server of yours; without it one is embedded.
    Raises `StackError` when the port or the home is taken or a service does not start.
    """
    home = home.absolute()
    for folder in (home / "airflow", home / "lineage", home / "logs"):
        folder.mkdir(parents=True, exist_ok=True)
    port = _claim_port(port)
    with _locked(home) as lock, _database_server(home, postgres_url, say) as server_url:
        processes = Processes(home / "logs", lock)
        try:
            yield _start(home, port, server_url, processes, say)
        finally:
            say("Stopping")
            processes.stop()


def _start(home: Path, port: int, server_url: Callable[[str], str], processes: Processes, say: Say) -> Stack:
    for database in ("airflow", "sigap"):
        ensure_database(server_url("postgres"), database)
    kept = load_secrets(home / "secrets")
    warehouse_url = server_url("sigap")
    environment = airflow_environment(home, port, server_url("airflow"), warehouse_url, kept)
    say("Preparing the databases")
    with ThreadPoolExecutor(1) as aside:
        warehouse = aside.submit(_migrate_warehouse, warehouse_url)
        _migrate_airflow(home, server_url("airflow"), environment, processes)
        warehouse.result()
    say("Starting Airflow")
    for name, arguments in SERVICES.items():
        processes.start(name, [sys.executable, "-m", *arguments], environment)
    stack = Stack(home, f"http://127.0.0.1:{port}", warehouse_url, kept.passwords, processes)
    _wait_until_healthy(stack)
    # No task of ours waits on a trigger: it starts last, out of the way of the first tasks.
    processes.start("triggerer", ["nice", sys.executable, "-m", *TRIGGERER], environment)
    return stack


def _claim_port(port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise StackError(
                f"Port {port} is taken. Stop what uses it, or choose another with --port."
            ) from None
        return int(probe.getsockname()[1])


@contextmanager
def _locked(home: Path) -> Iterator[int]:
    """Hold the home. A killed stack gets time to finish its clean-up; a living one does not give way."""
    with (home / "stack.lock").open("a+", encoding="ascii") as file:
        deadline = time.monotonic() + _CLEAN_UP_SECONDS
        while not _try_lock(file.fileno()):
            file.seek(0)
            owner = file.read().strip()
            if Path(f"/proc/{owner}").exists() or time.monotonic() > deadline:
                raise StackError(
                    f"A stack (process {owner}) already runs in {home}. "
                    "Use it, stop it, or set SIGAP_HOME to another folder."
                )
            time.sleep(0.2)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield file.fileno()


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _database_server(home: Path, postgres_url: str | None, say: Say) -> Iterator[Callable[[str], str]]:
    if postgres_url:
        yield lambda database: _with_database(postgres_url, database)
        return
    say("Starting PostgreSQL")
    with embedded_postgres(home / "postgres") as server:
        yield server.url


def _with_database(server_url: str, database: str) -> str:
    from sqlalchemy import make_url

    url = make_url(server_url).set(drivername="postgresql", database=database)
    return url.render_as_string(hide_password=False)


def _migrate_warehouse(url: str) -> None:
    from sigap.settings import load_settings
    from sigap.warehouse.migrate import upgrade

    upgrade(url, government=load_settings().government)


def _migrate_airflow(
    home: Path, database_url: str, environment: Mapping[str, str], processes: Processes
) -> None:
    """Run `airflow db migrate` unless this version left the database at the revision it is at now."""
    stamp = home / "airflow" / "migrated.json"
    release = version("apache-airflow")
    revision = _airflow_revision(database_url)
    if revision and stamp.exists() and json.loads(stamp.read_text()) == [release, revision]:
        return
    processes.start("airflow-db-migrate", [sys.executable, "-m", "airflow", "db", "migrate"], environment)
    processes.wait("airflow-db-migrate")
    processes.check()
    stamp.write_text(json.dumps([release, _airflow_revision(database_url)]))


def _airflow_revision(database_url: str) -> str | None:
    with psycopg.connect(database_url) as connection:
        try:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except psycopg.errors.UndefinedTable:
            return None
    return str(row[0]) if row else None


def _wait_until_healthy(stack: Stack) -> None:
    deadline = time.monotonic() + _HEALTHY_WITHIN_SECONDS
    while not _healthy(stack.address):
        stack.processes.check()
        if time.monotonic() > deadline:
            raise StackError(
                f"Airflow is not healthy after {_HEALTHY_WITHIN_SECONDS} s. "
                f"The logs in {stack.home / 'logs'} say why."
            )
        time.sleep(0.3)


def _healthy(address: str) -> bool:
    try:
        _get(f"{address}/execution/health")  # builds what tasks talk to, while the scheduler still starts
        health = _get(f"{address}/api/v2/monitor/health")
    except OSError:
        return False
    return all(health[part]["status"] == "healthy" for part in ("metadatabase", "scheduler", "dag_processor"))


def _get(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310
        content: dict[str, Any] = json.load(answer)
    return content
