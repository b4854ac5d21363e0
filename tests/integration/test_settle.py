"""The verb settle against a real warehouse: five sides, running again, and what it refuses."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from upath import UPath

from lay_bill import JANUARY, NIKS, NUMBER, active_list, bill_of, lay_list, pay
from sigap.errors import SettlementError
from sigap.lake import Lake
from sigap.pipeline.allocations import allocate
from sigap.pipeline.collect import collect, list_deliveries
from sigap.pipeline.reconciled import reconciled
from sigap.pipeline.resources import Resources
from sigap.pipeline.settle import SettleResult, settle
from sigap.settings import load_settings
from sigap.warehouse.store import copy_rows
from sigap.warehouse.tables import audit, settlement

LayInvoice = Callable[..., int]
GROUPS = ("bpjs_bills", "bank_statement", "activations")


@pytest.fixture
def resources(home: Any, warehouse: Any) -> Resources:
    return Resources(load_settings(), Lake(UPath(home) / "lake"), warehouse, "test")


def lay_bill(
    resources: Resources, amounts: Mapping[int, str], name: str = "bill.csv", at: str = "2026-02-01T00:00Z"
) -> str:
    return lay_list(resources, "sources.bills", name, bill_of(amounts), at)


def found(result: SettleResult) -> dict[str, int]:
    """The classes that somebody is in."""
    return {name: people for name, people in result.classes.items() if people}


def stored(resources: Resources, table: Any) -> list[Any]:
    with resources.warehouse.connect() as connection:
        return list(connection.execute(select(table).order_by(*table.primary_key.columns)).all())


def test_settle_finds_every_kind_of_difference(resources: Resources, lay_invoice: LayInvoice) -> None:
    lay_invoice(people=4)
    lay_bill(resources, {1: "16.800", 2: "Rp 8.400", 4: "16.800", 9: "16800"})
    lay_list(resources, "sources.activations", "active.csv", active_list(1, 2), "2026-02-12T00:00Z")
    pay(resources, 67_200)
    result = settle(JANUARY, resources)
    assert found(result) == {
        "matched": 1, "missing": 1, "extra": 1, "amount_differs": 1, "paid_not_active": 1,
    }  # fmt: skip
    assert (result.invoiced_idr, result.billed_idr, result.paid_idr) == (67_200, 58_800, 67_200)
    (kept,) = stored(resources, settlement.reconciliation)
    assert (kept.people_listed, kept.people_invoiced, kept.people_billed, kept.people_paid) == (4, 4, 4, 4)
    assert (kept.people_active, kept.as_of_date) == (2, dt.date(2026, 2, 12))
    differences = {
        row.nik: (row.person_id, row._mapping["class"], row.days_not_active)
        for row in stored(resources, settlement.difference)
    }
    assert differences == {
        NIKS[2]: (2, "amount_differs", None), NIKS[3]: (3, "missing", 2), NIKS[4]: (4, "paid_not_active", 2),
        NIKS[9]: (None, "extra", None),
    }  # fmt: skip


def test_settle_reads_the_files_that_collect_takes_in(
    resources: Resources, lay_invoice: LayInvoice, home: Path
) -> None:
    lay_invoice(people=2)
    month = home / "inbox" / "2026-01"
    for group in GROUPS:
        (month / group).mkdir(parents=True)
    bill = [
        f"{NIKS[person]};1234567890{person};Warga {person};2026-01;10.000;6.800;16.800" for person in (1, 2)
    ]
    (month / "bpjs_bills" / "tagihan.csv").write_text(
        "\n".join(["nik;kpj;nama;bulan;jkk;jkm;jumlah", *bill]), encoding="utf-8"
    )
    (month / "activations" / "aktif.csv").write_text(
        f"nik;kpj;aktif_sejak;status\n{NIKS[1]};12345678901;01/01/2026;AKTIF\n;12345678902;2026-01-15;\n",
        encoding="utf-8",
    )
    (month / "bank_statement" / "rk.csv").write_text(
        f"tanggal;keterangan;debet;kredit\n10/02/2026;BAYAR {NUMBER};33.600,00;0\n", encoding="utf-8"
    )
    for group in GROUPS:
        for path in list_deliveries(JANUARY, group, resources):
            assert collect(JANUARY, path, resources).outcome == "accepted"
    allocate(JANUARY, resources)
    result = settle(JANUARY, resources)
    assert found(result) == {"matched": 1, "paid_not_active": 1}, "nobody told whose the second KPJ is"
    assert (result.invoiced_idr, result.billed_idr, result.paid_idr) == (33_600, 33_600, 33_600)
    sides = [one["side"] for one in reconciled(JANUARY, resources).evidence]
    assert sides == ["roster", "invoice", "payment", "bill", "activation"]


def test_a_bill_that_only_counts_people_is_compared_in_total_and_says_so(
    resources: Resources, lay_invoice: LayInvoice, home: Path
) -> None:
    lay_invoice(people=3)
    folder = home / "inbox" / "2026-01" / "bpjs_bills"
    folder.mkdir(parents=True)
    (folder / "rekap.csv").write_text(
        "wadah;bulan;jumlah tk;jkk;jkm;jumlah\nSG;2026-01;4;40.000;27.200;67.200\n", encoding="utf-8"
    )
    for path in list_deliveries(JANUARY, "bpjs_bills", resources):
        assert collect(JANUARY, path, resources).outcome == "accepted"
    assert found(settle(JANUARY, resources)) == {"not_named": 3}
    kept = reconciled(JANUARY, resources)
    assert (kept.is_by_name, kept.people_billed, kept.difference_idr) == (False, 4, -16_800)
    (group,) = kept.groups
    assert (group.wadah_code, group.people_expected, group.agrees) == ("SG", 3, False)
    assert not kept.is_agreed and not kept.is_total_agreed


def test_a_month_in_which_all_agrees_is_agreed(resources: Resources, lay_invoice: LayInvoice) -> None:
    lay_invoice(people=2)
    lay_bill(resources, {1: "16800", 2: "16800"})
    settle(JANUARY, resources)
    assert reconciled(JANUARY, resources).is_agreed


def test_settle_again_changes_nothing(resources: Resources, lay_invoice: LayInvoice) -> None:
    lay_invoice(people=3)
    lay_bill(resources, {1: "16800", 2: "16800", 4: "16800"})
    pay(resources, 50_400)
    tables = (settlement.reconciliation, settlement.difference)
    first = settle(JANUARY, resources)
    before = [stored(resources, table) for table in tables]
    assert all(before), "nothing was stored: this test would prove nothing"
    assert settle(JANUARY, resources) == first
    assert [stored(resources, table) for table in tables] == before, "not even when it was made"


def test_a_person_is_paid_for_when_the_whole_invoice_is(
    resources: Resources, lay_invoice: LayInvoice
) -> None:
    lay_invoice(people=3)
    lay_bill(resources, {1: "16800", 2: "16800", 3: "16800"})
    lay_list(resources, "sources.activations", "active.csv", active_list(1), "2026-02-12T00:00Z")
    pay(resources, 50_000)
    first = settle(JANUARY, resources)
    assert (found(first), first.paid_idr) == ({"matched": 3}, 50_000)
    pay(resources, 400, on=dt.date(2026, 2, 11))
    second = settle(JANUARY, resources)
    assert (found(second), second.paid_idr) == ({"matched": 1, "paid_not_active": 2}, 50_400)
    assert second.reconciliation_id == first.reconciliation_id


def test_corrected_bill_gets_a_reconciliation_of_its_own(
    resources: Resources, lay_invoice: LayInvoice
) -> None:
    lay_invoice(people=2)
    lay_bill(resources, {1: "16800"})
    first = settle(JANUARY, resources)
    newer = lay_bill(resources, {1: "16800", 2: "16800"}, "bill_corrected.csv", "2026-02-02T00:00Z")
    second = settle(JANUARY, resources)
    assert first.classes["missing"] == 1
    assert found(second) == {"matched": 2}
    kept = {
        row.reconciliation_id: row.bill_delivery_id for row in stored(resources, settlement.reconciliation)
    }
    assert kept[second.reconciliation_id] == newer
    assert len(kept) == 2
    assert reconciled(JANUARY, resources).reconciliation_id == second.reconciliation_id


def test_who_was_parked_is_named_as_such_and_who_was_left_out_too(
    resources: Resources, lay_invoice: LayInvoice
) -> None:
    lay_invoice(people=2)
    with resources.warehouse.begin() as connection:
        connection.execute(text("ALTER TABLE entitlement.decision DISABLE TRIGGER ALL"))
        connection.execute(
            text(
                "INSERT INTO identity.person (person_id, nik, first_period) SELECT id, :nik || id, '2026-01' "
                "FROM generate_series(3, 4) id"
            ),
            {"nik": NIKS[3][:-1]},
        )
        connection.execute(
            text(
                "INSERT INTO entitlement.decision (roster_id, person_id, nik, full_name, outcome, "
                "reason_code, rule, was_covered, funding_source, wadah_code) SELECT 1, id, :nik || id, "
                "'Warga', 'subsidised', 'ELIGIBLE', 'eligible@2025-10-01', false, 'APBD_KOTA', 'SG' "
                "FROM generate_series(3, 4) id"
            ),
            {"nik": NIKS[3][:-1]},
        )
        connection.execute(
            text(
                "INSERT INTO billing.parked (roster_id, person_id, period, funding_source, reason_code) "
                "VALUES (1, 3, '2026-01', 'APBD_KOTA', 'NO_TARIFF')"
            )
        )
    lay_bill(resources, {1: "16800", 2: "16800"})
    assert found(settle(JANUARY, resources)) == {"matched": 2, "parked": 1, "not_invoiced": 1}
    reasons = {row.nik: row.parked_code for row in stored(resources, settlement.difference)}
    assert reasons == {NIKS[3]: "NO_TARIFF", NIKS[4]: None}


def test_the_database_refuses_differences_that_their_header_does_not_have(
    resources: Resources, lay_invoice: LayInvoice
) -> None:
    lay_invoice(people=2)
    lay_bill(resources, {1: "16800"})
    number = settle(JANUARY, resources).reconciliation_id
    one_more = pa.table(
        {"reconciliation_id": [number], "difference_no": [2], "nik": [NIKS[9]], "class": ["extra"],
         "invoiced_idr": [0], "billed_idr": [16_800]}
    )  # fmt: skip
    with (
        pytest.raises(DBAPIError, match="class extra has 0 people in its figures and 1 in its differences"),
        resources.warehouse.begin() as connection,
    ):
        copy_rows(connection, settlement.difference, one_more)
    for statement, words in {
        "DELETE FROM settlement.difference": "class missing has 1 people in its figures and 0",
        "UPDATE settlement.difference SET billed_idr = 1": "is a record",
        "UPDATE settlement.reconciliation SET billed_idr = 1": "its classes add up to",
    }.items():
        with pytest.raises(DBAPIError, match=words), resources.warehouse.begin() as connection:
            connection.execute(text(statement))


@pytest.mark.parametrize("status", ["draft", "approved"])
def test_settle_says_what_to_do_without_an_issued_invoice(
    resources: Resources, lay_invoice: LayInvoice, status: str
) -> None:
    lay_invoice(people=1, status=status)
    lay_bill(resources, {1: "16800"})
    with pytest.raises(SettlementError, match=r"no invoice is issued yet.*Let finance approve"):
        settle(JANUARY, resources)


def test_settle_says_what_to_do_without_a_bill(resources: Resources, lay_invoice: LayInvoice) -> None:
    lay_invoice(people=1)
    with pytest.raises(SettlementError, match=r"no bill of BPJS has been accepted.*folder bpjs_bills"):
        settle(JANUARY, resources)
    with pytest.raises(SettlementError, match=r"not reconciled yet.*sigap settle 2026-01"):
        reconciled(JANUARY, resources)


def test_a_bill_by_name_without_any_number_is_refused(resources: Resources, lay_invoice: LayInvoice) -> None:
    lay_invoice(people=1)
    rows = [{"full_name": "Warga Satu", "month": "2026-01", "total": "16800"}]
    lay_list(resources, "sources.bills", "bill.csv", rows)
    with pytest.raises(SettlementError, match="no row has a NIK of 16 digits or a KPJ"):
        settle(JANUARY, resources)


def test_outcome_names_what_was_read_and_written_and_no_person(
    resources: Resources, lay_invoice: LayInvoice
) -> None:
    lay_invoice(people=2)
    lay_bill(resources, {1: "16800", 2: "16800", 3: "canary"})
    with pytest.raises(SettlementError, match=r"bill\.csv, row 4: column total"):
        settle(JANUARY, resources)
    lay_bill(resources, {1: "16800", 3: "16800"}, "bill_2.csv", "2026-02-02T00:00Z")
    settle(JANUARY, resources)
    outcomes = [row for row in stored(resources, audit.outcome) if row.verb == "settle"]
    assert [outcome.status for outcome in outcomes] == ["failed", "ok"]
    assert outcomes[-1].inputs
    assert outcomes[-1].outputs == ["settlement.reconciliation", "settlement.difference"]
    left = " ".join(map(str, outcomes)) + resources.settings.lineage_file.read_text(encoding="utf-8")
    assert re.search("|".join([*NIKS.values(), "canary"]), left) is None
