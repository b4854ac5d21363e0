"""`settle` of a month: an issued invoice beside a bill by name of the same size."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from bench.billing_home import FIRST, empty_home
from bench.billing_ours import charge
from bench.process import run
from bench.roster import lay_roster
from bench.settlement_bill import lay_bill
from sigap_stack.postgres import embedded_postgres


@dataclass(frozen=True, slots=True)
class Settled:
    """People invoiced, rows of the bill, seconds of the verb, peak of memory with PostgreSQL, classes."""

    people: int
    rows: int
    seconds: float
    peak_bytes: int
    classes: dict[str, int]


def measure_settlement(folder: Path, people: int) -> Settled:
    """A month is billed, approved and issued, BPJS's bill is laid; `settle` runs in a process of its own."""
    with (
        embedded_postgres(folder / "postgres") as server,
        empty_home(server, folder) as (resources, environment),
    ):
        lay_roster(FIRST, people, resources)
        charge(FIRST, resources)
        rows = lay_bill(FIRST, resources)
        command = [sys.executable, "-m", "bench.settlement_ours", str(FIRST)]
        ended = run(command, environment, server.process.pid)
    said = json.loads(ended.output)
    return Settled(people, rows, said["seconds"], ended.peak_bytes, said["classes"])
