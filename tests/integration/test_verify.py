"""Whether a document that comes back still says what the warehouse says."""

import csv
import io
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msoffcrypto
import pytest
from openpyxl import load_workbook
from pypdf import PdfReader, PdfWriter
from sqlalchemy import Engine, select, text

from sigap import cli
from sigap.domain.period import Period
from sigap.errors import ReportingError
from sigap.lake import Lake
from sigap.pipeline.hand_over import hand_over
from sigap.pipeline.report import report
from sigap.pipeline.resources import Resources
from sigap.pipeline.verify import verify
from sigap.settings import Settings
from sigap.warehouse.tables import audit

JANUARY = Period(2026, 1)
NUMBER = "SIGAP/SG/2026-01/0001"
Documents = dict[str, Path]


@pytest.fixture
def resources(home: Path, warehouse: Engine) -> Resources:
    settings = Settings()
    return Resources(settings, Lake(settings.place("lake")), warehouse, "test")


@pytest.fixture
def documents(resources: Resources, lay_invoice: Callable[..., int]) -> Documents:
    """The documents of an invoice of six persons."""
    lay_invoice("2026-01", 6)
    return {made.kind: Path(made.uri) for made in report(JANUARY, resources)}


@pytest.fixture
def handed(resources: Resources, documents: Documents, tmp_path: Path) -> tuple[Path, str]:
    """The protected list for BPJS and its password."""
    assert documents
    given = hand_over(JANUARY, "bpjs", tmp_path / "keluar", resources)
    assert given.password is not None
    return given.files[0].file, given.password


def changed_workbook(file: Path, target: Path, sheet: str, place: str, value: object) -> Path:
    workbook = load_workbook(file, rich_text=True)
    workbook[sheet][place].value = value
    workbook.save(target)
    return target


def plain(file: Path, password: str, target: Path) -> Path:
    with file.open("rb") as content, target.open("wb") as out:
        office = msoffcrypto.OfficeFile(content)
        office.load_key(password=password)
        office.decrypt(out)
    return target


def void(resources: Resources, successor: str | None) -> None:
    """Void the invoice past the guards, and let another stand in for it."""
    with resources.warehouse.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("UPDATE billing.invoice SET status = 'void', voided_at = now()"))
        connection.execute(text("UPDATE billing.invoice_line SET is_void = true"))
        if successor:
            names = (
                "period, roster_id, funding_source, wadah_code, covers_from, covers_to, people, jkk_idr, "
                "jkm_idr, total_idr, due_date, lines_sha256, tariffs_sha256, issued_at"
            )
            connection.execute(
                text(
                    f"INSERT INTO billing.invoice ({names}, status, generation, number, replaces_id) "
                    f"SELECT {names}, 'issued', 1, :number, invoice_id FROM billing.invoice"
                ),
                {"number": successor},
            )


@pytest.mark.parametrize("kind", ["workbook", "pdf", "annex"])
def test_a_document_matches_as_it_was_made(documents: Documents, resources: Resources, kind: str) -> None:
    verdict = verify(documents[kind], resources)

    assert (verdict.state, verdict.number) == ("matches", NUMBER)
    assert verdict.said_en == "the same bytes as made"


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed here")
def test_a_workbook_matches_when_libreoffice_saved_it_again(
    documents: Documents, resources: Resources, tmp_path: Path
) -> None:
    home = (tmp_path / "lo").as_uri()
    command = ["soffice", f"-env:UserInstallation={home}", "--headless", "--convert-to", "xlsx"]
    subprocess.run(
        [*command, "--outdir", str(tmp_path / "lagi"), str(documents["workbook"])],
        capture_output=True,
        check=True,
    )

    verdict = verify(tmp_path / "lagi" / documents["workbook"].name, resources)

    assert (verdict.state, verdict.places) == ("matches", ())
    assert verdict.said_en == "the same content, in a file that was saved again"


def test_a_changed_amount_is_found_by_sheet_cell_and_column_without_a_person(
    documents: Documents, resources: Resources, tmp_path: Path
) -> None:
    column = {
        cell.value: cell.column_letter for cell in load_workbook(documents["workbook"])["Rekap SPP-LS"][12]
    }
    assert column
    file = changed_workbook(documents["workbook"], tmp_path / "ubah.xlsx", "Lampiran BNBA", "K7", 99)

    verdict = verify(file, resources)

    assert verdict.state == "changed"
    assert "lembar 'Lampiran BNBA', sel K7 (JKK (Rp))" in verdict.places
    assert "Warga" not in str(verdict) and "99" not in str(verdict.places)


def test_a_changed_name_or_nik_is_found_too(
    handed: tuple[Path, str], resources: Resources, tmp_path: Path
) -> None:
    opened = plain(*handed, tmp_path / "buka.xlsx")
    file = changed_workbook(opened, tmp_path / "ubah.xlsx", "Data Tenaga Kerja", "B3", "3275010101809999")

    verdict = verify(file, resources)

    assert (verdict.state, verdict.places) == ("changed", ("lembar 'Data Tenaga Kerja', sel B3 (NIK)",))
    assert "3275010101809999" not in str(verdict)


def test_a_list_matches_protected_opened_and_saved_again(
    handed: tuple[Path, str], resources: Resources, tmp_path: Path
) -> None:
    file, password = handed
    assert verify(file, resources).state == "matches", "its bytes are in the register, no password is needed"

    opened = plain(file, password, tmp_path / "buka.xlsx")
    assert verify(opened, resources).said_en == "the same bytes as made"
    again = tmp_path / "lagi.xlsx"
    load_workbook(opened).save(again)
    verdict = verify(again, resources)
    assert (verdict.state, verdict.said_en) == ("matches", "the same content, in a file that was saved again")


def test_a_protected_copy_that_is_not_in_the_register_asks_for_its_password(
    handed: tuple[Path, str], resources: Resources, tmp_path: Path
) -> None:
    opened = plain(*handed, tmp_path / "buka.xlsx")
    file = tmp_path / "lain.xlsx"
    with opened.open("rb") as content, file.open("wb") as out:
        msoffcrypto.OfficeFile(content).encrypt("rahasia", out)

    with pytest.raises(ReportingError, match="asks for a password"):
        verify(file, resources)
    with pytest.raises(ReportingError, match="password does not open"):
        verify(file, resources, "salah")
    assert verify(file, resources, "rahasia").state == "matches"


def test_a_workbook_whose_properties_were_emptied_is_known_by_its_footer(
    documents: Documents, resources: Resources, tmp_path: Path
) -> None:
    workbook = load_workbook(documents["workbook"])
    workbook.properties.title = workbook.properties.subject = None
    workbook["Lampiran BNBA"]["K7"].value = 99
    workbook.save(tmp_path / "tanpa nama.xlsx")

    verdict = verify(tmp_path / "tanpa nama.xlsx", resources)

    assert (verdict.state, verdict.number) == ("changed", NUMBER)
    assert "lembar 'Lampiran BNBA', sel K7 (JKK (Rp))" in verdict.places


def test_a_removed_and_an_added_row_are_found(
    handed: tuple[Path, str], resources: Resources, tmp_path: Path
) -> None:
    opened = plain(*handed, tmp_path / "buka.xlsx")
    workbook = load_workbook(opened)
    workbook.active.delete_rows(7)
    workbook.save(tmp_path / "kurang.xlsx")
    workbook.active.append([1, "3275010101809999"])
    workbook.active.append([1, "3275010101809998"])
    workbook.save(tmp_path / "lebih.xlsx")

    assert verify(tmp_path / "kurang.xlsx", resources).state == "changed"
    places = verify(tmp_path / "lebih.xlsx", resources).places
    assert "lembar 'Data Tenaga Kerja', sel B8 (NIK)" in places


def test_a_pdf_out_of_its_password_matches_and_a_page_taken_out_does_not(
    documents: Documents, resources: Resources, tmp_path: Path
) -> None:
    given = hand_over(JANUARY, "finance", tmp_path / "keluar", resources)
    assert given.password is not None
    protected = next(file.file for file in given.files if file.file.name.endswith("0001.pdf"))
    reader = PdfReader(protected)
    reader.decrypt(given.password)
    opened, short = tmp_path / "buka.pdf", tmp_path / "kurang.pdf"
    PdfWriter(clone_from=reader).write(opened)
    writer = PdfWriter()
    for page in reader.pages[:2]:
        writer.add_page(page)
    writer.write(short)

    assert documents["pdf"].exists()
    assert verify(protected, resources).state == "matches"
    assert verify(opened, resources).said_en == "the same content, in a file that was saved again"
    verdict = verify(short, resources)
    assert (verdict.state, verdict.places) == ("changed", ("halaman 3", "halaman 4"))


def test_a_csv_is_compared_by_its_name(documents: Documents, resources: Resources, tmp_path: Path) -> None:
    assert documents
    folder = resources.settings.templates_dir
    folder.mkdir(parents=True)
    (folder / "bpjs.yaml").write_text(
        "title: U\nreference: R\nformat: csv\nnik: full\ncolumns:\n- {header: No, field: no}\n"
        "- {header: NIK, field: nik}\n- {header: Iuran, field: total_idr}\n",
        encoding="utf-8",
    )
    out = tmp_path / "keluar"
    (file,) = hand_over(JANUARY, "bpjs", out, resources, is_protected=False).files
    assert verify(file.file, resources).state == "matches"
    rows = list(csv.reader(io.StringIO(file.file.read_text())))
    rows[2][2] = "1"
    with file.file.open("w", newline="") as target:
        csv.writer(target).writerows(rows)

    assert verify(file.file, resources).places == ("berkas csv, sel C3 (Iuran)",)


@pytest.mark.parametrize("successor", ["SIGAP/SG/2026-01/0002", None])
def test_a_document_of_a_void_invoice_says_what_replaced_it(
    documents: Documents, resources: Resources, successor: str | None
) -> None:
    void(resources, successor)

    verdict = verify(documents["pdf"], resources)

    assert verdict.state == "void"
    assert verdict.said == (
        f"tagihan ini batal, diganti {successor}" if successor else "tagihan ini batal dan belum diganti"
    )


def test_a_file_of_another_line_set_is_told_by_its_digest(
    documents: Documents, resources: Resources, tmp_path: Path
) -> None:
    workbook = load_workbook(documents["workbook"])
    workbook.properties.subject = f"SHA-256 {'0' * 64}"
    workbook.save(tmp_path / "lain.xlsx")

    verdict = verify(tmp_path / "lain.xlsx", resources)

    assert verdict.state == "changed"
    assert "digest of the line set" in verdict.said_en


def test_files_that_are_none_of_ours_are_unknown(resources: Resources, tmp_path: Path) -> None:
    other = tmp_path / "lain.txt"
    other.write_text("halo")
    assert verify(other, resources).state == "unknown"
    named = tmp_path / "SIGAP-SG-2026-01-0001-bpjs.csv"
    named.write_text("No\n1\n")
    assert "tidak ada di gudang data" in verify(named, resources).said
    broken = tmp_path / "rusak.pdf"
    broken.write_bytes(b"%PDF-1.7 rusak")
    with pytest.raises(ReportingError, match="damaged"):
        verify(broken, resources)


def test_a_list_of_another_edition_of_its_template_is_not_compared(
    handed: tuple[Path, str], resources: Resources, tmp_path: Path
) -> None:
    opened = plain(*handed, tmp_path / "buka.xlsx")
    again = tmp_path / "lagi.xlsx"
    load_workbook(opened).save(again)
    folder = resources.settings.templates_dir
    folder.mkdir(parents=True)
    (folder / "bpjs.yaml").write_text(
        "title: U\nreference: R\nformat: xlsx\nnik: full\ncolumns: [{header: NIK, field: nik}]\n",
        encoding="utf-8",
    )

    verdict = verify(again, resources)

    assert verdict.state == "unknown"
    assert "another edition of its template" in verdict.said_en


def test_tampered_lines_are_said_to_be_the_warehouses_fault(
    documents: Documents, resources: Resources
) -> None:
    with resources.warehouse.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(
            text("UPDATE billing.invoice_line SET jkk_idr = 1, total_idr = 6801 WHERE person_id = 2")
        )

    with pytest.raises(ReportingError, match="no longer have the digest"):
        verify(documents["workbook"], resources)


def test_verify_leaves_an_outcome_and_the_command_ends_with_its_status(
    documents: Documents,
    resources: Resources,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def run(file: Path) -> tuple[object, str]:
        monkeypatch.setattr(sys, "argv", ["sigap", "verify", str(file)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return ended.value.code, capsys.readouterr().out

    assert run(documents["pdf"])[0] == 0
    file = changed_workbook(documents["workbook"], tmp_path / "ubah.xlsx", "Lampiran BNBA", "K7", 99)
    code, said = run(file)

    assert code == 1
    assert said.startswith(f"BERUBAH {NUMBER}: isinya berbeda di")
    with resources.warehouse.connect() as connection:
        outcomes = connection.execute(select(audit.outcome).where(audit.outcome.c.verb == "verify")).all()
    assert [(outcome.subject, outcome.status) for outcome in outcomes] == [(NUMBER, "ok")] * 2
    assert "Warga" not in str(outcomes)
