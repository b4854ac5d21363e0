"""Received files."""

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text

from sigap.warehouse.tables.base import json, metadata, one_of, period, stamp

delivery = Table(
    "delivery",
    metadata,
    Column(
        "delivery_id", String(16), primary_key=True, comment="Digest of period, source, file name and content"
    ),
    period(index=True),
    Column("source", Text, nullable=False, comment="Catalog code of the sender"),
    Column("file_name", Text, nullable=False, comment="Name under which the file arrived"),
    Column("sha256", String(64), nullable=False, comment="Digest of the bytes; also the name in the archive"),
    Column("size_bytes", BigInteger, nullable=False, comment="Size in bytes"),
    Column("outcome", String(10), nullable=False, comment="accepted, duplicate or refused"),
    Column("duplicate_of", String(16), comment="The delivery with the same bytes"),
    Column("message", Text, comment="What the sender or operator should do, when refused or duplicate"),
    Column("row_count", Integer, comment="Rows received"),
    json("batch", "Reference of the batch of received rows"),
    Column("catalog_sha256", String(64), comment="Digest of the catalog entry used"),
    stamp("received_at", "When it was first collected"),
    one_of("outcome", "accepted", "duplicate", "refused"),
    schema="sources",
    comment="One row per received file with its outcome",
)
