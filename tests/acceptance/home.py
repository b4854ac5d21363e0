"""A home to run months in, as a person does: through the command line."""

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Collection, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sigap_stack.postgres import Postgres
from warehouses import new_warehouse

PERIOD = "2026-01"
SIGAP = [sys.executable, "-m", "sigap"]


@dataclass(frozen=True)
class Home:
    """A SIGAP_HOME with a warehouse of its own, and the command line that works in it."""

    path: Path
    warehouse_url: str
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def ours(self) -> dict[str, str]:
        return {"SIGAP_HOME": str(self.path), "SIGAP_WAREHOUSE_URL": self.warehouse_url, **self.settings}

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, **self.ours}

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """What a command ends with and says, run in this process: a new one would load everything again."""
        from sigap import cli

        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            for name, value in self.ours.items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["sigap", *arguments])
            patch.chdir(self.path.parent)
            with pytest.raises(SystemExit) as ended:
                cli.main()
        code = int(ended.value.code or 0)
        return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())

    def run_alone(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """A command in a process of its own, as a person starts it."""
        command = [*SIGAP, *arguments]
        return subprocess.run(
            command, capture_output=True, text=True, check=False, env=self.environment, cwd=self.path.parent
        )

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """The same, to be stopped on its way."""
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
    """A home in a folder, with an empty warehouse that is there until the server ends."""
    return Home(folder / "home", postgres.url(new_warehouse(postgres)))


def fill_inbox(home: Home, associations: Collection[str] | None = None) -> None:
    """The lists of the month; of the associations all, or those named, where fewer show the same."""
    size = ("--workers", "400", "--memberships", "3000")
    result = home.run("synth", "--period", PERIOD, "--out", str(home.inbox), *size)
    assert result.returncode == 0, result.stderr
    for folder in (home.inbox / PERIOD / "associations").iterdir():
        if associations is not None and folder.name not in associations:
            shutil.rmtree(folder)
