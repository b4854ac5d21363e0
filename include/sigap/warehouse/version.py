"""Whether a warehouse is at the revision that this code was written for."""

from pathlib import Path

from sqlalchemy import Engine, column, inspect, select, table

from sigap.errors import WarehouseVersionError

VERSION_TABLE = "sigap_version"  # not Alembic's default name: Airflow's metadata may share the server
_VERSION = table(VERSION_TABLE, column("version_num"))


def newest_revision() -> str:
    """The last of the revisions that travel with this code; their files are numbered."""
    files = (Path(__file__).parent / "migrations" / "versions").glob("[0-9]*.py")
    return max(file.name[:4] for file in files)


def require_newest(warehouse: Engine) -> None:
    """Raise `WarehouseVersionError`, saying what to run, when the tables are not those of this code."""
    needed = newest_revision()
    with warehouse.connect() as connection:
        exists = inspect(connection).has_table(_VERSION.name)
        found = connection.execute(select(_VERSION.c.version_num)).scalar() if exists else None
    if found == needed:
        return
    state = f"at revision {found}" if found else "empty"
    remedy = "run `sigap warehouse upgrade`" if (found or "") < needed else "run the newer release"
    raise WarehouseVersionError(f"The warehouse is {state}, this release needs {needed}: {remedy}.")
