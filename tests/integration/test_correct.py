"""The correction loop: a list comes in, goes back with what is wrong, returns fixed; nobody counts twice."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlwt
from sqlalchemy import select
from typer.testing import CliRunner

from sigap.audit.trace import trace_line
from sigap.cli import app
from sigap.domain.correction import MARK_SHEET, REASON_HEADER, SUMMARY
from sigap.domain.period import Period
from sigap.errors import QualityError
from sigap.pipeline.approve import record_approval
from sigap.pipeline.bill import bill
from sigap.pipeline.check import check
from sigap.pipeline.collect import CollectResult, collect
from sigap.pipeline.correct import faulty_lists, write_correction
from sigap.pipeline.decide import decide
from sigap.pipeline.export import export
from sigap.pipeline.held import open_findings
from sigap.pipeline.issue import issue
from sigap.pipeline.link import link
from sigap.pipeline.resources import Resources
from sigap.pipeline.standing import superseded_rows, without
from sigap.pipeline.usable import usable_batches
from sigap.warehouse.tables import audit, sources

PERIOD = Period(2026, 1)
TITLES = ["PAGUYUBAN PENGEMUDI BECAK", "Kota Bekasi"]
HEADER = ["No", "Nomor KTP", "Nama Pengemudi", "Tgl. Lahir", "Alamat", "Kelurahan/Desa", "Kecamatan"]
FIRST = len(TITLES) + 2  # the line of the first row
NIK, NAME, BIRTH = 1, 2, 3
# Names that nobody takes for one another: a list of neighbours by NIK would wait for an officer.
GIVEN = (
    "Zulkifli Arman", "Budi Santoso", "Cecep Hidayat", "Dadang Permana", "Endang Lestari", "Fajar Nugroho",
    "Gunawan Lubis", "Hotman Siregar", "Ismail Koto", "Joko Prasetyo", "Kartini Rahayu", "Lilis Komalasari",
    "Mardiyah Azizah", "Nining Suryani", "Oktavia Maharani", "Parlindungan Sinaga", "Qomar Basri",
    "Retno Wulandari", "Slamet Widodo", "Tatang Koswara", "Ujang Rukmana", "Vina Anggraini", "Wahyu Cahyono",
    "Xaverius Tampubolon", "Yusneli Tanjung", "Zainal Effendi",
)  # fmt: skip
MEMBERS = (
    "nik;kpj;nama;tanggal_lahir;segmen;status;npp_or_wadah;payer_name;program_set;coverage_start;coverage_end;"
    "last_paid_month;as_of_date\n"
    "3275014101860001;10000000001;LAIN;1986-01-01;PU;KELUAR;JJ1;PT Lama;JKK;2020-01-01;2021-12-31;2021-12;"
    "2026-01-20\n"
)


def member(
    number: int, nik: object | None = None, name: str | None = None, birth: str = "17-08-1980"
) -> list[Any]:
    known = f"327501170880{number:04d}" if nik is None else nik
    return [
        number,
        known,
        name or GIVEN[number % 26],
        birth,
        "Jl. Uji 5",
        "Kranji",
        "Bekasi Barat",
    ]


def faulty_list() -> list[list[Any]]:
    """Twelve members: a NIK typed as a number, one too short, one without birth date; the others are fine."""
    rows = [member(number) for number in range(1, 13)]
    rows[2] = member(3, nik=3275011708800000)
    rows[5] = member(6, nik="32750117088")
    rows[8] = member(9, birth="")
    return rows


def save_xls(path: Path, rows: list[list[Any]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlwt.Workbook()
    sheet = book.add_sheet("Data Becak")
    for line, cells in enumerate([[TITLES[0]], [TITLES[1]], HEADER, *rows]):
        for place, value in enumerate(cells):
            sheet.write(line, place, value)
    book.save(str(path))
    return path


class Desk:
    """The month's inbox, with the two verbs that take a file in."""

    def __init__(self, resources: Resources) -> None:
        self.resources = resources
        self.inbox = Path(resources.settings.place("inbox").path) / str(PERIOD)

    def take_in(self, file: str, source: str = "becak") -> CollectResult:
        result = collect(PERIOD, f"associations/{source}/{file}", self.resources)
        if result.outcome == "accepted":
            check(PERIOD, result.delivery_id, self.resources)
        return result

    def send(self, rows: list[list[Any]], file: str = "daftar.xls") -> CollectResult:
        save_xls(self.inbox / "associations" / "becak" / file, rows)
        return self.take_in(file)

    def workbook_of(self, delivery_id: str) -> Path:
        return Path(write_correction(PERIOD, delivery_id, self.resources).path)

    def answer(
        self,
        workbook: Path,
        file: str,
        fix: Callable[[Any], None],
        source: str = "becak",
        sheet: str = "Data Becak",
    ) -> CollectResult:
        book = openpyxl.load_workbook(workbook)
        fix(book[sheet])
        target = self.inbox / "associations" / source / file
        target.parent.mkdir(parents=True, exist_ok=True)
        book.save(target)
        return self.take_in(file, source)

    def used(self) -> list[dict[str, Any]]:
        """The accepted rows that the month goes by, as `link` reads them."""
        with self.resources.warehouse.connect() as connection:
            batches = usable_batches(connection, PERIOD)
            superseded = superseded_rows(connection, PERIOD, self.resources)
        rows = without(self.resources.lake.read_all("quality.workers", batches), superseded)
        return sorted(
            (row for row in rows.to_pylist() if row["outcome"] == "accepted"), key=lambda row: row["row"]
        )

    def link(self) -> list[str]:
        """The NIK of the month's persons."""
        file = self.inbox / "memberships" / "peserta.csv"
        file.parent.mkdir(parents=True)
        file.write_text(MEMBERS)
        members = collect(PERIOD, "memberships/peserta.csv", self.resources)
        check(PERIOD, members.delivery_id, self.resources)
        return sorted(self.resources.lake.read(link(PERIOD, self.resources), ["nik"])["nik"].to_pylist())

    def open_rows(self) -> set[tuple[str, int]]:
        found = open_findings(PERIOD, self.resources)
        return set(zip(found["delivery_id"].to_pylist(), found["row"].to_pylist(), strict=True))

    def delivery(self, delivery_id: str) -> dict[str, Any]:
        wanted = select(sources.delivery).where(sources.delivery.c.delivery_id == delivery_id)
        with self.resources.warehouse.connect() as connection:
            return dict(connection.execute(wanted).mappings().one())


@pytest.fixture
def desk(resources: Resources) -> Desk:
    return Desk(resources)


def fix_three(sheet: Any) -> None:
    sheet.cell(FIRST + 2, NIK + 1).value = "3275011708800003"
    sheet.cell(FIRST + 5, NIK + 1).value = "3275011708800006"
    sheet.cell(FIRST + 8, BIRTH + 1).value = "17 Agustus 1980"


def test_a_list_goes_back_in_its_own_template_and_returns_with_nobody_twice(desk: Desk) -> None:
    first = desk.send(faulty_list())
    assert len(desk.used()) == 9

    workbook = desk.workbook_of(first.delivery_id)
    book = openpyxl.load_workbook(workbook)
    assert book.sheetnames == [SUMMARY, "Data Becak", MARK_SHEET]
    assert book[MARK_SHEET].sheet_state == "veryHidden"
    sheet = book["Data Becak"]
    assert [sheet["A1"].value, sheet["A2"].value] == TITLES
    assert [cell.value for cell in sheet[3]] == [*HEADER, REASON_HEADER]
    assert [sheet.cell(FIRST, place + 1).value for place in range(7)] == ["1", *faulty_list()[0][1:]]
    assert sheet.cell(FIRST + 2, NIK + 1).value == "327501170880000?"

    corrected = desk.answer(workbook, "sudah diperbaiki.xlsx", fix_three)

    assert corrected.outcome == "accepted" and corrected.corrects == first.delivery_id
    assert "rows put right: 3" in (corrected.message or "")
    kept = desk.delivery(corrected.delivery_id)
    assert (kept["corrects"], kept["row_count"], kept["message"]) == (first.delivery_id, 3, corrected.message)
    used = desk.used()
    assert [row["nik"] for row in used] == [f"327501170880{number:04d}" for number in range(1, 13)]
    assert [row["row"] for row in used] == list(range(FIRST, FIRST + 12))
    assert {row["delivery_id"] for row in used if row["row"] in (FIRST + 2, FIRST + 5, FIRST + 8)} == {
        corrected.delivery_id
    }
    assert not desk.open_rows()
    with pytest.raises(QualityError, match="every row is accepted"):
        desk.workbook_of(first.delivery_id)


def test_part_of_the_rows_is_fixed_first_and_the_rest_in_a_second_round(desk: Desk) -> None:
    first = desk.send(faulty_list())

    def fix_one(sheet: Any) -> None:
        sheet.cell(FIRST + 2, NIK + 1).value = "3275011708800003"

    one = desk.answer(desk.workbook_of(first.delivery_id), "satu.xlsx", fix_one)
    assert "rows put right: 1, left as they were: 2" in (one.message or "")
    assert desk.open_rows() == {(first.delivery_id, FIRST + 5), (first.delivery_id, FIRST + 8)}

    again = desk.workbook_of(one.delivery_id)  # asked about the correction, it is the list that goes back
    sheet = openpyxl.load_workbook(again)["Data Becak"]
    assert sheet.cell(FIRST + 2, NIK + 1).value == "3275011708800003"
    assert sheet.cell(FIRST + 2, NIK + 1).protection.locked
    assert not sheet.cell(FIRST + 5, NIK + 1).protection.locked

    def fix_rest(sheet: Any) -> None:
        sheet.cell(FIRST + 5, NIK + 1).value = "3275011708800006"
        sheet.cell(FIRST + 8, BIRTH + 1).value = "17/08/1980"

    rest = desk.answer(again, "dua.xlsx", fix_rest)
    assert desk.delivery(rest.delivery_id)["row_count"] == 2
    assert len({row["nik"] for row in desk.used()}) == len(desk.used()) == 12


def test_the_same_workbook_sent_with_more_fixes_takes_only_what_is_new(desk: Desk) -> None:
    first = desk.send(faulty_list())
    workbook = desk.workbook_of(first.delivery_id)

    def fix_one(sheet: Any) -> None:
        sheet.cell(FIRST + 2, NIK + 1).value = "3275011708800003"

    desk.answer(workbook, "satu.xlsx", fix_one)
    more = desk.answer(workbook, "dua.xlsx", fix_three)
    assert "rows put right: 2" in (more.message or "")
    assert "the same as in an earlier correction: 1" in (more.message or "")
    assert len(desk.used()) == 12


def test_a_row_that_is_corrected_again_counts_as_it_was_corrected_last(desk: Desk) -> None:
    first = desk.send(faulty_list())
    workbook = desk.workbook_of(first.delivery_id)
    desk.answer(workbook, "satu.xlsx", fix_three)

    def fix_other(sheet: Any) -> None:
        fix_three(sheet)
        sheet.cell(FIRST + 2, NIK + 1).value = "3275011708800030"

    desk.answer(workbook, "dua.xlsx", fix_other)
    assert [row["nik"] for row in desk.used() if row["row"] == FIRST + 2] == ["3275011708800030"]
    assert len(desk.used()) == 12
    people = desk.link()
    assert len(people) == 12 and "3275011708800030" in people and "3275011708800003" not in people


def test_a_fix_that_is_wrong_again_waits_in_place_of_the_first(desk: Desk) -> None:
    first = desk.send(faulty_list())

    def fix_badly(sheet: Any) -> None:
        sheet.cell(FIRST + 2, NIK + 1).value = "32750117"

    wrong = desk.answer(desk.workbook_of(first.delivery_id), "salah.xlsx", fix_badly)
    assert wrong.outcome == "accepted"
    assert desk.open_rows() == {
        (wrong.delivery_id, FIRST + 2), (first.delivery_id, FIRST + 5), (first.delivery_id, FIRST + 8)
    }  # fmt: skip
    sheet = openpyxl.load_workbook(desk.workbook_of(first.delivery_id))["Data Becak"]
    assert sheet.cell(FIRST + 2, NIK + 1).value == "32750117"


def test_locked_added_and_emptied_rows_are_not_taken_but_counted(desk: Desk) -> None:
    first = desk.send(faulty_list())

    def meddle(sheet: Any) -> None:
        sheet.cell(FIRST + 2, NIK + 1).value = "3275011708800003"
        sheet.cell(FIRST, NAME + 1).value = "Orang Lain"
        for place in range(1, 8):
            sheet.cell(FIRST + 5, place).value = None
        for place, value in enumerate(member(99), start=1):
            sheet.cell(FIRST + 12, place).value = value

    found = desk.answer(desk.workbook_of(first.delivery_id), "campur.xlsx", meddle)
    for words in (
        "rows put right: 1",
        "left as they were: 1",
        "emptied, not taken: 1",
        "locked but changed, not taken: 1",
        "list of their own): 1",
    ):
        assert words in (found.message or ""), found.message
    assert [row["row"] for row in desk.used() if row["delivery_id"] == found.delivery_id] == [FIRST + 2]


def test_a_workbook_in_which_nothing_was_changed_is_a_duplicate(desk: Desk) -> None:
    first = desk.send(faulty_list())
    same = desk.answer(desk.workbook_of(first.delivery_id), "kosong.xlsx", lambda sheet: None)
    assert (same.outcome, same.duplicate_of) == ("duplicate", first.delivery_id)
    assert "Nothing is new" in (same.message or "")
    assert len(desk.used()) == 9


def test_the_same_bytes_again_are_a_duplicate(desk: Desk) -> None:
    first = desk.send(faulty_list())
    one = desk.answer(desk.workbook_of(first.delivery_id), "satu.xlsx", fix_three)
    folder = desk.inbox / "associations" / "becak"
    (folder / "lagi.xlsx").write_bytes((folder / "satu.xlsx").read_bytes())
    again = desk.take_in("lagi.xlsx")
    assert (again.outcome, again.duplicate_of) == ("duplicate", one.delivery_id)


def test_lines_that_were_inserted_are_refused_because_rows_could_be_mixed_up(desk: Desk) -> None:
    first = desk.send(faulty_list())

    def insert(sheet: Any) -> None:
        fix_three(sheet)
        sheet.insert_rows(FIRST + 1)

    found = desk.answer(desk.workbook_of(first.delivery_id), "sisip.xlsx", insert)
    assert found.outcome == "refused" and "no longer stand where they stood" in (found.message or "")


def test_a_column_that_was_renamed_is_refused(desk: Desk) -> None:
    first = desk.send(faulty_list())

    def rename(sheet: Any) -> None:
        sheet["E3"].value = "Tempat tinggal"

    found = desk.answer(desk.workbook_of(first.delivery_id), "ganti.xlsx", rename)
    assert found.outcome == "refused" and "correction workbook" in (found.message or "")


def test_a_mark_that_was_changed_is_refused(desk: Desk) -> None:
    first = desk.send(faulty_list())
    workbook = desk.workbook_of(first.delivery_id)
    book = openpyxl.load_workbook(workbook)
    book[MARK_SHEET].cell(6, 2).value = FIRST  # another row than the one that was asked for
    book.save(workbook)
    found = desk.answer(workbook, "palsu.xlsx", fix_three)
    assert found.outcome == "refused" and "hidden sheet" in (found.message or "")
    assert "Warga" not in (found.message or "")


def test_a_workbook_of_another_sender_or_month_or_city_is_refused(desk: Desk, home: Path) -> None:
    first = desk.send(faulty_list())
    workbook = desk.workbook_of(first.delivery_id)
    other = desk.answer(workbook, "a.xlsx", fix_three, source="pasar")
    assert other.outcome == "refused" and "another sender, becak" in (other.message or "")

    february = desk.inbox.parent / "2026-02" / "associations" / "becak"
    february.mkdir(parents=True)
    (february / "a.xlsx").write_bytes((desk.inbox / "associations/pasar/a.xlsx").read_bytes())
    later = collect(Period(2026, 2), "associations/becak/a.xlsx", desk.resources)
    assert later.outcome == "refused" and "of 2026-01" in (later.message or "")


def test_the_whole_list_sent_again_corrected_takes_the_place_of_the_first(desk: Desk) -> None:
    first = desk.send(faulty_list())
    correction = desk.answer(desk.workbook_of(first.delivery_id), "satu.xlsx", fix_three)
    rows = [member(number) for number in range(2, 15)]
    again = desk.send(rows, "daftar baru.xls")
    assert again.replaces == first.delivery_id
    assert "11 rows the same, 2 new, 1 gone" in (again.message or "")
    used = desk.used()
    assert {row["delivery_id"] for row in used} == {again.delivery_id}
    assert len(used) == 13
    late = desk.answer(desk.inbox / "associations/becak/satu.xlsx", "telat.xlsx", lambda sheet: None)
    assert late.outcome == "refused" and "come again as a whole" in (late.message or "")
    assert correction.delivery_id not in {row["delivery_id"] for row in used}
    with pytest.raises(QualityError, match="sent again as a whole"):
        desk.workbook_of(first.delivery_id)


def test_lists_of_different_people_stand_side_by_side(desk: Desk) -> None:
    desk.send([member(number) for number in range(1, 11)], "barat.xls")
    other = desk.send([member(number, name=f"Orang {number}") for number in range(51, 61)], "timur.xls")
    assert (other.replaces, other.message) == (None, None)
    assert len(desk.used()) == 20


def test_a_csv_goes_back_as_a_workbook_in_its_layout(desk: Desk) -> None:
    header = ["nik", "nama", "tgl_lahir", "alamat", "kelurahan", "kecamatan"]
    lines = [["327501170880000", "=SUM(A1)", "17/08/1980", "Jl. A", "Kranji", "Bekasi Barat"]]
    lines += [
        [f"327501170880{n:04d}", f"Warga {'ABCD'[n]}", "17/08/1980", "Jl. A", "Kranji", "Bekasi Barat"]
        for n in range(4)
    ]
    folder = desk.inbox / "associations" / "pkl"
    folder.mkdir(parents=True)
    (folder / "daftar.csv").write_text("\n".join(";".join(line) for line in [header, *lines]) + "\n")
    first = desk.take_in("daftar.csv", "pkl")

    workbook = desk.workbook_of(first.delivery_id)
    sheet = openpyxl.load_workbook(workbook)["Daftar"]
    assert [cell.value for cell in sheet[1]] == [*header, REASON_HEADER]
    assert sheet["B2"].data_type == "s" and sheet["B2"].value == "=SUM(A1)"

    def fix(sheet: Any) -> None:
        sheet["A2"].value = "3275011708800009"

    fixed = desk.answer(workbook, "perbaikan.xlsx", fix, source="pkl", sheet="Daftar")
    assert fixed.outcome == "accepted", fixed.message
    (row,) = desk.resources.lake.read(fixed.batch).to_pylist()
    assert (row["sheet"], row["row"], row["nik"], row["nik_cell"]) == ("", 2, "3275011708800009", "text")
    assert REASON_HEADER not in row["cells"]


def test_the_months_faulty_lists_are_named_without_their_corrections(desk: Desk) -> None:
    first = desk.send(faulty_list())
    assert faulty_lists(PERIOD, desk.resources) == [first.delivery_id]


def test_what_has_no_rows_cannot_go_back(desk: Desk) -> None:
    folder = desk.inbox / "associations" / "becak"
    folder.mkdir(parents=True)
    (folder / "rusak.xls").write_bytes(b"tidak ada apa-apa")
    refused = desk.take_in("rusak.xls")
    with pytest.raises(QualityError, match="was refused"):
        desk.workbook_of(refused.delivery_id)
    with pytest.raises(QualityError, match="No delivery"):
        desk.workbook_of("0123456789abcdef")


def test_no_person_gets_into_outcomes_or_messages(desk: Desk) -> None:
    first = desk.send(faulty_list())
    workbook = desk.workbook_of(first.delivery_id)
    desk.answer(workbook, "satu.xlsx", fix_three)
    with desk.resources.warehouse.connect() as connection:
        outcomes = [str(row) for row in connection.execute(select(audit.outcome))]
        deliveries = [str(row.message) for row in connection.execute(select(sources.delivery))]
    assert any("'correct'" in text for text in outcomes)
    told = [*outcomes, *deliveries, desk.resources.settings.lineage_file.read_text()]
    assert not [text for text in told if "Warga" in text or "32750117088" in text]


def test_a_line_that_rests_on_a_correction_leads_to_both_files(desk: Desk) -> None:
    first = desk.send(faulty_list())
    desk.answer(desk.workbook_of(first.delivery_id), "satu.xlsx", fix_three)
    desk.link()
    decide(PERIOD, desk.resources)
    record_approval(PERIOD, "roster", "approved", "dinas", None, desk.resources)
    bill(PERIOD, desk.resources)
    record_approval(PERIOD, "invoices", "approved", "bendahara", None, desk.resources)
    issue(PERIOD, desk.resources)

    out = desk.resources.settings.home / "lines.csv"
    export("invoice-lines", PERIOD, out, desk.resources)
    by_nik = {row["nik"]: int(row["line_id"]) for row in csv.DictReader(out.open(encoding="utf-8"))}
    assert len(by_nik) == 12
    steps = trace_line(by_nik["3275011708800003"], desk.resources.warehouse, desk.resources.lake)
    (received,) = [step for step in steps if step.title.startswith("Received row")]
    (corrected,) = [step for step in steps if step.title.startswith("Corrects the row")]
    assert received.title == f"Received row: satu.xlsx, sheet Data Becak, row {FIRST + 2}"
    assert received.facts["cells"]["Nomor KTP"] == "3275011708800003"
    assert corrected.title == f"Corrects the row: daftar.xls, sheet Data Becak, row {FIRST + 2}"
    assert (corrected.facts["check"], corrected.facts["reasons"]) == ("held", "NIK_DAMAGED")
    assert corrected.facts["cells"]["Nomor KTP"] == "3275011708800000"


def test_the_command_writes_the_workbooks_of_a_month_or_of_one_list(
    desk: Desk, home: Path, tmp_path: Path
) -> None:
    first = desk.send(faulty_list())
    for which in (str(PERIOD), first.delivery_id):
        out = tmp_path / which
        result = CliRunner().invoke(app, ["delivery", "correction", which, "--out", str(out)])
        assert result.exit_code == 0, result.output
        assert [file.name for file in out.iterdir()] == [f"perbaikan_becak_2026-01_{first.delivery_id}.xlsx"]
    for wrong in ("2026-02", "becak"):
        assert isinstance(CliRunner().invoke(app, ["delivery", "correction", wrong]).exception, QualityError)


def test_a_header_of_two_lines_and_merged_cells_survives_the_way_there_and_back(desk: Desk) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["NO", "NAMA", "NO. KTP", "TGL LAHIR", "ALAMAT"])
    sheet.append([None, None, None, None, "ALAMAT KTP", "KEL", "KEC"])
    sheet.merge_cells("E1:G1")
    for place in "ABCD":
        sheet.merge_cells(f"{place}1:{place}2")
    for number in range(1, 6):
        nik = "32750117" if number == 3 else f"327501170880{number:04d}"
        sheet.append(
            [number, f"Warga {'ABCDE'[number - 1]}", nik, "17/08/1980", "Jl. A", "Kranji", "Bekasi Barat"]
        )
    folder = desk.inbox / "associations" / "ojek_pangkalan"
    folder.mkdir(parents=True)
    book.save(folder / "daftar.xlsx")
    first = desk.take_in("daftar.xlsx", "ojek_pangkalan")
    assert first.outcome == "accepted", first.message

    def fix(sheet: Any) -> None:
        assert [str(merged) for merged in sheet.merged_cells.ranges] == ["E1:G1"]
        sheet["C5"].value = "3275011708800003"

    workbook = desk.workbook_of(first.delivery_id)
    fixed = desk.answer(workbook, "baik.xlsx", fix, source="ojek_pangkalan", sheet="Sheet")
    assert fixed.outcome == "accepted", fixed.message
    used = desk.used()
    assert [row["nik"] for row in used] == [f"327501170880{number:04d}" for number in range(1, 6)]
    assert len({row["kelurahan_code"] for row in used}) == 1 and used[2]["kelurahan_code"] is not None
