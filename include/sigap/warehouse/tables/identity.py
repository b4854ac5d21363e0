"""Persons, known from month to month."""

from sqlalchemy import BigInteger, CheckConstraint, Column, String, Table

from sigap.warehouse.tables.base import metadata, stamp

person = Table(
    "person",
    metadata,
    Column(
        "person_id",
        BigInteger,
        primary_key=True,
        autoincrement=False,
        comment="Stays the same from month to month",
    ),
    Column("nik", String(16), nullable=False, unique=True, comment="Population number, 16 digits"),
    Column("first_period", String(7), nullable=False, comment="Month in which the person was first listed"),
    stamp("created_at", "When"),
    CheckConstraint("nik ~ '^[0-9]{16}$'", name="nik"),
    schema="identity",
    comment="Everyone who was ever listed under a usable NIK",
)
