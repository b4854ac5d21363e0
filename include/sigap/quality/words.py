"""Agreed spellings (words.yaml), severities (severity.yaml) and the words of the report (report.yaml)."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pyarrow as pa
import yaml

from sigap.domain.reasons import reasons
from sigap.domain.source import Kind, Severity
from sigap.errors import QualityError

SEVERITIES = get_args(Severity)
FIELDS = ("sex", "segment", "status", "inactive", "deceased")


@cache
def words() -> pa.Table:
    """Every agreed spelling: columns field, spelling, meaning."""
    lists = _load("words.yaml")
    return pa.Table.from_pylist(
        [
            {"field": field, "spelling": spelling, "meaning": meaning}
            for field in FIELDS
            for meaning, spellings in lists[field].items()
            for spelling in spellings
        ]
    )


@cache
def blanks() -> tuple[str, ...]:
    """Words that stand for an empty cell, in capitals."""
    return tuple(_load("words.yaml")["blank"])


def meanings(field: str) -> tuple[str, ...]:
    """The values that a field may have, e.g. PU, BPU, JAKON, PMI for `segment`."""
    return tuple(_load("words.yaml")[field])


@cache
def severities(kind: Kind) -> Mapping[str, Severity]:
    """What each reason code does to a row of that kind. Raises `QualityError` for an unknown one."""
    given: dict[str, Severity] = _load("severity.yaml")[kind]
    unknown = [
        code for code, severity in given.items() if code not in reasons() or severity not in SEVERITIES
    ]
    if unknown:
        raise QualityError(
            f"quality/severity.yaml, {kind}: {', '.join(unknown)} is no code of domain/reasons.yaml, or its "
            f"severity is none of {', '.join(SEVERITIES)}. Correct the file."
        )
    return given


def evidence_codes(kind: Kind) -> frozenset[str]:
    """Codes that may hold or reject no row of that kind, whoever sent it."""
    return frozenset(_load("severity.yaml")["evidence"][kind])


def report_words() -> dict[str, Any]:
    """What the quality report says, in Bahasa Indonesia."""
    return _load("report.yaml")


def name_column(name: str) -> str:
    """What readers call a column: `birth_date` is Tanggal lahir. One without a word keeps its name."""
    return str(report_words()["columns"].get(name, name))


@cache
def _load(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(Path(__file__).with_name(name).read_text(encoding="utf-8"))
    return content
