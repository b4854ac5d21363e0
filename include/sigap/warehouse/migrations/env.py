"""How Alembic reaches the warehouse: always over the connection that `sigap.warehouse.migrate` hands in."""

from alembic import context

from sigap.warehouse.tables import metadata
from sigap.warehouse.version import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
)
with context.begin_transaction():
    context.run_migrations()
