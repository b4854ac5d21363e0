"""Every issued note has a PDF and a sheet in the workbook of its month, and `verify` knows both."""

import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader, PdfWriter
from sqlalchemy import text

from sigap.billing.correction import Proposal
from sigap.domain.period import Period
from sigap.errors import ReportingError
from sigap.pipeline.corrections import check, propose
from sigap.pipeline.notes import draft_notes, issue_notes
from sigap.pipeline.report import Document, report
from sigap.pipeline.resources import Resources
from sigap.pipeline.verify import verify

JANUARY, FEBRUARY, MARCH = (Period(2026, month) for month in (1, 2, 3))
CREDIT, DEBIT = "SIGAP/SG/2026-03/K0001", "SIGAP/SG/2026-03/D0001"


@pytest.fixture
def made(resources: Resources, lay_invoice: Callable[..., int]) -> dict[str, Document]:
    """March books a death (two months), a NIK and somebody left out of January; its documents by number."""
    for month, people in (("2026-01", 3), ("2026-02", 4)):
        lay_invoice(month, people)
    asked = [
        Proposal("DECEASED", "Akta 7", person_id=2, effective_date=dt.date(2025, 12, 20)),
        Proposal("NIK_CORRECTED", "KTP baru", person_id=3, period=FEBRUARY),
        Proposal("LEFT_OUT", "Nota dinas 7", person_id=4, period=JANUARY, payer_set="APBD_KOTA"),
    ]
    kept = propose(asked, "dinas", resources)
    check([one.proposal_id for one in kept], "agree", "", "bendahara", resources)
    with resources.warehouse.begin() as connection:
        draft_notes(connection, MARCH)
        issue_notes(connection, MARCH, resources.payers())
    lay_invoice("2026-03", 4)
    return {f"{one.number} {one.kind}": one for one in report(MARCH, resources)}


def words(document: Document) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(Path(document.uri)).pages]


def test_a_note_has_a_pdf_with_its_figures_and_its_digest_on_each_page(
    made: dict[str, Document], resources: Resources
) -> None:
    document = made[f"{CREDIT} note"]
    assert Path(document.uri).name == "SIGAP-SG-2026-03-K0001.pdf"
    with resources.warehouse.connect() as connection:
        digests = connection.execute(
            text("SELECT n.lines_sha256, i.lines_sha256 FROM billing.note n, billing.invoice i "
                 "WHERE n.number = :number AND i.period = '2026-01'"), {"number": CREDIT}
        ).one()  # fmt: skip
    pages = words(document)
    assert all(CREDIT in page and digests[0] in page for page in pages)
    whole = " ".join(pages)
    sums = ("lima puluh ribu empat ratus rupiah", "50.400", "30.000", "20.400")
    origin = ("SIGAP/SG/2026-01/0001", digests[1], "327501******0002", "Meninggal dunia", "NIK diperbaiki")
    for said in ("Nota kredit", *sums, *origin, "NIP"):
        assert said in whole, said
    assert "3275010101800002" not in whole
    debit = " ".join(words(made[f"{DEBIT} note"]))
    assert "tanpa tagihan asal" in debit
    assert "Terlewat ditagih" in debit


def test_the_workbook_of_the_month_has_a_sheet_per_note_whose_sums_are_formulas(
    made: dict[str, Document],
) -> None:
    book = load_workbook(made["SIGAP/SG/2026-03/0003 workbook"].uri)
    assert book.sheetnames[-2:] == ["Nota D0001", "Nota K0001"]
    sheet = book["Nota K0001"]
    cells = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert any(cell.startswith("=SUM(J") for cell in cells)
    assert "327501******0002" in cells
    shown = load_workbook(made["SIGAP/SG/2026-03/0003 workbook"].uri, data_only=True)["Nota K0001"]
    assert 50_400 in [cell.value for row in shown.iter_rows() for cell in row]


def test_the_same_note_gives_the_same_bytes_and_one_row(
    made: dict[str, Document], resources: Resources
) -> None:
    again = {f"{one.number} {one.kind}": one for one in report(MARCH, resources)}
    assert again == made
    with resources.warehouse.connect() as connection:
        kept = connection.execute(text("SELECT count(*) FROM reporting.document WHERE kind = 'note'"))
        assert kept.scalar_one() == 2


def test_verify_knows_a_note_as_made_saved_again_and_changed(
    made: dict[str, Document], resources: Resources, tmp_path: Path
) -> None:
    file = Path(made[f"{CREDIT} note"].uri)
    found = verify(file, resources)
    assert (found.state, found.number) == ("matches", CREDIT)
    saved = tmp_path / "nota.pdf"
    PdfWriter(clone_from=file).write(saved)
    assert verify(saved, resources).state == "matches"
    less = PdfWriter()
    source = PdfReader(io.BytesIO(file.read_bytes()))
    less.add_page(source.pages[0])
    less.add_metadata({"/Title": f"Nota kredit {CREDIT}"})
    less.write(tmp_path / "kurang.pdf")
    found = verify(tmp_path / "kurang.pdf", resources)
    assert (found.state, found.places) == ("changed", ("halaman 2",))
    assert verify(Path(made["SIGAP/SG/2026-03/0003 workbook"].uri), resources).state == "matches"


def test_tampered_lines_make_no_document(made: dict[str, Document], resources: Resources) -> None:
    assert made
    with resources.warehouse.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("UPDATE billing.note_line SET jkk_idr = jkk_idr - 1, jkm_idr = jkm_idr + 1"))
    with pytest.raises(ReportingError, match="no longer have the digest"):
        report(MARCH, resources)
