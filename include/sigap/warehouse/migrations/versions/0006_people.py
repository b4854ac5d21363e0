"""Keep what happens to a person: created, NIK corrected, merged, unmerged; as of any month."""

from sigap.warehouse.migrations.script import run_script

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script("0006_up.sql")


def downgrade() -> None:
    run_script("0006_down.sql")
