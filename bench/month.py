"""`sigap month` from inbox to issued invoices and documents, on an empty warehouse, without Airflow."""

import json
import os
import subprocess
import sys
import threading
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from sigap.domain.period import Period
from sigap.synth import synthesise
from sigap.warehouse.migrate import upgrade
from sigap_stack.postgres import Postgres, embedded_postgres, ensure_database

PERIOD = Period(2026, 1)


@dataclass(frozen=True, slots=True)
class Measurement:
    """One run: wall clock, peak of resident memory of all processes together, and what the month said."""

    seconds: float
    peak_bytes: int
    summary: dict[str, Any]


def measure_month(folder: Path, workers: int, memberships: int, repeat: int) -> list[Measurement]:
    """Run the month `repeat` times, each in a home of its own."""
    inbox = folder / "inbox"
    synthesise(PERIOD, inbox, workers=workers, memberships=memberships)
    with embedded_postgres(folder / "postgres") as server:
        return [_run(server, folder / f"home{number}", inbox) for number in range(repeat)]


def _run(server: Postgres, home: Path, inbox: Path) -> Measurement:
    database = f"b_{uuid.uuid4().hex[:8]}"
    ensure_database(server.url("postgres"), database)
    upgrade(server.url(database))
    environment = os.environ | {"SIGAP_HOME": str(home), "SIGAP_WAREHOUSE_URL": server.url(database)}
    command = [
        sys.executable,
        "-m",
        "sigap",
        "month",
        str(PERIOD),
        "--inbox",
        str(inbox),
        "--approve-as",
        "demo",
        "--json",
    ]
    started = time.perf_counter()
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        watch = _MemoryWatch([process.pid, server.process.pid])
        watch.start()
        output, _ = process.communicate()
        seconds = time.perf_counter() - started
        watch.finished.set()
    watch.join()
    if process.returncode != 0:
        raise SystemExit("bench: the month did not end well; its sentence stands above.")
    return Measurement(seconds, watch.peak, json.loads(output))


class _MemoryWatch(threading.Thread):
    """Samples the proportional set size (shared pages counted once) of some processes and their children."""

    def __init__(self, pids: list[int]) -> None:
        super().__init__(daemon=True)
        self.roots = pids
        self.peak = 0
        self.finished = threading.Event()

    def run(self) -> None:
        while not self.finished.wait(0.1):
            self.peak = max(self.peak, sum(map(_pss, self._processes())))

    def _processes(self) -> list[psutil.Process]:
        found: list[psutil.Process] = []
        for pid in self.roots:
            try:
                root = psutil.Process(pid)
                found += [root, *root.children(recursive=True)]
            except psutil.NoSuchProcess:
                continue
        return found


def _pss(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0
