"""Who died or left before the next bill is in no roster to come, by two people, without a line."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner

from integration.test_link_decide import approve, by_nik, lay, nik
from sigap.billing.correction import Proposal
from sigap.cli import app
from sigap.domain.period import Period
from sigap.errors import ApprovalError, BillingError
from sigap.pipeline.approve import record_approval
from sigap.pipeline.bill import bill
from sigap.pipeline.corrections import check, propose
from sigap.pipeline.decide import decide
from sigap.pipeline.issue import issue
from sigap.pipeline.link import link
from sigap.pipeline.proposed import Proposed, show_proposal
from sigap.pipeline.removed import removed_people
from sigap.pipeline.resources import Resources

JANUARY, FEBRUARY, MARCH = (Period(2026, month) for month in (1, 2, 3))
DIED = dt.date(2026, 2, 10)  # leaves February paid
AKTA = "Akta kematian 3275-KM-2026-017"


@pytest.fixture
def months(resources: Resources, lay_invoice: Callable[..., int]) -> Resources:
    """January and February issued for persons 1 to 3; nothing of March yet."""
    for month in ("2026-01", "2026-02"):
        lay_invoice(month, 3)
    return resources


def ask(resources: Resources, **given: Any) -> Proposed:
    proposal = {"reason_code": "DECEASED", "evidence": AKTA, "person_id": 2, "effective_date": DIED} | given
    [asked] = propose([Proposal(**proposal)], "dinas", resources)
    return asked


def agree(resources: Resources, asked: Proposed) -> None:
    check([asked.proposal_id], "agree", "", "bendahara", resources)


def removed(resources: Resources, period: Period) -> list[tuple[int, bool]]:
    with resources.warehouse.connect() as connection:
        found = removed_people(connection, period).sort_by("person_id").to_pylist()
    return [(one["person_id"], one["is_dead"]) for one in found]


def test_a_death_before_the_next_bill_takes_the_person_out_of_the_rosters_to_come(months: Resources) -> None:
    asked = ask(months)
    assert (asked.covers_from, asked.months, asked.credit_idr, asked.state) == ("2026-03", 0, 0, "proposed")
    assert (asked.monthly_idr, asked.months_covered, asked.at_stake) == (16_800, 2, 0)
    assert removed(months, MARCH) == [], "one person alone removes nobody"
    with pytest.raises(BillingError, match="checked by somebody else"):
        check([asked.proposal_id], "agree", "", "dinas", months)
    agree(months, asked)
    assert removed(months, FEBRUARY) == []
    assert removed(months, MARCH) == [(2, True)]
    found, evidence, [row] = show_proposal(asked.proposal_id, months)
    assert (found.state, evidence, row["kind"], row["months_covered"]) == ("agreed", AKTA, "removal", 2)


def test_a_removal_that_interrupts_the_cover_of_somebody_alive_says_so(months: Resources) -> None:
    asked = ask(months, reason_code="MOVED_OUT", effective_date=dt.date(2026, 3, 1), evidence="Surat 4")
    assert (asked.monthly_idr, asked.months_covered, asked.at_stake) == (16_800, 2, 1)
    agree(months, asked)
    assert removed(months, MARCH) == [(2, False)]


def test_who_never_was_billed_is_removed_without_a_value(months: Resources) -> None:
    with months.warehouse.begin() as connection:
        connection.execute(text("INSERT INTO identity.person VALUES (77, '3275010101000077', '2026-02')"))
    asked = ask(months, person_id=77)
    assert (asked.monthly_idr, asked.months_covered, asked.at_stake) == (0, 0, 0)


def test_a_removal_is_turned_down_or_taken_back_by_two_people(months: Resources) -> None:
    first = ask(months)
    check([first.proposal_id], "disagree", "Nama sama, orang lain", "bendahara", months)
    second = ask(months)
    with pytest.raises(BillingError, match="took the person out already"):
        ask(months, reason_code="MOVED_OUT", effective_date=dt.date(2026, 5, 1))
    agree(months, second)
    _, _, [row] = show_proposal(second.proposal_id, months)
    back = {"reason_code": "REVERSED", "reverses_id": row["correction_id"], "evidence": "Surat hidup 5"}
    nothing = {"person_id": None, "effective_date": None}
    taken_back = ask(months, **back, **nothing)
    assert removed(months, MARCH) == [(2, True)]
    agree(months, taken_back)
    assert removed(months, MARCH) == []
    with pytest.raises(BillingError, match="only an agreed"):
        ask(months, **back, **nothing)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"person_id": 9_999}, "no person has this number"),
        ({"person_id": 2, "period": MARCH, "effective_date": dt.date(2026, 4, 2)}, "before the first month"),
        ({"person_id": 3, "period": FEBRUARY, "reason_code": "NIK_CORRECTED", "effective_date": None}, ""),
    ],
)
def test_what_cannot_be_a_removal_is_refused(months: Resources, given: dict[str, Any], says: str) -> None:
    if not says:
        assert ask(months, **given).monthly_idr is None, "an issued line is corrected"
        return
    with pytest.raises(BillingError, match=says) as caught:
        ask(months, **given)
    assert not re.search(r"\d{16}", str(caught.value))


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("DELETE FROM billing.removal", "never changed"),
        ("UPDATE billing.removal SET period = '2026-09'", "never changed"),
        ("INSERT INTO billing.removal_check VALUES (1, 'agree', 'DINAS ')", "somebody else"),
        (
            "INSERT INTO billing.removal SELECT removal_id + 50, proposal_id + 50, reason_code, reverses_id, "
            "person_id, period, effective_date, rule, monthly_idr, months_covered, is_clock_at_stake, "
            "evidence, actor FROM billing.removal",
            "removed already",
        ),
    ],
)
def test_the_database_keeps_removals_and_wants_two_people(
    months: Resources, statement: str, says: str
) -> None:
    ask(months)
    with pytest.raises(DBAPIError, match=says), months.warehouse.begin() as connection:
        connection.execute(text(statement))


def test_nobody_who_died_is_billed_also_when_the_roster_was_decided_before(resources: Resources) -> None:
    lay(JANUARY, resources, [1, 2, 3], [])
    link(JANUARY, resources)
    decide(JANUARY, resources)
    agree(resources, ask(resources, effective_date=dt.date(2025, 12, 30)))
    with pytest.raises(ApprovalError, match="took out 1 of the roster's people"):
        approve("roster", JANUARY, resources)
    decided = by_nik(decide(JANUARY, resources), resources)
    assert decided[nik(2)]["reason_code"] == "DECEASED"
    approve("roster", JANUARY, resources)
    bill(JANUARY, resources)
    agree(resources, ask(resources, person_id=1, effective_date=dt.date(2025, 12, 31)))
    with pytest.raises(ApprovalError, match="reject these invoices, then decide"):
        approve("invoices", JANUARY, resources)
    record_approval(JANUARY, "invoices", "rejected", "bendahara", "Meninggal", resources)
    decide(JANUARY, resources)
    approve("roster", JANUARY, resources)
    bill(JANUARY, resources)
    approve("invoices", JANUARY, resources)
    assert [invoice.people for invoice in issue(JANUARY, resources)] == [1]


def test_the_command_line_tells_a_removal_from_a_correction(
    months: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGAP_HOME", str(months.settings.home))
    monkeypatch.setenv("SIGAP_WAREHOUSE_URL", str(months.settings.warehouse_url))
    words = [
        "--person",
        "2",
        "--since",
        "2026-02-10",
        "--reason",
        "DECEASED",
        "--evidence",
        AKTA,
        "--as",
        "dinas",
    ]
    told = CliRunner().invoke(app, ["correction", "propose", *words])
    assert told.exit_code == 0, told.output
    assert "1 of them are removals" in told.output.replace("\n", " ")
