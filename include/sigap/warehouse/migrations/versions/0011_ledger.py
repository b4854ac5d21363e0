"""Keep a ledger in double entry, with periods that close."""

from sigap.warehouse.migrations.script import run_script, run_statements
from sigap.warehouse.views import view_script

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

VIEWS = ("ledger_agreement", "ledger_posting")


def upgrade() -> None:
    run_script("0011_up.sql")
    for name in VIEWS:
        run_statements(view_script(name))


def downgrade() -> None:
    run_script("0011_down.sql")
