"""`sigap watch` from issued invoices and payments to what a scheduler sees."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner
from upath import UPath

from lay_bill import pay
from sigap.cli import app, terminal
from sigap.cli.watch import _LEVELS
from sigap.lake import Lake
from sigap.pipeline.resources import Resources
from sigap.pipeline.watch import Watch, watch_coverage
from sigap.settings import load_settings
from sigap.settlement.watch import LEVELS

LayInvoice = Callable[..., int]


@pytest.fixture
def resources(home: Any, warehouse: Any) -> Resources:
    return Resources(load_settings(), Lake(UPath(home) / "lake"), warehouse, "test")


@pytest.fixture
def issued_early(resources: Resources, lay_invoice: LayInvoice) -> LayInvoice:
    """An invoice that was issued on the first day of its month."""

    def lay(period: str, people: int) -> int:
        number = lay_invoice(period, people)
        with resources.warehouse.begin() as connection:
            connection.execute(text("ALTER TABLE billing.invoice DISABLE TRIGGER USER"))
            connection.execute(
                text(
                    "UPDATE billing.invoice SET issued_at = CAST(:day AS timestamptz) WHERE invoice_id = :id"
                ),
                {"day": f"{period}-01 12:00+07", "id": number},
            )
            connection.execute(text("ALTER TABLE billing.invoice ENABLE TRIGGER USER"))
        return number

    return lay


def levels(found: Watch) -> dict[str, str]:
    return {str(one.coverage.covers_from): one.level for one in found.coverages}


def test_each_payer_is_watched_from_what_it_paid(resources: Resources, issued_early: LayInvoice) -> None:
    for month, people in {"2026-01": 3, "2026-02": 5}.items():
        issued_early(month, people)
    pay(resources, 50_400, on=dt.date(2026, 1, 20))
    found = watch_coverage(dt.date(2026, 3, 16), resources)
    assert levels(found) == {"2026-01": "ok", "2026-02": "overdue", "2026-03": "ok"}
    assert (found.level, found.people_at_risk, found.open_idr) == ("overdue", 5, 84_000)
    unbilled = next(one for one in found.coverages if one.coverage.number is None)
    assert (unbilled.coverage.people, unbilled.coverage.due_date) == (5, dt.date(2026, 3, 31))
    assert unbilled.protected_until == dt.date(2026, 1, 31), "February is not paid"


def test_a_day_in_the_past_sees_only_what_was_known_then(
    resources: Resources, issued_early: LayInvoice
) -> None:
    for month in ("2026-01", "2026-02"):
        issued_early(month, 3)
    pay(resources, 50_400, on=dt.date(2026, 2, 10))
    assert levels(watch_coverage(dt.date(2026, 1, 20), resources)) == {"2026-01": "due_soon"}
    assert levels(watch_coverage(dt.date(2026, 2, 9), resources))["2026-01"] == "overdue"
    assert levels(watch_coverage(dt.date(2026, 2, 10), resources))["2026-01"] == "ok"


def test_a_scheduler_learns_of_an_alert_by_the_exit_status(
    resources: Resources, issued_early: LayInvoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal.show, "_width", 200)
    issued_early("2026-01", 3)
    run, wanted = CliRunner(), ["watch", "--as-of", "2026-02-20"]
    assert run.invoke(app, wanted).exit_code == 0
    assert run.invoke(app, [*wanted, "--fail-on", "alert"]).exit_code == 3
    assert run.invoke(app, [*wanted, "--fail-on", "lapsed"]).exit_code == 0
    assert run.invoke(app, [*wanted, "--fail-on", "fire"]).exit_code == 2
    told = run.invoke(app, [*wanted, "--json"])
    facts = json.loads(told.output)
    assert (facts["level"], facts["people_at_risk"]) == ("alert", 3)
    assert facts["coverages"][0]["covers_from"] == "2026-01"
    table = run.invoke(app, wanted).output
    assert "PERINGATAN" in table and "Warga" not in table


def test_the_command_line_has_words_for_every_level_in_their_order() -> None:
    assert _LEVELS == LEVELS


def test_a_watch_without_invoices_says_so(resources: Resources) -> None:
    told = CliRunner().invoke(app, ["watch", "--as-of", "2026-02-20", "--fail-on", "due_soon"])
    assert told.exit_code == 0 and "belum ada tagihan terbit" in told.output
