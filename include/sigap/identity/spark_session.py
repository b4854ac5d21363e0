"""A session on Spark, or a sentence that says what it lacks: never a wait without end."""

import importlib.util
import os
import shutil
import socket
import time
from pathlib import Path
from typing import Any

from sigap.errors import SettingsError

DUCKDB = "duckdb"
OTHERWISE = "or set SIGAP_LINK_ENGINE=duckdb, which is right up to a province"
_ANSWER_S = 5  # a master that is up answers at once
_WORKERS_S = 60  # until a first worker has started an executor


def ask_for_spark(engine: str) -> None:
    """Refuse an engine that cannot work here: no PySpark, no Java, no answer. Raises `SettingsError`."""
    _ask_for_parts()
    if engine.startswith("spark://"):
        _ask_for_master(engine)


def failures() -> tuple[type[Exception], ...]:
    """What a session raises when Spark gives up."""
    from py4j.protocol import Py4JError  # type: ignore[import-not-found, unused-ignore]
    from pyspark.errors import PySparkException  # type: ignore[import-not-found, unused-ignore]
    from splink.internals.exceptions import SplinkException

    return PySparkException, Py4JError, SplinkException


def start_session(master: str) -> Any:
    """A session on the master; memory and cores are Spark's own settings (spark-defaults.conf).

    Raises `SettingsError` when it does not start, or when no worker takes the work.
    """
    from pyspark.sql import SparkSession  # type: ignore[import-not-found, unused-ignore]
    from splink.backends.spark import similarity_jar_location

    builder = SparkSession.builder.appName("sigap link").master(master)
    told = {
        "spark.jars": similarity_jar_location(),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        "spark.sql.session.timeZone": "UTC",
    }
    try:
        session = builder.config(map=told).getOrCreate()
    except failures() as error:
        raise SettingsError(
            f"Spark does not start ({type(error).__name__}). It needs Java 17 or newer: install it, "
            f"{OTHERWISE}."
        ) from error
    if master.startswith("spark://"):
        _wait_for_workers(session, master)
    return session


def _wait_for_workers(session: Any, master: str) -> None:
    """Until a first executor is there; Spark itself would wait without end."""
    until = time.monotonic() + _WORKERS_S
    while session.sparkContext._jsc.sc().getExecutorMemoryStatus().size() < 2:  # the driver counts as one
        if time.monotonic() > until:
            session.stop()
            raise SettingsError(
                f"No worker of {master} took the work within {_WORKERS_S} seconds. Start one with as much "
                f"free memory as an executor asks for (spark.executor.memory), {OTHERWISE}."
            )
        time.sleep(0.2)


def _ask_for_parts() -> None:
    if importlib.util.find_spec("pyspark") is None:
        raise SettingsError(
            "SIGAP_LINK_ENGINE asks for Spark, but PySpark is not installed. Install requirements-spark.txt "
            f"(pip install -r requirements-spark.txt), {OTHERWISE}."
        )
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java", path=str(Path(home) / "bin") if home else None) is None:
        raise SettingsError(
            "SIGAP_LINK_ENGINE asks for Spark, but there is no Java. Install Java 17 or newer "
            f"(Debian: apt-get install openjdk-17-jre-headless), {OTHERWISE}."
        )


def _ask_for_master(master: str) -> None:
    host, _, port = master.removeprefix("spark://").rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=_ANSWER_S).close()
    except (OSError, OverflowError) as error:
        raise SettingsError(
            f"Nothing answers at {master} within {_ANSWER_S} seconds ({type(error).__name__}). Start the "
            f"Spark master, correct SIGAP_LINK_ENGINE, {OTHERWISE}."
        ) from error
