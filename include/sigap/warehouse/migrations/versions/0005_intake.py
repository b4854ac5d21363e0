"""Keep what intake decides: layouts, extracts, stop rules, verdicts, repeated rows, region codes."""

from sigap.warehouse.migrations.script import run_script, run_statements
from sigap.warehouse.views import view_script

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

VIEWS = ("delivery_overview", "month_overview", "source_scorecard")  # month_overview: laid again


def upgrade() -> None:
    run_script("0005_up.sql")
    for name in VIEWS:
        run_statements(view_script(name))


def downgrade() -> None:
    run_script("0005_down.sql")
