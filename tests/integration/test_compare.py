"""compare on a real warehouse and lake: six counters per source and month, the same however often it runs."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
from sqlalchemy import insert, select

from sigap.domain.datasets import CHECKED_WORKERS, RECEIVED_WORKERS
from sigap.domain.period import Period
from sigap.pipeline.check import check
from sigap.pipeline.compare import compare
from sigap.pipeline.resources import Resources
from sigap.warehouse.tables import audit, quality, sources

JANUARY = Period(2026, 1)
FIRST = datetime(2026, 1, 5, tzinfo=UTC)
BUDI = {"nik": "3275011708800001", "full_name": "Budi Contoh", "birth_date": "1980-08-17"}
ANI = {"nik": "3275015708800002", "full_name": "Ani Contoh", "birth_date": "1980-08-17"}
HOME = {"kelurahan": "Kranji", "kecamatan": "Bekasi Barat"}
NONE: dict[str, Any] = dict.fromkeys(CHECKED_WORKERS.names)


def deliver(resources: Resources, delivery_id: str, source: str, table: pa.Table, **facts: Any) -> None:
    batch = resources.lake.write("sources.workers", JANUARY, table)
    row = {
        "delivery_id": delivery_id,
        "period": str(JANUARY),
        "source": source,
        "file_name": f"{delivery_id}.xlsx",
        "sha256": delivery_id.ljust(64, "0"),
        "size_bytes": 10,
        "outcome": "accepted",
        "row_count": table.num_rows,
        "batch": batch.as_dict(),
        "received_at": FIRST + timedelta(minutes=ord(delivery_id[-1])),
    }
    with resources.warehouse.begin() as connection:
        connection.execute(insert(sources.delivery), [row | facts])


def received(delivery_id: str, source: str, rows: list[dict[str, Any]]) -> pa.Table:
    same = {"delivery_id": delivery_id, "sheet": "", "source": source, "nik_cell": "text", "cells": "{}"}
    blank = dict.fromkeys(RECEIVED_WORKERS.names) | same | {"flags": ""}
    whole = [blank | HOME | {"row": line} | row for line, row in enumerate(rows, 2)]
    return pa.Table.from_pylist(whole, schema=RECEIVED_WORKERS)


def lay(
    resources: Resources,
    delivery_id: str,
    source: str,
    rows: list[dict[str, Any]],
    outcome: str = "passed",
    **facts: Any,
) -> None:
    """A delivery as its check leaves it, without running the check."""
    deliver(resources, delivery_id, source, received(delivery_id, source, []), **facts)
    checked = [
        NONE
        | {"delivery_id": delivery_id, "sheet": "", "row": line, "source": source}
        | {"outcome": "accepted", "nik_state": "valid", "nik_digits": row["nik"]}
        | {"nik": row["nik"], "full_name": row["full_name"]}
        | {"birth_date": datetime.fromisoformat(row["birth_date"]).date(), "kelurahan_code": "32.75.02.1002"}
        for line, row in enumerate(rows, 2)
    ]
    batch = resources.lake.write(
        "quality.workers", JANUARY, pa.Table.from_pylist(checked, schema=CHECKED_WORKERS)
    )
    validation = {
        "delivery_id": delivery_id, "period": str(JANUARY), "outcome": outcome, "received": len(rows),
        "accepted": len(rows), "held": 0, "rejected": 0, "suite_sha256": "0" * 64, "batch": batch.as_dict(),
        "findings": batch.as_dict(),
    }  # fmt: skip
    with resources.warehouse.begin() as connection:
        connection.execute(insert(quality.validation), [validation])


def counters(resources: Resources) -> dict[tuple[str, str, str], int]:
    """What is stored and not zero."""
    with resources.warehouse.connect() as connection:
        rows = connection.execute(select(quality.duplicate).where(quality.duplicate.c.period == "2026-01"))
        return {(row.source, row.scope, row.nearness): row.rows for row in rows if row.rows}


def test_counters_stand_per_source_and_the_registry_comes_first(resources: Resources):
    lay(resources, "d1", "becak", [BUDI, BUDI, ANI])
    lay(resources, "d2", "becak", [BUDI | {"full_name": "Lain"}])
    lay(resources, "d3", "dtks", [ANI])
    lay(resources, "d4", "pasar", [BUDI | {"nik": "3275011708800009"}])
    totals = compare(JANUARY, resources)
    assert counters(resources) == {
        ("becak", "file", "exact"): 1,
        ("becak", "source", "near"): 1,
        ("becak", "across", "exact"): 1,  # Ani, whom the registry lists: it counts as being before
        ("pasar", "across", "near"): 1,
    }
    assert totals == {
        "file_exact": 1, "file_near": 0, "source_exact": 0, "source_near": 1, "across_exact": 1,
        "across_near": 1,
    }  # fmt: skip
    with resources.warehouse.connect() as connection:
        outcome = connection.execute(select(audit.outcome)).one()
        stored = connection.execute(select(quality.duplicate)).all()
    assert (outcome.verb, outcome.subject, outcome.status) == ("check", "duplicates", "ok")
    assert outcome.counts == {"lists": 4} | totals
    assert len(stored) == 3 * 6, "zeros are stored too"


def test_comparing_again_replaces_the_month_and_changes_nothing(resources: Resources):
    lay(resources, "d1", "becak", [BUDI, BUDI])
    assert compare(JANUARY, resources) == compare(JANUARY, resources)
    lay(resources, "d2", "pasar", [BUDI])
    compare(JANUARY, resources)
    assert counters(resources) == {("becak", "file", "exact"): 1, ("pasar", "across", "exact"): 1}


def test_a_month_without_lists_has_no_counters(resources: Resources):
    assert set(compare(JANUARY, resources).values()) == {0}
    assert counters(resources) == {}


def test_a_list_that_a_later_one_repeats_as_a_whole_is_left_out(resources: Resources):
    lay(resources, "d1", "becak", [BUDI])
    lay(resources, "d2", "becak", [BUDI, ANI], replaces="d1")
    compare(JANUARY, resources)
    assert counters(resources) == {}


def test_a_stopped_list_is_compared_whether_or_not_a_person_lets_it_pass(resources: Resources):
    lay(resources, "d1", "becak", [BUDI])
    lay(resources, "d2", "pasar", [BUDI], outcome="stopped")
    compare(JANUARY, resources)
    assert counters(resources) == {("pasar", "across", "exact"): 1}


def test_a_corrected_row_does_not_repeat_the_one_that_it_corrects(resources: Resources):
    lay(resources, "d1", "becak", [BUDI | {"full_name": "Budi Salah"}, ANI])
    lay(resources, "d2", "becak", [BUDI], corrects="d1")
    compare(JANUARY, resources)
    assert counters(resources) == {}


def test_counters_within_the_file_are_those_that_the_check_stored(resources: Resources):
    rows = [BUDI, BUDI, BUDI | {"full_name": "Budi Lain"}, ANI | {"nik": None}, ANI, ANI | {"nik": "3275"}]
    deliver(resources, "d1", "becak", received("d1", "becak", rows))
    check(JANUARY, "d1", resources)
    compare(JANUARY, resources)
    with resources.warehouse.connect() as connection:
        stored = connection.execute(select(quality.validation.c.duplicates)).scalar_one()
    assert stored == {"exact": 1, "near": 3}
    assert counters(resources) == {("becak", "file", nearness): count for nearness, count in stored.items()}
