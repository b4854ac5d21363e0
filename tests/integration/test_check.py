"""check against a real warehouse and a real lake: one delivery, one validation, again and again the same."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import Row, func, insert, select

from sigap.domain.batch import BatchRef
from sigap.domain.datasets import CHECKED_WORKERS, FINDINGS, RECEIVED_MEMBERSHIPS, RECEIVED_WORKERS
from sigap.domain.lists import FoundList
from sigap.domain.period import Period
from sigap.errors import QualityError
from sigap.pipeline.check import check
from sigap.pipeline.publish import publish_docs
from sigap.pipeline.resources import Resources
from sigap.settings import load_settings
from sigap.sources.catalog import load_catalog
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
    resources: Resources,
    delivery_id: str,
    source: str,
    rows: list[dict[str, Any]],
    outcome: str = "accepted",
    **facts: Any,
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
        **facts,
    }
    with resources.warehouse.begin() as connection:
        connection.execute(insert(sources.delivery), [row])
    return delivery_id


def workers(count: int, **changes: str | None) -> list[dict[str, Any]]:
    """So many different people: a name and a NIK of their own."""
    return [
        WORKER
        | {"nik": f"327501170880{1234 + number:04d}", "full_name": f"{CANARY_NAME}{'x' * number}"}
        | changes
        for number in range(count)
    ]


def settle(resources: Resources, row: dict[str, Any], verdict: str, **corrections: str) -> None:
    """Keep a verdict about a checked row, as `sigap held` does."""
    kept = {name: row[name] for name in ("source", "fact_key", "delivery_id", "sheet", "row")}
    kept |= {"verdict": verdict, "corrections": corrections, "actor": "dinas", "reason": "Dipastikan"}
    with resources.warehouse.begin() as connection:
        connection.execute(insert(quality.verdict), [kept])


def checked_rows(resources: Resources, delivery_id: str = "d1") -> list[dict[str, Any]]:
    """What the check makes of a delivery now."""
    return resources.lake.read(check(JANUARY, delivery_id, resources).batch).to_pylist()


def stored(resources: Resources, delivery_id: str) -> Row[Any]:
    with resources.warehouse.connect() as connection:
        return connection.execute(
            select(quality.validation).where(quality.validation.c.delivery_id == delivery_id)
        ).one()


def test_good_delivery_leaves_checked_rows_a_validation_and_an_outcome(resources: Resources):
    rows = [*workers(5)[:3], *workers(1, nik="327501"), *workers(1, full_name=None)]
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
    assert set(outcome.versions) == {"code", "catalog", "regions", "suite"}
    assert outcome.counts["received"] == 5


def test_findings_name_the_cell_as_the_sender_knows_it(resources: Resources):
    found = FoundList("Data", (3,), ("No", "N.I.K", "Nama"), {"nik": "B", "full_name": "C"}, rows=4)
    rows = [*workers(2), *workers(1, nik="327501"), *workers(1, full_name=None)]
    deliver(resources, "d1", "becak", rows, lists=[found.as_dict()])
    check(JANUARY, "d1", resources)
    findings = resources.lake.read(BatchRef.from_dict(stored(resources, "d1").findings))
    assert findings.schema.equals(FINDINGS)
    cells = [tuple(one[name] for name in ("sheet", "row", "column", "header", "code", "severity"))
             for one in findings.to_pylist() if one["severity"] in ("hold", "reject")]  # fmt: skip
    assert cells == [
        ("Data", 4, "B", "N.I.K", "NIK_FORMAT", "hold"),
        ("Data", 5, "C", "Nama", "NAME_MISSING", "reject"),
    ]


def test_rows_of_a_month_balance_over_all_its_deliveries(resources: Resources):
    mixed = [*workers(5), *workers(1, nik="327501"), *workers(2, full_name=None)]
    deliver(resources, "d1", "becak", mixed)
    deliver(resources, "d2", "pasar", [*workers(4), *workers(3)])
    deliver(resources, "d3", "memberships", [MEMBER | {"nik": CANARY_NIK}, MEMBER | {"nik": "1"}])
    for name in ("d1", "d2", "d3"):
        check(JANUARY, name, resources)
    checked, received = quality.validation.c, func.sum(sources.delivery.c.row_count)
    of_month = [func.sum(checked[name]) for name in ("accepted", "held", "rejected", "received")]
    with resources.warehouse.connect() as connection:
        *outcomes, counted = connection.execute(select(*of_month).where(checked.period == str(JANUARY))).one()
        assert connection.execute(select(received)).scalar_one() == 17 == counted
    assert sum(outcomes) == 17
    assert all(outcomes), "no row was held or rejected: this test would prove little"


def test_rows_repeated_within_the_file_are_counted(resources: Resources):
    rows = workers(5)
    deliver(resources, "d1", "becak", [*rows, rows[0], rows[1] | {"full_name": "Orang Lain"}])
    check(JANUARY, "d1", resources)
    assert stored(resources, "d1").duplicates == {"exact": 1, "near": 1}


def test_a_verdict_is_applied_by_the_next_check_and_the_validation_says_so(resources: Resources):
    deliver(resources, "d1", "becak", [*workers(3), WORKER | {"nik": "327501"}])
    held = checked_rows(resources)[3]
    assert (held["outcome"], held["reasons"]) == ("held", "NIK_FORMAT")
    first = stored(resources, "d1")
    settle(resources, held, "correct", nik="3275011708809999")
    again = checked_rows(resources)[3]
    assert (again["outcome"], again["nik"], again["fact_key"]) == (
        "accepted",
        "3275011708809999",
        held["fact_key"],
    )
    now = stored(resources, "d1")
    assert (first.held, now.held, now.accepted) == (1, 0, 4)
    assert now.batch != first.batch
    assert now.findings != first.findings


def test_the_newest_verdict_counts_and_acceptance_keeps_the_correction(resources: Resources):
    deliver(resources, "d1", "becak", [*workers(3), *workers(1, nik="327501", birth_date="32/13/1980")])
    held = checked_rows(resources)[3]
    settle(resources, held, "reject")
    assert checked_rows(resources)[3]["outcome"] == "rejected"
    settle(
        resources, held, "correct", nik="3275011708809999", birth_date="1980-08-17", full_name="Kenari Dua"
    )
    assert checked_rows(resources)[3]["full_name"] == "Kenari Dua"
    settle(resources, held, "accept")
    accepted = checked_rows(resources)[3]
    assert (accepted["outcome"], accepted["full_name"]) == ("accepted", "Kenari Dua")


def test_a_verdict_of_another_source_is_not_applied(resources: Resources):
    deliver(resources, "d1", "becak", [*workers(3), WORKER | {"nik": "327501"}])
    held = checked_rows(resources)[3]
    settle(resources, held | {"source": "pasar"}, "reject")
    assert checked_rows(resources)[3]["outcome"] == "held"


def test_a_stopped_list_that_was_read_by_an_older_entry_says_so(resources: Resources):
    bad = workers(4, full_name=None)
    deliver(resources, "d1", "becak", bad, catalog_sha256="0" * 64)
    deliver(resources, "d2", "becak", bad, catalog_sha256=load_catalog()["becak"].sha256)
    assert "entry has changed since" in str(check(JANUARY, "d1", resources).message)
    assert "entry has changed since" not in str(check(JANUARY, "d2", resources).message)
    with resources.warehouse.connect() as connection:
        counts = connection.execute(
            select(audit.outcome.c.counts).order_by(audit.outcome.c.outcome_id)
        ).scalars()
        assert [count["catalog_changed"] for count in counts] == [1, 0]


def test_a_long_list_is_checked_in_stretches_to_the_same_rows(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
):
    rows = [*workers(9), *workers(2), *workers(1, nik="327501")]
    deliver(resources, "d1", "becak", rows)
    whole = resources.lake.read(check(JANUARY, "d1", resources).batch).drop_columns(["delivery_id"])
    monkeypatch.setattr("sigap.lake.draft._GROUP_ROWS", 4)
    deliver(resources, "d2", "becak", rows)
    cut = resources.lake.read(check(JANUARY, "d2", resources).batch).drop_columns(["delivery_id"])
    assert cut.to_pylist() == whole.to_pylist()
    assert stored(resources, "d1").reasons == stored(resources, "d2").reasons


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
