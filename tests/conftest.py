"""Servers and warehouses that tests share."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine, text

from sigap_stack.postgres import Postgres, embedded_postgres, ensure_database


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """One real PostgreSQL for the whole session (one per xdist worker)."""
    quick = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "64MB"}
    with embedded_postgres(tmp_path_factory.mktemp("pg") / "data", quick) as server:
        yield server


@pytest.fixture(scope="session")
def migrated_template(postgres: Postgres) -> str:
    """The name of a migrated database that every test copies: a copy takes a fraction of a migration."""
    from sigap.warehouse.migrate import upgrade

    ensure_database(postgres.url("postgres"), "migrated")
    upgrade(postgres.url("migrated"))
    return "migrated"


@pytest.fixture
def warehouse_url(postgres: Postgres, migrated_template: str) -> str:
    """An empty, migrated warehouse of its own for one test."""
    name = f"t_{uuid.uuid4().hex[:12]}"
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
        sql.Identifier(name), sql.Identifier(migrated_template)
    )
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute(statement)
    return postgres.url(name)


@pytest.fixture
def warehouse(warehouse_url: str) -> Iterator[Engine]:
    """An engine on that warehouse."""
    from sigap.warehouse.store import open_warehouse

    engine = open_warehouse(warehouse_url)
    yield engine
    engine.dispose()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warehouse_url: str) -> Path:
    """A SIGAP_HOME of its own with a warehouse, set in the environment."""
    monkeypatch.setenv("SIGAP_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SIGAP_WAREHOUSE_URL", warehouse_url)
    return tmp_path / "home"


@pytest.fixture
def lay_invoice(warehouse: Engine) -> Callable[..., int]:
    """Lay a month by hand, without the verbs: `lay_invoice(period, people, status)` gives the invoice's id.

    `status` is how far it goes: draft, approved or issued. Persons 1..people are subsidised.
    """
    script = Path(__file__).with_name("lay_invoice.sql").read_text(encoding="utf-8")

    def lay(period: str = "2026-01", people: int = 3, status: str = "issued") -> int:
        with warehouse.begin() as connection:
            connection.connection.cursor().execute(script)
            statement = text("SELECT pg_temp.lay_invoice(:period, :people, :status)")
            values = {"period": period, "people": people, "status": status}
            return int(connection.execute(statement, values).scalar_one())

    return lay
