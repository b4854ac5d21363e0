"""The warehouse: revisions up and down, and what the database itself refuses."""

from collections.abc import Callable

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from sigap.warehouse.migrate import VERSION_TABLE, current, downgrade, upgrade
from sigap.warehouse.tables import SCHEMA_NAMES, metadata
from sigap_stack.postgres import Postgres, ensure_database


def test_the_migrated_warehouse_is_the_one_the_code_declares(warehouse: Engine) -> None:
    options = {
        "version_table": VERSION_TABLE,
        "include_schemas": True,
        "compare_type": True,
        "compare_server_default": True,
        "include_name": lambda name, kind, _parents: kind != "schema" or name in SCHEMA_NAMES,
    }
    with warehouse.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []


def test_every_revision_runs_up_and_down(postgres: Postgres) -> None:
    ensure_database(postgres.url("postgres"), "up_and_down")
    url = postgres.url("up_and_down")
    assert current(url) is None
    upgrade(url)
    newest = current(url)
    assert newest is not None
    for revision in range(int(newest) - 1, 0, -1):
        downgrade(url, f"{revision:04d}")
        assert current(url) == f"{revision:04d}"
    downgrade(url, "base")
    assert current(url) is None
    upgrade(url)
    upgrade(url)
    assert current(url) == newest


def test_names_of_places_are_there_after_a_migration(warehouse: Engine) -> None:
    with warehouse.connect() as connection:
        count = "SELECT count(*), count(DISTINCT kecamatan_code) FROM reporting.region"
        assert connection.execute(text(count)).one() == (56, 12)


def refused(warehouse: Engine, *statements: str) -> str:
    """Run statements in one transaction that the database must refuse; give its message."""
    with pytest.raises(DBAPIError) as caught, warehouse.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    return str(caught.value.orig)


@pytest.mark.parametrize("status", ["approved", "issued"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE billing.invoice SET due_date = due_date + 1",
        "UPDATE billing.invoice SET status = 'draft', number = NULL, issued_at = NULL",
        "DELETE FROM billing.invoice",
        "UPDATE billing.invoice_line SET jkk_idr = 1",
        "DELETE FROM billing.invoice_line",
        "TRUNCATE billing.invoice CASCADE",
        "TRUNCATE billing.invoice_line",
    ],
)
def test_an_approved_or_issued_invoice_and_its_lines_cannot_change(
    warehouse: Engine, lay_invoice: Callable[..., int], status: str, statement: str
) -> None:
    lay_invoice(status=status)
    refused(warehouse, statement)
