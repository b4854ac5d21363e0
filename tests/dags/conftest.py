"""The DAGs as Airflow reads them, with a home of their own and no database."""

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from airflow.dag_processing.dagbag import DagBag

PROJECT = Path(__file__).parents[2]
DAGS = PROJECT / "dags"

os.environ.setdefault(
    "AIRFLOW_HOME", tempfile.mkdtemp(prefix="sigap-airflow-")
)  # read when Airflow is imported
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
os.environ["AIRFLOW__CORE__DAGS_FOLDER"] = str(DAGS)


@pytest.fixture(scope="session")
def bag() -> "DagBag":
    """Every DAG of the project, read once."""
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(dag_folder=str(DAGS))
