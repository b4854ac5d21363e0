"""The production topology, checked as far as it can be without a container engine.

It has the form of a Compose file, what it starts and sets exists in the installed packages, and no secret
works by default.
"""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from sigap.settings import Settings

ROOT = Path(__file__).parents[2]
VARIABLE = re.compile(r"(?<!\$)(?:\$\$)*\$\{(\w+)(?:(:?[-?])([^}]*))?\}")
AIRFLOW_SERVICES = ("init", "api-server", "scheduler", "dag-processor", "triggerer", "worker", "worker-spark")
SPARK = {"spark-master", "spark-worker"}
SECRETS = re.compile(r"(PASSWORD|SECRET|_KEY|FERNET|ROOT_USER)")
# Read by the object-store client (botocore) and by the image's first process, which declare no options.
FOREIGN = {
    "AWS_ENDPOINT_URL",
    "AWS_DEFAULT_REGION",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "DUMB_INIT_SETSID",
    "SPARK_CONF_DIR",
}

TEXTS = {"type": "array", "minItems": 1, "items": {"type": "string"}}
NAME = {"type": "string", "pattern": "^[a-z][a-z-]*$"}
DURATION = {"type": "string", "pattern": "^[0-9]+[smh]$"}


def _closed(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": properties, "required": required}


def _named(values: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "propertyNames": NAME, "additionalProperties": values}


def _list(pattern: str) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "string", "pattern": pattern}}


SERVICE = _closed(
    {
        "image": {"type": "string"},
        "build": _closed({"context": {"const": "."}, "dockerfile_inline": {"type": "string"}}, "context"),
        "profiles": {"const": ["spark"]},
        "command": TEXTS,
        "entrypoint": TEXTS,
        "restart": {"enum": ["no", "unless-stopped"]},
        "user": {"type": "string"},
        "security_opt": TEXTS,
        "stop_grace_period": DURATION,
        "shm_size": {"type": "string"},
        "environment": {"type": "object", "additionalProperties": {"type": "string"}},
        "ports": _list(r"^127\.0\.0\.1:[0-9]+:[0-9]+$"),  # nothing is open to the network without a proxy
        "volumes": _list("^[a-z-]+:/[a-z/]+$"),
        "configs": {
            "type": "array",
            "items": _closed({"source": NAME, "target": {"type": "string"}}, "source"),
        },
        "healthcheck": _closed(
            {
                "test": {"type": "array", "minItems": 2, "prefixItems": [{"enum": ["CMD", "CMD-SHELL"]}]},
                "interval": DURATION,
                "timeout": DURATION,
                "start_period": DURATION,
                "retries": {"type": "integer"},
            },
            "test",
            "interval",
            "timeout",
            "retries",
        ),
        "depends_on": _named(
            _closed(
                {"condition": {"enum": ["service_healthy", "service_completed_successfully"]}}, "condition"
            )
        ),
    },
    "image",
    "restart",
)
# The keys of the Compose specification that we use and no others: here too, a misspelt key is an error.
COMPOSE = _closed(
    {
        "name": NAME,
        "services": _named(SERVICE),
        "volumes": _named({"type": "null"}),
        "configs": _named(_closed({"content": {"type": "string"}}, "content")),
    },
    "name",
    "services",
    "volumes",
) | {"patternProperties": {"^x-": {}}}


@pytest.fixture(scope="module")
def text() -> str:
    return (ROOT / "docker-compose.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def compose(text: str) -> dict[str, Any]:
    return yaml.safe_load(text)


@pytest.fixture(scope="module")
def airflow_environment(compose: dict[str, Any]) -> dict[str, str]:
    return {
        name: value
        for service in AIRFLOW_SERVICES
        for name, value in compose["services"][service]["environment"].items()
    }


@pytest.fixture(scope="module")
def installed(
    compose: dict[str, Any], airflow_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """What the installed Airflow says of the options and commands, asked once in a process of its own."""
    plain = {
        name: value
        for name, value in airflow_environment.items()
        if name.startswith("AIRFLOW__") and "${" not in value
    }
    home = tmp_path_factory.mktemp("airflow")
    commands = json.dumps([list(command) for command in _airflow_commands(compose)])
    celery_app = compose["services"]["worker"]["healthcheck"]["test"][1].split()[2]
    answer = subprocess.run(
        [sys.executable, "-c", ASK, commands, celery_app],
        env={**os.environ, **plain, "AIRFLOW_HOME": str(home), "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/none.db"},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr[-2000:]
    return json.loads(answer.stdout.splitlines()[-1])


ASK = """
import contextlib, importlib, io, json, sys
from airflow.cli.cli_parser import get_parser
from airflow.configuration import conf
from airflow.providers_manager import ProvidersManager

ProvidersManager().initialize_providers_configuration()
options = [f"AIRFLOW__{s.upper()}__{o.upper()}".replace(".", "_")
           for s, section in conf.configuration_description.items() for o in section["options"]]
refused, parser = [], get_parser()
for command in json.loads(sys.argv[1]):
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            parser.parse_args(command)
    except SystemExit:
        refused.append(command)
def found(path):
    module, _, name = path.rpartition(".")
    return hasattr(importlib.import_module(module), name)

from airflow.executors.executor_loader import ExecutorLoader
executor = ExecutorLoader.executors[conf.get("core", "executor")]
names = {name: found(name) for name in (executor, conf.get("core", "auth_manager"), sys.argv[2])}
print()
print(json.dumps({"options": options, "refused": refused, "names": names}))
"""


def _airflow_commands(compose: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """Every airflow command of a service, a health check or the runbook, without the word airflow."""
    for name in AIRFLOW_SERVICES:
        service = compose["services"][name]
        for words in _words(service["command"]):
            if words[0] != "sigap":
                yield words[1:] if words[0] == "airflow" else words
        test = service.get("healthcheck", {}).get("test", [])
        if test[1:2] == ["airflow"]:
            yield tuple(test[2:])
    runbook = (ROOT / "docs" / "runbooks" / "deploy.md").read_text(encoding="utf-8")
    for line in re.findall(r"exec api-server airflow (.+)$", runbook, re.MULTILINE):
        yield tuple(shlex.split(line))


def _words(command: list[str]) -> list[tuple[str, ...]]:
    if command[:2] != ["bash", "-c"]:
        return [tuple(command)]
    return [tuple(shlex.split(part)) for part in command[2].split("&&")]


def test_compose_file_has_the_form_of_the_compose_specification(compose: dict[str, Any]) -> None:
    faults = [
        f"{'/'.join(map(str, fault.path))}: {fault.message}"
        for fault in Draft202012Validator(COMPOSE).iter_errors(compose)
    ]
    assert faults == []


def test_topology_has_every_part_of_production(compose: dict[str, Any]) -> None:
    others = {"postgres", "redis", "object-store", "object-store-init", "marquez", "marquez-web"}
    assert set(compose["services"]) == set(AIRFLOW_SERVICES) | SPARK | others


def test_spark_starts_when_it_is_asked_for_and_only_then(compose: dict[str, Any]) -> None:
    asked = {name for name, service in compose["services"].items() if "profiles" in service}
    assert asked == SPARK | {"worker-spark"}
    assert not [
        name
        for name, service in compose["services"].items()
        if name not in asked and asked & set(service.get("depends_on", {}))
    ]


def test_spark_s_image_holds_the_pyspark_of_its_lock(compose: dict[str, Any]) -> None:
    lock = (ROOT / "requirements-spark.txt").read_text(encoding="utf-8")
    locked = set(re.findall(r"^\S+==\S+$", lock, re.MULTILINE))
    assert len(locked) == 2
    image = compose["x-spark"]["build"]["dockerfile_inline"]
    assert set(re.findall(r"\S+==\S+", image)) == locked, (
        "correct the image's line, or requirements-spark.txt"
    )
    assert {compose["services"][name]["image"] for name in SPARK} == {compose["x-spark"]["image"]}


def test_spark_s_workers_see_what_is_linked_where_the_pipeline_puts_it(compose: dict[str, Any]) -> None:
    services = compose["services"]
    settings = Settings(home=services["worker-spark"]["environment"]["SIGAP_HOME"])
    volume = next(entry for entry in services["spark-worker"]["volumes"])
    assert volume in services["worker-spark"]["volumes"]
    assert settings.link_dir.is_relative_to(volume.split(":")[1])


def test_every_service_that_stays_up_is_restarted_and_watched(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        once = name.endswith("init")
        assert service["restart"] == ("no" if once else "unless-stopped"), name
        assert once or name == "marquez-web" or "healthcheck" in service, f"{name}: give it a healthcheck"


def test_every_dependency_volume_and_config_is_declared(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for name, service in services.items():
        for needed, condition in service.get("depends_on", {}).items():
            healthy = condition["condition"] == "service_healthy"
            assert ("healthcheck" in services[needed]) == healthy, (
                f"{name} waits for {needed} in a way that never comes"
            )
        assert {volume.split(":")[0] for volume in service.get("volumes", [])} <= set(compose["volumes"])
        assert {config["source"] for config in service.get("configs", [])} <= set(compose["configs"])


def test_every_image_is_pinned_to_a_version(compose: dict[str, Any]) -> None:
    ours = {compose["x-airflow"]["image"], compose["x-spark"]["image"]}
    foreign = {service["image"] for service in compose["services"].values()} - ours
    assert foreign, "no image was found: this test would prove nothing"
    unpinned = {
        image
        for image in foreign
        if not re.search(r":(RELEASE\.\d{4}-\d{2}-\d{2}T[\w-]+Z|\d+\.\d+(\.\d+)?(-\w+)?)$", image)
    }
    assert unpinned == set(), "name a released version, never latest"


def test_every_airflow_command_is_one_that_the_installed_airflow_takes(
    compose: dict[str, Any], installed: dict[str, Any]
) -> None:
    assert ("celery", "worker") in set(_airflow_commands(compose))
    assert installed["refused"] == []


def test_every_sigap_command_is_one_of_the_command_line(compose: dict[str, Any]) -> None:
    from typer.main import get_command

    from sigap.cli import app

    commands = [words[1:] for words in _words(compose["services"]["init"]["command"]) if words[0] == "sigap"]
    assert commands, "the warehouse is not migrated"
    for words in commands:
        command: Any = get_command(app)
        for word in words:
            assert word in getattr(command, "commands", {}), f"`sigap {' '.join(words)}` does not exist"
            command = command.commands[word]


def test_every_variable_is_known_to_airflow_or_to_our_settings(
    airflow_environment: dict[str, str], installed: dict[str, Any]
) -> None:
    ours = {f"SIGAP_{name.upper()}" for name in Settings.model_fields}
    unknown = set(airflow_environment) - set(installed["options"]) - ours - FOREIGN
    assert unknown == set(), "a variable nobody reads changes nothing: correct its name"


def test_executor_auth_manager_and_celery_app_of_the_health_check_can_be_imported(
    installed: dict[str, Any],
) -> None:
    assert Path(sys.executable).with_name("celery").exists()
    assert len(installed["names"]) == 3
    assert {name for name, found in installed["names"].items() if not found} == set()


def test_settings_of_the_topology_are_accepted(
    airflow_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in airflow_environment.items():
        if name.startswith("SIGAP_"):
            monkeypatch.setenv(
                name, VARIABLE.sub(lambda found: found[3] if found[2] == ":-" else "filled", value)
            )
    settings = Settings()
    assert settings.link_engine == "spark://spark-master:7077"
    assert str(settings.inbox) == "s3://sigap/inbox"
    assert "@postgres/sigap" in str(settings.warehouse_url)


def test_lineage_transport_is_one_that_openlineage_can_build(airflow_environment: dict[str, str]) -> None:
    from openlineage.client.transport import get_default_factory

    transport = get_default_factory().create(
        json.loads(airflow_environment["AIRFLOW__OPENLINEAGE__TRANSPORT"])
    )
    assert transport.kind == "http"


def test_no_secret_has_a_value_or_a_default(text: str, compose: dict[str, Any]) -> None:
    found = {name: operator for name, operator, _ in VARIABLE.findall(text) if SECRETS.search(name)}
    assert len(found) >= 10, "hardly a secret was found: this test would prove nothing"
    assert {name for name, operator in found.items() if operator != ":?"} == set()
    for name, service in compose["services"].items():
        for variable, value in service.get("environment", {}).items():
            if SECRETS.search(variable) or ("://" in value and "@" in value):
                assert VARIABLE.search(value), f"{name}: {variable} carries a secret of its own"


def test_every_required_variable_is_named_in_the_example_and_nothing_there_works(text: str) -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    named = dict(re.findall(r"^(?:# )?([A-Z_]+)=(.*)$", example, re.MULTILINE))
    required = {name for name, operator, _ in VARIABLE.findall(text) if operator == ":?"}
    assert set(named) == {name for name, _, _ in VARIABLE.findall(text)}
    assert {name for name in required if named[name] != ""} == set(), (
        "an example value may end up in production"
    )


def test_image_copies_files_that_exist_and_that_the_build_context_holds() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    kept = {
        line[1:]
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line.startswith("!")
    }
    copied = {
        name
        for line in re.findall(r"^COPY (?:--\S+ )*(.+)$", dockerfile, re.MULTILINE)
        for name in line.split()[:-1]
    }
    assert copied, "nothing is copied: this test would prove nothing"
    assert copied == kept
    assert {name for name in copied if not (ROOT / name).exists()} == set()


def test_image_is_built_on_the_airflow_and_fsspec_of_the_lock() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    lock = dict(
        re.findall(
            r"^([a-z0-9-]+)(?:\[\S+\])?==(\S+)",
            (ROOT / "requirements.txt").read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    )
    assert f"slim-{lock['apache-airflow']}-python3.11" in dockerfile
    assert f"S3FS_VERSION={lock['fsspec']}" in dockerfile, (
        "s3fs and fsspec are released together: set both to one version"
    )
