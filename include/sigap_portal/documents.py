"""The documents of an invoice or a note as the pages list them."""

from pathlib import PurePosixPath

from sqlalchemy import ColumnElement, Connection, select

from sigap.warehouse.tables import reporting
from sigap_portal.read import Row, rows_of


def documents_of(connection: Connection, condition: ColumnElement[bool]) -> list[Row]:
    """The documents under a condition, by kind and part, each with the `name` of its file."""
    document = reporting.document.c
    wanted = select(reporting.document).where(condition).order_by(document.kind, document.part)
    return [row | {"name": PurePosixPath(row["uri"]).name} for row in rows_of(connection, wanted)]
