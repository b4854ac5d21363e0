"""The Berita Acara of a month: what it says, the same bytes, and who took the differences."""

import csv
import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from openpyxl import load_workbook
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner
from upath import UPath

from lay_bill import JANUARY, NIKS, active_list, bill_of, lay_list, pay
from sigap.cli import app, terminal
from sigap.errors import SettlementError
from sigap.lake import Lake
from sigap.pipeline.berita_acara import write_berita_acara
from sigap.pipeline.differences import export_differences
from sigap.pipeline.reconciled import reconciled
from sigap.pipeline.resources import Resources
from sigap.pipeline.settle import settle
from sigap.reporting.berita_acara_files import differences_file
from sigap.settings import load_settings
from sigap.warehouse.tables import audit, settlement


@pytest.fixture
def resources(home: Any, warehouse: Any, lay_invoice: Callable[..., int]) -> Resources:
    """A month with one of everything: 1 matched, 2 differs, 3 missing, 4 not active, 9 extra."""
    opened = Resources(load_settings(), Lake(UPath(home) / "lake"), warehouse, "test")
    lay_invoice(people=4)
    rows = bill_of({1: "16.800", 2: "8.400", 4: "16.800", 9: "16800"})
    lay_list(
        opened,
        "sources.bills",
        "tagihan.csv",
        [*rows, {"kpj": "90000000077", "month": "2026-01", "total": "5"}],
    )
    lay_list(opened, "sources.activations", "aktif.csv", active_list(1, 2), "2026-02-12T00:00Z")
    pay(opened, 67_200)
    settle(JANUARY, opened)
    return opened


def test_workbook_and_pdf_say_the_same_of_a_month(resources: Resources) -> None:
    book, pdf = write_berita_acara(JANUARY, dt.date(2026, 2, 16), resources)
    sheets = load_workbook(book.uri)
    said = " ".join(
        str(cell.value)
        for row in sheets["Berita Acara"].iter_rows()
        for cell in row
        if cell.value is not None
    )
    for words in (
        "Senin tanggal enam belas bulan Februari tahun dua ribu dua puluh enam (16-02-2026)",
        "PIHAK PERTAMA", "BPJS Ketenagakerjaan Kantor Cabang Bekasi",
        "lebih besar Rp8.395 (delapan ribu tiga ratus sembilan puluh lima rupiah)", "BELUM SESUAI: 5 orang",
        "1 baris tagihan tanpa NIK utuh", "SIGAP/SG/2026-01/0001",
    ):  # fmt: skip
        assert words in said
    compared = reconciled(JANUARY, resources).compared_sha256
    assert compared in sheets["Berita Acara"].oddFooter.center.text
    assert sheets["Selisih"].max_row == 4 + 5
    assert "Halaman &P dari &N" in sheets["Selisih"].oddFooter.right.text
    assert Path(pdf.uri).read_bytes().startswith(b"%PDF-1.7")


def test_the_same_month_gives_the_same_bytes_and_each_content_is_kept(resources: Resources) -> None:
    first = write_berita_acara(JANUARY, None, resources)
    assert settle(JANUARY, resources).reconciliation_id
    assert write_berita_acara(JANUARY, None, resources) == first
    write_berita_acara(JANUARY, dt.date(2026, 2, 16), resources)
    with resources.warehouse.connect() as connection:
        kept = connection.execute(select(settlement.berita_acara)).all()
    assert len(kept) == 4, "the unsigned and the signed, as workbook and PDF"
    with (
        pytest.raises(DBAPIError, match="is a record"),
        resources.warehouse.begin() as connection,
    ):
        connection.execute(text("DELETE FROM settlement.berita_acara"))


def test_no_whole_nik_stands_in_either_file(resources: Resources) -> None:
    book, _ = write_berita_acara(JANUARY, None, resources)
    cells = [
        str(cell.value)
        for sheet in load_workbook(book.uri).worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    ]
    assert not set(cells) & set(NIKS.values())
    assert "327501******0003" in cells


def test_differences_are_masked_unless_asked_for_and_every_look_is_kept(
    resources: Resources, tmp_path: Path
) -> None:
    shown, whole = tmp_path / "selisih.csv", tmp_path / "selisih.xlsx"
    assert export_differences(JANUARY, shown, False, resources) == 5
    assert export_differences(JANUARY, whole, True, resources) == 5
    rows = list(csv.DictReader(io.StringIO(shown.read_text(encoding="utf-8"))))
    assert {row["NIK"] for row in rows} == {
        "327501******0002", "327501******0003", "327501******0004", "327501******0009", "",
    }  # fmt: skip
    sheet = load_workbook(whole).worksheets[0]
    assert sheet["C2"].value == NIKS[2]
    assert rows[-1]["KPJ"] == "*******0077" and sheet["D6"].value == "90000000077"
    assert oct(shown.stat().st_mode)[-3:] == "600"
    with resources.warehouse.connect() as connection:
        looks = connection.execute(
            select(audit.outcome.c.subject, audit.outcome.c.versions).where(audit.outcome.c.verb == "export")
        ).all()
    assert [look.subject for look in looks] == ["differences, masked", "differences, whole"]
    assert all(look.versions["actor"] for look in looks)


def test_differences_in_another_form_or_of_an_unsettled_month_are_refused(
    resources: Resources, tmp_path: Path
) -> None:
    with pytest.raises(SettlementError, match=r"written as \.csv or \.xlsx"):
        export_differences(JANUARY, tmp_path / "selisih.ods", False, resources)
    with pytest.raises(SettlementError, match="2026-02 is not reconciled yet"):
        export_differences(JANUARY.plus(1), tmp_path / "selisih.csv", False, resources)
    assert list(tmp_path.glob("selisih*")) == []


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_no_text_of_a_bill_becomes_a_formula(suffix: str) -> None:
    content = differences_file(pa.table({"KPJ": ["=1+1", "+2", None]}), suffix)
    if suffix == ".csv":
        assert content.decode() == '"KPJ"\n"\'=1+1"\n"\'+2"\n\n'
    else:
        cells = [row[0] for row in load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(min_row=2)]
        assert {cell.data_type for cell in cells if cell.value} == {"s"}


def test_the_command_line_shows_the_month_and_what_to_do(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal.show, "_width", 200)
    run = CliRunner()
    told = run.invoke(app, ["reconcile", "2026-01"])
    assert told.exit_code == 0, told.output
    for words in ("Rp67.200", "paid_not_active", "dahulukan yang paling lama", "sigap reconcile differences"):
        assert words in told.output
    assert not any(nik in told.output for nik in NIKS.values())
    made = run.invoke(app, ["reconcile", "berita-acara", "2026-01", "--on", "2026-02-16"])
    assert made.exit_code == 0 and "BA-Rekonsiliasi-2026-01-" in made.output
