"""From an issued invoice to protected copies, and the register of what left the house."""

import io
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msoffcrypto
import pytest
from msoffcrypto.exceptions import InvalidKeyError
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import ProgrammingError

from sigap import cli
from sigap.domain.period import Period
from sigap.errors import ReportingError
from sigap.lake import Lake
from sigap.pipeline.hand_over import hand_over
from sigap.pipeline.resources import Resources
from sigap.reporting.template import SHIPPED
from sigap.settings import Settings
from sigap.warehouse.tables import audit, billing, reporting

JANUARY = Period(2026, 1)
NAME = "SIGAP-SG-2026-01-0001"


@pytest.fixture
def resources(home: Path, warehouse: Engine) -> Resources:
    settings = Settings()
    return Resources(settings, Lake(settings.place("lake")), warehouse, "test")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "keluar"


def opened(file: Path, password: str) -> io.BytesIO:
    plain = io.BytesIO()
    with file.open("rb") as content:
        office = msoffcrypto.OfficeFile(content)
        office.load_key(password=password, verify_password=True)
        office.decrypt(plain, verify_integrity=True)
    return plain


def own_template(resources: Resources, name: str, *changes: tuple[str, str]) -> None:
    folder = resources.settings.templates_dir
    folder.mkdir(parents=True, exist_ok=True)
    content = (SHIPPED / f"{name}.yaml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in content
        content = content.replace(old, new)
    (folder / f"{name}.yaml").write_text(content, encoding="utf-8")


def spread(resources: Resources, codes: dict[int, str | None]) -> None:
    """Move persons to other kelurahan, as only the owner of the database can."""
    with resources.warehouse.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for person, code in codes.items():
            connection.execute(
                text(
                    "UPDATE entitlement.decision SET kelurahan_code = CAST(:code AS text), "
                    "kecamatan_code = left(CAST(:code AS text), 8) WHERE person_id = :person"
                ),
                {"code": code, "person": person},
            )


def test_bpjs_gets_a_workbook_that_only_the_password_opens_with_whole_nik(
    resources: Resources, lay_invoice: Callable[..., int], out: Path
) -> None:
    lay_invoice("2026-01", 5)

    given = hand_over(JANUARY, "bpjs", out, resources)

    (file,) = given.files
    assert [path.name for path in out.iterdir()] == [f"{NAME}-bpjs.xlsx"]
    assert file.file.stat().st_mode & 0o777 == 0o600
    assert given.password is not None
    with pytest.raises(InvalidKeyError):
        opened(file.file, "salah")
    sheet = load_workbook(opened(file.file, given.password)).active
    assert [cell.value for cell in sheet[1]][:4] == ["NO", "NIK", "NAMA LENGKAP", "TGL LAHIR"]
    assert [cell.value for cell in sheet[2]] == [
        1, "3275010101800001", "WARGA 1", "01-01-1980", "LAKI-LAKI", "Jalan Contoh 1", "32.75.02.1002",
        "Kranji", "Bekasi Barat", "Pengemudi becak", "SG", "01-2026", "01-2026", 1, 10_000, 6_800, 16_800,
    ]  # fmt: skip
    assert sheet.max_row == 6
    assert given.unverified == ("bpjs.yaml",)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed here")
def test_libreoffice_does_not_show_a_protected_list_without_its_password(
    resources: Resources, lay_invoice: Callable[..., int], out: Path, tmp_path: Path
) -> None:
    lay_invoice("2026-01", 2)
    hand_over(JANUARY, "sk", out, resources)
    home = (tmp_path / "lo").as_uri()
    command = ["soffice", f"-env:UserInstallation={home}", "--headless", "--convert-to", "csv"]

    subprocess.run(
        [*command, "--outdir", str(tmp_path / "csv"), str(out / f"{NAME}-sk.xlsx")],
        capture_output=True,
        check=False,
    )

    assert not (tmp_path / "csv" / f"{NAME}-sk.csv").exists()


def test_finance_gets_its_documents_with_masked_nik_all_behind_one_password(
    resources: Resources, lay_invoice: Callable[..., int], out: Path
) -> None:
    lay_invoice("2026-01", 5)

    given = hand_over(JANUARY, "finance", out, resources)

    names = sorted(file.file.name for file in given.files)
    assert names == [f"{NAME}-lampiran.pdf", f"{NAME}.pdf", f"{NAME}.xlsx"]
    assert given.password is not None
    workbook = load_workbook(opened(out / f"{NAME}.xlsx", given.password))
    assert workbook["Lampiran BNBA"]["B5"].value == "327501******0001"
    reader = PdfReader(out / f"{NAME}-lampiran.pdf")
    assert reader.is_encrypted
    assert not reader.decrypt("salah")
    assert reader.decrypt(given.password)
    assert "Warga 5" in reader.pages[0].extract_text()


def test_register_and_outcome_name_files_and_digests_and_no_person_nor_password(
    resources: Resources, lay_invoice: Callable[..., int], out: Path
) -> None:
    lay_invoice("2026-01", 5)
    given = hand_over(JANUARY, "bpjs", out, resources)

    with resources.warehouse.connect() as connection:
        entry = connection.execute(select(reporting.hand_over)).one()
        outcome = connection.execute(select(audit.outcome).where(audit.outcome.c.verb == "hand-over")).one()
        issued = connection.execute(select(billing.invoice)).one()
    assert (entry.recipient, entry.file_name, entry.people) == ("bpjs", f"{NAME}-bpjs.xlsx", 5)
    assert (entry.part, entry.parts, entry.is_protected) == (1, 1, True)
    assert entry.lines_sha256 == issued.lines_sha256
    assert entry.sha256 != entry.copy_sha256
    assert (outcome.status, outcome.subject) == ("ok", "bpjs")
    assert outcome.counts == {"invoices": 1, "files": 1, "people": 5}
    lineage = resources.settings.lineage_file.read_text()
    for told in (str(entry), str(outcome), lineage):
        assert given.password not in told
        assert "Warga" not in told
        assert "3275010101" not in told


def test_register_cannot_be_changed(resources: Resources, lay_invoice: Callable[..., int], out: Path) -> None:
    lay_invoice("2026-01", 1)
    hand_over(JANUARY, "sk", out, resources)
    for change in ("UPDATE reporting.hand_over SET actor = 'x'", "DELETE FROM reporting.hand_over"):
        with pytest.raises(ProgrammingError), resources.warehouse.begin() as connection:
            connection.execute(text(change))


def test_a_list_is_cut_by_regency_and_length_and_its_parts_add_up(
    resources: Resources, lay_invoice: Callable[..., int], out: Path
) -> None:
    lay_invoice("2026-01", 8)
    spread(resources, {1: "32.76.01.1001", 2: "32.76.01.1001", 3: None})
    own_template(resources, "sk", ("max_rows: 1048576", "max_rows: 9"))

    given = hand_over(JANUARY, "sk", out, resources)

    told = {file.file.name: (file.part, file.parts, file.people) for file in given.files}
    assert told == {
        f"{NAME}-sk-32.75-bagian-1-dari-5.xlsx": (1, 5, 2),
        f"{NAME}-sk-32.75-bagian-2-dari-5.xlsx": (2, 5, 2),
        f"{NAME}-sk-32.75-bagian-3-dari-5.xlsx": (3, 5, 1),
        f"{NAME}-sk-32.76-bagian-4-dari-5.xlsx": (4, 5, 2),
        f"{NAME}-sk-tanpa-wilayah-bagian-5-dari-5.xlsx": (5, 5, 1),
    }
    assert given.password is not None
    names, numbers = [], []
    for file in given.files:
        sheet = load_workbook(opened(file.file, given.password)).active
        assert sheet.max_row <= 9
        assert f"bagian {file.part} dari 5" in sheet["A5"].value
        assert f"bagian {file.part} dari 5" in sheet.oddFooter.left.text
        rows = list(sheet.iter_rows(min_row=8, values_only=True))
        numbers += [row[0] for row in rows]
        names += [row[2] for row in rows]
    assert numbers == list(range(1, 9))
    assert sorted(names) == [f"Warga {number}" for number in range(1, 9)]


def test_a_city_brings_its_own_columns_formats_and_a_csv(
    resources: Resources, lay_invoice: Callable[..., int], out: Path
) -> None:
    lay_invoice("2026-01", 2)
    folder = resources.settings.templates_dir
    folder.mkdir(parents=True)
    (folder / "bpjs.yaml").write_text(
        "title: Unggahan\nreference: kantor cabang\nverified: true\nformat: csv\nnik: full\ndelimiter: ';'\n"
        "columns:\n- {header: nama, field: full_name, case: upper}\n- {header: ktp, field: nik}\n"
        "- {header: lahir, field: birth_date, format: '%Y%m%d'}\n"
        "- {header: jk, field: sex, codes: {L: 1, P: 2}}\n"
        "- {header: jht, value: '0'}\n- {header: blth, field: first_month, format: '%m%Y'}\n",
        encoding="utf-8",
    )

    with pytest.raises(ReportingError, match=r"can carry no password.*--unprotected"):
        hand_over(JANUARY, "bpjs", out, resources)
    assert list(out.iterdir()) == []
    given = hand_over(JANUARY, "bpjs", out, resources, is_protected=False)

    assert given.password is None
    assert given.unverified == ()
    assert (out / f"{NAME}-bpjs.csv").read_text().splitlines() == [
        '"nama";"ktp";"lahir";"jk";"jht";"blth"',
        '"WARGA 1";"3275010101800001";"19800101";"1";"0";"012026"',
        '"WARGA 2";"3275010101800002";"19800101";"1";"0";"012026"',
    ]
    with resources.warehouse.connect() as connection:
        entry = connection.execute(select(reporting.hand_over)).one()
    assert (entry.is_protected, entry.sha256) == (False, entry.copy_sha256)


def test_months_of_a_quarter_stand_in_one_row_of_the_list(
    resources: Resources, lay_invoice: Callable[..., int], out: Path
) -> None:
    lay_invoice("2026-01", 2)
    cover_a_quarter(resources)

    given = hand_over(JANUARY, "bpjs", out, resources)

    assert given.password is not None
    sheet = load_workbook(opened(given.files[0].file, given.password)).active
    assert [cell.value for cell in sheet[2]][11:] == ["01-2026", "03-2026", 3, 30_000, 20_400, 50_400]


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


def test_nothing_is_left_when_a_file_of_the_name_is_there_already(
    resources: Resources, lay_invoice: Callable[..., int], out: Path
) -> None:
    lay_invoice("2026-01", 2)
    first = hand_over(JANUARY, "sk", out, resources)
    before = first.files[0].file.read_bytes()

    with pytest.raises(ReportingError, match="already, with another password"):
        hand_over(JANUARY, "sk", out, resources)

    assert [path.read_bytes() for path in out.iterdir()] == [before]
    with resources.warehouse.connect() as connection:
        assert len(connection.execute(select(reporting.hand_over)).all()) == 1


def test_an_unknown_recipient_and_an_unissued_month_are_refused(
    resources: Resources, lay_invoice: Callable[..., int], out: Path
) -> None:
    lay_invoice("2026-01", 2, "approved")
    with pytest.raises(ReportingError, match=r"no recipient 'bank'\. Choose one of bpjs, finance, sk"):
        hand_over(JANUARY, "bank", out, resources)
    with pytest.raises(ReportingError, match="no invoice is issued"):
        hand_over(JANUARY, "bpjs", out, resources)


def test_command_shows_the_password_once_and_the_files(
    home: Path,
    lay_invoice: Callable[..., int],
    out: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert home
    lay_invoice("2026-01", 2)
    words = ["sigap", "hand-over", "2026-01", "--to", "bpjs", "--out", str(out)]
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    shown = capsys.readouterr()
    assert ended.value.code == 0
    assert f"{NAME}-bpjs.xlsx" in shown.out
    (password,) = re.findall(r"[a-z2-9]{5}(?:-[a-z2-9]{5}){3}", shown.err)
    assert load_workbook(opened(out / f"{NAME}-bpjs.xlsx", password)).active["B3"].value == "3275010101800002"
    assert password not in shown.out


def test_persons_come_whole_and_in_order_when_they_fill_many_batches(
    resources: Resources, lay_invoice: Callable[..., int], out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_invoice("2026-01", 60)
    with resources.warehouse.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(
            text("UPDATE entitlement.decision SET address = E'Jalan \"A\",\\nRT ' || person_id")
        )
    monkeypatch.setattr("sigap.pipeline.invoice_people._BLOCK", 1500)

    given = hand_over(JANUARY, "sk", out, resources, is_protected=False)

    rows = list(load_workbook(given.files[0].file).active.iter_rows(min_row=8, values_only=True))
    assert [row[0] for row in rows] == list(range(1, 61))
    assert [row[2] for row in rows] == sorted(f"Warga {number}" for number in range(1, 61))
    assert [row[4] for row in rows] == [f'Jalan "A", RT {row[2].split()[1]}' for row in rows]


@pytest.mark.parametrize(
    "change", ["jkk_idr = 1, jkm_idr = 0, total_idr = 1", "jkk_idr = 6800, jkm_idr = 10000"]
)
def test_nothing_is_kept_when_the_lines_are_not_those_that_were_issued(
    resources: Resources, lay_invoice: Callable[..., int], out: Path, change: str
) -> None:
    lay_invoice("2026-01", 4)
    with resources.warehouse.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(f"UPDATE billing.invoice_line SET {change} WHERE person_id = 2"))

    with pytest.raises(ReportingError, match="no longer have the digest"):
        hand_over(JANUARY, "bpjs", out, resources)

    assert list(out.iterdir()) == []
    with resources.warehouse.connect() as connection:
        assert connection.execute(select(reporting.hand_over)).all() == []
