"""One step of a trace, and how one row becomes its facts."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Step:
    """One step back: what it is, and its facts in order."""

    title: str
    facts: dict[str, Any]


def one(connection: Connection, wanted: Any) -> dict[str, Any] | None:
    """The first row of a query as plain values; None without one."""
    row = connection.execute(wanted).mappings().first()
    return dict(row) if row is not None else None
