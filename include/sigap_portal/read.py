"""Rows of the warehouse as the pages take them, and SQL that stands beside its module."""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Executable, TextClause, text

PAGE = 50  # rows of a page
Row = dict[str, Any]


def rows_of(connection: Connection, wanted: Executable, **values: Any) -> list[Row]:
    """What a query finds, in its order."""
    return [dict(row) for row in connection.execute(wanted, values).mappings()]


def pages_for(rows: int) -> int:
    """How many pages so many rows take; at least one."""
    return max(-(-rows // PAGE), 1)


def sql(name: str) -> TextClause:
    """The statement in the file of this name beside the pages."""
    return text(Path(__file__).with_name(f"{name}.sql").read_text(encoding="utf-8"))
