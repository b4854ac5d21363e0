"""Keep the annex and its parts among the documents, and a register of what was handed over."""

from sigap.warehouse.migrations.script import run_script

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script("0014_up.sql")


def downgrade() -> None:
    run_script("0014_down.sql")
