"""Keep a ledger in double entry, with periods that close."""

from sigap.warehouse.migrations.script import run_script

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script("0011_up.sql")


def downgrade() -> None:
    run_script("0011_down.sql")
