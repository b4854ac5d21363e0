"""Keep what banks and the treasury say was paid, what it was allocated to, and who is active."""

from sigap.warehouse.migrations.script import run_script

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script("0012_up.sql")


def downgrade() -> None:
    run_script("0012_down.sql")
