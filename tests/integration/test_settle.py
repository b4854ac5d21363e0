"""The verb settle against a real warehouse: classes, payments, running again, and what it refuses."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import insert, select
from upath import UPath

from sigap.domain.datasets import SCHEMAS
from sigap.domain.period import Period
from sigap.errors import SettlementError
from sigap.lake import Lake
from sigap.pipeline.collect import collect, list_deliveries
from sigap.pipeline.resources import Resources
from sigap.pipeline.settle import SettleResult, settle
from sigap.settings import load_settings
from sigap.warehouse.tables import audit, settlement, sources

JANUARY = Period(2026, 1)
NIKS = {person: f"327501010180{person:04d}" for person in range(1, 10)}
NUMBER = "SIGAP/SG/2026-01/0001"
RECEIPT = {"reference": "SP2D-1", "invoice_number": NUMBER, "paid_on": "2026-02-10", "amount": "50.400"}
Deliver = Callable[..., str]


@pytest.fixture
def resources(home: Any, warehouse: Any) -> Resources:
    return Resources(load_settings(), Lake(UPath(home) / "lake"), warehouse, "test")


@pytest.fixture
def deliver(resources: Resources) -> Deliver:
    """Lay an accepted delivery with the given cells, as collect leaves it."""

    def lay(
        dataset: str, name: str, rows: list[Mapping[str, str]], received_at: str = "2026-02-01T00:00Z"
    ) -> str:
        delivery_id = f"{len(name):016d}"
        source = {"sources.bills": "bpjs_bills", "sources.payments": "payments"}[dataset]
        same = {"delivery_id": delivery_id, "sheet": "", "source": source, "cells": "{}", "nik_cell": "text"}
        cells = [{**same, "row": line, **row} for line, row in enumerate(rows, 2)]
        batch = resources.lake.write(dataset, JANUARY, pa.Table.from_pylist(cells, SCHEMAS[dataset]))
        with resources.warehouse.begin() as connection:
            connection.execute(
                insert(sources.delivery).values(
                    delivery_id=delivery_id,
                    period="2026-01",
                    source=source,
                    file_name=name,
                    sha256="a" * 64,
                    size_bytes=1,
                    outcome="accepted",
                    row_count=len(rows),
                    batch=batch.as_dict(),
                    received_at=received_at,
                )
            )
        return delivery_id

    return lay


def billed(amounts: Mapping[int, str]) -> list[Mapping[str, str]]:
    return [{"nik": NIKS[person], "month": "2026-01", "total": amount} for person, amount in amounts.items()]


def found(result: SettleResult) -> dict[str, int]:
    """The classes that somebody is in."""
    return {name: people for name, people in result.classes.items() if people}


def stored(resources: Resources, table: Any) -> list[Any]:
    with resources.warehouse.connect() as connection:
        return list(connection.execute(select(table).order_by(*table.primary_key.columns)).all())


def test_settle_finds_every_kind_of_difference(
    resources: Resources, lay_invoice: Callable[..., int], deliver: Deliver
) -> None:
    lay_invoice(people=3)
    deliver("sources.bills", "bill.csv", billed({1: "16.800", 2: "Rp 8.400", 9: "16800"}))
    deliver("sources.payments", "payments.csv", [RECEIPT])
    result = settle(JANUARY, resources)
    assert found(result) == {"matched": 1, "missing": 1, "extra": 1, "amount_differs": 1}
    assert (result.invoiced_idr, result.billed_idr, result.paid_idr) == (50_400, 42_000, 50_400)
    (reconciliation,) = stored(resources, settlement.reconciliation)
    assert (reconciliation.people_invoiced, reconciliation.people_billed) == (3, 3)
    differences = {
        row.nik: (row.person_id, row._mapping["class"]) for row in stored(resources, settlement.difference)
    }
    assert differences == {
        NIKS[2]: (2, "amount_differs"), NIKS[3]: (3, "missing"), NIKS[9]: (None, "extra"),
    }  # fmt: skip


def test_settle_reads_the_files_that_collect_takes_in(
    resources: Resources, lay_invoice: Callable[..., int], home: Path
) -> None:
    lay_invoice(people=2)
    month = home / "inbox" / "2026-01"
    (month / "bpjs_bills").mkdir(parents=True)
    (month / "payments").mkdir()
    bill = [
        f"{NIKS[person]};1234567890{person};Warga {person};2026-01;10.000;6.800;16.800" for person in (1, 2)
    ]
    (month / "bpjs_bills" / "tagihan.csv").write_text(
        "\n".join(["nik;kpj;nama;bulan;jkk;jkm;jumlah", *bill]), encoding="utf-8"
    )
    (month / "payments" / "bukti.csv").write_text(
        f"no_sp2d;nomor_tagihan;tanggal_bayar;jumlah\nSP2D-7;{NUMBER};2026-02-10;Rp 33.600\n",
        encoding="utf-8",
    )
    for group in ("bpjs_bills", "payments"):
        for path in list_deliveries(JANUARY, group, resources):
            assert collect(JANUARY, path, resources).outcome == "accepted"
    result = settle(JANUARY, resources)
    assert result.classes["matched"] == 2
    assert (result.invoiced_idr, result.billed_idr, result.paid_idr) == (33_600, 33_600, 33_600)


def test_settle_again_changes_nothing(
    resources: Resources, lay_invoice: Callable[..., int], deliver: Deliver
) -> None:
    lay_invoice(people=3)
    deliver("sources.bills", "bill.csv", billed({1: "16800", 2: "16800", 4: "16800"}))
    deliver("sources.payments", "payments.csv", [RECEIPT, RECEIPT])
    tables = (settlement.reconciliation, settlement.difference, settlement.payment)
    first = settle(JANUARY, resources)
    before = [stored(resources, table) for table in tables]
    assert all(before), "nothing was stored: this test would prove nothing"
    assert settle(JANUARY, resources) == first
    assert [stored(resources, table) for table in tables] == before


def test_later_receipt_is_added_and_one_listed_again_is_counted_once(
    resources: Resources, lay_invoice: Callable[..., int], deliver: Deliver
) -> None:
    lay_invoice(people=3)
    deliver("sources.bills", "bill.csv", billed({1: "16800"}))
    deliver("sources.payments", "payments.csv", [RECEIPT])
    first = settle(JANUARY, resources)
    later = RECEIPT | {"reference": "SP2D-2", "amount": "1.000", "invoice_number": NUMBER.lower()}
    elsewhere = RECEIPT | {"reference": "SP2D-3", "invoice_number": "SIGAP/SG/2025-12/0009"}
    deliver("sources.payments", "payments_february.csv", [RECEIPT, later, elsewhere])
    second = settle(JANUARY, resources)
    assert (first.paid_idr, second.paid_idr) == (50_400, 51_400)
    assert second.reconciliation_id == first.reconciliation_id
    outcome = stored(resources, audit.outcome)[-1]
    assert outcome.counts["payments"] == 3
    assert outcome.counts["payments_of_unknown_invoices"] == 1


def test_corrected_bill_gets_a_reconciliation_of_its_own(
    resources: Resources, lay_invoice: Callable[..., int], deliver: Deliver
) -> None:
    lay_invoice(people=2)
    deliver("sources.bills", "bill.csv", billed({1: "16800"}))
    first = settle(JANUARY, resources)
    newer = deliver(
        "sources.bills", "bill_corrected.csv", billed({1: "16800", 2: "16800"}), "2026-02-02T00:00Z"
    )
    second = settle(JANUARY, resources)
    assert first.classes["missing"] == 1
    assert found(second) == {"matched": 2}
    kept = {
        row.reconciliation_id: row.bill_delivery_id for row in stored(resources, settlement.reconciliation)
    }
    assert kept[second.reconciliation_id] == newer
    assert len(kept) == 2


def test_reference_with_two_meanings_stops_settle_and_leaves_nothing(
    resources: Resources, lay_invoice: Callable[..., int], deliver: Deliver
) -> None:
    lay_invoice(people=1)
    deliver("sources.bills", "bill.csv", billed({1: "16800"}))
    deliver("sources.payments", "payments.csv", [RECEIPT, RECEIPT | {"amount": "1"}])
    with pytest.raises(
        SettlementError, match="reference SP2D-1 is known with another invoice, day or amount"
    ):
        settle(JANUARY, resources)
    assert stored(resources, settlement.payment) == stored(resources, settlement.reconciliation) == []


@pytest.mark.parametrize("status", ["draft", "approved"])
def test_settle_says_what_to_do_without_an_issued_invoice(
    resources: Resources, lay_invoice: Callable[..., int], deliver: Deliver, status: str
) -> None:
    lay_invoice(people=1, status=status)
    deliver("sources.bills", "bill.csv", billed({1: "16800"}))
    with pytest.raises(SettlementError, match=r"no invoice is issued yet.*Let finance approve"):
        settle(JANUARY, resources)


def test_settle_says_what_to_do_without_a_bill(resources: Resources, lay_invoice: Callable[..., int]) -> None:
    lay_invoice(people=1)
    with pytest.raises(SettlementError, match=r"no bill of BPJS has been accepted.*folder bpjs_bills"):
        settle(JANUARY, resources)


def test_outcome_names_what_was_read_and_written_and_no_person(
    resources: Resources, lay_invoice: Callable[..., int], deliver: Deliver
) -> None:
    lay_invoice(people=2)
    deliver("sources.bills", "bill.csv", billed({1: "16800", 2: "16800", 3: "canary"}))
    with pytest.raises(SettlementError, match=r"bill\.csv, row 4: column total"):
        settle(JANUARY, resources)
    deliver("sources.bills", "bill_2.csv", billed({1: "16800", 3: "16800"}), "2026-02-02T00:00Z")
    settle(JANUARY, resources)
    outcomes = stored(resources, audit.outcome)
    assert [outcome.status for outcome in outcomes] == ["failed", "ok"]
    assert outcomes[-1].inputs
    assert outcomes[-1].outputs == [
        "settlement.reconciliation",
        "settlement.difference",
        "settlement.payment",
    ]
    left = " ".join(map(str, outcomes)) + resources.settings.lineage_file.read_text(encoding="utf-8")
    assert re.search("|".join([*NIKS.values(), "canary"]), left) is None
