"""A list from inbox to checked rows, beside the same list read by pandas with openpyxl."""

import json
import os
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path

from bench.lists import write_csv, write_xlsx
from bench.process import run
from sigap.warehouse.migrate import upgrade
from sigap_stack.postgres import Postgres, embedded_postgres, ensure_database

PEER = "pandas with openpyxl"


@dataclass(frozen=True, slots=True)
class Reading:
    """One list, read once: seconds of collect, of check and of Great Expectations within it, peak bytes.

    A peer only reads: its seconds stand in `collect`, the others are None.
    """

    what: str
    rows: int
    by: str
    collect: float
    check: float | None
    expectations: float | None
    peak_bytes: int


def measure_intake(
    folder: Path, csv_rows: int, xlsx_rows: int, registry_rows: int, repeat: int
) -> list[list[Reading]]:
    """Every list `repeat` times, ours and the peer's in turn, each in a process of its own."""
    csv = write_csv(folder / "csv.csv", csv_rows)
    xlsx = write_xlsx(folder / "xlsx.xlsx", xlsx_rows)
    registry = write_csv(folder / "registry.csv", registry_rows)
    with embedded_postgres(folder / "postgres") as server:
        return [
            [
                _ours(server, folder, csv, csv_rows),
                _ours(server, folder, xlsx, xlsx_rows),
                _peer(xlsx, xlsx_rows),
                _ours(server, folder, registry, registry_rows),
            ]
            for _ in range(repeat)
        ]


def _ours(server: Postgres, folder: Path, file: Path, rows: int) -> Reading:
    database = f"b_{uuid.uuid4().hex[:8]}"
    ensure_database(server.url("postgres"), database)
    upgrade(server.url(database))
    home = folder / database
    environment = os.environ | {"SIGAP_HOME": str(home), "SIGAP_WAREHOUSE_URL": server.url(database)}
    inbox = home / "inbox" / "2026-01" / "dtks"
    inbox.mkdir(parents=True)
    (inbox / file.name).hardlink_to(file)
    ended = run([sys.executable, "-m", "bench.verbs"], environment)
    seconds = json.loads(ended.output)
    if seconds["received"] != rows:
        raise SystemExit(f"bench: {file.name} has {rows} rows, {seconds['received']} were received.")
    return Reading(
        file.suffix.lstrip("."),
        rows,
        "sigap",
        seconds["collect"],
        seconds["check"],
        seconds["expectations"],
        ended.peak_bytes,
    )


def _peer(file: Path, rows: int) -> Reading:
    ended = run([sys.executable, "-m", "bench.peer", str(file)], os.environ)
    seconds = json.loads(ended.output)
    if seconds["received"] != rows:
        raise SystemExit(f"bench: {file.name} has {rows} rows, pandas read {seconds['received']}.")
    return Reading(file.suffix.lstrip("."), rows, PEER, seconds["read"], None, None, ended.peak_bytes)
