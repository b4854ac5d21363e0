"""Rows by NIK leave whole, for their owner only, and the audit knows from what."""

import csv
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from sqlalchemy import text

from sigap.domain.period import Period
from sigap.errors import ReportingError
from sigap.pipeline.export import export
from sigap.pipeline.resources import Resources

JANUARY = Period(2026, 1)


def test_an_export_is_readable_by_its_owner_only_and_leaves_nothing_beside_it(
    resources: Resources, lay_roster: Callable[..., int], tmp_path: Path
) -> None:
    lay_roster(subsidised=3, waiting=1)
    out = tmp_path / "exports" / "roster.csv"
    assert export("roster", JANUARY, out, resources) == 3
    assert out.stat().st_mode & 0o077 == 0
    assert list(out.parent.iterdir()) == [out]


def test_an_export_names_the_batches_it_took_from(
    resources: Resources, lay_roster: Callable[..., int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_roster()
    monkeypatch.chdir(tmp_path)
    export("decisions", JANUARY, Path("decisions.parquet"), resources)
    with resources.warehouse.connect() as connection:
        kept = connection.execute(text("SELECT inputs, outputs, versions FROM audit.outcome")).one()
    assert kept.inputs[0] == "entitlement.roster"
    assert kept.inputs[1]["dataset"] == "entitlement.decisions"
    assert kept.outputs == [str(tmp_path / "decisions.parquet")]
    assert kept.versions["actor"] == resources.settings.actor


@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_place_that_cannot_be_written_is_named_and_nothing_is_left_there(
    resources: Resources, lay_roster: Callable[..., int], tmp_path: Path, what: str
) -> None:
    lay_roster()
    taken = tmp_path / "taken.csv"
    taken.write_text("", encoding="utf-8") if what == "file" else taken.mkdir()
    out = taken / "roster.csv" if what == "file" else taken
    with pytest.raises(ReportingError, match=r"cannot be written \(.+\)\. Name a file"):
        export("roster", JANUARY, out, resources)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_there_is_no_export_without_rows_or_of_another_kind(resources: Resources, tmp_path: Path) -> None:
    for what in ("roster", "decisions", "invoice-lines", "links"):
        with pytest.raises(ReportingError, match="Run the month first"):
            export(what, JANUARY, tmp_path / "out.csv", resources)
    with pytest.raises(ReportingError, match="Choose one of roster"):
        export("people", JANUARY, tmp_path / "out.csv", resources)
    with pytest.raises(ReportingError, match=r"\.csv or \.parquet"):
        export("roster", JANUARY, tmp_path / "out.xlsx", resources)
    assert list(tmp_path.glob("out.*")) == []


def test_texts_that_a_spreadsheet_would_run_are_marked_in_csv_and_verbatim_in_parquet(
    resources: Resources, lay_invoice: Callable[..., int], tmp_path: Path
) -> None:
    names = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "＝1+1", "Budi-Ani"]
    lay_invoice(people=len(names))
    with resources.warehouse.begin() as connection:
        connection.execute(text("ALTER TABLE entitlement.decision DISABLE TRIGGER USER"))
        for person, name in enumerate(names, start=1):
            statement = text("UPDATE entitlement.decision SET full_name = :name WHERE person_id = :person")
            connection.execute(statement, {"name": name, "person": person})
    for ending in ("csv", "parquet"):
        assert export("invoice-lines", JANUARY, tmp_path / f"out.{ending}", resources) == len(names)
    with (tmp_path / "out.csv").open(newline="") as file:
        written = [line["full_name"] for line in csv.DictReader(file)]
    assert written == [*(f"'{name}" for name in names[:-1]), names[-1]]
    assert pq.read_table(tmp_path / "out.parquet")["full_name"].to_pylist() == names
