"""On whose behalf a connection works, and that the database keeps it to the rows of that government.

PostgreSQL keeps nobody to their rows who passes row security by: superusers, and accounts with BYPASSRLS. The
embedded warehouse knows no other account. There a connection puts on a plain role, which every upgrade grants
what the pipeline needs (`governments.sql`), and which owns the views: they read as their owner.
"""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event, text

from sigap.errors import WarehouseError

_ACTS = "SELECT set_config('sigap.government', %s, false)"
_PASSES_BY = """
SELECT has_schema_privilege(plain.oid, 'audit', 'USAGE')
FROM pg_roles one CROSS JOIN pg_roles plain
WHERE one.rolname = current_user AND (one.rolsuper OR one.rolbypassrls) AND plain.rolname = 'sigap_pipeline'
  AND to_regnamespace('audit') IS NOT NULL
"""
_IS_KEPT = text("SELECT row_security_active('audit.outcome')")


def act_for(engine: Engine, government: str) -> None:
    """Have every connection of the engine act for a government (its kode wilayah)."""

    @event.listens_for(engine, "connect")
    def begin(connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_ACTS, (government,))
            if cursor.execute(_PASSES_BY).fetchone() == (True,):
                cursor.execute("SET ROLE sigap_pipeline")
        connection.commit()


def require_kept(warehouse: Engine) -> None:
    """Raise `WarehouseError` when the account would see and change the rows of every government."""
    with warehouse.connect() as connection:
        if not connection.execute(_IS_KEPT).scalar_one():
            raise WarehouseError(
                "The account in SIGAP_WAREHOUSE_URL passes row security by, so it would see the rows of "
                "every government. Use the pipeline's own account, or upgrade the warehouse as a superuser."
            )


def grant_plain_role(connection: Connection) -> None:
    """Where a superuser migrates: give the plain role what the pipeline needs, and the views to it."""
    cursor = connection.connection.cursor()
    cursor.execute(Path(__file__).with_name("governments.sql").read_text(encoding="utf-8"))
    cursor.close()
