"""Price, load with all constraints and ledger: by size, over years of history, beside pandas `to_sql`."""

import sys
from dataclasses import dataclass
from pathlib import Path

from bench.billing_home import FIRST, empty_home
from bench.process import run
from bench.roster import lay_roster
from sigap.domain.period import Period
from sigap.pipeline.resources import Resources
from sigap_stack.postgres import Postgres, embedded_postgres

KINDS = ("bare", "guarded")


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
    """pandas `to_sql` of the lines of the largest size, in seconds and bytes; `kind` of table: see there."""

    kind: str
    lines: int
    seconds: float
    peak_bytes: int


def measure_billing(
    folder: Path, sizes: list[int], months: int, people: int
) -> tuple[list[Billed], list[Billed], list[Peer]]:
    """A month of each size on an empty warehouse, the peers on the largest, then months in a row."""
    with embedded_postgres(folder / "postgres") as server:
        curve, peers = [], []
        for size in sizes:
            with empty_home(server, folder) as (resources, environment):
                lay_roster(FIRST, size, resources)
                curve.append(_bill(FIRST, size, environment, server))
                if size == sizes[-1]:
                    peers = [_peer(kind, size, resources, environment, server) for kind in KINDS]
        with empty_home(server, folder) as (resources, environment):
            history = []
            for number in range(months):
                lay_roster(FIRST.plus(number), people, resources)
                history.append(_bill(FIRST.plus(number), people, environment, server))
    return curve, history, peers


def _bill(period: Period, lines: int, environment: dict[str, str], server: Postgres) -> Billed:
    command = [sys.executable, "-m", "bench.billing_ours", str(period)]
    ended = run(command, environment, server.process.pid)
    billed, issued = map(float, ended.output.split())
    return Billed(lines, billed, issued, ended.peak_bytes)


def _peer(kind: str, lines: int, resources: Resources, environment: dict[str, str], server: Postgres) -> Peer:
    file = next((resources.settings.place("lake") / "billing.lines" / str(FIRST)).glob("*.parquet"))
    url = str(resources.settings.warehouse_url)
    command = [sys.executable, "-m", "bench.billing_pandas", str(file), url, kind]
    ended = run(command, environment, server.process.pid)
    return Peer(kind, lines, float(ended.output), ended.peak_bytes)
