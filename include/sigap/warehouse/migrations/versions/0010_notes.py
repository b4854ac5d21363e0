"""Keep corrections of issued months and the credit and debit notes they become."""

from sigap.warehouse.migrations.script import run_script

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script("0010_up.sql")


def downgrade() -> None:
    run_script("0010_down.sql")
