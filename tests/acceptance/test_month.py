"""One month from received files to issued invoices: what finance, auditors and people rely on."""

import getpass
import json
import re
import shutil
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pyarrow.parquet as pq
import pytest

from acceptance.home import PERIOD, Home, fill_inbox, make_home
from sigap import entitlement
from sigap_stack.postgres import Postgres

RULES = Path(entitlement.__file__).parent / "rules"

Ran = tuple[Home, dict[str, Any]]
FEW = ("becak",)
VERBS = {"collect", "check", "link", "decide", "approve", "bill", "report"}


def exported(home: Home, what: str) -> Any:
    out = home.path / "exports" / f"{what}.parquet"
    result = home.run("export", what, PERIOD, "--out", str(out))
    assert result.returncode == 0, result.stderr
    return pq.read_table(out)


def truth(home: Home) -> Any:
    return pq.read_table(next((home.inbox / PERIOD / "truth").glob("*.parquet")))


def query(home: Home, statement: str) -> list[Any]:
    with psycopg.connect(home.warehouse_url) as connection:
        return connection.execute(statement).fetchall()


def test_the_summary_adds_up_to_the_rupiah(ran: Ran) -> None:
    _, summary = ran
    (invoice,) = summary["invoices"]
    assert invoice["people"] == summary["subsidised"] > 100
    assert invoice["total_idr"] == 16_800 * invoice["people"]
    assert invoice["jkk_idr"] == 10_000 * invoice["people"]
    assert invoice["jkm_idr"] == 6_800 * invoice["people"]
    assert re.fullmatch(r"SIGAP/SG/2026-01/\d{4}", invoice["number"])
    assert [Path(path).suffix for path in summary["documents"]] == [".pdf", ".pdf", ".xlsx"]
    assert all(Path(path).is_file() for path in summary["documents"])
    outcomes = ("subsidised", "waiting", "already_covered", "not_eligible", "held_persons")
    assert sum(summary[name] for name in outcomes) == summary["persons"] > summary["subsidised"]


def test_every_received_row_is_accepted_held_or_rejected(ran: Ran) -> None:
    home, summary = ran
    received = query(home, "SELECT sum(received) FROM quality.validation")[0][0]
    assert summary["accepted"] + summary["held"] + summary["rejected"] == received
    assert min(summary["accepted"], summary["held"], summary["rejected"]) > 0


def test_every_person_is_decided_as_the_truth_says(ran: Ran) -> None:
    home, _ = ran
    decided = {row["nik"]: row for row in exported(home, "decisions").to_pylist()}
    expected = {row["nik"]: row for row in truth(home).to_pylist() if row["outcome"] != "unidentified"}
    assert set(decided) == set(expected)
    wrong = [
        (row["outcome"], row["reason"], decided[nik]["outcome"], decided[nik]["reason_code"])
        for nik, row in expected.items()
        if not agrees(row, decided[nik])
    ]
    assert wrong == []


def agrees(expected: dict[str, Any], decided: dict[str, Any]) -> bool:
    if expected["outcome"] == "eligible":
        return decided["outcome"] in ("subsidised", "waiting")
    return (expected["outcome"], expected["reason"]) == (decided["outcome"], decided["reason_code"])


def test_nobody_is_billed_twice_or_while_covered_elsewhere(ran: Ran) -> None:
    home, summary = ran
    lines = exported(home, "invoice-lines")
    assert lines.num_rows == summary["subsidised"] == len(set(lines["nik"].to_pylist()))
    eligible = {row["nik"] for row in truth(home).to_pylist() if row["outcome"] == "eligible"}
    assert set(lines["nik"].to_pylist()) <= eligible


def test_every_verb_leaves_outcomes_with_inputs_and_outputs(ran: Ran) -> None:
    home, _ = ran
    columns = "verb, status, inputs, outputs, seconds"
    found = query(home, f"SELECT {columns} FROM audit.outcome WHERE verb NOT IN ('export', 'trace')")
    assert {row[0] for row in found} >= VERBS
    assert all(
        status == "ok" and inputs and outputs and seconds > 0 for _, status, inputs, outputs, seconds in found
    )


def test_lineage_names_what_every_verb_read_and_wrote(ran: Ran) -> None:
    home, _ = ran
    events = [json.loads(line) for line in (home.path / "lineage" / "events.jsonl").read_text().splitlines()]
    ended = [event for event in events if event["eventType"] == "COMPLETE"]
    assert {event["job"]["name"].split(".")[0] for event in ended} >= VERBS
    assert all(event["inputs"] and event["outputs"] for event in ended)


def test_a_line_is_traced_back_to_the_cells_it_rests_on(ran: Ran) -> None:
    home, _ = ran
    line = exported(home, "invoice-lines").to_pylist()[0]
    steps = home.json("trace", str(line["line_id"]))
    titles = [step["title"] for step in steps]
    assert titles[:2] == ["Invoice line", "Invoice"]
    assert {"Approval of the roster", "Approval of the invoices", "Person", "Membership evidence"} <= set(
        titles
    )
    rows = [step["facts"] for step in steps if step["title"].startswith("Received row")]
    assert rows
    for facts in rows:
        assert line["nik"] in json.dumps(facts["cells"])
        digest = facts["file_sha256"]
        assert (home.path / "archive" / digest[:2] / digest).is_file()
    looked = query(home, "SELECT subject, versions->>'actor' FROM audit.outcome WHERE verb = 'trace'")
    assert (f"line {line['line_id']}", getpass.getuser()) in looked


def test_no_person_shows_up_where_only_counts_belong(ran: Ran) -> None:
    home, _ = ran
    people = truth(home)
    niks = {nik for nik in people["nik"].to_pylist() if nik}
    names = {name for name in people["full_name"].to_pylist() if name and " " in name}
    assert niks and names
    for place, text in public_texts(home):
        assert not niks & set(re.findall(r"\d{16}", text)), f"a NIK stands in {place}"
        shown = [name for name in names if name in text]
        assert not shown, f"{len(shown)} names stand in {place}"


def public_texts(home: Home) -> list[tuple[str, str]]:
    files = [*(home.path / "lineage").rglob("*"), *(home.path / "data_docs").rglob("*")]
    readable = [file for file in files if file.suffix in (".jsonl", ".json", ".html")]
    assert readable, "nothing to look into: this test would prove nothing"
    tables = (
        "audit.outcome",
        "audit.approval",
        "sources.delivery",
        "quality.validation",
        "entitlement.roster",
    )
    return [
        *((str(file), file.read_text(encoding="utf-8")) for file in readable),
        *((table, str(query(home, f"SELECT to_jsonb(t) FROM {table} t"))) for table in tables),
    ]


def test_analysts_see_the_star_without_names(ran: Ran) -> None:
    home, summary = ran
    people, total = query(home, "SELECT count(*), sum(total_idr) FROM reporting.fact_premium")[0]
    assert (people, total) == (summary["subsidised"], summary["invoices"][0]["total_idr"])
    columns = query(
        home,
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_schema = 'reporting' AND table_name LIKE 'dim_%'",
    )
    assert columns and not {"nik", "full_name"} & {name for (name,) in columns}


@pytest.fixture(scope="module")
def undisturbed(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """The month of one association beside registry and extract: others differ from it in one thing only."""
    home = make_home(postgres, tmp_path_factory.mktemp("undisturbed"))
    fill_inbox(home, FEW)
    return home, home.json("month", PERIOD, "--approve-as", "demo")


def test_running_the_month_twice_changes_nothing(undisturbed: Ran) -> None:
    home, summary = undisturbed
    before = exported(home, "invoice-lines")
    documents = {path: Path(path).read_bytes() for path in summary["documents"]}
    again = home.json("month", PERIOD, "--approve-as", "demo")
    assert {**again, "seconds": None} == {**summary, "seconds": None}
    assert exported(home, "invoice-lines").equals(before)
    assert {path: Path(path).read_bytes() for path in again["documents"]} == documents
    assert query(home, "SELECT count(*), max(version) FROM entitlement.roster")[0] == (1, 1)


def test_a_run_killed_in_the_middle_of_bill_ends_like_an_undisturbed_one(
    undisturbed: Ran, postgres: Postgres, tmp_path: Path
) -> None:
    home = make_home(postgres, tmp_path)
    fill_inbox(home, FEW)
    with psycopg.connect(home.warehouse_url) as lock:
        # bill can begin, and cannot load its lines
        lock.execute("LOCK TABLE billing.invoice_line IN SHARE MODE")
        run = home.start("month", PERIOD, "--approve-as", "demo")
        wait_until_blocked(home)
        run.kill()
        run.wait()
    assert query(home, "SELECT count(*) FROM billing.invoice")[0] == (0,)
    summary = home.json("month", PERIOD, "--approve-as", "demo")
    undisturbed_home, expected = undisturbed
    assert expected["subsidised"] > 100
    assert summary["invoices"] == expected["invoices"]
    by_nik = ["nik", "number", "jkk_idr", "jkm_idr", "total_idr", "tariff"]
    assert (
        exported(home, "invoice-lines")
        .select(by_nik)
        .equals(exported(undisturbed_home, "invoice-lines").select(by_nik))
    )


def wait_until_blocked(home: Home) -> None:
    waiting = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock' AND backend_type = 'client backend'"
    )
    for _ in range(600):
        if query(home, waiting)[0][0]:
            return
        time.sleep(0.1)
    pytest.fail("bill never came to its lines")


def test_with_fewer_places_the_rest_waits_in_the_documented_order(
    undisturbed: Ran, postgres: Postgres, tmp_path: Path
) -> None:
    _, unlimited = undisturbed
    shutil.copytree(RULES, tmp_path / "rules")
    places = tmp_path / "rules" / "places.yaml"
    places.write_text(places.read_text().replace("quota: 11666", "quota: 100"))
    home = replace(make_home(postgres, tmp_path), settings={"SIGAP_RULES": str(tmp_path / "rules")})
    fill_inbox(home, FEW)
    summary = home.json("month", PERIOD, "--approve-as", "demo")
    assert summary["subsidised"] == summary["invoices"][0]["people"] == 100
    assert summary["waiting"] == unlimited["subsidised"] - 100
    ranked = [row for row in exported(home, "decisions").to_pylist() if row["rank"] is not None]
    waiting = {row["rank"] for row in ranked if row["outcome"] == "waiting"}
    subsidised = {row["rank"] for row in ranked if row["outcome"] == "subsidised"}
    assert max(subsidised) < min(waiting)
    assert {row["reason_code"] for row in ranked if row["rank"] in waiting} == {"QUOTA_EXCEEDED"}
