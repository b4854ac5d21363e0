"""How Airflow is set up on one machine: by environment, on loopback only, with secrets of this home."""

import base64
import json
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parents[2]
USERS = {
    "dinas": "user",  # the least role that may answer an approval
    "bendahara": "user",
    "operator": "op",
    "auditor": "viewer",
    "admin": "admin",
}
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE", "NO_PROXY")


@dataclass(frozen=True, slots=True)
class Secrets:
    """What only this home knows; kept in files that only their owner can read."""

    fernet: str
    api: str
    jwt: str
    passwords: Mapping[str, str]
    passwords_file: Path


def load_secrets(folder: Path) -> Secrets:
    """Read the secrets of a home, or make them on first use."""
    folder.mkdir(parents=True, exist_ok=True)
    keys = _read_or_make(folder / "keys.json", _make_keys)
    passwords_file = folder / "passwords.json"
    passwords = _read_or_make(
        passwords_file, lambda: {user: secrets.token_urlsafe(9).replace("-", "x") for user in USERS}
    )
    return Secrets(keys["fernet"], keys["api"], keys["jwt"], passwords, passwords_file)


def airflow_environment(
    home: Path, port: int, database_url: str, warehouse_url: str, kept: Secrets
) -> dict[str, str]:
    """Everything an Airflow process of the stack gets to see."""
    airflow_home, lineage = home / "airflow", home / "lineage"
    inherited = {name: os.environ[name] for name in _KEPT if name in os.environ}
    deployment = {
        name: value
        for name, value in os.environ.items()
        if name.startswith("SIGAP_") and name not in ("SIGAP_POSTGRES_URL", "SIGAP_WAREHOUSE_URL")
    }
    transport = {"type": "file", "log_file_path": str(lineage / "airflow.jsonl"), "append": True}
    tail = database_url.split("://", 1)[1]
    settings = {
        "CORE__EXECUTOR": "LocalExecutor",
        "CORE__PARALLELISM": "4",  # as many workers are forked, whether used or not
        "CORE__DAGS_FOLDER": str(PROJECT / "dags"),
        "CORE__PLUGINS_FOLDER": str(PROJECT / "plugins"),
        "CORE__LOAD_EXAMPLES": "False",
        "CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "CORE__FERNET_KEY": kept.fernet,
        "CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        "CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(f"{user}:{role}" for user, role in USERS.items()),
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(kept.passwords_file),
        "API__HOST": "127.0.0.1",
        "API__PORT": str(port),
        "API__BASE_URL": f"http://127.0.0.1:{port}",
        "API__WORKERS": "1",
        "API__SECRET_KEY": kept.api,
        "API__INSTANCE_NAME": "SIGAP",
        "API_AUTH__JWT_SECRET": kept.jwt,
        "API_AUTH__JWT_ISSUER": "sigap-stack",
        "DATABASE__SQL_ALCHEMY_CONN": f"postgresql+psycopg2://{tail}",
        "DATABASE__SQL_ALCHEMY_CONN_ASYNC": f"postgresql+asyncpg://{tail}",
        "LOGGING__BASE_LOG_FOLDER": str(airflow_home / "logs"),
        "LOGGING__DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY": str(airflow_home / "logs" / "dag_processor"),
        "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.3",
        "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "60",  # how soon a task that was killed is tried again
        "OPENLINEAGE__NAMESPACE": "sigap",
        "OPENLINEAGE__TRANSPORT": json.dumps(transport),
        "OPENLINEAGE__EMISSION_POLICY": json.dumps(
            [{"scope": {}, "controls": {"include_source_code": False}}]
        ),
    }
    return {
        **inherited,
        **{f"AIRFLOW__{name}": value for name, value in settings.items()},
        "AIRFLOW_HOME": str(airflow_home),
        "AIRFLOW_CONN_SIGAP_WAREHOUSE": warehouse_url,
        "PYTHONUNBUFFERED": "1",
        "NO_COLOR": "1",
        **deployment,
        "SIGAP_HOME": str(home),
    }


def _make_keys() -> dict[str, str]:
    fernet = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    return {"fernet": fernet, "api": secrets.token_urlsafe(32), "jwt": secrets.token_urlsafe(48)}


def _read_or_make(file: Path, make: Callable[[], dict[str, str]]) -> dict[str, str]:
    if not file.exists():
        temporary = file.with_suffix(".part")
        temporary.touch(mode=0o600)
        temporary.write_text(json.dumps(make()), encoding="utf-8")
        temporary.rename(file)
    values: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return values
