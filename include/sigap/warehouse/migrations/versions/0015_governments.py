"""Let several governments each run the pipeline on one warehouse, each with its own rows."""

from sigap.warehouse.migrations.script import run_script, run_statements
from sigap.warehouse.views import view_script

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

VIEWS = ("dim_funding", "dim_person", "dim_sector")  # they read decisions, which have no policy of their own


def upgrade() -> None:
    run_script("0015_up.sql")
    for name in VIEWS:
        run_statements(view_script(name))


def downgrade() -> None:
    run_script("0015_down.sql")
