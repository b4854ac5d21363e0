"""Give analysts their star and the portal its lists."""

from sigap.warehouse.migrations.script import run_script, run_statements
from sigap.warehouse.views import view_script

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

VIEWS = (
    "dim_funding",
    "dim_period",
    "dim_region",
    "dim_sector",
    "fact_decision",
    "fact_premium",
    "month_overview",
)


def upgrade() -> None:
    for name in VIEWS:
        run_statements(view_script(name))
    run_script("0003_dim_person.sql")  # as it was: 0006 lays one that knows of merges
    run_script("0003_invoice_overview.sql")  # as it was: 0009 lays one that knows of voids


def downgrade() -> None:
    run_script("0003_down.sql")
