"""Servers and warehouses that tests share."""

import uuid
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import Phase, settings
from sqlalchemy import Engine, text

from sigap_stack.postgres import Postgres
from warehouses import drop_warehouse, new_warehouse, quick_server, template

if TYPE_CHECKING:
    from sigap.pipeline.resources import Resources

# No test of ours fails for being slow; a failure is shrunk, not explained for minutes.
settings.register_profile("sigap", deadline=None, phases=[p for p in Phase if p is not Phase.explain])
settings.load_profile("sigap")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One real PostgreSQL for the whole session (one per xdist worker)."""
    with quick_server() as server:
        yield server


@pytest.fixture(scope="session")
def migrated_template(postgres: Postgres) -> str:
    """The name of the migrated database that every test copies."""
    return template(postgres)


@pytest.fixture
def warehouse_url(postgres: Postgres) -> Iterator[str]:
    """An empty, migrated warehouse of its own for one test."""
    name = new_warehouse(postgres)
    yield postgres.url(name)
    drop_warehouse(postgres, name)


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


@pytest.fixture
def resources(tmp_path: Path, warehouse: Engine, warehouse_url: str) -> "Resources":
    """What verbs need, on a warehouse and a home of their own."""
    from sigap.lake import Lake
    from sigap.pipeline.resources import Resources
    from sigap.settings import Settings

    settings = Settings(home=tmp_path / "home", warehouse_url=warehouse_url)
    return Resources(settings, Lake(settings.place("lake")), warehouse, "test")


@pytest.fixture
def change_payers(resources: "Resources", tmp_path: Path) -> Callable[..., "Resources"]:
    """`change_payers(change)`: the same warehouse and lake, where `change(entries)` altered payers.yaml."""
    import dataclasses

    import yaml

    from sigap.billing import payers

    def changed(change: Callable[[dict[str, Any]], None]) -> "Resources":
        entries = yaml.safe_load(payers.FILE.read_text(encoding="utf-8"))
        change(entries)
        file = tmp_path / f"payers-{uuid.uuid4().hex}.yaml"
        file.write_text(yaml.safe_dump(entries), encoding="utf-8")
        settings = resources.settings.model_copy(update={"payers": file})
        return dataclasses.replace(resources, settings=settings)

    return changed


@pytest.fixture
def lay_roster(resources: "Resources") -> Callable[..., int]:
    """Lay a draft roster as `decide` leaves it: see `laying.lay_roster`."""
    from laying import lay_roster

    return partial(lay_roster, resources)
