"""Price, load with all constraints and ledger: by size, over years of history, beside pandas `to_sql`."""

import os
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from bench.process import run
from bench.roster import lay_roster
from sigap.billing.payers import FILE
from sigap.domain.period import Period
from sigap.pipeline.resources import Resources
from sigap.settings import Settings
from sigap.warehouse.migrate import upgrade
from sigap_stack.postgres import Postgres, embedded_postgres, ensure_database

FIRST = Period(2026, 1)
_PAYERS = "billing_payers.yaml"


@dataclass(frozen=True, slots=True)
class Billed:
    """One month: lines, seconds of `bill` and of approval and `issue`, peak of memory with PostgreSQL."""

    lines: int
    bill_seconds: float
    issue_seconds: float
    peak_bytes: int

    @property
    def seconds(self) -> float:
        """Both together."""
        return self.bill_seconds + self.issue_seconds


@dataclass(frozen=True, slots=True)
class Peer:
    """pandas `to_sql` of the lines of the largest size, in seconds and bytes."""

    lines: int
    seconds: float
    peak_bytes: int


def measure_billing(
    folder: Path, sizes: list[int], months: int, people: int
) -> tuple[list[Billed], list[Billed], Peer | None]:
    """A month of each size on an empty warehouse, the peer on the largest, then months in a row."""
    with embedded_postgres(folder / "postgres") as server:
        curve = []
        for size in sizes:
            with _home(server, folder) as (resources, environment):
                lay_roster(FIRST, size, resources)
                curve.append(_bill(FIRST, size, environment, server))
                peer = _peer(size, resources, environment, server) if size == sizes[-1] else None
        with _home(server, folder) as (resources, environment):
            history = []
            for number in range(months):
                lay_roster(FIRST.plus(number), people, resources)
                history.append(_bill(FIRST.plus(number), people, environment, server))
    return curve, history, peer


@contextmanager
def _home(server: Postgres, folder: Path) -> Iterator[tuple[Resources, dict[str, str]]]:
    name = f"b_{uuid.uuid4().hex[:8]}"
    ensure_database(server.url("postgres"), name)
    upgrade(server.url(name))
    payers = _unlimited(folder)
    settings = Settings(home=folder / name, warehouse_url=server.url(name), payers=payers)
    resources = Resources.open(settings, "bench")
    places = {
        "SIGAP_HOME": str(settings.home),
        "SIGAP_WAREHOUSE_URL": server.url(name),
        "SIGAP_PAYERS": str(payers),
    }
    yield resources, os.environ | places
    resources.warehouse.dispose()


def _unlimited(folder: Path) -> Path:
    """The shipped payers with a ceiling that a province and three years fit under."""
    entries = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    first, *_ = entries["APBD_KOTA"]["pagu"].items()
    entries["APBD_KOTA"]["pagu"] = {first[0]: {**first[1], "value": 10**15, "end": None}}
    file = folder / _PAYERS
    file.write_text(yaml.safe_dump(entries), encoding="utf-8")
    return file


def _bill(period: Period, lines: int, environment: dict[str, str], server: Postgres) -> Billed:
    command = [sys.executable, "-m", "bench.billing_ours", str(period)]
    ended = run(command, environment, server.process.pid)
    billed, issued = map(float, ended.output.split())
    return Billed(lines, billed, issued, ended.peak_bytes)


def _peer(lines: int, resources: Resources, environment: dict[str, str], server: Postgres) -> Peer:
    file = next((resources.settings.place("lake") / "billing.lines" / str(FIRST)).glob("*.parquet"))
    url = str(resources.settings.warehouse_url)
    ended = run(
        [sys.executable, "-m", "bench.billing_pandas", str(file), url], environment, server.process.pid
    )
    return Peer(lines, float(ended.output), ended.peak_bytes)
