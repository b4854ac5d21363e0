import dataclasses
import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import formulas
import pyarrow as pa
import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from sigap.domain.period import Period
from sigap.errors import ReportingError
from sigap.reporting.annex import AnnexRange
from sigap.reporting.invoice import InvoiceDocument, by_month, make_annex
from sigap.reporting.office import Office
from sigap.reporting.words import terbilang
from sigap.reporting.workbook import make_workbook

SHEETS = [
    "Sampul", "Surat Pengantar", "Rekap SPP-LS", "Lampiran BNBA", "Rekap Kecamatan", "Rekap Sektor",
]  # fmt: skip


def read(content: bytes, *, values: bool = False) -> Workbook:
    return load_workbook(io.BytesIO(content), data_only=values)


def texts(workbook: Workbook, sheet: str) -> list[str]:
    return [str(cell.value) for row in workbook[sheet].iter_rows() for cell in row if cell.value is not None]


def test_cover_states_everything_finance_asks_for_when_the_invoice_is_the_golden_one(
    make_document: Callable[..., InvoiceDocument], make_lines: Callable[..., pa.Table], office: Office
) -> None:
    content = make_workbook(make_document(11_666), make_annex(make_lines(11_666)), office)

    quick = load_workbook(io.BytesIO(content), data_only=True, read_only=True)
    said = "\n".join(texts(quick, "Sampul"))
    for part in (
        "SIGAP/SG/2026-01/0001", "APBD Kota Bekasi", "SG — Pekerja Rentan Pemerintah",
        "Januari 2026", "31 Januari 2026",
        "5.1.02.02.02.0006", "5.1.02.02.02.0007", "11666", "116660000", "79328800", "195988800", "SESUAI",
        "Terbilang: seratus sembilan puluh lima juta sembilan ratus delapan puluh delapan ribu delapan ratus",
        "1. PP 44/2015", "2. SK Wali Kota", "0123456789abcdef" * 4,
        "Daftar peserta versi 2: dinas, 3 Januari 2026",
        "Tagihan: bendahara, 4 Januari 2026", "Pengguna Anggaran",
    ):  # fmt: skip
        assert part in said


def test_recalculation_gives_the_values_that_stand_beside_the_formulas(
    annex: pa.Table, document: InvoiceDocument, office: Office, tmp_path: Path
) -> None:
    content = make_workbook(document, annex, office)
    path = tmp_path / "tagihan.xlsx"
    path.write_bytes(content)
    kept, written = read(content, values=True), read(content)
    places = [
        (sheet, cell.coordinate)
        for sheet in SHEETS
        for row in written[sheet].iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]

    solution = formulas.ExcelModel().loads(str(path)).finish().calculate()

    assert {sheet for sheet, _ in places} == set(SHEETS) - {"Surat Pengantar"}
    assert len(places) > 30
    for sheet, place in places:
        calculated = solution[f"'[tagihan.xlsx]{sheet.upper()}'!{place}"].value[0, 0]
        assert calculated == pytest.approx(kept[sheet][place].value), (sheet, place)


def test_control_cell_says_so_when_an_amount_of_the_annex_is_changed(
    annex: pa.Table, document: InvoiceDocument, office: Office, tmp_path: Path
) -> None:
    workbook = read(make_workbook(document, annex, office))
    amounts = workbook["Lampiran BNBA"][AnnexRange(1)["jkk_idr"].split("!")[1].split(":")[0].replace("$", "")]
    assert amounts.value == 10_000
    amounts.value = 1
    path = tmp_path / "diubah.xlsx"
    workbook.save(path)

    solution = formulas.ExcelModel().loads(str(path)).finish().calculate()

    results = [
        value.value[0, 0]
        for name, value in solution.items()
        if "SAMPUL'!" in str(name) and hasattr(value, "value")
    ]
    assert "TIDAK SESUAI" in [str(result) for result in results]


HOSTILE = [
    "=1+1", '=HYPERLINK("http://contoh.invalid","klik")', "+62", "-2+3", "@SUM(A1)", "\t=1+1", "\r=1+1",
    "#N/A",
    "=cmd|' /C calc'!A0", "'=1+1", "<f>1</f>", "_x000D_=1", "1e5", "TRUE", "<v></v>&amp;", "A" * 40_000,
]  # fmt: skip


def test_received_text_stays_text_when_it_looks_like_a_formula(
    make_document: Callable[..., InvoiceDocument], make_lines: Callable[..., pa.Table], office: Office
) -> None:
    annex = make_annex(make_lines(len(HOSTILE), HOSTILE))
    sheet = read(make_workbook(make_document(len(HOSTILE)), annex, office))["Lampiran BNBA"]

    cells = [sheet.cell(row, 3) for row in range(5, 5 + len(HOSTILE))]

    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.value for cell in cells] == [name[:32_767] for name in annex["full_name"].to_pylist()]
    for cell in cells:
        assert cell.quotePrefix == cell.value.startswith(("=", "+", "-", "@")), cell.value


def test_header_text_stays_text_when_it_looks_like_a_formula(
    annex: pa.Table, document: InvoiceDocument, office: Office
) -> None:
    hostile = dataclasses.replace(document, payer_name="=1+1")
    workbook = read(make_workbook(hostile, annex, office))

    cells = [cell for row in workbook["Sampul"].iter_rows() for cell in row if cell.value == "=1+1"]
    assert [cell.data_type for cell in cells] == ["s"]


def test_nik_is_masked_text_when_finance_opens_the_annex(
    annex: pa.Table, document: InvoiceDocument, office: Office
) -> None:
    sheet = read(make_workbook(document, annex, office))["Lampiran BNBA"]

    cells = [sheet.cell(row, 2) for row in range(5, 17)]
    assert [cell.value for cell in cells] == [
        f"{nik[:6]}******{nik[-4:]}" for nik in annex["nik"].to_pylist()
    ]
    assert {(cell.data_type, cell.number_format) for cell in cells} == {("s", "@")}


def test_months_of_a_person_stand_in_one_row_and_add_up_to_the_recap_by_month(
    make_document: Callable[..., InvoiceDocument], make_lines: Callable[..., pa.Table], office: Office
) -> None:
    lines = pa.concat_tables([make_lines(4, None, ("2026-01", "2026-02")), late_joiner(make_lines)])
    document = make_document(5, covers_to=Period(2026, 2), jkk_idr=90_000, jkm_idr=61_200, total_idr=151_200)

    workbook = read(make_workbook(document, make_annex(lines), office, by_month(lines)), values=True)

    rows = {row[2]: (row[8], row[9], row[12]) for row in workbook["Lampiran BNBA"].values if row[0]}
    assert rows["Warga 0"] == ("Jan–Feb 2026", 2, 33_600)
    assert rows["Warga 4"] == ("Feb 2026", 1, 16_800)
    said = list(workbook["Rekap Bulan"].values)
    assert [row[1:6] for row in said[4:7]] == [
        ("Januari 2026", 4, 40_000, 27_200, 67_200),
        ("Februari 2026", 5, 50_000, 34_000, 84_000),
        ("JUMLAH", 9, 90_000, 61_200, 151_200),
    ]
    assert "Masa perlindungan Januari–Februari 2026" in texts(workbook, "Sampul")


def late_joiner(make_lines: Callable[..., pa.Table]) -> pa.Table:
    """The second month of a fifth person."""
    return make_lines(5, None, ("2026-01", "2026-02")).slice(9)


def test_accounts_for_the_request_of_payment_add_up_to_the_bill(
    annex: pa.Table, document: InvoiceDocument, office: Office
) -> None:
    said = texts(read(make_workbook(document, annex, office), values=True), "Rekap SPP-LS")

    for part in ("5.1.02.02.02.0006", "120000", "5.1.02.02.02.0007", "81600", "201600", document.number):
        assert part in said
    assert f"Terbilang: {terbilang(201_600)}" in said


def test_every_sheet_carries_the_whole_digest_of_the_line_set(
    annex: pa.Table, document: InvoiceDocument, office: Office
) -> None:
    workbook = read(make_workbook(document, annex, office))

    assert {sheet.oddFooter.center.text for sheet in workbook} == {f"SHA-256 {document.lines_sha256}"}


def test_annex_is_ready_to_print_when_opened(
    annex: pa.Table, document: InvoiceDocument, office: Office
) -> None:
    workbook = read(make_workbook(document, annex, office))
    sheet = workbook["Lampiran BNBA"]

    assert workbook.sheetnames == SHEETS
    assert workbook.calculation.fullCalcOnLoad
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("D5", "A4:N16")
    assert (sheet.print_title_rows, sheet.page_setup.orientation) == ("$4:$4", "landscape")
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert all(workbook[name].oddFooter.right.text == "Halaman &P dari &N" for name in SHEETS)


def test_long_names_and_addresses_are_printed_whole(
    make_document: Callable[..., InvoiceDocument], make_lines: Callable[..., pa.Table], office: Office
) -> None:
    long = "Raden Ngabehi Kusumaningtyas Wijayakusuma Hadiningrat binti Haji Abdurrahman Kartodikromo"
    names = ["Budi", long, "X" * 20_000]
    sheet = read(make_workbook(make_document(3), make_annex(make_lines(3, names)), office))["Lampiran BNBA"]
    heights = {sheet.cell(row, 3).value: sheet.row_dimensions[row].height for row in range(5, 8)}

    assert sheet.cell(5, 3).alignment.wrap_text
    assert heights["Budi"] is None, "the program's own height"
    assert heights[long] >= 3 * 12
    assert heights[names[2]] == 409


def test_workbook_is_the_same_file_when_made_again(
    annex: pa.Table, document: InvoiceDocument, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = make_workbook(document, annex, office)

    class LaterClock(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:  # type: ignore[override]
            return dt.datetime(2031, 5, 4, 3, 2, 1, tzinfo=tz)

    monkeypatch.setattr("openpyxl.writer.excel.datetime.datetime", LaterClock)
    assert make_workbook(document, annex, office) == first
    with ZipFile(io.BytesIO(first)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(2026, 1, 5, 0, 0, 0)}
    properties = read(first).properties
    assert properties.created == properties.modified == dt.datetime(2026, 1, 5)  # noqa: DTZ001


def test_workbook_is_refused_when_lines_and_header_differ(
    annex: pa.Table, document: InvoiceDocument, office: Office
) -> None:
    with pytest.raises(ReportingError, match="No document is made"):
        make_workbook(document, annex.slice(1), office)


def test_words_agree_with_the_total_when_read_from_the_cover(
    annex: pa.Table, document: InvoiceDocument, office: Office
) -> None:
    said = texts(read(make_workbook(document, annex, office)), "Sampul")

    assert f"Terbilang: {terbilang(document.total_idr)}" in said
