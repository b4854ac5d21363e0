"""Documents handed over, and names of places. The analysts' star beside them: warehouse/views."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Identity,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from sigap.warehouse.tables.base import government, metadata, one_of, period, stamp

document = Table(
    "document",
    metadata,
    Column("document_id", BigInteger, Identity(), primary_key=True, comment="Surrogate key"),
    Column("invoice_id", ForeignKey("billing.invoice.invoice_id"), comment="Invoice; empty for a note"),
    Column("note_id", ForeignKey("billing.note.note_id"), comment="Note; empty for an invoice"),
    Column(
        "kind",
        String(8),
        nullable=False,
        comment="workbook, pdf, annex (PDF) or part (workbook of an annex in parts); note (PDF of a note)",
    ),
    Column(
        "part", SmallInteger, nullable=False, server_default="1", comment="Which file of its kind, from 1"
    ),
    Column("uri", Text, nullable=False, comment="Where the file is"),
    Column("sha256", String(64), nullable=False, comment="Digest of the file"),
    Column("lines_sha256", String(64), nullable=False, comment="Digest of the line set it shows"),
    stamp("made_at", "When"),
    one_of("kind", "workbook", "pdf", "annex", "part", "note"),
    CheckConstraint("part >= 1", name="part"),
    CheckConstraint(
        "(note_id IS NOT NULL) = (kind = 'note') AND (invoice_id IS NULL) = (kind = 'note')", name="of"
    ),
    UniqueConstraint("invoice_id", "kind", "part"),
    UniqueConstraint("note_id", "kind", "part"),
    schema="reporting",
    comment="One row per document of an invoice or a note",
)

hand_over = Table(
    "hand_over",
    metadata,
    Column("hand_over_id", BigInteger, Identity(), primary_key=True, comment="Surrogate key"),
    Column(
        "invoice_id",
        ForeignKey("billing.invoice.invoice_id"),
        nullable=False,
        index=True,
        comment="Invoice",
    ),
    Column("recipient", String(8), nullable=False, comment="bpjs, finance or sk"),
    Column(
        "template",
        Text,
        nullable=False,
        comment="Template it was made from and the digest of that, or the kind of document",
    ),
    Column("part", SmallInteger, nullable=False, comment="Which file of the invoice, from 1"),
    Column("parts", SmallInteger, nullable=False, comment="How many files it was cut into"),
    Column("file_name", Text, nullable=False, comment="Name of the file, without folder"),
    Column(
        "sha256",
        String(64),
        nullable=False,
        index=True,
        comment="Digest of the file before it was protected",
    ),
    Column(
        "copy_sha256",
        String(64),
        nullable=False,
        index=True,
        comment="Digest of the file that was handed over",
    ),
    Column("lines_sha256", String(64), nullable=False, comment="Digest of the line set it shows"),
    Column("people", Integer, nullable=False, comment="Persons in the file"),
    Column(
        "is_protected",
        Boolean,
        nullable=False,
        comment="It asks for a password, which is kept nowhere",
    ),
    Column("actor", Text, nullable=False, comment="Account name of who made it"),
    stamp("handed_at", "When"),
    one_of("recipient", "bpjs", "finance", "sk"),
    CheckConstraint("1 <= part AND part <= parts", name="parts"),
    CheckConstraint(r"actor ~ '\S'", name="named"),
    schema="reporting",
    comment="Each file that left the house: for whom, by whom, with which digest; never changed",
)

region = Table(
    "region",
    metadata,
    Column("kelurahan_code", String(13), primary_key=True, comment="Kemendagri code, e.g. 32.75.02.1005"),
    Column("kelurahan_name", Text, nullable=False, comment="Name of the kelurahan"),
    Column("kecamatan_code", String(8), nullable=False, comment="Kemendagri code, e.g. 32.75.02"),
    Column("kecamatan_name", Text, nullable=False, comment="Name of the kecamatan"),
    Column("regency_code", String(5), nullable=False, comment="Kemendagri code of the city, e.g. 32.75"),
    Column("regency_name", Text, nullable=False, comment="Name of the city"),
    Column("province_code", String(2), nullable=False, comment="Kemendagri code of the province, e.g. 32"),
    Column("province_name", Text, nullable=False, comment="Name of the province"),
    Column("reference", Text, nullable=False, comment="Decree that gives the codes"),
    Column("valid_from_date", Date, nullable=False, comment="Day from which the codes are used"),
    schema="reporting",
    comment="Kelurahan and kecamatan of the city, seeded from domain/regions.yaml at every migration",
)

link_quality = Table(
    "link_quality",
    metadata,
    Column("link_quality_id", BigInteger, Identity(), primary_key=True, comment="Surrogate key"),
    period(index=True),
    Column("run_id", Text, nullable=False, comment="Run of Airflow or of the command line that measured"),
    Column("measured_set", Text, nullable=False, comment="The labelled set: profile, rows and seed"),
    Column("source_class", String(11), nullable=False, comment="all, registry or association"),
    Column("measure", String(16), nullable=False, comment="What was measured, e.g. precision"),
    Column("value", Float, nullable=False, comment="The measured share, 0 to 1"),
    Column("low", Float, nullable=False, comment="Lower end of its 95 % interval (Wilson)"),
    Column("high", Float, nullable=False, comment="Upper end of its 95 % interval"),
    Column("n", Integer, nullable=False, comment="What it is a share of"),
    Column("model", Text, nullable=False, comment="The link model: its name and digest"),
    stamp("measured_at", "When"),
    *government(),
    one_of("source_class", "all", "registry", "association"),
    CheckConstraint("0 <= low AND low <= value AND value <= high AND high <= 1 AND n > 0", name="interval"),
    schema="reporting",
    comment="How good links were on the labelled set of the month; the newest run counts, none is changed",
)
