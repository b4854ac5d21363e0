"""Templates as data: what is refused, and what their columns give."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from openpyxl import load_workbook

from sigap.errors import ReportingError
from sigap.reporting.columns import columns_of
from sigap.reporting.invoice import InvoiceDocument, city_places
from sigap.reporting.list_file import heading_of, write_list
from sigap.reporting.office import Office
from sigap.reporting.parts import Sums
from sigap.reporting.people import PEOPLE, Shown
from sigap.reporting.template import SHIPPED, load_template

HEAD = "title: Daftar\nreference: R\nformat: xlsx\nnik: full\n"


def people(rows: int = 3) -> pa.Table:
    columns: dict[str, list[object]] = {
        "nik": [f"327501010180{number:04d}" for number in range(1, rows + 1)],
        "full_name": [f"Warga {number}" for number in range(1, rows + 1)],
        "birth_date": [dt.date(1980, 1, 31)] * rows,
        "sex": ["L"] * rows,
        "address": ["Jalan A\nRT 1"] * rows,
        "kelurahan_code": ["32.75.02.1002"] * rows,
        "kecamatan_code": ["32.75.02"] * rows,
        "regency_code": ["32.75"] * rows,
        "sector": ["becak"] * rows,
        "first_month": ["2026-01"] * rows,
        "last_month": ["2026-03"] * rows,
        "months": [3] * rows,
        "jkk_idr": [30_000] * rows,
        "jkm_idr": [20_400] * rows,
        "total_idr": [50_400] * rows,
        "line_id": list(range(1, rows + 1)),
    }
    return pa.table(
        {name: pa.array(columns[name], PEOPLE.field(name).type) for name in PEOPLE.names}, schema=PEOPLE
    )


@pytest.fixture
def shown(make_document: Callable[..., InvoiceDocument]) -> Shown:
    return Shown(make_document(3), city_places(), "Kota Bekasi", 2, 3, first=11)


@pytest.fixture
def lay(tmp_path: Path) -> Callable[..., Path]:
    """`lay(content)`: a folder with a template `uji` of that content."""

    def make(content: str) -> Path:
        (tmp_path / "uji.yaml").write_text(content, encoding="utf-8")
        return tmp_path

    return make


@pytest.mark.parametrize("name", sorted(file.stem for file in SHIPPED.glob("*.yaml")))
def test_shipped_templates_are_in_order(name: str) -> None:
    template = load_template(name)

    assert template.reference
    assert template.is_masked == (name == "finance")


def test_a_city_s_own_template_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "bpjs.yaml").write_text(HEAD + "columns: [{header: KTP, field: nik}]\n")

    assert [column.header for column in load_template("bpjs", tmp_path).columns] == ["KTP"]
    assert len(load_template("sk", tmp_path).columns) > 1


COLUMN = "columns: [{header: A, field: nik}]\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("columns: [", "is no YAML"),
        ("", "it says nothing"),
        (HEAD, "columns is missing. Fill it in"),
        (
            HEAD + "columns: [{header: A, field: nama}]",
            "column 'A' asks for the field 'nama', which there is not",
        ),
        (HEAD + "columns: [{header: A}]", "column 'A' needs a header, and a field or a value"),
        (HEAD + "columns: [{header: A, field: nik, value: x}]", "Give one of the two"),
        (HEAD + "columns: [{header: A, field: nik, warna: x}]", "warna, column 'A' is not known"),
        (HEAD + "columns: [{header: A, field: nik, format: '%d'}]", "a format is for days and months"),
        (HEAD + "columns: [{header: A, field: nik, case: kecil}]", "case 'kecil' is not known"),
        (HEAD + COLUMN + "warna: merah", "warna is not known"),
        (HEAD + COLUMN + "heading: ['Nomor {nomor}']", "the heading asks for {nomor}, which there is not"),
        (HEAD + COLUMN + "heading: ['Nomor {']", "the heading asks for"),
        (HEAD + COLUMN + "max_rows: 1", "max_rows 1 leaves no row for a person"),
        (HEAD.replace("xlsx", "pdf") + COLUMN, "format 'pdf' is not known. Choose xlsx or csv"),
        (HEAD.replace("full", "half") + COLUMN, "nik 'half' is not known. Choose full or masked"),
        (HEAD.replace("xlsx", "csv") + COLUMN + "totals: true", "a csv has neither heading nor totals"),
    ],
)
def test_a_template_out_of_order_is_refused_in_one_sentence(
    lay: Callable[..., Path], content: str, said: str
) -> None:
    with pytest.raises(ReportingError) as caught:
        load_template("uji", lay(content))

    assert str(caught.value).startswith("Template uji.yaml: ")
    assert said in str(caught.value)


def test_an_unknown_template_says_where_to_describe_it(tmp_path: Path) -> None:
    with pytest.raises(ReportingError, match=r"no template 'uji'\. Describe it in .*uji\.yaml"):
        load_template("uji", tmp_path)


def test_columns_come_in_the_template_s_order_formats_and_codes(
    lay: Callable[..., Path], shown: Shown
) -> None:
    folder = lay(
        HEAD
        + "columns:\n- {header: No, field: no}\n- {header: LAHIR, field: birth_date, format: '%d/%m/%y'}\n"
        "- {header: BLTH, field: last_month, format: '%m-%Y'}\n"
        "- {header: JK, field: sex, codes: {L: M, P: F}}\n"
        "- {header: KERJA, field: sector_code, codes: {ojek: 7}, else: '9'}\n- {header: KOTA, value: BKS}\n"
        "- {header: NAMA, field: full_name, case: upper}\n- {header: ALAMAT, field: address}\n"
        "- {header: KEL, field: kelurahan}\n"
        "- {header: MASA, field: covers}\n- {header: RP, field: total_idr}\n"
    )

    values = columns_of(load_template("uji", folder), people(2), shown)

    assert [column.to_pylist()[1] for column in values] == [
        12, "31/01/80", "03-2026", "M", "9", "BKS", "WARGA 2", "Jalan A RT 1",
        "Kranji", "Jan–Mar 2026", 50_400,
    ]  # fmt: skip


def test_a_code_without_an_entry_is_refused_without_naming_anybody(
    lay: Callable[..., Path], shown: Shown
) -> None:
    template = load_template(
        "uji", lay(HEAD + "columns: [{header: JK, field: sex, codes: {P: F}}, {header: N, field: nik}]")
    )

    with pytest.raises(ReportingError, match="'JK': 3 rows hold a code of sex that `codes` does not list"):
        columns_of(template, people(), shown)


def test_nik_is_masked_where_the_template_says_so(lay: Callable[..., Path], shown: Shown) -> None:
    template = load_template("uji", lay(HEAD.replace("full", "masked") + COLUMN))

    assert columns_of(template, people(1), shown)[0].to_pylist() == ["327501******0001"]


def test_heading_is_filled_in_with_part_and_regency(lay: Callable[..., Path], shown: Shown) -> None:
    heading = "heading: ['{number}, {regency}', 'bagian {part} dari {parts}, {months}']\n"
    template = load_template("uji", lay(HEAD + heading + COLUMN))

    assert heading_of(template, shown) == [
        "SIGAP/SG/2026-01/0001, Kota Bekasi",
        "bagian 2 dari 3, Januari 2026",
    ]


def test_a_file_of_many_batches_has_every_row_its_totals_and_the_same_bytes_again(
    shown: Shown, office: Office, tmp_path: Path
) -> None:
    template = load_template("finance")
    batches = [people(3).slice(0, 1), people(3).slice(1)]

    sums = [
        write_list(tmp_path / name, template, shown, office, iter(batches), 3)
        for name in ("a.xlsx", "b.xlsx")
    ]

    assert sums == [Sums(3, 90_000, 61_200, 151_200)] * 2
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    sheet = load_workbook(tmp_path / "a.xlsx", data_only=True).active
    rows = list(sheet.iter_rows(min_row=5, values_only=True))
    assert [row[0] for row in rows] == [11, 12, 13, None]
    assert [row[1] for row in rows[:3]] == [f"327501******000{number}" for number in (1, 2, 3)]
    assert rows[3][9:13] == (9, 90_000, 61_200, 151_200)
    assert load_workbook(tmp_path / "a.xlsx").active["M8"].value == "=SUM(M5:M7)"
    assert "SIGAP/SG/2026-01/0001, bagian 2 dari 3" in sheet.oddFooter.left.text


def test_received_text_stays_text_in_a_list(shown: Shown, office: Office, tmp_path: Path) -> None:
    hostile = people(2).set_column(1, "full_name", pa.array(["=1+1", "@SUM(A1)"]))
    write_list(tmp_path / "a.xlsx", load_template("sk"), shown, office, [hostile], 2)

    sheet = load_workbook(tmp_path / "a.xlsx").active
    cells = [sheet.cell(row, 3) for row in (8, 9)]
    assert [(cell.value, cell.data_type, cell.quotePrefix) for cell in cells] == [
        ("=1+1", "s", True),
        ("@SUM(A1)", "s", True),
    ]
