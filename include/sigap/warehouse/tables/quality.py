"""Whether received rows may be used."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, String, Table, Text

from sigap.warehouse.tables.base import json, metadata, one_of, period, stamp

validation = Table(
    "validation",
    metadata,
    Column(
        "delivery_id", ForeignKey("sources.delivery.delivery_id"), primary_key=True, comment="The delivery"
    ),
    period(index=True),
    Column(
        "outcome", String(8), nullable=False, comment="passed, or stopped when the source broke its contract"
    ),
    Column("message", Text, comment="What to do, when stopped"),
    Column("received", Integer, nullable=False, comment="Rows received"),
    Column("accepted", Integer, nullable=False, comment="Rows accepted"),
    Column("held", Integer, nullable=False, comment="Rows held for a person"),
    Column("rejected", Integer, nullable=False, comment="Rows rejected"),
    json("reasons", "Rows by reason code"),
    json("batch", "Reference of the batch of checked rows"),
    Column("suite_sha256", String(64), nullable=False, comment="Digest of the Great Expectations suite"),
    Column("report", Text, comment="Path of the Data Docs page"),
    stamp("checked_at", "When"),
    one_of("outcome", "passed", "stopped"),
    CheckConstraint("accepted + held + rejected = received", name="balance"),
    schema="quality",
    comment="One validation per delivery",
)
