"""The month 2026-01 of an invented city on the embedded stack, from received lists to approved invoices."""

import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from sigap.domain.period import Period
from sigap.pipeline.display import print_summary
from sigap.pipeline.resources import Resources
from sigap.pipeline.summary import summarise
from sigap.settings import load_settings
from sigap_stack.api import FINAL, Airflow, Key, TaskState
from sigap_stack.launcher import Stack, running_stack
from sigap_stack.processes import StackError
from sigap_stack.verdict import sentence_of

PERIOD = Period(2026, 1)
COLLECTORS = ("collect_registry", "collect_associations", "collect_memberships")
MONTH = "monthly_premiums"
DAGS = {*COLLECTORS, MONTH, "settle_payments"}
APPROVERS = {"approve_roster.ask": "dinas", "approve_invoices.ask": "bendahara"}
_MARKS = {"success": "[green]✓[/]", "skipped": "[yellow]-[/]", "removed": "[dim]-[/]"}
_STALLED_SECONDS = 900
_POLL_SECONDS = 0.5
_THINKING_SECONDS = 2.0

Run = tuple[str, str]


def write_inbox(home: Path, say: Callable[[str], None]) -> Path:
    """What invented partners send for the month, unless it lies in the inbox already."""
    from sigap.synth import synthesise

    inbox = home / "inbox"
    if (inbox / str(PERIOD)).exists():
        return inbox
    unfinished = home / "inbox.part"
    shutil.rmtree(unfinished, ignore_errors=True)
    synthesise(PERIOD, unfinished, workers=11_666, memberships=200_000, seed=1, progress=say)
    inbox.mkdir(parents=True, exist_ok=True)
    (unfinished / str(PERIOD)).rename(inbox / str(PERIOD))
    unfinished.rmdir()
    return inbox


class Month:
    """Drives the month's runs through Airflow's API, as the people whose work it is."""

    def __init__(self, stack: Stack, console: Console) -> None:
        self._stack = stack
        self._console = console
        self._reported: set[Key] = set()
        self._waiting: dict[Key, float] = {}
        self._people = {user: self._login(user) for user in ("operator", "dinas", "bendahara")}
        self._operator = self._people["operator"]

    def run(self) -> None:
        """Trigger, answer the approvals, wait for the end. Raises `StackError` when a task failed."""
        self._operator.wait_for_dags(DAGS)
        before = self._operator.runs(MONTH, str(PERIOD))
        started = [(dag_id, self._operator.trigger(dag_id, str(PERIOD))) for dag_id in COLLECTORS]
        with self._console.status("collecting") as status:
            moved = time.monotonic()
            for runs in self._rounds(started, set(before)):
                tasks = [task for dag_id, run_id in runs for task in self._operator.tasks(dag_id, run_id)]
                if self._follow(tasks):
                    moved = time.monotonic()
                status.update(self._now(tasks))
                if time.monotonic() - moved > _STALLED_SECONDS:
                    raise StackError(
                        f"No task has moved for {_STALLED_SECONDS} s. See {self._stack.home / 'logs'}."
                    )

    def _rounds(self, started: list[Run], before: set[str]) -> Iterator[list[Run]]:
        """The runs to look at, again and again, until the collectors and a new run of the month are over."""
        open_runs = list(started)
        while True:
            self._stack.processes.check()
            months = self._operator.runs(MONTH, str(PERIOD))
            new = [run_id for run_id in months if run_id not in before]
            unfinished = [run_id for run_id, state in months.items() if state in ("queued", "running")]
            yield [*open_runs, *((MONTH, run_id) for run_id in {*new, *unfinished})]
            over = all(self._operator.run_state(*run) in ("success", "failed") for run in open_runs)
            if over and new and not unfinished:
                return
            time.sleep(_POLL_SECONDS)

    def _follow(self, tasks: list[TaskState]) -> bool:
        moved = False
        for task in tasks:
            if task.state == "awaiting_input":
                self._approve(task)
            elif task.state == "failed":
                raise StackError(self._why(task))
            elif task.state in FINAL and task.key not in self._reported:
                self._reported.add(task.key)
                mark = _MARKS.get(task.state or "", "[red]✗[/]")
                self._tell(f"{mark} {escape(task.name)}  [dim]{task.seconds or 0:.1f} s[/]")
                moved = True
        return moved

    def _approve(self, task: TaskState) -> None:
        """Answer after a moment: an answer that comes before the scheduler saw the task wait is lost."""
        if time.monotonic() - self._waiting.setdefault(task.key, time.monotonic()) < _THINKING_SECONDS:
            return
        person = APPROVERS[task.task_id]
        self._people[person].answer(task, "Approve")
        self._tell(f"[cyan]●[/] {person} approves ({task.task_id})")

    def _tell(self, line: str) -> None:
        self._console.print(line, highlight=False, soft_wrap=True)

    def _why(self, task: TaskState) -> str:
        log = self._stack.task_logs / task.log
        return f"{task.name} failed. {sentence_of(log)} Its log: {log}"

    @staticmethod
    def _now(tasks: list[TaskState]) -> str:
        running = [task.name for task in tasks if task.state in ("running", "queued", "up_for_retry")]
        return escape(", ".join(running[:3])) or "waiting for the scheduler"

    def _login(self, user: str) -> Airflow:
        return Airflow.login(self._stack.address, user, self._stack.passwords[user])


def demonstrate(home: Path, port: int, postgres_url: str | None, keep: bool, console: Console) -> None:
    """Run the month and show what came of it. With `keep` the stack stays until Ctrl-C."""
    clock = time.monotonic()

    def say(sentence: str) -> None:
        console.print(f"[dim]{time.monotonic() - clock:5.0f} s[/]  {sentence}", highlight=False)

    with ThreadPoolExecutor(1) as aside:
        inbox = aside.submit(write_inbox, home.absolute(), lambda step: None)
        with running_stack(home, port, say, postgres_url) as stack:
            say(f"The partners' files lie in {inbox.result()}")
            settings = load_settings().model_copy(
                update={"home": stack.home, "warehouse_url": stack.warehouse_url}
            )
            resources = Resources.open(settings, "demo")
            before = summarise(PERIOD, resources).invoices
            Month(stack, console).run()
            say("The month is done")
            _show(resources, {invoice.number for invoice in before}, console)
            resources.warehouse.dispose()
            if keep:
                stay(stack, console)


def stay(stack: Stack, console: Console) -> None:
    """Say where Airflow is and who may log in; stay until Ctrl-C or until a service fails."""
    console.print(f"\nAirflow runs at [link]{stack.address}[/link] until you press Ctrl-C. Accounts:")
    for user, password in stack.passwords.items():
        console.print(f"  {user:<10} {password}", highlight=False, markup=False)
    with suppress(KeyboardInterrupt):
        while True:
            stack.processes.check()
            time.sleep(0.5)


def _show(resources: Resources, before: set[str], console: Console) -> None:
    summary, settings = summarise(PERIOD, resources), resources.settings
    console.print()
    print_summary(summary, console)
    if before and before == {invoice.number for invoice in summary.invoices}:
        console.print("Nothing new was issued: this month had been billed before.", style="bold")
    for title, place in (
        ("Quality report", settings.data_docs_dir / str(PERIOD)),
        ("Lineage", settings.lineage_file),
        ("Lineage of Airflow", settings.lineage_file.with_name("airflow.jsonl")),
        ("Logs", resources.settings.home / "logs"),
    ):
        console.print(f"{title}: {place}", markup=False, highlight=False, soft_wrap=True)
