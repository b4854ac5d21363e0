"""Open a month again whose invoices are all void; keep removals; let the next invoice bear a debit note."""

from sigap.warehouse.migrations.script import run_script, run_statements
from sigap.warehouse.views import view_script

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script("0017_up.sql")
    run_statements(view_script("invoice_balance"))


def downgrade() -> None:
    run_script("0017_down.sql")
