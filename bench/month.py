"""`sigap month` from inbox to issued invoices and documents, on an empty warehouse, without Airflow."""

import json
import os
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.process import run
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
    ended = run(command, environment, server.process.pid)
    return Measurement(ended.seconds, ended.peak_bytes, json.loads(ended.output))
