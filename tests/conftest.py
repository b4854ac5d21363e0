"""Servers and warehouses that tests share."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from sigap_stack.postgres import Postgres, embedded_postgres, ensure_database


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """One real PostgreSQL for the whole session (one per xdist worker)."""
    quick = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "64MB"}
    with embedded_postgres(tmp_path_factory.mktemp("pg") / "data", quick) as server:
        yield server


@pytest.fixture
def warehouse_url(postgres: Postgres) -> str:
    """An empty, migrated warehouse of its own for one test."""
    from sigap.warehouse.migrate import upgrade

    name = f"t_{uuid.uuid4().hex[:12]}"
    ensure_database(postgres.url("postgres"), name)
    upgrade(postgres.url(name))
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
