"""Keep corrections of issued months and the credit and debit notes they become."""

from sigap.warehouse.migrations.script import run_script, run_statements
from sigap.warehouse.views import view_script

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

VIEWS = ("correction_overview", "note_overview")


def upgrade() -> None:
    run_script("0010_up.sql")
    for name in VIEWS:
        run_statements(view_script(name))


def downgrade() -> None:
    run_script("0010_down.sql")
