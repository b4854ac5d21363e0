"""check against a real warehouse and a real lake: one delivery, one validation, again and again the same."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import Row, func, insert, select

from sigap.domain.datasets import CHECKED_WORKERS, RECEIVED_MEMBERSHIPS, RECEIVED_WORKERS
from sigap.domain.period import Period
from sigap.errors import QualityError
from sigap.pipeline.check import check, publish_docs
from sigap.pipeline.resources import Resources
from sigap.settings import load_settings
from sigap.warehouse.tables import audit, quality, sources

JANUARY = Period(2026, 1)
CANARY_NAME, CANARY_NIK = "Kenari Uji", "3275011708801234"
WORKER = {
    "full_name": CANARY_NAME,
    "birth_date": "17/08/1980",
    "address": "Jl. Uji 5",
    "kelurahan": "Kranji",
    "kecamatan": "Bekasi Barat",
}
MEMBER = {
    "kpj": "1",
    "full_name": CANARY_NAME,
    "birth_date": "1980-08-17",
    "segment": "BPU",
    "status": "AKTIF",
}


@pytest.fixture
def resources(home: Path) -> Resources:
    return Resources.open(load_settings())


def deliver(
    resources: Resources, delivery_id: str, source: str, rows: list[dict[str, Any]], outcome: str = "accepted"
) -> str:
    """Leave what collect leaves: a batch of received rows and a delivery."""
    schema = RECEIVED_MEMBERSHIPS if source == "memberships" else RECEIVED_WORKERS
    blank = dict.fromkeys(schema.names) | {
        "delivery_id": delivery_id,
        "sheet": "Data",
        "source": source,
        "nik_cell": "text",
        "cells": "{}",
    }
    table = pa.Table.from_pylist(
        [blank | {"row": line} | row for line, row in enumerate(rows, 2)], schema=schema
    )
    dataset = "sources.memberships" if source == "memberships" else "sources.workers"
    batch = resources.lake.write(dataset, JANUARY, table)
    row = {
        "delivery_id": delivery_id,
        "period": str(JANUARY),
        "source": source,
        "file_name": f"{source}.xlsx",
        "sha256": delivery_id.ljust(64, "0"),
        "size_bytes": 10,
        "outcome": outcome,
        "row_count": table.num_rows,
        "batch": batch.as_dict(),
    }
    with resources.warehouse.begin() as connection:
        connection.execute(insert(sources.delivery), [row])
    return delivery_id


def workers(count: int, **changes: str | None) -> list[dict[str, Any]]:
    return [WORKER | {"nik": f"327501170880{1234 + number:04d}"} | changes for number in range(count)]


def stored(resources: Resources, delivery_id: str) -> Row[Any]:
    with resources.warehouse.connect() as connection:
        return connection.execute(
            select(quality.validation).where(quality.validation.c.delivery_id == delivery_id)
        ).one()


def test_good_delivery_leaves_checked_rows_a_validation_and_an_outcome(resources: Resources):
    rows = [*workers(3), *workers(1, nik="327501"), *workers(1, full_name=None)]
    deliver(resources, "d1", "becak", rows)

    found = check(JANUARY, "d1", resources)

    assert (found.outcome, found.message) == ("passed", None)
    assert (found.received, found.accepted, found.held, found.rejected) == (5, 3, 1, 1)
    checked = resources.lake.read(found.batch)
    assert checked.schema.equals(CHECKED_WORKERS)
    assert checked["outcome"].to_pylist() == ["accepted"] * 3 + ["held", "rejected"]
    assert set(checked["sector"].to_pylist()) == {"becak"}
    row = stored(resources, "d1")
    assert (row.outcome, row.received, row.accepted, row.held, row.rejected) == ("passed", 5, 3, 1, 1)
    assert row.reasons["NIK_FORMAT"] == 1
    assert row.batch == found.batch.as_dict()
    with resources.warehouse.connect() as connection:
        outcome = connection.execute(select(audit.outcome)).one()
    assert (outcome.verb, outcome.status, outcome.subject) == ("check", "ok", "d1")
    assert outcome.inputs
    assert outcome.outputs[0] == found.batch.as_dict()
    assert set(outcome.versions) == {"code", "catalog", "suite"}
    assert outcome.counts["received"] == 5


def test_second_check_of_the_same_delivery_changes_nothing(resources: Resources):
    deliver(resources, "d1", "becak", workers(3))
    first = check(JANUARY, "d1", resources)
    before = stored(resources, "d1")
    assert check(JANUARY, "d1", resources) == first
    assert stored(resources, "d1") == before
    with resources.warehouse.connect() as connection:
        assert connection.execute(select(func.count()).select_from(quality.validation)).scalar_one() == 1


def test_source_that_breaks_its_contract_stops_alone_and_the_next_goes_on(resources: Resources):
    deliver(resources, "d1", "becak", workers(4, full_name=None))
    deliver(resources, "d2", "pasar", workers(4))
    stopped, passed = check(JANUARY, "d1", resources), check(JANUARY, "d2", resources)
    assert stopped.outcome == "stopped"
    assert "Ask the sender" in stopped.message
    assert stored(resources, "d1").message == stopped.message
    assert passed.outcome == "passed"


def test_memberships_are_checked_into_their_own_dataset(resources: Resources):
    member = MEMBER | {"nik": CANARY_NIK, "as_of_date": "2026-01-02", "payer_code": "SG01"}
    deliver(resources, "d1", "memberships", [member | {"kpj": str(number)} for number in range(3)])
    found = check(JANUARY, "d1", resources)
    assert (found.outcome, found.accepted) == ("passed", 3)
    assert found.batch.dataset == "quality.memberships"


@pytest.mark.parametrize("outcome", ["refused", "duplicate"])
def test_delivery_that_was_not_accepted_is_refused_with_what_to_do(resources: Resources, outcome: str):
    deliver(resources, "d1", "becak", workers(1), outcome)
    with pytest.raises(QualityError, match=f"was {outcome}.*collect it again"):
        check(JANUARY, "d1", resources)


def test_unknown_delivery_or_one_of_another_month_is_refused(resources: Resources):
    deliver(resources, "d1", "becak", workers(1))
    for period, name in [(JANUARY, "d9"), (Period(2026, 2), "d1")]:
        with pytest.raises(QualityError, match="Collect it first"):
            check(period, name, resources)


def test_quality_report_of_the_month_has_a_page_per_delivery_and_no_person_anywhere(
    resources: Resources, home: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
):
    deliver(resources, "d1", "becak", workers(4, kelurahan="Kenari Raya"))
    deliver(resources, "d2", "pasar", workers(2, birth_date=CANARY_NAME))
    for name in ("d1", "d2"):
        check(JANUARY, name, resources)

    index = publish_docs(JANUARY, resources)

    assert index == resources.settings.data_docs_dir / "2026-01" / "index.html"
    pages = [Path(stored(resources, name).report) for name in ("d1", "d2")]
    assert all(page.is_file() for page in pages)
    assert len(set(pages)) == 2
    assert all(f"{source}.xlsx" in index.read_text() for source in ("becak", "pasar"))
    lineage = resources.settings.lineage_file
    open_files = [file for file in [*index.parent.rglob("*"), lineage] if file.is_file()]
    texts = [file.read_text(errors="replace") for file in open_files]
    with resources.warehouse.connect() as connection:
        for table in (audit.outcome, quality.validation):
            texts += [str(row) for row in connection.execute(select(table))]
    texts += [caplog.text, *capfd.readouterr()]
    assert len(texts) > 10, "nothing was searched"
    for canary in (CANARY_NAME, CANARY_NIK, "3275011708801235", "Kenari"):
        assert not [text for text in texts if canary in text]


def test_report_can_be_published_before_any_delivery_was_checked(resources: Resources):
    assert publish_docs(JANUARY, resources).is_file()
