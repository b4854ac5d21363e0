"""Open the people of a month again when each of its invoices is void; keep removals."""

from sigap.warehouse.migrations.script import run_script

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script("0017_up.sql")


def downgrade() -> None:
    run_script("0017_down.sql")
