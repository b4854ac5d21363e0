"""Bring a warehouse to a revision. The revisions travel inside the package; no ini file is needed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, delete, func, insert, inspect, select, text

from sigap.domain.government import home_government
from sigap.warehouse.governments import grant_plain_role
from sigap.warehouse.places import place_rows
from sigap.warehouse.store import open_warehouse
from sigap.warehouse.tables import reporting
from sigap.warehouse.version import VERSION_TABLE

_FOR_ALL = text("SELECT set_config('sigap.government', '*', true)")  # a revision may have to read all rows
_LOCK = 3275_0001  # any number, the same for everyone who migrates


def upgrade(url: str, revision: str = "head", government: str | None = None) -> None:
    """Bring the warehouse at `url` up to a revision, in one transaction, and refresh the names of places.

    Rows from before governments were told apart become those of `government`, else of the shipped city.
    Raises `WarehouseError` when nobody answers at `url`. Running it again changes nothing.
    """
    with _locked(url) as connection:
        first = {"name": "sigap.first_government", "value": government or home_government()}
        connection.execute(text("SELECT set_config(:name, :value, true)"), first)
        command.upgrade(_config(connection), revision)
        _seed_places(connection)
        grant_plain_role(connection)


def downgrade(url: str, revision: str) -> None:
    """Take the warehouse at `url` down to a revision (`base`: nothing is left). Data goes with it."""
    with _locked(url) as connection:
        command.downgrade(_config(connection), revision)


def current(url: str) -> str | None:
    """The revision that the warehouse at `url` is at; None for an empty database."""
    engine = open_warehouse(url)
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
            return context.get_current_revision()
    finally:
        engine.dispose()


@contextmanager
def _locked(url: str) -> Iterator[Connection]:
    engine = open_warehouse(url)
    try:
        with engine.begin() as connection:
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
            connection.execute(_FOR_ALL)
            yield connection
    finally:
        engine.dispose()


def _config(connection: Connection) -> Config:
    config = Config()
    folder = str(Path(__file__).parent / "migrations")
    config.set_main_option("script_location", folder.replace("%", "%%"))  # an ini value, where % is special
    config.attributes["connection"] = connection
    return config


def _seed_places(connection: Connection) -> None:
    if inspect(connection).has_table(reporting.region.name, schema=reporting.region.schema):
        connection.execute(delete(reporting.region))
        connection.execute(insert(reporting.region), place_rows())
