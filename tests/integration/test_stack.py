"""The stack for real: it starts, refuses a second one, and leaves nothing behind when it is killed."""

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from sigap_stack.configuration import USERS, airflow_environment, load_secrets
from sigap_stack.guardian import descendants
from sigap_stack.postgres import running_postgres_url

pytestmark = pytest.mark.xdist_group("stack")
STARTED_WITHIN_SECONDS = 240


def command(home: Path, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """The launcher as a person calls it, with a home of its own and nothing else from this session."""
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    program = [sys.executable, "-c", "from sigap_stack.cli import main; main()"]
    return [*program, *arguments], environment | {"SIGAP_HOME": str(home), "COLUMNS": "300"}


def living(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def processes_of(home: Path) -> set[int]:
    """Every living process that carries the home in its environment or its command line."""
    found = set()
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            traces = (folder / "environ").read_bytes() + (folder / "cmdline").read_bytes()
            if str(home).encode() in traces and living(int(folder.name)):
                found.add(int(folder.name))
    return found - {os.getpid()}


def wait_for(condition: Callable[[], bool], seconds: float) -> bool:
    """Ask again and again until it is so."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.2)
    return False


@dataclass
class Launched:
    """A launcher at work."""

    home: Path
    port: int
    process: "subprocess.Popen[bytes]"

    @property
    def healthy(self) -> bool:
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.port}/api/v2/monitor/health", timeout=5
            ) as answer:
                health = json.load(answer)
        except OSError:
            return False
        parts = ("metadatabase", "scheduler", "dag_processor", "triggerer")
        return all(health[part]["status"] == "healthy" for part in parts)

    @property
    def output(self) -> str:
        return (self.home.parent / "up.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def launched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launched]:
    """One `sigap-stack up` for all tests of this file."""
    home = tmp_path_factory.mktemp("stack") / "home"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    arguments, environment = command(home, "up", "--port", str(port))
    with (home.parent / "up.txt").open("wb") as output:
        process = subprocess.Popen(arguments, env=environment, stdout=output, stderr=output)
    stack = Launched(home, port, process)
    try:
        started = wait_for(lambda: stack.healthy or process.poll() is not None, STARTED_WITHIN_SECONDS)
        assert started and process.poll() is None, stack.output
        yield stack
    finally:
        process.kill()
        process.wait()


def test_the_stack_is_healthy_on_loopback_and_shows_its_accounts(launched: Launched) -> None:
    assert wait_for(lambda: "admin" in launched.output, 20)
    for user in USERS:
        assert user in launched.output
    local = set()
    for line in Path("/proc/net/tcp").read_text(encoding="utf-8").splitlines()[1:]:
        address, port = line.split()[1].split(":")
        if int(port, 16) == launched.port and line.split()[3] == "0A":
            local.add(address)
    assert local == {"0100007F"}, "Airflow must listen on 127.0.0.1 only"


def test_both_databases_are_migrated_and_the_secrets_are_for_the_owner_only(launched: Launched) -> None:
    url = running_postgres_url(launched.home / "postgres", "sigap")
    assert url is not None
    with psycopg.connect(url) as warehouse:
        assert warehouse.execute("SELECT count(*) FROM billing.invoice").fetchone() == (0,)
    with psycopg.connect(url.replace("/sigap", "/airflow")) as metadata:
        assert metadata.execute("SELECT count(*) FROM dag_run").fetchone() == (0,), "nothing runs by itself"
    files = [*(launched.home / "secrets").iterdir(), launched.home / "postgres" / "sigap_password"]
    assert len(files) == 3
    assert {file.stat().st_mode & 0o077 for file in files} == {0}


def test_a_second_launcher_in_the_same_home_is_told_so(launched: Launched) -> None:
    arguments, environment = command(launched.home, "up", "--port", "0")
    second = subprocess.run(
        arguments, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert second.returncode == 2
    assert "already runs in" in second.stdout + second.stderr
    assert "Traceback" not in second.stdout + second.stderr
    assert launched.healthy


def test_a_taken_port_is_one_clear_sentence(launched: Launched, tmp_path: Path) -> None:
    arguments, environment = command(tmp_path / "other", "up", "--port", str(launched.port))
    second = subprocess.run(
        arguments, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert second.returncode == 2
    said = (second.stdout + second.stderr).strip().splitlines()
    assert len(said) == 1
    assert f"Port {launched.port} is taken" in said[0]


def test_tasks_get_only_the_environment_they_need(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "canary")
    monkeypatch.setenv("SIGAP_POSTGRES_URL", "postgresql://canary@server/")
    monkeypatch.setenv("SIGAP_INBOX", "/elsewhere")
    environment = airflow_environment(
        tmp_path, 1, "postgresql://a:b@h/airflow", "postgresql://a:b@h/sigap", load_secrets(tmp_path / "s")
    )
    assert "canary" not in json.dumps(environment)
    assert environment["SIGAP_INBOX"] == "/elsewhere"


def test_killing_the_launcher_leaves_no_process_and_no_lock(launched: Launched) -> None:
    started = descendants(launched.process.pid)
    assert len(started) > 12, "PostgreSQL, guardian, four services, their workers"
    launched.process.send_signal(signal.SIGKILL)
    launched.process.wait()

    def left() -> set[int]:
        return processes_of(launched.home) | {pid for pid in started if living(pid)}

    assert wait_for(lambda: not left(), 30), left()
    assert not (launched.home / "postgres" / "postmaster.pid").exists()
    with (launched.home / "stack.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
