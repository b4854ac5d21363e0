"""Months that are not plain: a quarter on one invoice, a premium of two payers, notes that came later."""

import copy
import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from lay_bill import NIKS, lay_list, pay
from sigap.billing.correction import Proposal
from sigap.domain.period import Period
from sigap.pipeline.approve import is_approved, record_approval
from sigap.pipeline.bill import bill
from sigap.pipeline.corrections import check, propose
from sigap.pipeline.issue import issue
from sigap.pipeline.notes import draft_notes, issue_notes
from sigap.pipeline.reconciled import reconciled
from sigap.pipeline.resources import Resources
from sigap.pipeline.settle import settle
from sigap.warehouse.tables import settlement

JANUARY, FEBRUARY, MARCH, APRIL = (Period(2026, month) for month in (1, 2, 3, 4))
ChangePayers = Callable[..., Resources]


def run_month(resources: Resources, period: Period) -> None:
    record_approval(period, "roster", "approved", "dinas", None, resources)
    bill(period, resources)
    if not is_approved(period, "invoices", resources):
        record_approval(period, "invoices", "approved", "bendahara", None, resources)
    issue(period, resources)


def send_bill(resources: Resources, period: Period, niks: Iterable[str]) -> None:
    rows = [{"nik": nik, "month": str(period), "total": "16.800"} for nik in niks]
    lay_list(resources, "sources.bills", f"bill{'_' * period.month}.csv", rows, period=period)


def classes(resources: Resources, period: Period) -> dict[str, int]:
    return {name: people for name, people in settle(period, resources).classes.items() if people}


def quarterly(entries: dict[str, Any]) -> None:
    for value in entries["APBD_KOTA"]["coverage_months"].values():
        value["value"] = {"months": 3, "first": 1}


def shared(entries: dict[str, Any]) -> None:
    entries["APBD_PROVINSI"] = copy.deepcopy(entries["APBD_KOTA"])
    entries["KOTA_DAN_PROVINSI"] = {
        "kind": "APBD",
        "since": dt.date(2025, 1, 1),
        "reference": "Perjanjian kota dan provinsi (contoh)",
        "verified": False,
        "wadah": {"code": "SG"},
        "order": ["jkk", "jkm"],
        "remainder": "APBD_KOTA",
        "shares": [{"payer": "APBD_PROVINSI", "rupiah": 8_401}, {"payer": "APBD_KOTA"}],
    }


def test_each_month_of_a_quarter_is_compared_by_itself(
    lay_roster: Callable[..., int], change_payers: ChangePayers
) -> None:
    resources = change_payers(quarterly)
    niks = [f"3275010101{person:06d}" for person in range(1, 6)]
    lay_roster("2026-01", subsidised=3)
    run_month(resources, JANUARY)
    lay_roster("2026-02", subsidised=5)
    run_month(resources, FEBRUARY)
    send_bill(resources, JANUARY, niks[:3])
    send_bill(resources, FEBRUARY, niks)
    send_bill(resources, MARCH, niks[:4])
    assert classes(resources, JANUARY) == {"matched": 3}
    assert classes(resources, FEBRUARY) == {"matched": 5}
    assert classes(resources, MARCH) == {"matched": 4, "missing": 1}
    march = reconciled(MARCH, resources)
    assert (march.people_listed, march.invoiced_idr) == (5, 5 * 16_800)
    assert [(one["period"], one["month_idr"], one["total_idr"]) for one in march.invoices] == [
        ("2026-01", 50_400, 151_200), ("2026-02", 33_600, 67_200),
    ]  # fmt: skip


def test_the_shares_of_two_payers_are_one_premium_and_paid_when_both_have_paid(
    lay_roster: Callable[..., int], change_payers: ChangePayers
) -> None:
    resources = change_payers(shared)
    lay_roster(subsidised=2, funding_source=lambda _: "KOTA_DAN_PROVINSI")
    run_month(resources, JANUARY)
    send_bill(resources, JANUARY, [f"3275010101{person:06d}" for person in (1, 2)])
    pay(resources, 2 * 8_399, "SIGAP/SG/2026-01/0001")
    assert classes(resources, JANUARY) == {"matched": 2}
    assert (reconciled(JANUARY, resources).people_paid, reconciled(JANUARY, resources).settled_idr) == (
        0,
        16_798,
    )
    pay(resources, 2 * 8_401, "SIGAP/SG/2026-01/0002", dt.date(2026, 2, 11))
    settle(JANUARY, resources)
    assert (reconciled(JANUARY, resources).people_paid, reconciled(JANUARY, resources).open_idr) == (2, 0)


def test_notes_change_what_the_month_expects_and_not_what_was_invoiced(
    resources: Resources, lay_invoice: Callable[..., int]
) -> None:
    for month, people in {"2026-01": 3, "2026-02": 4, "2026-03": 4}.items():
        lay_invoice(month, people)
    send_bill(resources, JANUARY, [NIKS[1], NIKS[2], NIKS[3]])
    assert classes(resources, JANUARY) == {"matched": 3}
    asked = [
        Proposal("FOUND_INSURED", "Surat BPJS 12", person_id=2, period=JANUARY),
        Proposal("LEFT_OUT", "SK 4", person_id=4, period=JANUARY, payer_set="APBD_KOTA"),
    ]
    kept = propose(asked, "dinas", resources)
    check([one.proposal_id for one in kept], "agree", "", "bendahara", resources)
    with resources.warehouse.begin() as connection:
        draft_notes(connection, APRIL)
    assert classes(resources, JANUARY) == {"matched": 3}, "a draft changes nothing"
    with resources.warehouse.begin() as connection:
        issue_notes(connection, APRIL, resources.payers())
    assert classes(resources, JANUARY) == {"matched": 2, "extra": 1, "missing": 1}
    january = reconciled(JANUARY, resources)
    assert (january.invoiced_idr, january.noted_idr, january.people_invoiced) == (50_400, 0, 3)
    with resources.warehouse.connect() as connection:
        told = {
            row["nik"]: (row["class"], row["noted_idr"])
            for row in connection.execute(settlement.difference.select()).mappings()
        }
    assert told == {NIKS[2]: ("extra", -16_800), NIKS[4]: ("missing", 16_800)}
