import dataclasses
import io
from collections.abc import Callable

import pyarrow as pa
import pytest
from pypdf import PdfReader

from sigap.errors import ReportingError
from sigap.reporting.invoice import InvoiceDocument, make_annex, recap
from sigap.reporting.office import Office
from sigap.reporting.pdf import make_pdf


def pages(content: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages]


def test_bill_states_the_golden_figures_on_one_page_when_there_are_11666_people(
    make_document: Callable[..., InvoiceDocument], make_lines: Callable[..., pa.Table], office: Office
) -> None:
    letter, bill, accounts, recaps = pages(
        make_pdf(make_document(11_666), make_annex(make_lines(11_666)), office)
    )

    for part in (
        "SIGAP/SG/2026-01/0001", "Masa perlindungan Januari 2026", "31 Januari 2026", "APBD Kota Bekasi",
        "5.1.02.02.02.0006", "5.1.02.02.02.0007", "11.666", "116.660.000", "79.328.800", "195.988.800",
        "seratus sembilan puluh lima juta sembilan ratus delapan puluh delapan ribu delapan ratus rupiah",
        "PP 44/2015", "dinas, 3 Januari 2026", "bendahara, 4 Januari 2026",
        "Pengguna Anggaran", "Halaman 2 dari 4",
    ):  # fmt: skip
        assert part in bill
    for page in (letter, bill, accounts, recaps):
        assert "0123456789abcdef" * 4 in page
    for part in ("Yth. Pengguna Anggaran", "Rp195.988.800", "SPP-LS", "paling lambat 31 Januari 2026"):
        assert part in letter
    for part in ("5.1.02.02.02.0006", "116.660.000", "5.1.02.02.02.0007", "79.328.800", "195.988.800"):
        assert part in accounts
    assert "Rekapitulasi per kecamatan" in recaps


def test_recap_shows_every_kecamatan_with_its_rupiah(
    annex: pa.Table, document: InvoiceDocument, office: Office
) -> None:
    said = pages(make_pdf(document, annex, office))[3]

    for group in recap(annex, "kecamatan").to_pylist():
        amounts = f"{group['jkk_idr']:,} {group['jkm_idr']:,} {group['total_idr']:,}".replace(",", ".")
        assert f"{group['name']} {group['people']} {amounts}" in said


def test_markup_is_shown_as_written_when_a_text_holds_it(
    annex: pa.Table, document: InvoiceDocument, office: Office
) -> None:
    hostile = '#panic("x") *tebal* $x$ #read("/etc/passwd") \\ " ]'
    said = pages(make_pdf(dataclasses.replace(document, payer_name=hostile), annex, office))[1]

    assert '#panic("x") *tebal* $x$ #read("/etc/passwd") \\ " ]' in said


def test_pdf_is_an_archive_pdf_with_its_own_fonts(
    annex: pa.Table, document: InvoiceDocument, office: Office
) -> None:
    reader = PdfReader(io.BytesIO(make_pdf(document, annex, office)))

    metadata = reader.xmp_metadata
    assert metadata is not None
    assert b"<pdfaid:part>2</pdfaid:part>" in reader.trailer["/Root"]["/Metadata"].get_data()
    assert reader.metadata is not None
    assert reader.metadata.title == "Tagihan SIGAP/SG/2026-01/0001"
    fonts = [font for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    described = [font.get_object()["/DescendantFonts"][0]["/FontDescriptor"] for font in fonts]
    assert described
    assert all("/FontFile2" in font or "/FontFile3" in font for font in described)


def test_pdf_is_the_same_file_when_made_again(
    annex: pa.Table, document: InvoiceDocument, office: Office
) -> None:
    assert make_pdf(document, annex, office) == make_pdf(document, annex, office)


def test_pdf_names_the_officer_when_one_is_configured(
    annex: pa.Table, document: InvoiceDocument, office: Office
) -> None:
    officer = dataclasses.replace(office.signatories[0], name="Tokoh Rekaan", nip="19800101 200001 1 001")
    said = pages(make_pdf(document, annex, dataclasses.replace(office, signatories=(officer,))))[1]

    assert "Tokoh Rekaan" in said
    assert "NIP 19800101 200001 1 001" in said


def test_pdf_is_refused_when_lines_and_header_differ(
    annex: pa.Table, document: InvoiceDocument, office: Office
) -> None:
    with pytest.raises(ReportingError, match="No document is made"):
        make_pdf(document, annex.slice(1), office)
