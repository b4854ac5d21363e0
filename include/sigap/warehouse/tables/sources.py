"""Received files."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Identity,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from sigap.warehouse.tables.base import government, json, metadata, one_of, period, stamp

delivery = Table(
    "delivery",
    metadata,
    Column(
        "delivery_id", String(16), nullable=False, comment="Digest of period, source, file name and content"
    ),
    period(index=True),
    Column("source", Text, nullable=False, comment="Catalog code of the sender"),
    Column("file_name", Text, nullable=False, comment="Name under which the file arrived"),
    Column("sha256", String(64), nullable=False, comment="Digest of the bytes; also the name in the archive"),
    Column("size_bytes", BigInteger, nullable=False, comment="Size in bytes"),
    Column(
        "outcome",
        String(10),
        nullable=False,
        comment="accepted, duplicate, refused, or drifted (its layout changed)",
    ),
    Column("duplicate_of", String(16), comment="The delivery with the same bytes"),
    Column("message", Text, comment="What the sender or operator should do, when refused or duplicate"),
    Column("row_count", Integer, comment="Rows received"),
    json("batch", "Reference of the batch of received rows"),
    json("lists", "Per list in the file: sheet, header, columns, hidden parts, lines left out"),
    Column("corrects", String(16), comment="The delivery whose correction workbook this file is"),
    Column("replaces", String(16), comment="The delivery that this one repeats as a whole, corrected"),
    json("proposal", "For a drifted delivery: the headers it has and the columns they probably are"),
    Column("catalog_sha256", String(64), comment="Digest of the catalog entry used"),
    stamp("received_at", "When it was first collected"),
    *government(),
    PrimaryKeyConstraint("delivery_id", "government"),
    one_of("outcome", "accepted", "duplicate", "refused", "drifted"),
    schema="sources",
    comment="One row per received file with its outcome",
)

mapping = Table(
    "mapping",
    metadata,
    Column("mapping_id", BigInteger, Identity(), primary_key=True, comment="Surrogate key"),
    Column("source", Text, nullable=False, comment="Catalog code of the sender"),
    json("columns", "Accepted meaning of headers: {header: column}"),
    json("headers", "The accepted header line, in order, as {position: header}"),
    Column("delivery_id", String(16), nullable=False, comment="The delivery that brought the change"),
    Column("actor", Text, nullable=False, comment="Account of who accepted it"),
    Column("reason", Text, nullable=False, comment="Why"),
    stamp("accepted_at", "When"),
    *government(),
    CheckConstraint("actor ~ '\\S' AND reason ~ '\\S'", name="named"),
    schema="sources",
    comment="Changed layouts that a person accepted; never changed, only followed by a newer one",
)

extract_unit = Table(
    "extract_unit",
    metadata,
    Column("unit_id", BigInteger, Identity(), primary_key=True, comment="Surrogate key"),
    period(index=True),
    Column("source", Text, nullable=False, comment="Catalog code of the registry"),
    Column(
        "snapshot", String(64), nullable=False, comment="Digest of the whole plan: which units, keys and rows"
    ),
    Column("kecamatan", Text, nullable=False, comment="Kecamatan of the unit, as the registry writes it"),
    Column("page", Integer, nullable=False, comment="Page of the kecamatan, from 1"),
    Column("first_key", Text, nullable=False, comment="Key of its first row in the registry"),
    Column("last_key", Text, nullable=False, comment="Key of its last row"),
    Column("planned_rows", Integer, nullable=False, comment="Rows it had when planned"),
    Column("state", String(8), nullable=False, comment="planned, done or failed"),
    Column("row_count", Integer, comment="Rows fetched"),
    Column("sha256", String(64), comment="Digest of the file the unit was written to"),
    Column("message", Text, comment="What to do, when failed"),
    stamp("changed_at", "When its state last changed"),
    *government(),
    one_of("state", "planned", "done", "failed"),
    UniqueConstraint(
        "period", "source", "snapshot", "kecamatan", "page", "government", name="uq_extract_unit_page"
    ),
    schema="sources",
    comment="One row per kecamatan and page of a registry extract: what is fetched and what is left",
)
