"""Run the benchmarks, print their tables and keep them under docs/benchmarks."""

import platform
import statistics
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import psutil
import typer
from rich.console import Console

from bench.month import Measurement, measure_month

OUT = Path(__file__).resolve().parents[1] / "docs" / "benchmarks"
LIBRARIES = ("apache-airflow", "pandas", "pyarrow", "duckdb", "great-expectations", "openpyxl", "sqlalchemy")


def main(
    workers: Annotated[int, typer.Option(help="Places of the programme.")] = 11_666,
    memberships: Annotated[int, typer.Option(help="Rows of the BPJS membership extract.")] = 200_000,
    repeat: Annotated[int, typer.Option(help="Runs; the median is shown.")] = 3,
    keep: Annotated[bool, typer.Option(help="Write the table to docs/benchmarks/month.md.")] = True,
) -> None:
    """Measure a month, verb by verb."""
    with tempfile.TemporaryDirectory(prefix="sigap-bench-") as folder:
        runs = measure_month(Path(folder), workers, memberships, repeat)
    page = "\n".join([*_head(workers, memberships, repeat), *_table(runs)])
    Console().print(page, markup=False, highlight=False)
    if keep:
        OUT.mkdir(parents=True, exist_ok=True)
        (OUT / "month.md").write_text(page + "\n", encoding="utf-8")


def _head(workers: int, memberships: int, repeat: int) -> list[str]:
    memory = psutil.virtual_memory().total / 2**30
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    machine = f"{psutil.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}"
    return [
        "# A month, from inbox to issued invoices and documents",
        "",
        f"`make bench` on {datetime.now(UTC):%Y-%m-%d}: {machine}; {libraries}.",
        f"{workers:,} places, {memberships:,} memberships; median of {repeat} runs, on empty warehouses, "
        "without Airflow.",
        "",
    ]


def _table(runs: list[Measurement]) -> list[str]:
    median = sorted(runs, key=lambda run: run.seconds)[len(runs) // 2]
    total = statistics.median(run.seconds for run in runs)
    peak = statistics.median(run.peak_bytes for run in runs) / 2**20
    verbs = median.summary["seconds"]
    rest = median.seconds - sum(verbs.values())
    return [
        "| | seconds | share |",
        "|---|---:|---:|",
        *(f"| {verb} | {seconds:.2f} | {seconds / median.seconds:.0%} |" for verb, seconds in verbs.items()),
        f"| starting, reading figures | {rest:.2f} | {rest / median.seconds:.0%} |",
        f"| **whole month** | **{total:.2f}** | |",
        "",
        f"Peak memory, PostgreSQL included: {peak:,.0f} MiB. "
        f"Subsidised: {median.summary['subsidised']:,}; rows accepted: {median.summary['accepted']:,}.",
    ]


if __name__ == "__main__":
    sys.exit(typer.run(main))
