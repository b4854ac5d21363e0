"""Lay the tables of every stage."""

from sigap.warehouse.migrations.script import run_script

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script("0001_up.sql")


def downgrade() -> None:
    run_script("0001_down.sql")
