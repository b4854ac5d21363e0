"""The documents of an issued invoice: the workbook, the PDF with its annex, and the verb `report`."""

import json
import statistics
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.billing_home import FIRST, empty_home
from bench.billing_ours import charge
from bench.process import run
from bench.roster import lay_roster
from sigap_stack.postgres import Postgres, embedded_postgres

WHAT = ("workbook", "pdf", "report")


@dataclass(frozen=True, slots=True)
class Made:
    """Seconds to read the invoice from the warehouse and to make it a document, its size, peak of memory.

    The verb reads and makes at once: all its seconds are `making`. The peak is with PostgreSQL.
    """

    what: str
    reading: float
    making: float
    size_bytes: float
    peak_bytes: float

    @property
    def seconds(self) -> float:
        """Both together."""
        return self.reading + self.making


def measure_documents(folder: Path, people: int, repeat: int) -> list[Made]:
    """The median of each, over runs that take turns; every run in a process and a folder of its own."""
    with (
        embedded_postgres(folder / "postgres") as server,
        empty_home(server, folder) as (resources, environment),
    ):
        lay_roster(FIRST, people, resources)
        charge(FIRST, resources)
        runs = [
            _run(what, environment | {"SIGAP_DOCUMENTS": str(folder / f"documents{number}")}, server)
            for number in range(repeat)
            for what in WHAT
        ]
    return [_median([one for one in runs if one.what == what]) for what in WHAT]


def _run(what: str, environment: Mapping[str, str], server: Postgres) -> Made:
    command = [sys.executable, "-m", "bench.documents_ours", what, str(FIRST)]
    ended = run(command, environment, server.process.pid)
    return Made(what, **json.loads(ended.output), peak_bytes=ended.peak_bytes)


def _median(runs: list[Made]) -> Made:
    middle = sorted(runs, key=lambda one: one.seconds)[len(runs) // 2]
    peak = statistics.median(one.peak_bytes for one in runs)
    return Made(middle.what, middle.reading, middle.making, middle.size_bytes, peak)
