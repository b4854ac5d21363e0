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
from sigap.pipeline.verify import verify
from sigap.reporting.template import SHIPPED
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


def test_a_bill_of_a_quarter_says_its_months_in_every_document(
    resources: Resources, lay_invoice: Callable[..., int]
) -> None:
    lay_invoice("2026-01", 3)
    cover_a_quarter(resources)

    made = {document.kind: UPath(document.uri).read_bytes() for document in report(JANUARY, resources)}

    workbook = load_workbook(io.BytesIO(made["workbook"]), data_only=True)
    rows = list(workbook["Lampiran BNBA"].iter_rows(min_row=5, max_row=7, values_only=True))
    assert {row[8:13] for row in rows} == {("Jan–Mar 2026", 3, 30_000, 20_400, 50_400)}
    months = workbook["Rekap Bulan"].iter_rows(min_row=5, max_row=7, values_only=True)
    assert [row[1:3] for row in months] == [
        ("Januari 2026", 3), ("Februari 2026", 3), ("Maret 2026", 3),
    ]  # fmt: skip
    for kind in ("pdf", "annex"):
        said = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(made[kind])).pages)
        assert "Januari–Maret 2026" in said
        assert "151.200" in said


def cover_a_quarter(resources: Resources) -> None:
    """Make the invoice one of three months, past the guards, as `bill` would."""
    names = "invoice_id, roster_id, person_id, income_band, jkk_idr, jkm_idr, total_idr, tariff, payer_set"
    statements = (
        f"INSERT INTO billing.invoice_line ({names}, period) SELECT {names}, month "
        "FROM billing.invoice_line, unnest(ARRAY['2026-02', '2026-03']) month",
        "UPDATE billing.invoice SET covers_to = '2026-03', jkk_idr = 3 * jkk_idr, jkm_idr = 3 * jkm_idr, "
        "total_idr = 3 * total_idr, lines_sha256 = (SELECT encode(sha256(string_agg("
        "format(E'%s,%s,10000,6800\\n', person_id, period), '' ORDER BY person_id, period)::bytea), 'hex') "
        "FROM billing.invoice_line)",
    )
    with resources.warehouse.begin() as connection:
        driver = connection.connection.cursor()
        driver.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            driver.execute(statement)


def test_the_annex_of_a_great_invoice_comes_in_parts_beside_a_short_workbook(
    resources: Resources, lay_invoice: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_invoice("2026-01", 5)
    monkeypatch.setattr("sigap.pipeline.report.WHOLE", 4)
    folder = resources.settings.templates_dir
    folder.mkdir(parents=True)
    content = (SHIPPED / "finance.yaml").read_text(encoding="utf-8")
    (folder / "finance.yaml").write_text(
        content.replace("1048576", "8"), encoding="utf-8"
    )  # 3 persons a file

    made = report(JANUARY, resources)

    assert [(document.kind, document.part) for document in made] == [
        ("workbook", 1), ("pdf", 1), ("part", 1), ("part", 2),
    ]  # fmt: skip
    assert [UPath(document.uri).name for document in made[2:]] == [
        "SIGAP-SG-2026-01-0001-finance-32.75-bagian-1-dari-2.xlsx",
        "SIGAP-SG-2026-01-0001-finance-32.75-bagian-2-dari-2.xlsx",
    ]
    workbook = load_workbook(UPath(made[0].uri), data_only=True)
    assert "Lampiran BNBA" not in workbook.sheetnames
    assert [cell.value for cell in workbook["Rekap Kecamatan"][5]][1:6] == [
        "Bekasi Barat", 5, 50_000, 34_000, 84_000,
    ]  # fmt: skip
    sums = [load_workbook(UPath(document.uri), data_only=True).active["M8"].value for document in made[2:]]
    assert sums[0] == 50_400
    assert report(JANUARY, resources) == made
    for document in made:
        assert verify(Path(document.uri), resources).state == "matches"
