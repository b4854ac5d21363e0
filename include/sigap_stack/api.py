"""Airflow's REST API as far as the demonstration needs it."""

import time
from dataclasses import dataclass
from typing import Any, Self

import httpx

from sigap_stack.processes import StackError

FINAL = ("success", "failed", "skipped", "upstream_failed", "removed")

Key = tuple[str, str, str, int]


@dataclass(frozen=True, slots=True)
class TaskState:
    """One task instance of a run, with the file it works on when it is mapped."""

    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    attempt: int
    state: str | None
    seconds: float | None
    on: str | None

    @property
    def key(self) -> Key:
        """What tells it from every other, whatever its attempt."""
        return (self.dag_id, self.run_id, self.task_id, self.map_index)

    @property
    def name(self) -> str:
        """How a person reads it: DAG, task and file."""
        return f"{self.dag_id}: {self.task_id}" + (f" [{self.on}]" if self.on else "")

    @property
    def log(self) -> str:
        """Its log, below Airflow's log folder."""
        mapped = f"map_index={self.map_index}/" if self.map_index >= 0 else ""
        run = f"dag_id={self.dag_id}/run_id={self.run_id}"
        return f"{run}/task_id={self.task_id}/{mapped}attempt={self.attempt}.log"


class Airflow:
    """One person's session with an Airflow."""

    def __init__(self, address: str, token: str) -> None:
        self._http = httpx.Client(
            base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=60, trust_env=False
        )

    @classmethod
    def login(cls, address: str, user: str, password: str) -> Self:
        """Log in by name and password. Raises `StackError` when that is refused."""
        answer = httpx.post(
            f"{address}/auth/token",
            json={"username": user, "password": password},
            timeout=60,
            trust_env=False,
        )
        if answer.status_code != httpx.codes.CREATED:
            raise StackError(f"Airflow at {address} refused the login of {user}: {answer.status_code}.")
        return cls(address, answer.json()["access_token"])

    def wait_for_dags(self, wanted: set[str], seconds: float = 120) -> None:
        """Wait until these DAGs can be triggered. Raises `StackError` that quotes an import error."""
        deadline = time.monotonic() + seconds
        while missing := wanted - {dag["dag_id"] for dag in self._get("/dags", limit=100)["dags"]}:
            errors = self._get("/importErrors")["import_errors"]
            if errors:
                last = errors[0]["stack_trace"].strip().splitlines()[-1]
                raise StackError(f"{errors[0]['filename']} cannot be imported: {last}")
            if time.monotonic() > deadline:
                raise StackError(f"Airflow does not list {', '.join(sorted(missing))}.")
            time.sleep(0.3)

    def trigger(self, dag_id: str, partition_key: str) -> str:
        """Start a run for a month; its id."""
        body = {"logical_date": None, "partition_key": partition_key}
        run_id: str = self._send("POST", f"/dags/{dag_id}/dagRuns", body)["dag_run_id"]
        return run_id

    def runs(self, dag_id: str, partition_key: str) -> dict[str, str]:
        """State of every run of a DAG for a month, by run id, newest first."""
        found = self._get(f"/dags/{dag_id}/dagRuns", order_by="-run_after", limit=50)["dag_runs"]
        return {run["dag_run_id"]: run["state"] for run in found if run["partition_key"] == partition_key}

    def run_state(self, dag_id: str, run_id: str) -> str:
        """State of one run."""
        state: str = self._get(f"/dags/{dag_id}/dagRuns/{run_id}")["state"]
        return state

    def tasks(self, dag_id: str, run_id: str) -> list[TaskState]:
        """Every task instance of a run."""
        found = self._get(f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances", limit=100)["task_instances"]
        return [
            TaskState(
                dag_id,
                run_id,
                task["task_id"],
                task["map_index"],
                task["try_number"],
                task["state"],
                task["duration"],
                task["rendered_map_index"] if task["map_index"] >= 0 else None,
            )
            for task in found
        ]

    def answer(self, task: TaskState, option: str, reason: str = "") -> None:
        """Answer a waiting approval as the person of this session."""
        where = f"/dags/{task.dag_id}/dagRuns/{task.run_id}/taskInstances/{task.task_id}/{task.map_index}"
        body = {"chosen_options": [option], "params_input": {"reason": reason}}
        self._send("PATCH", f"{where}/hitlDetails", body)

    def _get(self, path: str, **query: str | int) -> dict[str, Any]:
        return self._read(self._http.get(f"/api/v2{path}", params=query))

    def _send(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._read(self._http.request(method, f"/api/v2{path}", json=body))

    @staticmethod
    def _read(answer: httpx.Response) -> dict[str, Any]:
        if answer.is_error:
            asked = f"{answer.request.method} {answer.request.url.path}"
            raise StackError(f"Airflow answered {answer.status_code} to {asked}: {answer.text[:200]}")
        content: dict[str, Any] = answer.json()
        return content
