"""${message}."""

from sigap.warehouse.migrations.script import run_script

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script("${up_revision}_up.sql")


def downgrade() -> None:
    run_script("${up_revision}_down.sql")
