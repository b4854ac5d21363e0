"""The month is billed once: drafts, approval, numbers, and what a crash leaves behind."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from sigap.billing.invoice import digest_lines
from sigap.billing.tariffs import FOLDER as TARIFFS
from sigap.domain.period import Period
from sigap.errors import ApprovalError, BillingError
from sigap.pipeline.approve import record_approval
from sigap.pipeline.bill import bill, drafts
from sigap.pipeline.issue import issue
from sigap.pipeline.resources import Resources

JANUARY, FEBRUARY = Period(2026, 1), Period(2026, 2)
LayRoster = Callable[..., int]
ChangePayers = Callable[..., Resources]


def rows(resources: Resources, statement: str) -> list[tuple[object, ...]]:
    with resources.warehouse.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def approve(resources: Resources, subject: str, period: Period = JANUARY) -> None:
    actor = "dinas" if subject == "roster" else "bendahara"
    record_approval(period, subject, "approved", actor, None, resources)


def run_month(resources: Resources, period: Period = JANUARY) -> None:
    approve(resources, "roster", period)
    bill(period, resources)
    approve(resources, "invoices", period)
    issue(period, resources)


LINES = "SELECT person_id, period, jkk_idr, jkm_idr, total_idr, tariff FROM billing.invoice_line ORDER BY 1"
INVOICES = (
    "SELECT number, period, status, people, jkk_idr, jkm_idr, total_idr, lines_sha256 FROM billing.invoice"
)


def test_a_roster_without_approval_is_not_billed(resources: Resources, lay_roster: LayRoster) -> None:
    lay_roster()
    with pytest.raises(ApprovalError, match="No roster of 2026-01 is approved"):
        bill(JANUARY, resources)
    assert rows(resources, INVOICES) == []


def test_the_golden_month_is_billed_to_the_rupiah(resources: Resources, lay_roster: LayRoster) -> None:
    lay_roster(subsidised=11_666, waiting=100)
    approve(resources, "roster")
    batch = bill(JANUARY, resources)
    [draft] = drafts(JANUARY, resources)
    assert (draft.people, draft.jkk_idr, draft.jkm_idr, draft.total_idr) == (
        11_666,
        116_660_000,
        79_328_800,
        195_988_800,
    )
    assert (draft.status, draft.wadah, draft.funding) == ("draft", "SG", "APBD_KOTA")
    assert draft.lines_sha256 == digest_lines(resources.lake.read(batch))
    assert rows(resources, "SELECT count(*), count(DISTINCT person_id) FROM billing.invoice_line") == [
        (11_666, 11_666)
    ]


def test_an_auditor_can_repeat_the_digest_with_psql(resources: Resources, lay_roster: LayRoster) -> None:
    import hashlib

    lay_roster(subsidised=20)
    run_month(resources)
    digest = hashlib.sha256()
    with (
        resources.warehouse.connect() as connection,
        connection.connection.cursor().copy(
            "COPY (SELECT person_id, period, jkk_idr, jkm_idr FROM billing.invoice_line ORDER BY person_id) "
            "TO STDOUT (FORMAT csv)"
        ) as copy,
    ):
        for block in copy:
            digest.update(block)
    assert rows(resources, "SELECT lines_sha256 FROM billing.invoice") == [(digest.hexdigest(),)]


def test_running_the_month_twice_changes_nothing(resources: Resources, lay_roster: LayRoster) -> None:
    lay_roster()
    approve(resources, "roster")
    first = bill(JANUARY, resources)
    kept = rows(resources, "SELECT line_id, invoice_id FROM billing.invoice_line ORDER BY 1")
    assert bill(JANUARY, resources) == first
    assert rows(resources, "SELECT line_id, invoice_id FROM billing.invoice_line ORDER BY 1") == kept
    approve(resources, "invoices")
    issued = issue(JANUARY, resources)
    before = rows(resources, "SELECT * FROM billing.invoice")
    assert bill(JANUARY, resources) == first
    assert issue(JANUARY, resources) == issued
    assert rows(resources, "SELECT * FROM billing.invoice") == before
    assert rows(resources, "SELECT line_id, invoice_id FROM billing.invoice_line ORDER BY 1") == kept
    assert rows(resources, "SELECT last_number FROM billing.number_series") == [(1,)]


def test_nothing_is_issued_before_finance_approves(resources: Resources, lay_roster: LayRoster) -> None:
    lay_roster()
    approve(resources, "roster")
    bill(JANUARY, resources)
    with pytest.raises(ApprovalError, match="wait for finance"):
        issue(JANUARY, resources)
    assert rows(resources, "SELECT status, number FROM billing.invoice") == [("draft", None)]
    assert rows(resources, "SELECT * FROM billing.number_series") == []


def test_numbers_run_without_a_gap_within_wadah_and_year(resources: Resources, lay_roster: LayRoster) -> None:
    for period in ("2025-12", "2026-01", "2026-02"):
        lay_roster(period)
        run_month(resources, Period.parse(period))
    assert rows(resources, "SELECT number FROM billing.invoice ORDER BY period") == [
        ("SIGAP/SG/2025-12/0001",),
        ("SIGAP/SG/2026-01/0001",),
        ("SIGAP/SG/2026-02/0002",),
    ]


def test_drafts_of_an_older_roster_are_replaced(resources: Resources, lay_roster: LayRoster) -> None:
    lay_roster(subsidised=3)
    approve(resources, "roster")
    bill(JANUARY, resources)
    newer = lay_roster(subsidised=5)
    approve(resources, "roster")
    bill(JANUARY, resources)
    assert rows(resources, "SELECT roster_id, people FROM billing.invoice") == [(newer, 5)]
    assert rows(resources, "SELECT count(*), count(DISTINCT roster_id) FROM billing.invoice_line") == [(5, 1)]


def test_drafts_are_made_anew_when_the_day_to_pay_changed(
    resources: Resources, lay_roster: LayRoster, change_payers: ChangePayers
) -> None:
    lay_roster()
    approve(resources, "roster")
    bill(JANUARY, resources)
    later = {"months_after": 1, "day": 15}
    bill(JANUARY, change_payers(lambda entries: entries["APBD_KOTA"]["due"].update(later)))
    assert rows(resources, "SELECT due_date::text FROM billing.invoice") == [("2026-02-15",)]


def test_a_roster_that_comes_after_the_invoices_changes_nothing(
    resources: Resources, lay_roster: LayRoster
) -> None:
    lay_roster(subsidised=3)
    run_month(resources)
    before = rows(resources, "SELECT * FROM billing.invoice")
    lay_roster(subsidised=4)
    with pytest.raises(ApprovalError, match="came too late"):
        approve(resources, "roster")
    bill(JANUARY, resources)
    assert issue(JANUARY, resources)[0].number == "SIGAP/SG/2026-01/0001"
    assert rows(resources, "SELECT * FROM billing.invoice") == before


def test_a_tariff_that_changes_after_the_approval_is_refused_and_the_invoices_stand(
    resources: Resources, lay_roster: LayRoster, tmp_path: Path
) -> None:
    lay_roster(subsidised=3)
    run_month(resources)
    before = rows(resources, LINES)
    shutil.copytree(TARIFFS, tmp_path / "tariffs")
    jkm = tmp_path / "tariffs" / "jkm.yaml"
    jkm.write_text(jkm.read_text(encoding="utf-8").replace("value: 6800", "value: 6900"), encoding="utf-8")
    settings = resources.settings.model_copy(update={"tariffs": tmp_path / "tariffs"})
    with pytest.raises(BillingError, match="They stand"):
        bill(JANUARY, replace(resources, settings=settings))
    assert rows(resources, LINES) == before


@pytest.fixture
def with_pagu(change_payers: ChangePayers) -> Callable[[int], Resources]:
    """The city with another pagu, as a changed payers.yaml would give it."""

    def changed(amount_idr: int) -> Resources:
        def change(entries: dict[str, Any]) -> None:
            for value in entries["APBD_KOTA"]["pagu"].values():
                value["value"] = amount_idr

        return change_payers(change)

    return changed


def test_a_month_over_the_pagu_stops_before_anything_is_written(
    lay_roster: LayRoster, with_pagu: Callable[[int], Resources]
) -> None:
    resources = with_pagu(16_800 * 6 - 1)
    lay_roster("2026-01", subsidised=3)
    run_month(resources)
    lay_roster("2026-02", subsidised=3)
    approve(resources, "roster", FEBRUARY)
    with pytest.raises(BillingError, match=r"over its pagu of Rp100\.799 by Rp1 "):
        bill(FEBRUARY, resources)
    assert rows(resources, "SELECT count(*) FROM billing.invoice WHERE period = '2026-02'") == [(0,)]
    assert not (resources.settings.place("lake") / "billing.lines" / "2026-02").exists()
    assert rows(resources, "SELECT status FROM audit.outcome WHERE verb = 'bill' AND period = '2026-02'") == [
        ("failed",)
    ]


def test_two_months_drafted_side_by_side_are_not_both_approved_over_the_pagu(
    lay_roster: LayRoster, with_pagu: Callable[[int], Resources]
) -> None:
    resources = with_pagu(16_800 * 6 - 1)
    for period in (JANUARY, FEBRUARY):
        lay_roster(str(period), subsidised=3)
        approve(resources, "roster", period)
        bill(period, resources)
    approve(resources, "invoices", JANUARY)
    with pytest.raises(BillingError, match=r"over its pagu of Rp100\.799 by Rp1 "):
        approve(resources, "invoices", FEBRUARY)
    assert rows(resources, "SELECT period, status FROM billing.invoice ORDER BY 1") == [
        ("2026-01", "approved"),
        ("2026-02", "draft"),
    ]
    judged = "SELECT * FROM audit.approval WHERE period = '2026-02' AND subject = 'invoices'"
    assert rows(resources, judged) == []


def test_an_approved_month_is_not_issued_over_a_pagu_that_was_lowered(
    resources: Resources, lay_roster: LayRoster, with_pagu: Callable[[int], Resources]
) -> None:
    lay_roster(subsidised=3)
    approve(resources, "roster")
    bill(JANUARY, resources)
    approve(resources, "invoices")
    resources = with_pagu(16_800)
    with pytest.raises(BillingError, match=r"over its pagu of Rp16\.800 by Rp33\.600 "):
        issue(JANUARY, resources)
    assert rows(resources, "SELECT status, number FROM billing.invoice") == [("approved", None)]
    assert rows(resources, "SELECT * FROM billing.number_series") == []


def test_each_year_has_its_own_pagu(lay_roster: LayRoster, with_pagu: Callable[[int], Resources]) -> None:
    resources = with_pagu(16_800 * 3)
    for period in (Period(2025, 12), JANUARY):
        lay_roster(str(period), subsidised=3)
        run_month(resources, period)
    assert rows(resources, "SELECT number FROM billing.invoice ORDER BY period") == [
        ("SIGAP/SG/2025-12/0001",),
        ("SIGAP/SG/2026-01/0001",),
    ]


def test_a_batch_that_is_not_the_approved_one_is_refused(resources: Resources, lay_roster: LayRoster) -> None:
    roster_id = lay_roster()
    with resources.warehouse.begin() as connection:
        statement = "UPDATE entitlement.roster SET subsidised = 2 WHERE roster_id = :roster_id"
        connection.execute(text(statement), {"roster_id": roster_id})
    approve(resources, "roster")
    with pytest.raises(BillingError, match="is not the one that roster version 1 was approved with"):
        bill(JANUARY, resources)
    assert rows(resources, INVOICES) == []


def test_every_verb_says_what_it_read_and_wrote(resources: Resources, lay_roster: LayRoster) -> None:
    lay_roster()
    run_month(resources)
    outcomes = rows(
        resources,
        "SELECT verb, subject, inputs <> '[]', outputs <> '[]', versions ? 'code' "
        "FROM audit.outcome ORDER BY outcome_id",
    )
    assert outcomes == [
        ("approve", "roster", True, True, True),
        ("bill", None, True, True, True),
        ("approve", "invoices", True, True, True),
        ("issue", None, True, True, True),
    ]


def test_the_month_prints_the_figures_that_nobody_has_verified(
    resources: Resources, lay_roster: LayRoster
) -> None:
    from rich.console import Console

    from sigap.pipeline.display import print_summary
    from sigap.pipeline.summary import summarise

    lay_roster()
    run_month(resources)
    summary = summarise(JANUARY, resources)
    assert {"discount/not_for/APBD", "APBD_KOTA/pagu@2026-01-01"} <= set(summary.unverified)
    assert not [name for name in summary.unverified if name.startswith("jkm")]
    assert summary.as_dict()["unverified"] == summary.unverified
    console = Console(record=True, width=10_000)
    print_summary(summary, console)
    assert "figures not verified in their source yet: income_band@2025-10-01, " in console.export_text()


def test_two_runs_at_once_bill_once(resources: Resources, lay_roster: LayRoster) -> None:
    lay_roster(subsidised=200)
    approve(resources, "roster")
    with ThreadPoolExecutor(4) as pool:
        batches = list(pool.map(lambda _: bill(JANUARY, resources), range(4)))
    assert len(set(batches)) == 1
    assert rows(resources, "SELECT people FROM billing.invoice") == [(200,)]
    made = rows(resources, "SELECT sum((counts->>'new_drafts')::int) FROM audit.outcome WHERE verb = 'bill'")
    assert made == [(1,)]


# The process dies by SIGKILL the moment it calls `victim`, before or after the call.
_DIE = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import Connection
from sigap.domain.period import Period
from sigap.lake import Lake
from sigap.pipeline import bill, issue, lay
from sigap.pipeline.resources import Resources
from sigap.settings import load_settings

def die(*_args, **_kwargs):
    os.kill(os.getpid(), signal.SIGKILL)

where, verb = sys.argv[1:]
if where == "batch written":
    bill.lay_drafts = die
elif where == "headers written":
    lay.copy_rows = die
elif where == "lines written":
    commit = Connection._commit_impl
    Connection._commit_impl = lambda self, *a, **k: die()
elif where == "number taken":
    issue._issued = die
resources = Resources.open(load_settings(), "victim")
getattr({'bill': bill, 'issue': issue}[verb], verb)(Period(2026, 1), resources)
"""


def kill_during(verb: str, where: str, resources: Resources) -> None:
    environment = {
        **os.environ,
        "SIGAP_HOME": str(resources.settings.home),
        "SIGAP_WAREHOUSE_URL": str(resources.settings.warehouse_url),
    }
    command = [sys.executable, "-c", _DIE, where, verb]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == -signal.SIGKILL, result.stderr


@pytest.mark.parametrize("where", ["batch written", "headers written", "lines written"])
def test_a_kill_during_bill_leaves_nothing_half_done_and_the_next_run_gives_the_same_rows(
    resources: Resources, lay_roster: LayRoster, where: str
) -> None:
    lay_roster(subsidised=500)
    approve(resources, "roster")
    kill_during("bill", where, resources)
    assert rows(resources, INVOICES) == []
    assert rows(resources, LINES) == []
    bill(JANUARY, resources)
    approve(resources, "invoices")
    issue(JANUARY, resources)
    expected = [(n, "2026-01", 10_000, 6_800, 16_800, "jkk@2015-07-01,jkm@2015-07-01") for n in range(1, 501)]
    assert rows(resources, LINES) == expected
    assert rows(resources, "SELECT number, people FROM billing.invoice") == [("SIGAP/SG/2026-01/0001", 500)]


def test_a_kill_during_issue_uses_up_no_number(resources: Resources, lay_roster: LayRoster) -> None:
    lay_roster()
    approve(resources, "roster")
    bill(JANUARY, resources)
    approve(resources, "invoices")
    kill_during("issue", "number taken", resources)
    assert rows(resources, "SELECT status, number FROM billing.invoice") == [("approved", None)]
    assert rows(resources, "SELECT * FROM billing.number_series") == []
    assert [invoice.number for invoice in issue(JANUARY, resources)] == ["SIGAP/SG/2026-01/0001"]
