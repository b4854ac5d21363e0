"""For all lists, severities, verdicts and stretches: no row is lost, none made up, each has its reasons."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sigap.domain.datasets import (
    CHECKED_MEMBERSHIPS,
    CHECKED_WORKERS,
    FINDINGS,
    MEMBERSHIP_TEXT,
    RECEIVED_MEMBERSHIPS,
    RECEIVED_WORKERS,
    WORKER_TEXT,
)
from sigap.domain.lists import FoundList
from sigap.domain.period import Period
from sigap.domain.reasons import reasons
from sigap.domain.source import Column, SourceEntry
from sigap.quality.checked import Checked, add_up
from sigap.quality.rows import check_rows, check_stretches
from sigap.quality.verdicts import VERDICTS, fact_keys
from sigap.quality.words import evidence_codes

JANUARY = Period(2026, 1)
SCHEMAS = {"workers": RECEIVED_WORKERS, "memberships": RECEIVED_MEMBERSHIPS}
CHECKED = {"workers": CHECKED_WORKERS, "memberships": CHECKED_MEMBERSHIPS}
TEXT = {"workers": WORKER_TEXT, "memberships": MEMBERSHIP_TEXT}
CODES = sorted(
    code
    for code, reason in reasons().items()
    if reason.stage == "quality" and not code.startswith("VERDICT_")
)
LISTS = [
    FoundList(sheet, (1,), ("NIK", "Nama", "Lahir"), {"nik": "A", "full_name": "B", "birth_date": "C"})
    for sheet in ("Utara", "Barat")
]
cell = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.sampled_from(
        ["-", "0", "17/08/1980", "1980-08-17", "3275011708800001", "Kranji", "L", "BPU", "AKTIF", "29282"]
    ),
)
person = st.fixed_dictionaries(  # most of a real list: the same few people, almost right
    {
        "nik": st.sampled_from(["3275011708800001", "3275011708800002", "3275015708800001"]),
        "full_name": st.sampled_from(["Budi Contoh", "Siti Contoh"]),
        "birth_date": st.sampled_from(["17/08/1980", "1980-08-17", "08/17/1980"]),
        "segment": st.just("BPU"),
        "status": st.just("AKTIF"),
        "nik_cell": st.just("text"),
    }
)


def anything(kind: str) -> st.SearchStrategy[dict[str, str | None]]:
    cells = dict.fromkeys(TEXT[kind], cell)
    return st.fixed_dictionaries(cells | {"nik_cell": st.sampled_from(["text", "number", "empty"])})


def entries(kind: str) -> st.SearchStrategy[SourceEntry]:
    codes = sorted(set(CODES) - evidence_codes(kind))  # those may hold nothing
    weights = st.dictionaries(st.sampled_from(codes), st.sampled_from(["reject", "hold", "warn", "info"]))
    columns = {"birth_date": Column("birth_date", ("Lahir",), date_order="dmy")}
    return weights.map(lambda given: SourceEntry("becak", "Becak", kind, columns, severity=given))


@st.composite
def lists(draw: st.DrawFn, kind: str) -> tuple[pa.Table, pa.Table]:
    """Received rows, and verdicts about some of them and about rows that are not there."""
    flags = st.sampled_from(["", "ROW_HIDDEN", "DATES_1904,VALUE_FORMULA"])
    rows = [
        {"delivery_id": "d1", "source": "becak", "row": line, "cells": "{}", "flags": draw(flags)}
        | {"sheet": "Utara" if line < 9 else "Barat"}
        | {name: text for name, text in row.items() if name in SCHEMAS[kind].names}
        for line, row in enumerate(draw(st.lists(person | anything(kind), max_size=14)), 2)
    ]
    blank = dict.fromkeys(SCHEMAS[kind].names)
    table = pa.Table.from_pylist([blank | row for row in rows], schema=SCHEMAS[kind])
    changes = st.dictionaries(st.sampled_from(TEXT[kind]), st.text(max_size=10), min_size=1, max_size=3)
    decided = {
        key: draw(st.sampled_from(["accept", "reject", "correct"]))
        for key in [*fact_keys(table).to_pylist(), "0" * 32]
        if draw(st.booleans())
    }
    verdicts = [
        (key, verdict, json.dumps(draw(changes)) if verdict == "correct" else None)
        for key, verdict in decided.items()
    ]
    columns = list(zip(*verdicts, strict=True)) or [[], [], []]
    return table, pa.table(dict(zip(VERDICTS.names, map(list, columns), strict=True)), schema=VERDICTS)


def in_stretches(
    table: pa.Table, size: int, entry: SourceEntry, verdicts: pa.Table
) -> list[tuple[pa.Table, Checked]]:
    def scan(columns: Sequence[str]) -> Iterator[pa.Table]:
        for first in range(0, table.num_rows, size):
            yield table.slice(first, size).select(columns)

    return list(check_stretches(scan, entry, JANUARY, lists=LISTS, verdicts=verdicts))


@pytest.mark.parametrize("kind", ["workers", "memberships"])
@given(st.data(), st.integers(2, 6))
@settings(max_examples=10)
def test_every_row_has_one_outcome_with_its_reasons_however_the_list_is_cut(
    kind: str, data: st.DataObject, size: int
) -> None:
    table, verdicts = data.draw(lists(kind))
    entry = data.draw(entries(kind))
    whole = check_rows(table, entry, JANUARY, lists=LISTS, verdicts=verdicts)
    assert_balance(table, whole, kind)
    assert_reasons(whole)
    assert_verdicts(table, whole, verdicts)
    pieces = [checked for _, checked in in_stretches(table, size, entry, verdicts)]
    assert_same(whole, pieces, kind)


def assert_balance(table: pa.Table, found: Checked, kind: str) -> None:
    assert found.rows.schema.equals(CHECKED[kind])
    place = ["delivery_id", "sheet", "row"]
    assert found.rows.select(place).to_pylist() == table.select(place).to_pylist()
    outcomes = found.rows["outcome"].to_pylist()
    counted = {outcome: outcomes.count(outcome) for outcome in ("accepted", "held", "rejected")}
    assert found.counts == {"received": table.num_rows} | counted
    assert sum(counted.values()) == table.num_rows


def assert_reasons(found: Checked) -> None:
    """The findings of a row are its reasons and warnings, and there is no finding about any other row."""
    assert found.findings.schema.equals(FINDINGS)
    by_row: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for finding in found.findings.to_pylist():
        by_row.setdefault((finding["sheet"], finding["row"]), []).append(finding)
    codes: list[str] = []
    for row in found.rows.to_pylist():
        findings = by_row.pop((row["sheet"], row["row"]), [])
        codes += [finding["code"] for finding in findings]
        severities = {finding["severity"] for finding in findings}
        assert ("reject" in severities) == (row["outcome"] == "rejected")
        assert ("hold" in severities and "reject" not in severities) == (row["outcome"] == "held")
        for column, wanted in (("reasons", {"reject", "hold"}), ("warnings", {"warn", "info"})):
            named = [finding["code"] for finding in findings if finding["severity"] in wanted]
            assert row[column] == ",".join(sorted(named))
            assert len(set(named)) == len(named)
    assert by_row == {}
    assert found.reasons == {code: codes.count(code) for code in sorted(set(codes))}


def assert_verdicts(table: pa.Table, found: Checked, verdicts: pa.Table) -> None:
    decided = dict(zip(*(verdicts[name].to_pylist() for name in ("fact_key", "verdict")), strict=True))
    for key, row in zip(fact_keys(table).to_pylist(), found.rows.to_pylist(), strict=True):
        assert row["fact_key"] == (key if key in decided or row["outcome"] != "accepted" else None)
        marks = {"accept": "VERDICT_ACCEPTED", "reject": "VERDICT_REJECTED", "correct": "VERDICT_CORRECTED"}
        given = {code for code in f"{row['reasons']},{row['warnings']}".split(",") if "VERDICT" in code}
        assert given == ({marks[decided[key]]} if key in decided else set())
        if row["outcome"] == "accepted":
            assert row["nik"] is not None


def assert_same(whole: Checked, pieces: list[Checked], kind: str) -> None:
    rows = pa.concat_tables([CHECKED[kind].empty_table(), *(piece.rows for piece in pieces)])
    findings = pa.concat_tables([FINDINGS.empty_table(), *(piece.findings for piece in pieces)])
    assert rows.to_pylist() == whole.rows.to_pylist()
    assert findings.to_pylist() == whole.findings.to_pylist()
    total = add_up(pieces, kind)
    assert (total.counts, total.reasons, total.duplicates) == (whole.counts, whole.reasons, whole.duplicates)
