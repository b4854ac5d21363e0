"""Runs the SQL of a revision."""

from pathlib import Path

from alembic import op

_FOLDER = Path(__file__).parent / "versions"


def run_script(name: str) -> None:
    """Run every statement of a file in `versions/`, inside the migration's transaction.

    The file goes to the driver as it is: SQLAlchemy would take `:` and `%` for parameters.
    """
    run_statements((_FOLDER / name).read_text(encoding="utf-8"))


def run_statements(statements: str) -> None:
    """Run SQL text without parameters over the migration's connection."""
    driver = op.get_bind().connection.cursor()
    driver.execute(statements)
    driver.close()
