"""Guard also what proves a judgement afterwards: numbers, outcomes, persons, received files."""

from sigap.warehouse.migrations.script import run_script

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script("0004_up.sql")


def downgrade() -> None:
    run_script("0004_down.sql")
