"""Check millions of invoice lines once instead of five times, with every core of the server."""

from sigap.warehouse.migrations.script import run_script

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script("0016_up.sql")


def downgrade() -> None:
    run_script("0016_down.sql")
