"""The stack for real: it starts, refuses a second one, and leaves nothing behind when it is killed."""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from sigap.domain.period import Period
from sigap.synth import synthesise
from sigap_stack.api import Airflow
from sigap_stack.configuration import USERS, airflow_environment, load_secrets
from sigap_stack.demo import COLLECTORS
from sigap_stack.guardian import descendants
from sigap_stack.postgres import running_postgres_url

STARTED_WITHIN_SECONDS = 240
AIRFLOW_ANSWERS = 1.0  # seconds between two questions, each of which takes Airflow from its work
LISTS = ("becak", "nelayan", "ojek_daring", "pkl")  # a list of each kind of file, and more than run at once


def command(home: Path, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """The launcher as a person calls it, with a home of its own and nothing else from this session."""
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    program = [sys.executable, "-c", "from sigap_stack.cli import main; main()"]
    return [*program, *arguments], environment | {"SIGAP_HOME": str(home), "COLUMNS": "300"}


def living(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def processes_of(home: Path) -> set[int]:
    """Every living process that carries the home in its environment or its command line."""
    found = set()
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            traces = (folder / "environ").read_bytes() + (folder / "cmdline").read_bytes()
            if str(home).encode() in traces and living(int(folder.name)):
                found.add(int(folder.name))
    return found - {os.getpid()}


def wait_for(condition: Callable[[], bool], seconds: float, pause: float = 0.2) -> bool:
    """Ask again and again until it is so."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(pause)
    return False


@dataclass
class Launched:
    """A launcher at work."""

    home: Path
    port: int
    process: "subprocess.Popen[bytes]"

    @property
    def healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/api/v2/monitor/health", timeout=5) as answer:  # noqa: S310
                health = json.load(answer)
        except OSError:
            return False
        parts = ("metadatabase", "scheduler", "dag_processor", "triggerer")
        return all(health[part]["status"] == "healthy" for part in parts)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def warehouse_url(self) -> str:
        return running_postgres_url(self.home / "postgres", "sigap") or ""

    @property
    def metadata_url(self) -> str:
        return running_postgres_url(self.home / "postgres", "airflow") or ""

    @property
    def output(self) -> str:
        return (self.home.parent / "up.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def launched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launched]:
    """One `sigap-stack up` for all tests of this file."""
    home = tmp_path_factory.mktemp("stack") / "home"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    arguments, environment = command(home, "up", "--port", str(port))
    with (home.parent / "up.txt").open("wb") as output:
        process = subprocess.Popen(arguments, env=environment, stdout=output, stderr=output)
    stack = Launched(home, port, process)
    try:
        started = wait_for(
            lambda: stack.healthy or process.poll() is not None, STARTED_WITHIN_SECONDS, AIRFLOW_ANSWERS
        )
        assert started and process.poll() is None, stack.output
        yield stack
    finally:
        process.kill()
        process.wait()


def test_the_stack_is_healthy_on_loopback_and_shows_its_accounts(launched: Launched) -> None:
    assert wait_for(lambda: "admin" in launched.output, 20)
    for user in USERS:
        assert user in launched.output
    local = set()
    for line in Path("/proc/net/tcp").read_text(encoding="utf-8").splitlines()[1:]:
        address, port = line.split()[1].split(":")
        if int(port, 16) == launched.port and line.split()[3] == "0A":
            local.add(address)
    assert local == {"0100007F"}, "Airflow must listen on 127.0.0.1 only"


def test_both_databases_are_migrated_and_the_secrets_are_for_the_owner_only(launched: Launched) -> None:
    with psycopg.connect(launched.warehouse_url) as warehouse:
        assert warehouse.execute("SELECT count(*) FROM billing.invoice").fetchone() == (0,)
    with psycopg.connect(launched.metadata_url) as metadata:
        assert metadata.execute("SELECT count(*) FROM dag_run").fetchone() == (0,), "nothing runs by itself"
    files = [*(launched.home / "secrets").iterdir(), launched.home / "postgres" / "sigap_password"]
    assert len(files) == 3
    assert {file.stat().st_mode & 0o077 for file in files} == {0}


def test_a_second_launcher_in_the_same_home_is_told_so(launched: Launched) -> None:
    arguments, environment = command(launched.home, "up", "--port", "0")
    second = subprocess.run(
        arguments, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert second.returncode == 2
    assert "already runs in" in second.stdout + second.stderr
    assert "Traceback" not in second.stdout + second.stderr
    assert launched.healthy


def test_a_taken_port_is_one_clear_sentence(launched: Launched, tmp_path: Path) -> None:
    arguments, environment = command(tmp_path / "other", "up", "--port", str(launched.port))
    second = subprocess.run(
        arguments, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert second.returncode == 2
    said = (second.stdout + second.stderr).strip().splitlines()
    assert len(said) == 1
    assert f"Port {launched.port} is taken" in said[0]


def test_tasks_get_only_the_environment_they_need(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "canary")
    monkeypatch.setenv("SIGAP_POSTGRES_URL", "postgresql://canary@server/")
    monkeypatch.setenv("SIGAP_INBOX", "/elsewhere")
    environment = airflow_environment(
        tmp_path, 1, "postgresql://a:b@h/airflow", "postgresql://a:b@h/sigap", load_secrets(tmp_path / "s")
    )
    assert "canary" not in json.dumps(environment)
    assert environment["SIGAP_INBOX"] == "/elsewhere"


def judged(stack: Launched, run_id: str, answers: dict[str, tuple[str, str, str]]) -> dict[str, str]:
    """Answer what a run of the month asks, until it is over; the state of each task then."""
    passwords = json.loads((stack.home / "secrets" / "passwords.json").read_text(encoding="utf-8"))
    people = {
        who: Airflow.login(stack.address, who, passwords[who]) for who in ("dinas", "bendahara", "auditor")
    }

    def over() -> bool:
        for task in people["auditor"].tasks("monthly_premiums", run_id):
            if task.state == "awaiting_input":
                time.sleep(2)
                who, option, reason = answers[task.task_id]
                people[who].answer(task, option, reason)
        return people["auditor"].run_state("monthly_premiums", run_id) in ("success", "failed")

    assert wait_for(over, 300, AIRFLOW_ANSWERS)
    return {task.task_id: task.state or "" for task in people["auditor"].tasks("monthly_premiums", run_id)}


def bad_list(good: int, bad: int) -> str:
    """A list as traders send it, some of whose rows have a NIK that nobody has."""
    rows = [f"32750144078510{n:02d};Tuti {'ABCDEFGHIJ'[n]};04/07/1985" for n in range(good)]
    rows += [f"32750199998510{n:02d};Eko {'ABCDEFGHIJ'[n]};04/07/1985" for n in range(bad)]
    lines = [f"{row};P;Jl. Uji;Kranji;Bekasi Barat;Bakso" for row in rows]
    return "\n".join(["nik;nama;tgl_lahir;jk;alamat;kelurahan;kecamatan;usaha", *lines, ""])


def option_of(stack: Launched, file_name: str) -> str:
    """How the question offers to let a file pass."""
    with psycopg.connect(stack.warehouse_url) as warehouse:
        wanted = "SELECT delivery_id FROM sources.delivery WHERE file_name = %s"
        found = warehouse.execute(wanted, [file_name]).fetchone()
    assert found is not None
    return f"Loloskan Pedagang kaki lima: {file_name} ({found[0]})"


def test_a_month_runs_through_the_dags_with_refused_and_stopped_files_and_a_rejected_roster(
    launched: Launched,
) -> None:
    inbox = launched.home / "inbox"
    synthesise(Period(2026, 1), inbox, workers=60, memberships=500, seed=1)
    for folder in (inbox / "2026-01" / "associations").iterdir():
        if folder.name not in LISTS:
            shutil.rmtree(folder)
    (inbox / "2026-01" / "associations" / "becak" / "kosong.xlsx").touch()
    for name, content in (("susulan.csv", bad_list(2, 3)), ("lama.csv", bad_list(1, 4))):
        (inbox / "2026-01" / "associations" / "pkl" / name).write_text(content, encoding="utf-8")
    passwords = json.loads((launched.home / "secrets" / "passwords.json").read_text(encoding="utf-8"))
    operator = Airflow.login(launched.address, "operator", passwords["operator"])
    operator.wait_for_dags({*COLLECTORS, "monthly_premiums"})
    collecting = {dag_id: operator.trigger(dag_id, "2026-01") for dag_id in COLLECTORS}
    assert wait_for(lambda: bool(operator.runs("monthly_premiums", "2026-01")), 300, AIRFLOW_ANSWERS), (
        "the assets start the month"
    )
    for dag_id, run_id in collecting.items():
        assert wait_for(
            lambda one=(dag_id, run_id): operator.run_state(*one) == "success", 30, AIRFLOW_ANSWERS
        ), dag_id
    checked = operator.tasks("collect_associations", collecting["collect_associations"])
    states = {task.on: task.state for task in checked if task.task_id == "check.check"}
    assert {states.pop(name) for name in ("kosong.xlsx", "susulan.csv", "lama.csv")} == {"skipped"}
    assert set(states.values()) == {"success"}
    assert len(states) == len(LISTS)

    first = next(iter(operator.runs("monthly_premiums", "2026-01")))
    rejected = judged(
        launched,
        first,
        {
            "judge_deliveries.ask": ("dinas", option_of(launched, "susulan.csv"), "pengurus menjamin"),
            "approve_roster.ask": ("dinas", "Reject", "kuota belum ditetapkan"),
        },
    )
    assert rejected["approve_roster.record"] == "success"
    assert {rejected[name] for name in ("bill", "approve_invoices.ask", "issue", "report")} == {"skipped"}

    second = operator.trigger("monthly_premiums", "2026-01")
    approved = judged(
        launched,
        second,
        {
            "approve_roster.ask": ("dinas", "Approve", ""),
            "approve_invoices.ask": ("bendahara", "Approve", ""),
        },
    )
    assert set(approved.values()) == {"success"}
    third = operator.trigger("monthly_premiums", "2026-01")
    assert set(judged(launched, third, {}).values()) == {"success"}, "nobody is asked twice"

    with psycopg.connect(launched.warehouse_url) as warehouse:
        verdicts = warehouse.execute(
            "SELECT subject, verdict, actor, reason FROM audit.approval ORDER BY approval_id"
        ).fetchall()
        judgements = warehouse.execute(
            "SELECT file_name, verdict, actor, reason FROM quality.judgement"
            " JOIN sources.delivery USING (delivery_id) ORDER BY file_name"
        ).fetchall()
        used = warehouse.execute(
            "SELECT file_name FROM reporting.delivery_overview WHERE is_usable AND source = 'pkl'"
        ).fetchall()
        issued = warehouse.execute("SELECT number, people, total_idr FROM billing.invoice").fetchall()
    assert verdicts == [
        ("roster", "rejected", "dinas", "kuota belum ditetapkan"),
        ("roster", "approved", "dinas", None),
        ("invoices", "approved", "bendahara", None),
    ]
    assert judgements == [
        ("lama.csv", "leave_out", "dinas", "pengurus menjamin"),
        ("susulan.csv", "pass", "dinas", "pengurus menjamin"),
    ]
    assert {name for (name,) in used} == {"susulan.csv", "pkl_2026-01.csv"}
    assert [number for number, _, _ in issued] == ["SIGAP/SG/2026-01/0001"]
    assert all(people > 40 and total == people * 16_800 for _, people, total in issued)


def test_only_the_people_named_may_answer(launched: Launched) -> None:
    with psycopg.connect(launched.metadata_url) as metadata:
        asked = metadata.execute(
            "SELECT subject, assignees, body FROM hitl_detail ORDER BY created_at"
        ).fetchall()
    assert asked, "the month above asked somebody"
    assert {assignees[0]["id"] for _, assignees, _ in asked} == {"dinas", "bendahara"}
    assert all("2026-01" in body for _, _, body in asked)


def test_every_task_event_of_the_lineage_names_what_was_read_and_written(launched: Launched) -> None:
    lines = (launched.home / "lineage" / "airflow.jsonl").read_text(encoding="utf-8").splitlines()
    events = [json.loads(line) for line in lines]
    tasks = [event for event in events if event["job"]["facets"]["jobType"]["jobType"] == "TASK"]
    done = {event["job"]["name"] for event in tasks if event["eventType"] == "COMPLETE"}
    assert {"collect_registry.collect.collect", "monthly_premiums.bill", "monthly_premiums.report"} <= done
    for event in tasks:
        assert event["inputs"], f"{event['job']['name']} {event['eventType']}: no input"
        assert event["outputs"], f"{event['job']['name']} {event['eventType']}: no output"
    bill = next(
        e for e in tasks if e["job"]["name"] == "monthly_premiums.bill" and e["eventType"] == "COMPLETE"
    )
    assert "sigap.billing.invoice_line" in {thing["name"] for thing in bill["outputs"]}


def test_no_person_of_the_month_stands_in_airflow_or_its_logs(launched: Launched) -> None:
    import pyarrow.parquet as pq

    batches = sorted((launched.home / "lake" / "identity.persons").rglob("*.parquet"))
    persons = pq.read_table(batches[0], columns=["nik", "full_name"]).to_pydict()
    canaries = [nik for nik in persons["nik"] if nik] + [name for name in persons["full_name"] if " " in name]
    assert len(canaries) > 100
    with psycopg.connect(launched.metadata_url) as metadata:
        kept = [
            str(row)
            for table in ("xcom", "asset_event", "hitl_detail", "rendered_task_instance_fields", "log")
            for row in metadata.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table)))
        ]
    places = [launched.home / "logs", launched.home / "airflow" / "logs", launched.home / "lineage"]
    files = [file for place in places for file in place.rglob("*") if file.is_file()]
    assert kept
    assert len(files) > 20
    for text in [*kept, *(file.read_text(encoding="utf-8", errors="replace") for file in files)]:
        assert not [canary for canary in canaries if canary in text]


def test_killing_the_launcher_leaves_no_process_and_no_lock(launched: Launched) -> None:
    started = descendants(launched.process.pid)
    assert len(started) > 12, "PostgreSQL, guardian, four services, their workers"
    launched.process.send_signal(signal.SIGKILL)
    launched.process.wait()

    def left() -> set[int]:
        return processes_of(launched.home) | {pid for pid in started if living(pid)}

    assert wait_for(lambda: not left(), 30), left()
    assert not (launched.home / "postgres" / "postmaster.pid").exists()
    with (launched.home / "stack.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
