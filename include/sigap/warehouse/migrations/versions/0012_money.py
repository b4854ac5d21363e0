"""Keep what banks and the treasury say was paid, and which invoice it paid."""

from sigap.warehouse.migrations.script import run_script, run_statements
from sigap.warehouse.views import view_script

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script("0012_up.sql")
    run_statements(view_script("payment_line"))
    run_statements(view_script("invoice_balance"))
    run_script("0012_guards.sql")


def downgrade() -> None:
    run_script("0012_down.sql")
