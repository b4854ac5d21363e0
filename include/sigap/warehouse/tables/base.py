"""What the table modules share: the metadata and short spellings of the usual columns."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    MetaData,
    String,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

SCHEMA_NAMES = (
    "audit",
    "sources",
    "quality",
    "identity",
    "entitlement",
    "billing",
    "settlement",
    "reporting",
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


# Whoever does not say for whom acts for the city that the shipped configuration is for.
GOVERNMENT = "coalesce(nullif(current_setting('sigap.government', true), ''), '3275')"


def period(**kwargs: Any) -> Column[str]:
    """The coverage month, `2026-01`."""
    return Column("period", String(7), nullable=False, comment="Coverage month, e.g. 2026-01", **kwargs)


def government() -> "tuple[Column[str], CheckConstraint]":
    """Whose row it is: to be unpacked into a table. Every such table keeps a government to its own rows."""
    comment = "Kode wilayah of the government whose row it is: 2 digits a province, 4 a city or regency"
    column = Column("government", String(4), nullable=False, server_default=text(GOVERNMENT), comment=comment)
    return column, CheckConstraint("government ~ '^[0-9]{2}([0-9]{2})?$'", name="government")


def of_delivery(column: str = "delivery_id") -> ForeignKeyConstraint:
    """The column names a delivery of the same government."""
    keys = ["sources.delivery.delivery_id", "sources.delivery.government"]
    return ForeignKeyConstraint([column, "government"], keys)


def one_of(name: str, *values: str) -> CheckConstraint:
    """A check that the column holds one of the values."""
    quoted = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{name} IN ({quoted})", name=name)


def rupiah(name: str, comment: str) -> Column[int]:
    """An amount in whole rupiah."""
    return Column(name, BigInteger, nullable=False, comment=f"{comment}, whole rupiah")


def json(name: str, comment: str) -> Column[Any]:
    """A JSON document, empty by default."""
    return Column(name, JSONB, nullable=False, server_default=text("'{}'::jsonb"), comment=comment)


def stamp(name: str, comment: str) -> Column[Any]:
    """A moment with time zone, by default now."""
    return Column(
        name, DateTime(timezone=True), nullable=False, server_default=text("now()"), comment=comment
    )
