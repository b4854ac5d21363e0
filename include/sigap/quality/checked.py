"""What became of the rows of a list, or of a stretch of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import pyarrow as pa
import pyarrow.compute as pc

from sigap.domain.datasets import (
    CHECKED_MEMBERSHIPS,
    CHECKED_WORKERS,
    FINDINGS,
    RECEIVED_MEMBERSHIPS,
    RECEIVED_WORKERS,
)
from sigap.domain.source import Kind
from sigap.quality.whole import REPEATS

OUTCOMES = ("accepted", "held", "rejected")
CHECKED = {"workers": CHECKED_WORKERS, "memberships": CHECKED_MEMBERSHIPS}
RECEIVED = {"workers": RECEIVED_WORKERS, "memberships": RECEIVED_MEMBERSHIPS}
# Without these and a valid NIK no row is accepted, whoever says so.
NECESSARY = {"workers": ("full_name", "birth_date"), "memberships": ("segment", "status")}
NIK_FAULTS = frozenset({"NIK_MISSING", "NIK_DAMAGED", "NIK_FORMAT", "NIK_INVALID", "NIK_PLACEHOLDER"})


@dataclass(frozen=True, slots=True)
class Checked:
    """Checked rows, the number of each outcome and of each code, the repeated rows, the findings by cell."""

    rows: pa.Table
    counts: Mapping[str, int]  # received, accepted, held, rejected; the last three add up to the first
    reasons: Mapping[str, int] = field(default_factory=dict)  # rows by code, of every severity
    duplicates: Mapping[str, int] = field(default_factory=dict)  # rows repeated within the list: exact, near
    findings: pa.Table = field(default_factory=FINDINGS.empty_table)


def count_rows(rows: pa.Table, findings: pa.Table) -> Checked:
    """Checked rows with their numbers."""
    outcomes, reasons = _count(rows["outcome"]), _count(findings["code"])
    counts = {"received": rows.num_rows} | {word: outcomes.get(word, 0) for word in OUTCOMES}
    repeated = {word: reasons.get(code, 0) for word, code in REPEATS.items()}
    return Checked(rows, counts, reasons, repeated, findings)


def add_up(pieces: Iterable[Checked], kind: Kind) -> Checked:
    """The numbers of several stretches together, without their rows and findings."""
    totals = count_rows(CHECKED[kind].empty_table(), FINDINGS.empty_table())
    for piece in pieces:
        totals = replace(
            totals,
            counts=_plus(totals.counts, piece.counts),
            reasons=dict(sorted(_plus(totals.reasons, piece.reasons).items())),
            duplicates=_plus(totals.duplicates, piece.duplicates),
        )
    return totals


def _count(values: pa.ChunkedArray) -> dict[str, int]:
    found = {item["values"]: item["counts"] for item in pc.value_counts(values).to_pylist()}
    return dict(sorted(found.items()))


def _plus(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in [*one, *other]}
