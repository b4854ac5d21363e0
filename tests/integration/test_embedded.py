"""Commands that share a home without a warehouse of its own: they take turns, none loses its server."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def fresh_home() -> Iterator[Path]:
    """A home outside pytest's folder, which the account that PostgreSQL runs under could not enter."""
    with tempfile.TemporaryDirectory(prefix="sigap-test-") as folder:
        yield Path(folder) / "home"


def test_two_commands_in_a_fresh_home_take_turns(fresh_home: Path) -> None:
    environment = {**os.environ, "SIGAP_HOME": str(fresh_home)}
    environment.pop("SIGAP_WAREHOUSE_URL", None)
    command = [sys.executable, "-m", "sigap", "status", "2026-01", "--json"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    runs = [subprocess.Popen(command, env=environment, text=True, **pipes) for _ in range(2)]
    told = [run.communicate(timeout=120)[1] for run in runs]
    assert [run.returncode for run in runs] == [0, 0], told
    assert sum("waiting for it" in sentence for sentence in told) == 1
