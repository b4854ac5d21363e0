"""Places end where the budget does: the same people every time, those who were covered first."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml
from sqlalchemy import select, text

from sigap.billing.payers import FILE
from sigap.domain.datasets import PERSON_MEMBERSHIPS, PERSONS
from sigap.domain.period import Period
from sigap.pipeline.approve import record_approval
from sigap.pipeline.bill import bill
from sigap.pipeline.decide import decide
from sigap.pipeline.issue import issue
from sigap.pipeline.link import covered_before
from sigap.pipeline.resources import Resources
from sigap.warehouse.store import copy_rows
from sigap.warehouse.tables import identity

JANUARY, FEBRUARY, MARCH = Period(2026, 1), Period(2026, 2), Period(2026, 3)


def link_by_hand(resources: Resources, period: Period, numbers: list[int]) -> None:
    """Leave what link leaves: these persons, listed in this order, and nobody insured elsewhere."""
    rows = [
        {
            "person_id": number, "nik": f"3275014101{number:06d}", "full_name": f"WARGA {number}",
            "birth_date": Period(1980, 1).first_day, "sex": "P", "regency_code": "32.75",
            "kecamatan_code": "32.75.01", "kelurahan_code": "32.75.01.1001", "desil": 1, "sector": "becak",
            "sources": "becak", "is_inactive": False, "is_deceased": False, "listed_rows": 1,
            "delivery_id": "d", "sheet": "s", "row": number,
        }
        for number in numbers
    ]  # fmt: skip
    persons = pa.Table.from_pylist(rows, PERSONS)
    with resources.warehouse.begin() as connection:
        known = set(connection.execute(select(identity.person.c.person_id)).scalars())
        is_new = pa.array([number not in known for number in numbers])
        new = persons.filter(is_new).select(["person_id", "nik"])
        first = pa.array([str(period)] * new.num_rows, pa.string())
        copy_rows(connection, identity.person, new.append_column("first_period", first))
    with resources.outcome_of("link", period) as outcome:
        if (covered := covered_before(period, resources)) is not None:
            outcome.read(covered)
        memberships = PERSON_MEMBERSHIPS.empty_table()
        outcome.wrote(
            resources.lake.write("identity.persons", period, persons),
            resources.lake.write("identity.memberships", period, memberships),
        )


def decided(resources: Resources, period: Period) -> dict[int, str]:
    rows = resources.lake.read(decide(period, resources)).to_pylist()
    return {row["person_id"]: row["reason_code"] for row in rows}


def run_month(resources: Resources, period: Period) -> None:
    record_approval(period, "roster", "approved", "dinas", None, resources)
    bill(period, resources)
    record_approval(period, "invoices", "approved", "bendahara", None, resources)
    issue(period, resources)


def billed(resources: Resources, period: Period) -> list[tuple[Any, ...]]:
    statement = text(
        "SELECT person_id, l.period FROM billing.invoice_line l JOIN billing.invoice i USING (invoice_id) "
        "WHERE i.period = :period ORDER BY 1, 2"
    )
    with resources.warehouse.connect() as connection:
        return [tuple(row) for row in connection.execute(statement, {"period": str(period)})]


@pytest.fixture
def budgeted(resources: Resources, tmp_path: Path) -> Any:
    """Resources whose city has so many rupiah in 2026, billed over phases of so many months."""

    def with_pagu(pagu_idr: int, months: int = 1) -> Resources:
        payers = yaml.safe_load(FILE.read_text(encoding="utf-8"))
        city = payers["APBD_KOTA"]
        for value in city["pagu"].values():
            value["value"] = pagu_idr
        for value in city["coverage_months"].values():
            value["value"]["months"] = months
        file = tmp_path / "payers.yaml"
        file.write_text(yaml.safe_dump(payers), encoding="utf-8")
        settings = resources.settings.model_copy(update={"payers": file})
        return Resources(settings, resources.lake, resources.warehouse, "test")

    return with_pagu


def test_who_does_not_fit_into_the_pagu_waits_with_that_reason_and_the_month_is_billed(budgeted: Any) -> None:
    resources = budgeted(3 * 16_800 + 16_799)
    link_by_hand(resources, JANUARY, [5, 4, 3, 2, 1])
    first = decided(resources, JANUARY)
    assert first == {
        1: "ELIGIBLE", 2: "ELIGIBLE", 3: "ELIGIBLE", 4: "PAGU_EXCEEDED", 5: "PAGU_EXCEEDED",
    }  # fmt: skip
    link_by_hand(resources, JANUARY, [1, 2, 3, 4, 5])
    assert decided(resources, JANUARY) == first
    run_month(resources, JANUARY)
    assert billed(resources, JANUARY) == [(1, "2026-01"), (2, "2026-01"), (3, "2026-01")]


def test_who_was_covered_comes_before_whom_the_order_would_prefer(budgeted: Any) -> None:
    resources = budgeted(4 * 16_800)
    link_by_hand(resources, JANUARY, [8, 9])
    decide(JANUARY, resources)
    run_month(resources, JANUARY)
    link_by_hand(resources, FEBRUARY, [1, 8, 9])
    assert decided(resources, FEBRUARY) == {8: "ELIGIBLE", 9: "ELIGIBLE", 1: "PAGU_EXCEEDED"}
    run_month(resources, FEBRUARY)
    assert billed(resources, FEBRUARY) == [(8, "2026-02"), (9, "2026-02")]


def test_a_quarter_that_is_paid_for_keeps_its_people_when_the_money_is_spent(budgeted: Any) -> None:
    resources = budgeted(2 * 3 * 16_800 + 2 * 16_800, months=3)
    link_by_hand(resources, JANUARY, [8, 9])
    decide(JANUARY, resources)
    run_month(resources, JANUARY)
    assert len(billed(resources, JANUARY)) == 6
    link_by_hand(resources, FEBRUARY, [1, 2, 8, 9])
    kept = {8: "ELIGIBLE", 9: "ELIGIBLE"}
    assert decided(resources, FEBRUARY) == {**kept, 1: "ELIGIBLE", 2: "PAGU_EXCEEDED"}
    run_month(resources, FEBRUARY)
    assert billed(resources, FEBRUARY) == [(1, "2026-02"), (1, "2026-03")]
    link_by_hand(resources, MARCH, [1, 2, 8, 9])
    assert decided(resources, MARCH) == {**kept, 1: "ELIGIBLE", 2: "PAGU_EXCEEDED"}


def test_a_year_that_the_payers_do_not_know_is_left_to_bill(budgeted: Any) -> None:
    resources, later = budgeted(0), Period(2027, 1)
    link_by_hand(resources, later, [1])
    assert decided(resources, later) == {1: "ELIGIBLE"}
