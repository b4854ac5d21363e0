"""The workbook of pairs: what it shows, what may be filled in, and what of it counts when it comes back."""

import datetime as dt
import io
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText

from sigap.domain.period import Period
from sigap.errors import IdentityError
from sigap.identity.answers import PairCheck, PairVerdict, read_worklist
from sigap.identity.shown import ShownPair, Waiting, lines_of, unequal_parts
from sigap.identity.worklist import write_worklist

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported")  # openpyxl knows no data bars
JANUARY = Period(2026, 1)
LEFT = {
    "origin": "DTKS, dtks_januari.csv, baris 4.211",
    "nik": "3275021708800001",
    "full_name": "=SUM(A1) KENARI UJICOBA",
    "birth_date": "1980-08-07",
    "sex": "L",
    "place": "Kranji, Bekasi Barat",
    "address": "Jl. Melati Raya No. 12 Gang Haji Uji RT 003",
    "mother_name": "MURAI UJICOBA",
    "job": "Pedagang bakso",
}
RIGHT = {
    "origin": "Keanggotaan BPJS Ketenagakerjaan, peserta.csv, baris 90.017",
    "nik": "3275021708800010",
    "full_name": "KENARI UJICOBA",
    "birth_date": "1980-07-08",
    "sex": "L",
    "place": "Bintara, Bekasi Barat",
    "membership": "KPJ 99000000017, BPU, AKTIF, pembayar: mandiri",
    "coverage": "1 Januari 2025 sampai 31 Maret 2026, lunas sampai 2026-02",
}
PAIR = ShownPair(
    fact_key="0f" * 16,
    kind="membership",
    match_weight=3.4,
    left=LEFT,
    right=RIGHT,
    levels={"nik": 5, "name": 6, "birth_date": 4, "place": 1, "kk": -1, "mother": -1, "sex": 1, "phone": -1},
    weights={"nik": 9.1, "name": 6.2, "birth_date": 4.3, "place": 1.8, "sex": 0.9},
    risks={"same": 3_628_000, "different": 184_000},
    limit_idr=2_000_000,
)
NOON = dt.datetime(2026, 1, 20, 12, tzinfo=dt.UTC)
MADE = Waiting(41, "1a" * 16, "same", "dinas", "KTP dilihat di kelurahan", NOON)
CHECK = replace(PAIR, fact_key=MADE.fact_key, waiting=MADE)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "kerja.xlsx"
    path.write_bytes(write_worklist(JANUARY, [PAIR, replace(PAIR, fact_key="2b" * 16), CHECK], left_out=7))
    return path


def fill(file: Path, cells: dict[tuple[str, str], str | None]) -> Path:
    """Type into cells as a person does, with another program than the one that wrote the file."""
    book = openpyxl.load_workbook(file, rich_text=True)
    for (sheet, cell), value in cells.items():
        book[sheet][cell] = value
    book.save(file)
    return file


def choices(file: Path, sheet: str = "Keputusan") -> list[str]:
    """The cells in which a person chooses, from the first box on."""
    found = openpyxl.load_workbook(file)[sheet].data_validations.dataValidation
    return [str(rule.sqref) for rule in found]


def beside(cell: str) -> str:
    return f"H{cell[1:]}"


def test_two_records_stand_side_by_side_with_what_was_compared(file: Path) -> None:
    sheet = openpyxl.load_workbook(file)["Keputusan"]
    lines = {row[0].value: row for row in reversed(list(sheet.iter_rows(min_row=2, max_col=8)))}
    nik = lines["NIK"]
    assert [cell.value for cell in nik[1:5]] == [
        LEFT["nik"],
        RIGHT["nik"],
        "NIK berbeda satu angka, atau dua angka bersebelahan tertukar, sebelum empat angka terakhir: "
        "menguatkan",
        9.1,
    ]
    assert lines["Tanggal lahir"][3].value == "Tanggal dan bulan lahir tertukar: menguatkan"
    assert lines["Nama ibu"][3].value.startswith("Nama ibu tidak ada di salah satu rekaman")
    assert "Nomor KK" not in lines, "neither record has one"
    assert (lines["Titik awal"][4].value, lines["Jumlah"][4].value) == (-18.9, 3.4)
    colours = {name: lines[name][1].fill.fgColor.rgb for name in ("NIK", "Jenis kelamin", "Nama ibu")}
    assert len(set(colours.values())) == 3, "near, same and missing cannot be told apart"


def test_the_head_of_a_box_says_what_is_at_stake_and_who_has_to_answer(file: Path) -> None:
    book = openpyxl.load_workbook(file)
    assert book["Keputusan"]["A2"].value == (
        "1.  Baris daftar dan kepesertaan BPJS.  Skor +3,4.  Bila SAMA keliru: Rp3.628.000 (dua orang).  "
        "Bila BERBEDA keliru: Rp184.000."
    )
    assert book["Pemeriksaan kedua"]["A3"].value == (
        "Keputusan pertama: SAMA, oleh dinas pada 20 Januari 2026. Alasan: KTP dilihat di kelurahan"
    )


def test_only_the_two_answer_cells_of_a_box_are_open(file: Path) -> None:
    book = openpyxl.load_workbook(file)
    for sheet in book.worksheets:
        assert sheet.protection.sheet, sheet.title
        rows = sheet.iter_rows(min_row=1, max_row=sheet.max_row)
        unlocked = {cell.coordinate[0] for row in rows for cell in row if not cell.protection.locked}
        assert unlocked == ({"G", "H"} if sheet.title in ("Keputusan", "Pemeriksaan kedua") else set())
    assert [str(rule.formula1) for rule in book["Keputusan"].data_validations.dataValidation] == [
        '"SAMA,BERBEDA"'
    ] * 2
    assert book["_sigap"].sheet_state == "veryHidden"


def test_no_fact_becomes_a_formula_or_a_number(file: Path) -> None:
    sheet = openpyxl.load_workbook(file)["Keputusan"]
    facts = [cell for row in sheet.iter_rows(min_row=3, min_col=2, max_col=3) for cell in row if cell.value]
    assert any(cell.value.startswith("=SUM") for cell in facts)
    assert {cell.data_type for cell in facts} == {"s"}


def test_the_unequal_part_of_a_fact_stands_out(file: Path) -> None:
    sheet = openpyxl.load_workbook(file, rich_text=True)["Keputusan"]
    nik = next(row[1].value for row in sheet.iter_rows(min_row=3) if row[0].value == "NIK")
    assert isinstance(nik, CellRichText)
    assert [part.text for part in nik if getattr(part, "font", None) and part.font.b] == ["01"]


@pytest.mark.parametrize(
    ("text", "other", "parts"),
    [
        ("1980-08-07", "1980-07-08", [("1980-0", False), ("8", True), ("-0", False), ("7", True)]),
        ("ASEP SUHENDAR", "asep", [("ASEP ", False), ("SUHENDAR", True)]),
        ("ASEP", "", [("ASEP", True)]),
        ("", "ASEP", []),
    ],
)
def test_texts_are_compared_by_digit_or_by_word(text: str, other: str, parts: list) -> None:
    assert unequal_parts(text, other) == parts
    assert "".join(part for part, _ in parts) == text


def test_the_shown_weights_add_up_to_the_score() -> None:
    lines = [line for line in lines_of(PAIR) if line.weight is not None]
    assert sum(line.weight or 0 for line in lines[:-1]) == pytest.approx(lines[-1].weight)


def test_the_summary_counts_and_leads_to_every_pair(file: Path) -> None:
    sheet = openpyxl.load_workbook(file)["Petunjuk"]
    facts = {row[0].value: row[1].value for row in sheet.iter_rows(min_row=4, max_row=7)}
    assert facts["Pasangan menunggu keputusan"] == 2 and facts["Keputusan menunggu orang kedua"] == 1
    assert facts["Belum dimuat di buku ini"] == 7
    links = [cell.hyperlink.location for row in sheet.iter_rows() for cell in row if cell.hyperlink]
    assert len(links) == 3 and len(set(links)) == 3
    assert "KENARI" not in str([cell.value for row in sheet.iter_rows() for cell in row])


def test_answers_come_back_with_their_reasons(file: Path) -> None:
    (first, _), (check,) = choices(file), choices(file, "Pemeriksaan kedua")
    fill(
        file,
        {
            ("Keputusan", first): "sama",
            ("Keputusan", beside(first)): "Dipastikan dengan Dukcapil",
            ("Pemeriksaan kedua", check): "TIDAK SETUJU",
            ("Pemeriksaan kedua", beside(check)): "Foto KTP orang lain",
        },
    )
    found = read_worklist(file)
    assert found.period == JANUARY
    assert found.verdicts == (PairVerdict(PAIR.fact_key, "same", "Dipastikan dengan Dukcapil"),)
    assert found.checks == (PairCheck(41, "disagree", "Foto KTP orang lain"),)


def test_a_second_person_may_agree_without_a_reason(file: Path) -> None:
    (check,) = choices(file, "Pemeriksaan kedua")
    fill(file, {("Pemeriksaan kedua", check): "Setuju"})
    assert read_worklist(file).checks == (PairCheck(41, "agree", ""),)


@pytest.mark.parametrize(
    ("answer", "reason", "sentence"),
    [
        (None, None, "holds no answer"),
        ("MUNGKIN", "x", "none of SAMA, BERBEDA"),
        (None, "Dilihat", "none of SAMA, BERBEDA"),
        ("SAMA", None, "Alasan keputusan is empty"),
    ],
)
def test_an_answer_that_cannot_be_kept_is_refused_by_its_box(
    file: Path, answer: str | None, reason: str | None, sentence: str
) -> None:
    cell = choices(file)[1]
    fill(file, {("Keputusan", cell): answer, ("Keputusan", beside(cell)): reason})
    with pytest.raises(IdentityError, match=sentence) as refused:
        read_worklist(file)
    assert "KENARI" not in str(refused.value) and LEFT["nik"] not in str(refused.value)


def test_a_changed_fact_is_noticed(file: Path) -> None:
    cell = choices(file)[0]
    answered = {("Keputusan", cell): "SAMA", ("Keputusan", beside(cell)): "Dilihat"}
    fill(file, answered | {("Keputusan", "C5"): "KENARI UJICOBAWATI"})
    with pytest.raises(IdentityError, match=r"box at line 2: a fact or the place"):
        read_worklist(file)


def test_an_edited_mark_is_noticed(file: Path) -> None:
    fill(file, {("_sigap", "D3"): "ff" * 16})
    with pytest.raises(IdentityError, match="hidden sheet was edited"):
        read_worklist(file)


def test_a_file_of_somebody_else_is_none_of_ours(tmp_path: Path) -> None:
    other = io.BytesIO()
    openpyxl.Workbook().save(other)
    for name, content in {"lain.xlsx": other.getvalue(), "rusak.xlsx": b"no workbook"}.items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(IdentityError, match=r"lain\.xlsx is no workbook of"):
        read_worklist(tmp_path / "lain.xlsx")
    with pytest.raises(IdentityError, match="no workbook that can be read"):
        read_worklist(tmp_path / "rusak.xlsx")
