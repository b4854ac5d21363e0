"""Servers and warehouses that tests share."""

import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from hypothesis import Phase, settings
from psycopg import sql
from sqlalchemy import Engine, text

from sigap_stack.postgres import Postgres, embedded_postgres, ensure_database

if TYPE_CHECKING:
    from sigap.pipeline.resources import Resources

# No test of ours fails for being slow; a failure is shrunk, not explained for minutes.
settings.register_profile("sigap", deadline=None, phases=[p for p in Phase if p is not Phase.explain])
settings.load_profile("sigap")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One real PostgreSQL for the whole session (one per xdist worker).

    Its data lies outside pytest's own folder, which every new session of pytest closes to other accounts,
    such as the one that the server runs under when root runs the tests.
    """
    quick = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "64MB"}
    with (
        tempfile.TemporaryDirectory(prefix="sigap-test-") as folder,
        embedded_postgres(Path(folder) / "data", quick) as server,
    ):
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
    """Lay a draft roster as `decide` leaves it: `lay_roster(period, subsidised, waiting)` gives its id.

    The decisions stand in the lake and the warehouse; the first persons are subsidised, the others wait.
    Another column may be given as a function of the person's number: `nik=lambda n: …`.
    """
    import pyarrow as pa
    from sqlalchemy import func, insert, select

    from sigap.domain.batch import BatchRef
    from sigap.domain.datasets import DECISIONS, PERSON_MEMBERSHIPS, PERSONS
    from sigap.domain.period import Period
    from sigap.warehouse.store import copy_rows
    from sigap.warehouse.tables import entitlement, identity

    def checked(ids: list[int], period: str) -> list[BatchRef]:
        """What link leaves: who was looked up among the memberships, and that nobody was found there."""
        persons = pa.table(
            {
                field.name: pa.array(ids if field.name == "person_id" else [None] * len(ids), field.type)
                for field in PERSONS
            }
        )
        written = {"identity.persons": persons, "identity.memberships": PERSON_MEMBERSHIPS.empty_table()}
        return [resources.lake.write(name, Period.parse(period), rows) for name, rows in written.items()]

    def lay(
        period: str = "2026-01", subsidised: int = 3, waiting: int = 1, **others: Callable[[int], Any]
    ) -> int:
        people = subsidised + waiting
        ids = list(range(1, people + 1))
        given = [True] * subsidised + [False] * waiting
        columns = {
            "person_id": ids,
            "nik": [f"3275010101{n:06d}" for n in ids],
            "full_name": [f"Warga {n}" for n in ids],
            "sex": ["L"] * people,
            "kelurahan_code": ["32.75.02.1002"] * people,
            "kecamatan_code": ["32.75.02"] * people,
            "sector": [("ojek_daring", "becak", "pasar")[n % 3] for n in ids],
            "desil": [1] * people,
            "outcome": ["subsidised" if yes else "waiting" for yes in given],
            "reason_code": ["ELIGIBLE" if yes else "QUOTA_EXCEEDED" for yes in given],
            "rule": ["eligible@2025-10-01"] * people,
            "was_covered": [False] * people,
            "funding_source": ["APBD_KOTA" if yes else None for yes in given],
            "wadah_code": ["SG" if yes else None for yes in given],
            **{name: [value(n) for n in ids] for name, value in others.items()},
        }
        rows = pa.table(
            {
                field.name: pa.array(columns.get(field.name, [None] * people), field.type)
                for field in DECISIONS
            }
        )
        batch = resources.lake.write(
            "entitlement.decisions", Period.parse(period), rows, checked(ids, period)
        )
        roster = entitlement.roster
        with resources.warehouse.begin() as connection:
            known = connection.execute(select(func.count()).select_from(identity.person)).scalar_one()
            new = rows.slice(known).select(["person_id", "nik"])
            first = pa.array([period] * new.num_rows, pa.string())
            copy_rows(connection, identity.person, new.append_column("first_period", first))
            versions = select(func.count()).select_from(roster).where(roster.c.period == period)
            values = {
                "period": period,
                "version": connection.execute(versions).scalar_one() + 1,
                "status": "draft",
                "people": people,
                "subsidised": subsidised,
                "decisions_sha256": batch.sha256,
                "batch": batch.as_dict(),
                "rules_sha256": "a" * 64,
            }
            added = connection.execute(insert(roster).values(values).returning(roster.c.roster_id))
            roster_id = int(added.scalar_one())
            ids_of_roster = pa.array([roster_id] * people, pa.int64())
            copy_rows(connection, entitlement.decision, rows.append_column("roster_id", ids_of_roster))
        return roster_id

    return lay
