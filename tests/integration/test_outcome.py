"""Outcomes and lineage of a verb, also of one that fails; rows in and out by COPY."""

import json
from pathlib import Path

import pyarrow as pa
import pytest
from sqlalchemy import Engine, select, text

from sigap.audit.lineage import LineageLog
from sigap.audit.outcome import VerbRun, outcome_of
from sigap.domain.batch import BatchRef
from sigap.domain.period import Period
from sigap.errors import SigapError, WarehouseVersionError
from sigap.pipeline.resources import Resources
from sigap.settings import Settings
from sigap.warehouse import version
from sigap.warehouse.migrate import downgrade, upgrade
from sigap.warehouse.store import copy_out, copy_rows, open_warehouse
from sigap.warehouse.tables import audit, identity

RUN = VerbRun("link", Period(2026, 1), None, "run-1")
BATCH = BatchRef("identity.persons", "2026-01", "lake/x.parquet", 3, "a" * 64)


def test_a_verb_that_ends_well_leaves_counts_and_references(warehouse: Engine, tmp_path: Path) -> None:
    with outcome_of(RUN, warehouse, LineageLog(tmp_path / "events.jsonl")) as outcome:
        outcome.read("quality.validation")
        outcome.wrote(BATCH)
        outcome.count({"persons": 3})
    with warehouse.connect() as connection:
        row = connection.execute(select(audit.outcome)).mappings().one()
    assert (row["status"], row["counts"], row["outputs"]) == ("ok", {"persons": 3}, [BATCH.as_dict()])
    start, complete = (json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines())
    assert (start["eventType"], complete["eventType"]) == ("START", "COMPLETE")
    assert complete["inputs"] and complete["outputs"]


@pytest.mark.parametrize(
    ("failure", "kept"),
    (
        (SigapError("Send the list again."), "Send the list again."),
        (ValueError("Budi 3275010101900001"), "ValueError"),
    ),
)
def test_a_verb_that_fails_keeps_our_sentence_and_no_foreign_text(
    warehouse: Engine, tmp_path: Path, failure: Exception, kept: str
) -> None:
    with pytest.raises(type(failure)), outcome_of(RUN, warehouse, LineageLog(tmp_path / "events.jsonl")):
        raise failure
    with warehouse.connect() as connection:
        row = connection.execute(select(audit.outcome)).mappings().one()
    assert (row["status"], row["error"]) == ("failed", kept)
    events = (tmp_path / "events.jsonl").read_text()
    assert '"FAIL"' in events and "3275010101900001" not in events


def test_rows_travel_by_copy_and_keep_nulls_and_leading_zeros(warehouse: Engine) -> None:
    rows = pa.table(
        {
            "person_id": [1, 2],
            "nik": ["0912345678909001", "3275010101909002"],
            "first_period": ["2026-01", "2026-01"],
        }
    )
    with warehouse.begin() as connection:
        copy_rows(connection, identity.person, rows)
        wanted = select(identity.person.c.person_id, identity.person.c.nik).where(
            identity.person.c.person_id > 0
        )
        assert copy_out(connection, wanted.order_by("person_id"), {"nik": pa.string()}).to_pydict() == {
            "person_id": [1, 2],
            "nik": ["0912345678909001", "3275010101909002"],
        }
        connection.execute(text("CREATE TEMPORARY TABLE note (a text, b text)"))
        copy_rows(
            connection, "note", pa.table({"a": ['x, "y"', ""], "b": pa.array([None, "z"], pa.string())})
        )
        assert connection.execute(text("SELECT a, b FROM note")).fetchall() == [('x, "y"', None), ("", "z")]


def test_a_warehouse_that_does_not_answer_is_named_without_its_password() -> None:
    with pytest.raises(SigapError, match=r"No PostgreSQL answers at 127\.0\.0\.1:1/none") as failure:
        open_warehouse("postgresql://someone:secret@127.0.0.1:1/none")
    assert "secret" not in str(failure.value)


def test_a_warehouse_of_another_release_is_refused_with_what_to_run(
    warehouse_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=tmp_path, warehouse_url=warehouse_url)
    Resources.open(settings).warehouse.dispose()
    downgrade(warehouse_url, "0001")
    with pytest.raises(WarehouseVersionError, match=r"at revision 0001, .* run `sigap warehouse upgrade`"):
        Resources.open(settings)
    downgrade(warehouse_url, "base")
    with pytest.raises(WarehouseVersionError, match=r"empty, .* run `sigap warehouse upgrade`"):
        Resources.open(settings)
    upgrade(warehouse_url)
    monkeypatch.setattr(version, "newest_revision", lambda: "0000")
    with pytest.raises(WarehouseVersionError, match="run the newer release"):
        Resources.open(settings)
