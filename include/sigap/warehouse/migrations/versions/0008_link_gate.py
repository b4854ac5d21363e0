"""Keep the measured quality of links, month by month."""

from sigap.warehouse.migrations.script import run_script

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script("0008_up.sql")


def downgrade() -> None:
    run_script("0008_down.sql")
