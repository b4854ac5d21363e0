"""Let invoices cover months and payers, be voided by two people and made anew; keep what was parked."""

from sigap.warehouse.migrations.script import run_script, run_statements
from sigap.warehouse.views import view_script

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script("0009_up.sql")
    run_statements("DROP VIEW reporting.invoice_overview")
    run_statements(view_script("invoice_overview"))


def downgrade() -> None:
    run_script("0009_down.sql")
    run_script("0003_invoice_overview.sql")
