"""What would become of a file if it were sent in: read, compared and checked, and nothing kept of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
from upath import UPath

from sigap.domain.datasets import SCHEMAS
from sigap.domain.lists import FoundList
from sigap.domain.period import Period
from sigap.domain.source import SourceEntry
from sigap.errors import SourceError
from sigap.quality.checked import CHECKED, Checked
from sigap.quality.gate import validate_delivery
from sigap.quality.rows import check_rows
from sigap.sources.drift import DriftError, check_layout, remember
from sigap.sources.reader import row_tables
from sigap.sources.rows import dataset_of
from sigap.sources.sniff import format_of

_NONE = "0" * 16  # no delivery: nothing is recorded
_CELLS = 5  # named per reason: enough to find the fault, not the whole list


@dataclass(frozen=True, slots=True)
class Fault:
    """A reason code with the rows it is about and the first of its cells: (sheet, column letter, row)."""

    code: str
    severity: str
    rows: int
    cells: tuple[tuple[str, str | None, int], ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What would become of a file. `counts` and `faults` are empty when its rows were not checked."""

    form: str
    outcome: Literal["accepted", "refused", "drifted", "stopped"]
    message: str | None = None
    lists: tuple[FoundList, ...] = ()
    rows: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()


def preview(
    file: Path, entry: SourceEntry, period: Period | None, mappings: Sequence[Mapping[str, Any]] = ()
) -> Preview:
    """Read a file by its catalog entry and the accepted mappings, and check its rows as of a month.

    Without a month, and for bills and payments, only its layout is looked at. Nothing is written anywhere.
    """
    found: list[FoundList] = []
    seen: list[FoundList] = []
    entry = remember(entry, mappings)

    def accept(one: FoundList) -> None:
        seen.append(one)
        check_layout(one, entry, file.name)

    form = ""
    try:
        with file.open("rb") as stream:
            form = format_of(stream, file.name)
        tables = row_tables(UPath(file), file.name, entry, _NONE, found, accept)
        nothing = SCHEMAS[dataset_of(entry)].empty_table()
        received = pa.concat_tables([rows.drop_columns("cells") for rows in chain([nothing], tables)])
    except DriftError as drift:
        return Preview(form, "drifted", str(drift), tuple(seen))
    except SourceError as error:
        return Preview(form, "refused", str(error), tuple(seen))
    if period is None or entry.kind not in CHECKED:
        return Preview(form, "accepted", None, tuple(found), received.num_rows)
    return _checked(form, received, found, entry, period)


def _checked(
    form: str, received: pa.Table, found: list[FoundList], entry: SourceEntry, period: Period
) -> Preview:
    checked = check_rows(received, entry, period, lists=found)
    moment = datetime(period.year, period.month, 1, tzinfo=UTC)
    verdict = validate_delivery(received, checked, entry, _NONE, moment)
    return Preview(
        form,
        "stopped" if verdict.outcome == "stopped" else "accepted",
        verdict.message,
        tuple(found),
        received.num_rows,
        checked.counts,
        _faults(checked),
    )


def _faults(checked: Checked) -> tuple[Fault, ...]:
    """The reasons, the most frequent of each severity first, with their first cells."""
    findings = checked.findings
    grouped = findings.group_by(["code", "severity"]).aggregate([([], "count_all")]).to_pylist()
    order = ("reject", "hold", "warn", "info")
    ranked = sorted(grouped, key=lambda one: (order.index(one["severity"]), -one["count_all"], one["code"]))
    return tuple(
        Fault(one["code"], one["severity"], one["count_all"], _cells(findings, one["code"])) for one in ranked
    )


def _cells(findings: pa.Table, code: str) -> tuple[tuple[str, str | None, int], ...]:
    first = findings.filter(pc.equal(findings["code"], code)).slice(0, _CELLS)
    return tuple((one["sheet"], one["column"], one["row"]) for one in first.to_pylist())
