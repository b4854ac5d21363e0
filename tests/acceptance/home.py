"""A home to run months in, as a person does: through the command line."""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sigap_stack.postgres import Postgres, ensure_database

PERIOD = "2026-01"
SIGAP = [sys.executable, "-m", "sigap"]


@dataclass(frozen=True)
class Home:
    """A SIGAP_HOME with a warehouse of its own, and the command line that works in it."""

    path: Path
    warehouse_url: str
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        ours = {"SIGAP_HOME": str(self.path), "SIGAP_WAREHOUSE_URL": self.warehouse_url}
        return {**os.environ, **ours, **self.settings}

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [*SIGAP, *arguments]
        return subprocess.run(
            command, capture_output=True, text=True, check=False, env=self.environment, cwd=self.path.parent
        )

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [*SIGAP, *arguments],
            env=self.environment,
            cwd=self.path.parent,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def json(self, *arguments: str) -> Any:
        result = self.run(*arguments, "--json")
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    @property
    def inbox(self) -> Path:
        return self.path / "inbox"


def make_home(postgres: Postgres, folder: Path) -> Home:
    from sigap.warehouse.migrate import upgrade

    name = f"a_{uuid.uuid4().hex[:12]}"
    ensure_database(postgres.url("postgres"), name)
    upgrade(postgres.url(name))
    return Home(folder / "home", postgres.url(name))


def fill_inbox(home: Home, period: str = PERIOD) -> None:
    result = home.run(
        "synth", "--period", period, "--out", str(home.inbox), "--workers", "400", "--memberships", "3000"
    )
    assert result.returncode == 0, result.stderr
