"""Persons, known from month to month, and what happened to them."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    String,
    Table,
    Text,
    text,
)

from sigap.warehouse.tables.base import government, metadata, one_of, period, stamp


def _live(*columns: str) -> Index:
    """At most one row of a key that was not taken back."""
    return Index(None, *columns, unique=True, postgresql_where=text("withdrawn_at IS NULL"))


def _person(name: str, comment: str, **kwargs: Any) -> Column[int]:
    return Column(name, ForeignKey("identity.person.person_id"), comment=comment, **kwargs)


def _withdrawn() -> Column[Any]:
    comment = "When another run of the month took it back; such a row says what was once thought"
    return Column("withdrawn_at", DateTime(timezone=True), comment=comment)


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
    Column("nik", String(16), nullable=False, index=True, comment="NIK the number was first given for"),
    Column("first_period", String(7), nullable=False, comment="Month in which the number was given out"),
    stamp("created_at", "When"),
    CheckConstraint("nik ~ '^[0-9]{16}$'", name="nik"),
    schema="identity",
    comment="Every number that was given out, once and for good; what became of it stands in person_event",
)

person_nik = Table(
    "person_nik",
    metadata,
    Column("person_nik_id", BigInteger, Identity(), primary_key=True, comment="Surrogate key"),
    Column("nik", String(16), nullable=False, comment="Population number, 16 digits"),
    _person("person_id", "Whose it is from this month on, whether or not merged", nullable=False, index=True),
    period(),
    stamp("recorded_at", "When"),
    _withdrawn(),
    *government(),
    CheckConstraint("nik ~ '^[0-9]{16}$'", name="nik"),
    _live("nik", "period", "government"),
    schema="identity",
    comment="Which NIK belongs to which person from which month; the newest month of a NIK counts",
)

person_event = Table(
    "person_event",
    metadata,
    Column("event_id", BigInteger, Identity(), primary_key=True, comment="Surrogate key"),
    period(),
    _person("person_id", "Whom it happened to; of a merge the younger", nullable=False),
    Column("kind", String(13), nullable=False, comment="created, nik_corrected, merged or unmerged"),
    _person("other_person_id", "merged, unmerged: the elder, whose number goes on", index=True),
    Column("nik_before", String(16), comment="nik_corrected: the NIK the person went by"),
    Column("nik_after", String(16), comment="created, nik_corrected: the NIK the person goes by"),
    Column("cause", String(7), nullable=False, comment="link, or the verdict of a person"),
    Column("verdict_id", BigInteger, comment="That verdict"),
    Column("actor", Text, comment="Account of who gave it"),
    stamp("recorded_at", "When"),
    _withdrawn(),
    *government(),
    one_of("kind", "created", "nik_corrected", "merged", "unmerged"),
    one_of("cause", "link", "verdict"),
    CheckConstraint(
        "CASE WHEN kind IN ('merged', 'unmerged') THEN coalesce(other_person_id < person_id, false) "
        "AND nik_before IS NULL AND nik_after IS NULL "
        "ELSE other_person_id IS NULL AND nik_after IS NOT NULL "
        "AND (kind = 'nik_corrected') = (nik_before IS NOT NULL) END",
        name="said",
    ),
    CheckConstraint(
        "(cause = 'verdict') = (verdict_id IS NOT NULL AND coalesce(actor ~ '\\S', false))", name="caused"
    ),
    _live("person_id", "period", "kind", "government"),
    Index(
        "ix_person_event_changes",
        "person_id",
        "period",
        postgresql_where=text("kind <> 'created' AND withdrawn_at IS NULL"),
    ),
    schema="identity",
    comment=(
        "What happened to a person in a month; rows are added, and taken back only while the month is open"
    ),
)
