"""Changed layouts: a person accepts one, it is remembered with its date, and the list is taken in."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from sigap import cli
from sigap.domain.period import Period
from sigap.errors import SourceError
from sigap.pipeline.collect import collect
from sigap.pipeline.month import check_all
from sigap.pipeline.resources import Resources
from sigap.pipeline.source import accept_layout, accepted_layouts
from sigap.pipeline.summary import summarise
from sigap.settings import load_settings
from sigap.sources.entry import SHIPPED
from sigap.warehouse.tables import audit, sources

PERIOD = Period(2026, 1)
CANARY_NIK, CANARY_NAME = "3275014101990007", "Kenari Rahasia"
KNOWN = "nik;nama;tgl_lahir;alamat;kelurahan;kecamatan"
CHANGED = "No Identitas;nama;tgl_lahir;alamat;kelurahan;kecamatan;Ukuran Baju"
ROW = f"{CANARY_NIK};{CANARY_NAME};01/01/1999;Jl. A;Jatiasih;Jatiasih"
REASON = "Surat paguyuban 12 Januari 2026"


@pytest.fixture
def resources(home: Path) -> Iterator[Resources]:
    (home / "inbox" / "2026-01").mkdir(parents=True)
    opened = Resources.open(load_settings(), "run-1")
    yield opened
    opened.warehouse.dispose()


@pytest.fixture
def bring(resources: Resources) -> Callable[..., Any]:
    def bring(
        header: str = CHANGED, name: str = "daftar.csv", period: Period = PERIOD, code: str = "pkl"
    ) -> Any:
        path = f"associations/{code}/{name}"
        file = Path(resources.settings.place("inbox").path) / str(period) / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{header}\n{ROW}{';M' * header.count('Ukuran')}\n", encoding="utf-8")
        return collect(period, path, resources)

    return bring


def rows(resources: Resources, table: Any) -> list[dict[str, Any]]:
    with resources.warehouse.connect() as connection:
        return [dict(row) for row in connection.execute(select(table)).mappings()]


def test_a_drifted_list_is_taken_in_once_its_layout_is_accepted(resources: Resources, bring: Any) -> None:
    drifted = bring()
    assert drifted.outcome == "drifted"
    accepted = accept_layout(drifted.delivery_id, "sari", REASON, {}, resources)
    assert accepted.columns == {"No Identitas": "nik"} and accepted.period == "2026-01"
    (mapping,) = rows(resources, sources.mapping)
    assert (mapping["actor"], mapping["reason"], mapping["source"]) == ("sari", REASON, "pkl")
    assert mapping["headers"] == dict(enumerate_text(CHANGED)) and mapping["accepted_at"]
    taken = bring()
    assert (taken.outcome, taken.delivery_id, taken.message) == ("accepted", drifted.delivery_id, None)
    (received,) = resources.lake.read(taken.batch).to_pylist()
    assert received["nik"] == CANARY_NIK and "Ukuran Baju" in json.loads(received["cells"])
    (delivery,) = rows(resources, sources.delivery)
    assert (delivery["outcome"], delivery["proposal"], delivery["row_count"]) == ("accepted", {}, 1)
    assert check_all(PERIOD, resources, lambda verb, about: None) == 1


def enumerate_text(header: str) -> Iterator[tuple[str, str]]:
    return ((str(place), text) for place, text in enumerate(header.split(";")))


def test_an_accepted_layout_is_not_asked_about_in_later_months_nor_of_another_sender(
    resources: Resources, bring: Any
) -> None:
    accept_layout(bring().delivery_id, "sari", REASON, {}, resources)
    assert bring(period=Period(2026, 2)).outcome == "accepted"
    assert bring(KNOWN, period=Period(2026, 3)).outcome == "accepted"
    assert bring(code="seniman").outcome == "drifted"


def test_a_person_may_say_otherwise_than_proposed(resources: Resources, bring: Any) -> None:
    drifted = bring()
    meanings = {"a": "nik", "ukuran  baju": "minimise"}
    accepted = accept_layout(drifted.delivery_id, "sari", REASON, meanings, resources)
    assert accepted.columns == {"No Identitas": "nik", "Ukuran Baju": "minimise"}
    (received,) = resources.lake.read(bring().batch).to_pylist()
    assert received["nik"] == CANARY_NIK and "Ukuran Baju" not in json.loads(received["cells"])


@pytest.mark.parametrize(
    ("meanings", "words"),
    [
        ({"Ukuran Baju": "ukuran"}, "'ukuran' is no column of pkl. It has nik, full_name"),
        ({"Ukuran Baju": "full_name"}, "full_name would have two headers"),
        ({"No Identitas": "kk", "Ukuran Baju": "kk"}, "kk would have two headers"),
        ({"No Identitas": "ignore"}, "would still lack nik"),
        ({"nama": "kk"}, "no new header of the file; those stand in columns A, G"),
        ({"Z": "kk"}, "no new header of the file"),
    ],
)
def test_a_meaning_that_makes_no_sense_is_refused_and_nothing_is_remembered(
    resources: Resources, bring: Any, meanings: dict[str, str], words: str
) -> None:
    drifted = bring()
    with pytest.raises(SourceError) as error:
        accept_layout(drifted.delivery_id, "sari", REASON, meanings, resources)
    assert words in str(error.value)
    assert rows(resources, sources.mapping) == []
    assert rows(resources, audit.outcome)[-1]["status"] == "failed"


def test_only_a_drifted_delivery_and_only_a_named_person_with_a_reason_count(
    resources: Resources, bring: Any
) -> None:
    taken = bring(KNOWN)
    with pytest.raises(SourceError, match="was accepted: its layout is no question"):
        accept_layout(taken.delivery_id, "sari", REASON, {}, resources)
    with pytest.raises(SourceError, match="No delivery tidak-ada is known"):
        accept_layout("tidak-ada", "sari", REASON, {}, resources)
    drifted = bring(name="lain.csv")
    for actor, reason in (("", REASON), ("sari", " ")):
        with pytest.raises(SourceError, match="--as NAME --reason"):
            accept_layout(drifted.delivery_id, actor, reason, {}, resources)
    assert rows(resources, sources.mapping) == []


def test_the_acceptance_leaves_an_outcome_and_can_be_looked_up(resources: Resources, bring: Any) -> None:
    drifted = bring()
    accept_layout(drifted.delivery_id, "sari", REASON, {}, resources)
    outcome = rows(resources, audit.outcome)[-1]
    assert (outcome["verb"], outcome["subject"], outcome["status"]) == ("accept", drifted.delivery_id, "ok")
    assert (outcome["counts"], outcome["outputs"]) == ({"headers": 1}, ["sources.mapping"])
    (one,) = accepted_layouts("pkl", resources)
    assert (one.source, one.period, one.actor) == ("pkl", "2026-01", "sari") and one.accepted_at
    assert accepted_layouts("becak", resources) == [] and accepted_layouts(None, resources) == [one]


def test_a_template_lets_only_its_own_line_pass_until_another_is_accepted(
    resources: Resources, bring: Any
) -> None:
    own = resources.settings.catalog_dir
    own.mkdir()
    agreed = f"template: [{KNOWN.replace(';', ', ')}]\n"
    (own / "pkl.yaml").write_text((SHIPPED / "pkl.yaml").read_text() + agreed, encoding="utf-8")
    assert bring(KNOWN.upper(), "a.csv").outcome == "accepted"
    turned = "nama;nik;tgl_lahir;alamat;kelurahan;kecamatan"
    drifted = bring(turned, "b.csv")
    assert drifted.outcome == "drifted" and "differs from the agreed template" in drifted.message
    accepted = accept_layout(drifted.delivery_id, "sari", REASON, {}, resources)
    assert accepted.columns == {}
    assert bring(turned, "b.csv").outcome == "accepted"


def test_a_drifted_list_needs_attention_in_the_summary(resources: Resources, bring: Any) -> None:
    drifted = bring()
    (problem,) = summarise(PERIOD, resources).problems
    assert (problem.file, problem.message) == ("daftar.csv", drifted.message)


def test_a_person_in_the_header_line_reaches_no_message_outcome_lineage_or_log(
    resources: Resources, bring: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        result = bring(CHANGED.replace("Ukuran Baju", CANARY_NAME).replace("alamat", CANARY_NIK))
    assert result.outcome == "drifted" and "(not quoted)" in result.message
    (delivery,) = rows(resources, sources.delivery)
    left = [
        json.dumps([rows(resources, audit.outcome), delivery["proposal"]], default=str),
        result.message,
        resources.settings.lineage_file.read_text(),
        caplog.text,
    ]
    for text in left:
        assert CANARY_NIK not in text and CANARY_NAME not in text


def test_the_command_line_accepts_a_layout_and_shows_it(
    resources: Resources, bring: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def sigap(*words: str) -> tuple[int | str | None, str, str]:
        monkeypatch.setattr(sys, "argv", ["sigap", "source", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return ended.value.code, *capsys.readouterr()

    drifted = bring()
    odd = "[/] :ok: \\"  # markup, an emoji code and the sign that would take markup back
    asked = ("accept", drifted.delivery_id, "--as", "sari", "--reason", f"{REASON} {odd}")
    code, _, err = sigap(*asked, "--map", "Ukuran Baju=ukuran")
    assert code == 1 and "'ukuran' is no column of pkl" in err
    code, _, err = sigap(*asked, "--map", "Ukuran Baju")
    assert code == 1 and 'Write a meaning as --map "HEADER=column"' in err
    code, out, _ = sigap(*asked, "--map", "G=ignore")
    assert code == 0 and "No Identitas → nik" in out and "Ukuran Baju → ignore" in out
    assert "sigap collect 2026-01" in out
    monkeypatch.setenv("COLUMNS", "200")
    code, out, _ = sigap("mappings", "pkl")
    assert code == 0 and "sari" in out and drifted.delivery_id in out and odd in out
    file = resources.settings.home / "inbox/2026-01/associations/pkl/daftar.csv"
    code, out, _ = sigap("check", str(file), "--code", "pkl")
    assert code == 0 and "1 rows" in out and "would be accepted" in out
