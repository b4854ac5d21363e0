"""Keep what happens to a person: created, NIK corrected, merged, unmerged; as of any month."""

from sigap.warehouse.migrations.script import run_script, run_statements
from sigap.warehouse.views import view_script

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script("0006_up.sql")
    run_statements(view_script("dim_person"))


def downgrade() -> None:
    run_script("0006_down.sql")
    run_script("0003_dim_person.sql")
