"""The annex as PDF: every person once, whole names, sums per kelurahan."""

import io
import re
from collections.abc import Callable

import pyarrow as pa
import pytest
from pypdf import PdfReader

from sigap.errors import ReportingError
from sigap.reporting.annex_pages import make_annex_pdf
from sigap.reporting.invoice import InvoiceDocument, make_annex
from sigap.reporting.office import Office

LONG = "RADEN NGABEHI KUSUMANINGTYAS WIJAYAKUSUMA HADININGRAT BINTI HAJI ABDURRAHMAN KARTODIKROMO"


def pages(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def test_everybody_stands_once_with_a_masked_nik_when_pages_are_many(
    make_document: Callable[..., InvoiceDocument], make_lines: Callable[..., pa.Table], office: Office
) -> None:
    names = [LONG if number % 7 == 0 else f"Warga {number}" for number in range(400)]
    annex = make_annex(make_lines(400, names))

    said = pages(make_annex_pdf(make_document(400), annex, office))

    assert len(said) > 5
    found = [nik for page in said for nik in re.findall(r"\d{6}\*{6}\d{4}", page)]
    assert len(found) == 400
    assert not re.search(r"\d{16}", "".join(said).replace("0123456789abcdef" * 4, ""))
    whole = " ".join(" ".join(said).split())
    assert whole.count("KARTODIKROMO") == names.count(LONG)
    assert "6.720.000" in said[-1]
    for number, page in enumerate(said, start=1):
        assert f"Halaman {number} dari {len(said)}" in " ".join(page.split())
        assert "0123456789abcdef" * 4 in page


def test_kelurahan_of_an_annex_add_up_to_the_whole(
    make_document: Callable[..., InvoiceDocument], make_lines: Callable[..., pa.Table], office: Office
) -> None:
    said = " ".join(
        " ".join(pages(make_annex_pdf(make_document(90), make_annex(make_lines(90)), office))).split()
    )

    counted = [int(number) for number in re.findall(r"(\d+) orang, Rp", said)]
    assert sum(counted) == 90
    assert said.count("Jumlah kelurahan") == len(counted)


def test_annex_is_refused_when_it_differs_from_the_header(
    annex: pa.Table, document: InvoiceDocument, office: Office
) -> None:
    with pytest.raises(ReportingError, match="No document is made"):
        make_annex_pdf(document, annex.slice(1), office)


def test_annex_is_the_same_file_when_made_again(
    annex: pa.Table, document: InvoiceDocument, office: Office
) -> None:
    assert make_annex_pdf(document, annex, office) == make_annex_pdf(document, annex, office)
