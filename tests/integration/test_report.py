"""From an issued invoice in PostgreSQL to its two files."""

import hashlib
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import Engine, func, select, text
from upath import UPath

from sigap.domain.period import Period
from sigap.errors import ReportingError
from sigap.lake import Lake
from sigap.pipeline.report import report
from sigap.pipeline.resources import Resources
from sigap.settings import Settings
from sigap.warehouse.tables import audit, billing, reporting

JANUARY = Period(2026, 1)


@pytest.fixture
def resources(home: Path, warehouse: Engine) -> Resources:
    settings = Settings()
    return Resources(settings, Lake(settings.place("lake")), warehouse, "test")


def test_report_writes_both_files_with_the_figures_of_the_invoice(
    resources: Resources, lay_invoice: Callable[..., int]
) -> None:
    invoice_id = lay_invoice("2026-01", 5)

    documents = report(JANUARY, resources)

    assert [document.kind for document in documents] == ["workbook", "pdf", "annex"]
    name = documents[0].number.replace("/", "-")
    folder = resources.settings.place("documents") / "2026-01"
    assert sorted(path.name for path in folder.iterdir()) == [
        f"{name}-lampiran.pdf", f"{name}.pdf", f"{name}.xlsx",
    ]  # fmt: skip
    for document in documents:
        assert hashlib.sha256(UPath(document.uri).read_bytes()).hexdigest() == document.sha256
    workbook = load_workbook(io.BytesIO(UPath(documents[0].uri).read_bytes()), data_only=True)
    annex = workbook["Lampiran BNBA"]
    assert [annex.cell(row, 3).value for row in range(5, 10)] == [f"Warga {number}" for number in range(1, 6)]
    assert {annex.cell(row, 7).value for row in range(5, 10)} == {"Bekasi Barat"}
    with resources.warehouse.connect() as connection:
        digest = connection.scalar(
            select(billing.invoice.c.lines_sha256).where(billing.invoice.c.invoice_id == invoice_id)
        )
    first = " ".join(
        PdfReader(io.BytesIO(UPath(documents[1].uri).read_bytes())).pages[1].extract_text().split()
    )
    for part in (documents[1].number, "84.000", "dinas, ", "bendahara, ", "APBD Kota Bekasi", digest):
        assert part in first
    assert digest in [cell.value for row in workbook["Sampul"].iter_rows() for cell in row]


def test_report_changes_nothing_when_it_runs_again(
    resources: Resources, lay_invoice: Callable[..., int]
) -> None:
    lay_invoice()
    first, rows = report(JANUARY, resources), _documents(resources)
    inodes = [Path(document.uri).stat().st_ino for document in first]

    assert report(JANUARY, resources) == first

    assert _documents(resources) == rows
    assert [Path(document.uri).stat().st_ino for document in first] == inodes


def test_report_restores_and_records_a_file_when_it_was_lost_or_moved(
    resources: Resources, lay_invoice: Callable[..., int], tmp_path: Path
) -> None:
    lay_invoice()
    first = report(JANUARY, resources)
    Path(first[1].uri).unlink()
    assert report(JANUARY, resources) == first
    assert Path(first[1].uri).exists()

    moved = resources.settings.model_copy(update={"documents": str(tmp_path / "elsewhere")})
    again = report(JANUARY, Resources(moved, resources.lake, resources.warehouse, "test"))

    assert {row.uri for row in _documents(resources)} == {document.uri for document in again}
    assert [document.sha256 for document in again] == [document.sha256 for document in first]


def test_report_leaves_an_outcome_with_inputs_and_outputs(
    resources: Resources, lay_invoice: Callable[..., int]
) -> None:
    lay_invoice()
    documents = report(JANUARY, resources)

    with resources.warehouse.connect() as connection:
        outcome = connection.execute(select(audit.outcome).where(audit.outcome.c.verb == "report")).one()
    assert (outcome.status, outcome.counts) == ("ok", {"invoices": 1, "documents": 3})
    assert "billing.invoice_line" in outcome.inputs
    assert outcome.outputs == ["reporting.document", *(document.uri for document in documents)]
    assert {"code", "payers", "signatories"} <= outcome.versions.keys()


@pytest.mark.parametrize("status", ["draft", "approved", None])
def test_report_says_what_to_do_when_nothing_is_issued(
    resources: Resources, lay_invoice: Callable[..., int], status: str | None
) -> None:
    if status:
        lay_invoice(status=status)

    with pytest.raises(ReportingError, match=r"2026-01: no invoice is issued.*approved, then issue"):
        report(JANUARY, resources)
    assert not resources.settings.place("documents").exists()


def test_report_refuses_when_a_line_was_tampered_with(
    resources: Resources, lay_invoice: Callable[..., int]
) -> None:
    lay_invoice()
    with resources.warehouse.begin() as connection:  # as only the owner of the database can
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(
            text("UPDATE billing.invoice_line SET jkk_idr = 6800, jkm_idr = 10000 WHERE person_id = 2")
        )

    with pytest.raises(ReportingError, match="no longer have the digest"):
        report(JANUARY, resources)
    assert not resources.settings.place("documents").exists()
    assert _documents(resources) == []


def test_report_keeps_names_that_look_like_nothing_and_addresses_of_two_lines(
    resources: Resources, lay_invoice: Callable[..., int]
) -> None:
    lay_invoice()
    with resources.warehouse.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(
            text(
                "UPDATE entitlement.decision SET full_name = 'NULL', address = E'Jalan A\\nRT 1' "
                "WHERE person_id = 1"
            )
        )

    workbook = load_workbook(UPath(report(JANUARY, resources)[0].uri))
    annex = workbook["Lampiran BNBA"]
    shown = {annex.cell(row, 3).value: annex.cell(row, 5).value for row in range(5, 8)}
    assert shown["NULL"] == "Jalan A RT 1"


def test_report_leaves_other_months_alone(resources: Resources, lay_invoice: Callable[..., int]) -> None:
    lay_invoice("2026-01")
    lay_invoice("2026-02", 4)

    assert len(report(Period(2026, 2), resources)) == 3
    with resources.warehouse.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(reporting.document)) == 3


def _documents(resources: Resources) -> list[object]:
    with resources.warehouse.connect() as connection:
        return list(connection.execute(select(reporting.document).order_by(reporting.document.c.kind)))
