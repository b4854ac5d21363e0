"""Held rows: listed without a person, settled by a steward, applied on the next check, asked once."""

import csv
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import select

from sigap.domain.period import Period
from sigap.errors import QualityError
from sigap.pipeline.check import CheckResult, check
from sigap.pipeline.collect import collect
from sigap.pipeline.held import judge_rows, open_findings, read_open_rows, show_row, write_open_rows
from sigap.pipeline.resources import Resources
from sigap.quality.worklist import RowVerdict
from sigap.warehouse.tables import audit, quality

JANUARY, FEBRUARY = Period(2026, 1), Period(2026, 2)
HEADERS = ["nik", "nama", "tgl_lahir", "jk", "alamat", "kelurahan", "kecamatan", "usaha"]
GOOD = [f"327501170880{n:04d}" for n in range(1, 20)]
NAMES = ("Satu", "Dua", "Tiga", "Empat", "Lima", "Enam", "Tujuh", "Delapan", "Sembilan", "Sepuluh")
PLACE = ["L", "Jl. Uji 1", "Kranji", "Bekasi Barat", "Bakso"]
NO_DATE = [GOOD[10], "Kenari Ujicoba", "", *PLACE]
NO_NIK = ["", "Pipit Ujicoba", "17/08/1980", *PLACE]
STEWARD = "dinas"


def send(resources: Resources, rows: Sequence[Sequence[str]], period: Period = JANUARY) -> CheckResult:
    """A list of ten good rows and those given, collected and checked."""
    folder = Path(resources.settings.place("inbox").path) / str(period) / "associations" / "pkl"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "daftar.csv").open("w", encoding="utf-8-sig", newline="") as file:
        good = [[nik, f"Orang {name}", "17/08/1980", *PLACE] for nik, name in zip(GOOD, NAMES, strict=False)]
        csv.writer(file, delimiter=";").writerows([HEADERS, *good, *rows])
    found = collect(period, "associations/pkl/daftar.csv", resources)
    return check(period, found.delivery_id, resources)


def verdict(result: CheckResult, kind: str, row: int = 12, **corrections: str) -> RowVerdict:
    return RowVerdict(result.delivery_id, "", row, kind, "Dipastikan di kelurahan", corrections)


def test_held_rows_are_listed_by_cell_and_name_nobody(resources: Resources) -> None:
    send(resources, [NO_DATE, NO_NIK])
    found = open_findings(JANUARY, resources).to_pylist()
    assert [(one["row"], one["column"], one["code"]) for one in found] == [
        (12, "C", "DOB_MISSING"),
        (13, "A", "NIK_MISSING"),
    ]
    assert "Ujicoba" not in str(found)
    assert open_findings(JANUARY, resources, "becak").num_rows == 0


def test_a_corrected_row_is_accepted_by_the_next_check(resources: Resources) -> None:
    held = send(resources, [NO_DATE])
    assert (held.accepted, held.held) == (10, 1)
    judge_rows([verdict(held, "correct", birth_date="17/08/1980")], STEWARD, resources)
    again = check(JANUARY, held.delivery_id, resources)
    assert (again.accepted, again.held) == (11, 0)
    row = resources.lake.read(again.batch).to_pylist()[10]
    assert (row["outcome"], str(row["birth_date"])) == ("accepted", "1980-08-17")
    assert "VERDICT_CORRECTED" in row["warnings"]
    assert open_findings(JANUARY, resources).num_rows == 0


def test_the_same_facts_in_a_later_month_are_not_asked_again(resources: Resources) -> None:
    first = send(resources, [NO_DATE, NO_NIK])
    judge_rows(
        [verdict(first, "correct", birth_date="1980-08-17"), verdict(first, "reject", row=13)],
        STEWARD,
        resources,
    )
    later = send(resources, [NO_NIK, NO_DATE], FEBRUARY)
    assert (later.accepted, later.held, later.rejected) == (11, 0, 1)


def test_other_facts_are_asked_about(resources: Resources) -> None:
    first = send(resources, [NO_DATE])
    judge_rows([verdict(first, "reject")], STEWARD, resources)
    other = [*NO_DATE[:1], "Kenari Ujicobawati", *NO_DATE[2:]]
    assert send(resources, [other], FEBRUARY).held == 1


def test_the_newest_verdict_counts_and_all_are_kept(resources: Resources) -> None:
    held = send(resources, [NO_DATE])
    judge_rows([verdict(held, "reject")], STEWARD, resources)
    assert check(JANUARY, held.delivery_id, resources).rejected == 1
    judge_rows([verdict(held, "correct", birth_date="17/08/1980")], STEWARD, resources)
    assert check(JANUARY, held.delivery_id, resources).accepted == 11
    shown = show_row(held.delivery_id, "", 12, "auditor", resources)
    assert [one["verdict"] for one in shown.verdicts] == ["reject", "correct"]
    assert "Kenari" in shown.cells


def test_a_look_at_a_row_is_kept_without_the_person(resources: Resources) -> None:
    held = send(resources, [NO_DATE])
    show_row(held.delivery_id, "", 12, "auditor", resources)
    with resources.warehouse.connect() as connection:
        looked = connection.execute(select(audit.outcome).where(audit.outcome.c.verb == "look")).one()
    assert looked.versions["actor"] == "auditor"
    assert "Kenari" not in str(looked) and GOOD[10] not in str(looked)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"kind": "accept"}, "no usable birth_date"),
        ({"kind": "accept", "row": 13}, "no usable nik"),
        ({"kind": "reject", "row": 2}, "is in use"),
        ({"kind": "reject", "row": 99}, "has no row 99"),
        ({"kind": "correct"}, "which columns become what"),
        ({"kind": "reject", "nik": "1"}, "which columns become what"),
        ({"kind": "correct", "umur": "40"}, "which columns become what"),
    ],
)
def test_a_verdict_without_effect_is_refused_whole(resources: Resources, given: dict, sentence: str) -> None:
    held = send(resources, [NO_DATE, NO_NIK])
    with pytest.raises(QualityError, match=sentence) as refused:
        judge_rows([verdict(held, "reject", row=13), verdict(held, **given)], STEWARD, resources)
    assert "Ujicoba" not in str(refused.value) and GOOD[10] not in str(refused.value)
    with resources.warehouse.connect() as connection:
        assert connection.execute(select(quality.verdict)).first() is None


def test_only_a_steward_settles_rows(resources: Resources) -> None:
    held = send(resources, [NO_DATE])
    with pytest.raises(QualityError, match="SIGAP_STEWARDS"):
        judge_rows([verdict(held, "reject")], "orang lain", resources)


def test_the_workbook_of_held_rows_comes_back_with_decisions(resources: Resources, tmp_path: Path) -> None:
    held = send(resources, [NO_DATE, NO_NIK])
    file = tmp_path / "kerja.xlsx"
    assert write_open_rows(JANUARY, file, "petugas", resources) == 2
    book = openpyxl.load_workbook(file)
    sheet = book["Pekerja"]
    heads = {cell.value: cell.column for cell in sheet[1]}
    assert [sheet.cell(2, heads[name]).value for name in ("Sel", "NIK", "Nama")] == [
        "C12",
        GOOD[10],
        "Kenari Ujicoba",
    ]
    assert sheet.cell(2, heads["Keputusan"]).protection.locked is False
    assert sheet.cell(2, heads["NIK"]).protection.locked is True
    for line, decision, change in ((2, "Perbaiki", "17-08-1980"), (3, "tolak", None)):
        sheet.cell(line, heads["Keputusan"], decision)
        sheet.cell(line, heads["Alasan keputusan"], "Sesuai KTP")
        sheet.cell(line, heads["Perbaikan: Tanggal lahir"], change)
    book.save(file)
    assert judge_rows(read_open_rows(file), STEWARD, resources) == 2
    again = check(JANUARY, held.delivery_id, resources)
    assert (again.accepted, again.held, again.rejected) == (11, 0, 1)


@pytest.mark.parametrize(
    ("cell", "value", "sentence"),
    [("Keputusan", "mungkin", "line 2: the decision is none of"), ("Keputusan", None, "holds no decision")],
)
def test_a_workbook_that_cannot_be_understood_names_the_line(
    resources: Resources, tmp_path: Path, cell: str, value: str | None, sentence: str
) -> None:
    send(resources, [NO_DATE])
    file = tmp_path / "kerja.xlsx"
    write_open_rows(JANUARY, file, "petugas", resources)
    book = openpyxl.load_workbook(file)
    heads = {head.value: head.column for head in book["Pekerja"][1]}
    book["Pekerja"].cell(2, heads[cell], value)
    book.save(file)
    with pytest.raises(QualityError, match=sentence):
        read_open_rows(file)


def test_a_month_without_held_rows_has_no_workbook(resources: Resources, tmp_path: Path) -> None:
    send(resources, [])
    with pytest.raises(QualityError, match="no held rows"):
        write_open_rows(JANUARY, tmp_path / "kerja.xlsx", "petugas", resources)
