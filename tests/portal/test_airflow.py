"""The portal inside Airflow's own API server: Airflow signs people in, the portal asks it each time."""

import json
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from sigap_stack.configuration import airflow_environment, load_secrets
from sigap_stack.postgres import Postgres, ensure_database

PROBE = Path(__file__).with_name("airflow_probe.py")


@pytest.fixture(scope="module")
def answers(
    postgres: Postgres, migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """What Airflow, set up as the stack sets it up, answers to the probe."""
    home, database = tmp_path_factory.mktemp("airflow"), f"airflow_{uuid.uuid4().hex[:12]}"
    ensure_database(postgres.url("postgres"), database)
    kept = load_secrets(home / "secrets")
    environment = airflow_environment(
        home, 8080, postgres.url(database), postgres.url(migrated_template), kept
    )
    command = [sys.executable, str(PROBE), json.dumps(dict(kept.passwords))]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-4000:]
    found: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return found


def test_a_browser_without_a_session_is_sent_to_the_login_page_and_back(answers: dict[str, Any]) -> None:
    status, location = answers["anonymous_browser"]
    assert status == 303
    assert urlsplit(location).path == "/api/v2/auth/login"
    assert parse_qs(urlsplit(location).query) == {"next": ["/sigap/?halaman=1"]}
    status, login = answers["login"]
    assert status in (303, 307) and login.startswith("/auth/login?next=")


def test_a_program_without_a_valid_token_is_refused(answers: dict[str, Any]) -> None:
    assert answers["anonymous_program"] == 401
    assert answers["forged"] == 401


def test_an_account_without_the_right_is_refused(answers: dict[str, Any]) -> None:
    assert answers["without_role"] == 403


@pytest.mark.parametrize("how", ["bearer", "cookie"])
def test_a_person_who_signed_in_with_airflow_sees_the_months(answers: dict[str, Any], how: str) -> None:
    status, text = answers[how]
    assert status == 200, text
    assert "Belum ada bulan yang tercatat" in text
    assert "auditor" in text


def test_the_warehouse_is_reached_through_the_connection(answers: dict[str, Any]) -> None:
    assert answers["trace"] == 404
    assert answers["cache"] == "no-store"


def test_the_navigation_leads_to_the_portal_and_a_plugin_load_costs_nothing(answers: dict[str, Any]) -> None:
    assert [view["href"] for view in answers["views"]] == ["/sigap/"]
    assert answers["loaded_before_first_request"] is False
