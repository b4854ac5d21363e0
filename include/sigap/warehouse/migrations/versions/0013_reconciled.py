"""Reconcile roster, invoice, bill, payment and activation person by person."""

from sigap.warehouse.migrations.script import run_script

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script("0013_up.sql")


def downgrade() -> None:
    run_script("0013_down.sql")
