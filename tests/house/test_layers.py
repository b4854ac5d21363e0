"""Who may import whom, and that each stage has its rooms."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STAGES = ("sources", "quality", "identity", "entitlement", "billing", "settlement", "reporting")


def test_import_contracts_hold() -> None:
    tool = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([tool, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout
    assert "0 broken" in result.stdout


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_has_its_page_and_its_tests(stage: str) -> None:
    assert (ROOT / "docs" / "stages" / f"{stage}.md").is_file(), f"create docs/stages/{stage}.md"
    assert list((ROOT / "tests" / "unit" / stage).glob("test_*.py")), f"create tests/unit/{stage}/test_….py"
    assert (ROOT / "include" / "sigap" / stage / "__init__.py").is_file()


@pytest.mark.parametrize("kind", ("unit", "spec", "integration", "dags", "portal", "acceptance", "house"))
def test_every_kind_of_test_exists(kind: str) -> None:
    assert list((ROOT / "tests" / kind).rglob("test_*.py")), (
        f"tests/{kind} is empty: add a test or drop the kind"
    )


def test_the_command_line_answers_without_loading_airflow_or_pandas() -> None:
    code = (
        "import sys; from sigap.cli import app; from typer.testing import CliRunner; "
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0; "
        "heavy = {'airflow', 'pandas', 'great_expectations', 'openpyxl', 'duckdb'} & set(sys.modules); "
        "assert not heavy, heavy"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
