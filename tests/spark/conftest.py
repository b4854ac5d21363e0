"""A standalone Spark cluster of its own: one master and two workers on loopback, from the PySpark wheel."""

import json
import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

_UP_S = 90
_SMALL = """
spark.executor.memory 512m
spark.executor.cores 1
spark.driver.memory 512m
spark.driver.host 127.0.0.1
spark.driver.bindAddress 127.0.0.1
spark.default.parallelism 4
spark.sql.shuffle.partitions 4
"""


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Only `pytest -m spark` looks in here: a cluster takes minutes that `make test` does not have."""
    return None if config.option.markexpr == "spark" else True


@dataclass(frozen=True)
class Cluster:
    """A master that answers: its address, and what it says about itself."""

    master: str
    page: str

    def state(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.page}/json/", timeout=5) as answer:  # noqa: S310
            return json.load(answer)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("spark")


@pytest.fixture(scope="session", autouse=True)
def _small(folder: Path) -> Iterator[None]:
    """Spark's own settings for small machines, for drivers and workers that tests start."""
    (folder / "conf").mkdir()
    (folder / "conf" / "spark-defaults.conf").write_text(_SMALL)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_CONF_DIR", str(folder / "conf"))
        patch.setenv("SPARK_LOCAL_DIRS", str(folder / "local"))
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        patch.setenv("SPARK_DAEMON_MEMORY", "256m")
        patch.setenv("PYTHONUNBUFFERED", "1")
        yield


@pytest.fixture(scope="session")
def cluster(folder: Path) -> Iterator[Cluster]:
    with start_cluster(folder / "cluster", workers=2) as started:
        yield started


@pytest.fixture
def lonely_master(tmp_path: Path) -> Iterator[Cluster]:
    """A master without a worker."""
    with start_cluster(tmp_path / "lonely", workers=0) as started:
        yield started


@contextmanager
def start_cluster(folder: Path, workers: int) -> Iterator[Cluster]:
    port, page = _free_port(), _free_port()
    started = Cluster(f"spark://127.0.0.1:{port}", f"http://127.0.0.1:{page}")
    with ExitStack() as stack:
        stack.enter_context(
            _running(
                folder / "master", "master.Master", "--host", "127.0.0.1", "--port", str(port),
                "--webui-port", str(page),
            )
        )  # fmt: skip
        _wait(lambda: started.state()["status"] == "ALIVE", folder)
        for number in range(workers):
            stack.enter_context(
                _running(
                    folder / f"worker-{number}", "worker.Worker", "--host", "127.0.0.1", "--cores", "1",
                    "--memory", "512m", "--webui-port", "0", "--work-dir", str(folder / f"work-{number}"),
                    started.master,
                )
            )  # fmt: skip
        _wait(lambda: started.state()["aliveworkers"] == workers, folder)
        yield started


@contextmanager
def _running(folder: Path, name: str, *arguments: str) -> Iterator[None]:
    import pyspark

    folder.mkdir(parents=True)
    program = Path(pyspark.__file__).parent / "bin" / "spark-class"
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [program, f"org.apache.spark.deploy.{name}", *arguments],
            stdout=log,
            stderr=log,
            cwd=folder,
            env={**os.environ, "SPARK_HOME": str(program.parents[1])},
        )
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(is_up: Callable[[], bool], folder: Path) -> None:
    until = time.monotonic() + _UP_S
    while time.monotonic() < until:
        try:
            if is_up():
                return
        except OSError:
            pass
        time.sleep(0.2)
    logs = "\n".join(log.read_text()[-2000:] for log in folder.glob("*/log"))
    pytest.fail(f"The cluster did not come up within {_UP_S} seconds:\n{logs}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
