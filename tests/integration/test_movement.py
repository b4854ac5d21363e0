"""The movement statement agrees with invoices and notes to the rupiah, and says so in a workbook."""

import datetime as dt
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import text

from sigap import cli
from sigap.billing.correction import Proposal
from sigap.billing.movement import Figure
from sigap.domain.period import Period
from sigap.errors import BillingError
from sigap.pipeline.corrections import check, propose
from sigap.pipeline.movement import Statement, movement
from sigap.pipeline.movement_book import make_movement_book
from sigap.pipeline.notes import draft_notes, issue_notes
from sigap.pipeline.resources import Resources
from sigap.settings import load_settings

LayInvoice = Callable[..., int]
JANUARY, FEBRUARY, MARCH = (Period(2026, month) for month in (1, 2, 3))
Run = Callable[..., tuple[int | str | None, str, str]]


def agree(resources: Resources, **asked: object) -> None:
    proposal = Proposal(**({"reason_code": "FOUND_INSURED", "evidence": "Surat BPJS 12"} | asked))  # type: ignore[arg-type]
    [kept] = propose([proposal], "dinas", resources)
    check([kept.proposal_id], "agree", "", "bendahara", resources)


def book(resources: Resources, period: Period) -> None:
    with resources.warehouse.begin() as connection:
        draft_notes(connection, period)
        issue_notes(connection, period, resources.payers())


def parts(statement: Statement) -> list[tuple[object, ...]]:
    return [
        (row["kind"], row["reason_code"], row["people"], row["total_idr"])
        for row in statement.movement.rows("all")
    ]


@pytest.fixture
def march(resources: Resources, lay_invoice: LayInvoice) -> Resources:
    """Five people in February, four in March. March credits February's second and January's third person."""
    lay_invoice("2026-01", people=4)
    lay_invoice("2026-02", people=5)
    agree(resources, person_id=2, period=FEBRUARY)
    agree(resources, person_id=3, period=JANUARY)
    book(resources, MARCH)
    lay_invoice("2026-03", people=4)
    return resources


def test_a_month_moves_from_what_stood_to_what_stands(march: Resources) -> None:
    statement = movement(MARCH, march)
    assert parts(statement) == [
        ("opening", "", 5, 84_000),
        ("corrected", "FOUND_INSURED", -1, -16_800),
        ("joined", "RETURNED", 1, 16_800),
        ("left", "NOT_LISTED", -1, -16_800),
        ("closing", "", 4, 67_200),
    ]
    assert (statement.invoiced_before_idr, statement.noted_before_idr) == (84_000, 0)
    assert (statement.invoiced_idr, statement.noted_idr) == (67_200, 0)
    assert (statement.change_idr, statement.is_final) == (-16_800, True)
    assert statement.booked == (
        ("2026-01", "FOUND_INSURED", Figure(-1, -16_800)),
        ("2026-02", "FOUND_INSURED", Figure(-1, -16_800)),
    )


def test_what_was_booked_before_is_no_part_of_the_opening(march: Resources, lay_invoice: LayInvoice) -> None:
    agree(march, person_id=1, period=MARCH)
    agree(march, reason_code="LEFT_OUT", person_id=5, period=MARCH, payer_set="APBD_KOTA")
    april, may = Period(2026, 4), Period(2026, 5)
    book(march, april)
    lay_invoice("2026-04", people=5)
    assert [part[:3] for part in parts(movement(april, march))] == [
        ("opening", "", 4),
        ("corrected", "FOUND_INSURED", -1),
        ("corrected", "LEFT_OUT", 1),
        ("joined", "RETURNED", 1),
        ("closing", "", 5),
    ]
    agree(march, person_id=4, period=april)
    book(march, may)
    lay_invoice("2026-05", people=5)
    statement = movement(may, march)
    assert statement.movement.figure("opening") == Figure(5, 84_000)
    again = movement(april, march)  # said later, April closes as it stood in April
    assert again.movement.figure("closing") == Figure(5, 84_000)


AHEAD = (
    "UPDATE billing.invoice SET covers_to = '2026-03', jkk_idr = 2 * jkk_idr, jkm_idr = 2 * jkm_idr, "
    "total_idr = 2 * total_idr",
    "INSERT INTO billing.invoice_line (invoice_id, roster_id, person_id, period, income_band, jkk_idr, "
    "jkm_idr, total_idr, tariff, payer_set) SELECT invoice_id, roster_id, person_id, '2026-03', income_band, "
    "jkk_idr, jkm_idr, total_idr, tariff, payer_set FROM billing.invoice_line",
    "INSERT INTO audit.approval (period, subject, roster_id, verdict, actor) "
    "SELECT period, 'invoices', roster_id, 'approved', 'bendahara' FROM billing.invoice",
    "UPDATE billing.invoice SET status = 'approved'",
    "INSERT INTO billing.number_series VALUES ('SG', 2026, 1)",
    "UPDATE billing.invoice SET status = 'issued', number = 'SIGAP/SG/2026-02/0001', issued_at = now()",
)


def test_who_died_in_a_month_billed_ahead_has_left_by_the_note(
    resources: Resources, lay_invoice: LayInvoice
) -> None:
    lay_invoice("2026-02", people=3, status="draft")
    with resources.warehouse.begin() as connection:  # two months in one invoice
        for statement in AHEAD:
            connection.execute(text(statement))
    agree(resources, reason_code="DECEASED", person_id=1, effective_date=dt.date(2026, 2, 10))
    book(resources, MARCH)
    assert parts(movement(MARCH, resources)) == [
        ("opening", "", 3, 50_400),
        ("left", "DECEASED", -1, -16_800),
        ("closing", "", 2, 33_600),
    ]
    with pytest.raises(BillingError, match="Neither 2027-01 nor 2027-02"):
        movement(Period(2027, 2), resources)


def test_the_first_month_has_no_opening(resources: Resources, lay_invoice: LayInvoice) -> None:
    lay_invoice("2026-01", people=3, status="draft")
    statement = movement(JANUARY, resources)
    assert parts(statement) == [("joined", "NEW", 3, 50_400), ("closing", "", 3, 50_400)]
    assert not statement.is_final


def test_the_workbook_shows_the_same_figures_and_names_nobody(march: Resources, tmp_path: Path) -> None:
    statement = movement(MARCH, march)
    book_bytes = make_movement_book(statement, march)
    assert make_movement_book(statement, march) == book_bytes
    file = tmp_path / "mutasi.xlsx"
    file.write_bytes(book_bytes)
    sheet = load_workbook(file, data_only=True)["Mutasi"]
    lines = [[cell for cell in line if cell is not None] for line in sheet.iter_rows(values_only=True)]
    assert ["Berlaku untuk Maret 2026 / Stands for March 2026", 4, 67_200] in lines
    assert ["Selisih / Difference", 0] in lines
    assert ["Tidak ada lagi di daftar / In no list any more", -1, -16_800] in lines
    assert any(line and line[0] == "Bekasi Barat" for line in lines)
    assert "Warga" not in str(lines)


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    assert home

    def run(*words: object) -> tuple[int | str | None, str, str]:
        monkeypatch.setattr(sys, "argv", ["sigap", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        shown = capsys.readouterr()
        return ended.value.code, " ".join(shown.out.split()), " ".join(shown.err.split())

    return run


def test_a_correction_goes_from_the_command_line_into_the_statement(
    run: Run, lay_invoice: LayInvoice, tmp_path: Path
) -> None:
    lay_invoice("2026-01", people=3)
    code, out, _ = run(
        "correction", "propose", "--person", 2, "--since", "2025-12-20", "--reason", "deceased",
        "--evidence", "Akta kematian 7", "--as", "dinas",
    )  # fmt: skip
    assert code == 0 and "1 proposals wait for a second person" in out and "Rp16.800" in out
    code, _, err = run("correction", "check", 1, "--agree", "--as", "dinas")
    assert code == 1 and "somebody else" in err
    code, out, _ = run("correction", "check", "1-1", "--agree", "--as", "bendahara")
    assert code == 0 and "becomes a note" in out
    found = json.loads(run("correction", "list", "--state", "agreed", "--json")[1])
    assert [(one["proposal_id"], one["credit_idr"]) for one in found] == [(1, 16_800)]
    code, out, _ = run("correction", "show", 1)
    assert code == 0 and "Meninggal dunia" in out and "Akta kematian 7" in out
    book(Resources.open(load_settings(), "test"), FEBRUARY)
    lay_invoice("2026-02", people=3)
    file = tmp_path / "mutasi.xlsx"
    code, out, _ = run("movement", "2026-02", "--out", file)
    assert code == 0 and "Change Rp0, the same by the invoices and notes" in out and file.exists()
    shown = json.loads(run("movement", "2026-02", "--json")[1])
    assert shown["booked"] == [
        {"period": "2026-01", "reason_code": "DECEASED", "people": -1, "total_idr": -16_800}
    ]
