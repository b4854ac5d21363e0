"""The account that production gives the pipeline: it can run a month, and switch no guard off."""

from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import yaml
from psycopg import sql
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from laying import lay_roster
from sigap.domain.period import Period
from sigap.pipeline.approve import record_approval
from sigap.pipeline.bill import bill
from sigap.pipeline.issue import issue
from sigap.pipeline.report import report
from sigap.pipeline.resources import Resources
from sigap.warehouse.migrate import upgrade
from sigap_stack.postgres import Postgres

COMPOSE = Path(__file__).parents[2] / "docker-compose.yaml"
JANUARY = Period(2026, 1)


@pytest.fixture(scope="module")
def account_url(postgres: Postgres) -> str:
    """A warehouse laid as docker-compose.yaml lays it; gives the URL of the pipeline's account."""
    script = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["configs"]["databases"]["content"]
    server, inside = script.split("\\connect sigap")
    before = [line for line in server.splitlines() if "sigap" in line and not line.startswith("\\")]
    before = [line.replace("airflow, sigap, marquez", "sigap") for line in before]
    assert len(before) == 5, "roles, database and grants: read the script again"
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS sigap WITH (FORCE)"))
        for line in before:
            connection.execute(
                line.replace(":'sigap_owner_password'", "'o'").replace(":'sigap_password'", "'s'")
            )
    with psycopg.connect(postgres.url("sigap"), autocommit=True) as connection:
        connection.execute(inside)
    address = urlsplit(postgres.url("sigap"))
    upgrade(f"postgresql://sigap_owner:o@{address.hostname}:{address.port}/sigap")
    return f"postgresql://sigap:s@{address.hostname}:{address.port}/sigap"


@pytest.fixture
def warehouse_url(account_url: str) -> str:
    """In place of the superuser's: every fixture of this module works under the pipeline's account."""
    return account_url


def test_the_pipeline_runs_a_month_under_an_account_that_owns_nothing(resources: Resources) -> None:
    Resources.open(resources.settings).warehouse.dispose()
    lay_roster(resources)
    record_approval(JANUARY, "roster", "approved", "dinas", None, resources)
    bill(JANUARY, resources)
    record_approval(JANUARY, "invoices", "approved", "bendahara", None, resources)
    assert [invoice.people for invoice in issue(JANUARY, resources)] == [3]
    assert len(report(JANUARY, resources)) == 3


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE billing.invoice DISABLE TRIGGER USER",
        "DROP TRIGGER approval_by_two ON audit.approval",
        "DROP FUNCTION billing.check_invoice() CASCADE",
        "DROP INDEX billing.uq_invoice_line_standing",
        "TRUNCATE billing.number_series",
        "DROP TABLE audit.outcome",
        "CREATE TABLE billing.other (a int)",
        "SET session_replication_role = replica",
    ],
)
def test_the_account_switches_no_guard_off(warehouse: Engine, statement: str) -> None:
    with pytest.raises(ProgrammingError) as caught, warehouse.begin() as connection:
        connection.execute(text(statement))
    assert isinstance(caught.value.orig, InsufficientPrivilege)


def test_the_account_sees_the_rows_and_views_of_one_government_at_a_time(resources: Resources) -> None:
    settings = resources.settings.model_copy(update={"government": "32"})
    other = Resources.open(settings)
    roster_id = lay_roster(other, "2026-05")
    counted = text("SELECT (SELECT count(*) FROM entitlement.roster WHERE period = '2026-05'), count(*) "
                   "FROM reporting.month_overview WHERE period = '2026-05'")  # fmt: skip
    with other.warehouse.connect() as mine, resources.warehouse.connect() as theirs:
        assert tuple(mine.execute(counted).one()) == (1, 1)
        assert tuple(theirs.execute(counted).one()) == (0, 0)
    theft = text("UPDATE entitlement.decision SET outcome = 'waiting' WHERE roster_id = :roster_id")
    with pytest.raises(DBAPIError, match="another government"), resources.warehouse.begin() as connection:
        connection.execute(theft, {"roster_id": roster_id})
    other.warehouse.dispose()
