"""Documents handed over, and names of places. The analysts' star beside them: warehouse/views."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Identity,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from sigap.warehouse.tables.base import metadata, one_of, period, stamp

document = Table(
    "document",
    metadata,
    Column("document_id", BigInteger, Identity(), primary_key=True, comment="Surrogate key"),
    Column("invoice_id", ForeignKey("billing.invoice.invoice_id"), nullable=False, comment="Invoice"),
    Column("kind", String(8), nullable=False, comment="workbook or pdf"),
    Column("uri", Text, nullable=False, comment="Where the file is"),
    Column("sha256", String(64), nullable=False, comment="Digest of the file"),
    Column("lines_sha256", String(64), nullable=False, comment="Digest of the line set it shows"),
    stamp("made_at", "When"),
    one_of("kind", "workbook", "pdf"),
    UniqueConstraint("invoice_id", "kind"),
    schema="reporting",
    comment="One row per document of an invoice",
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
    one_of("source_class", "all", "registry", "association"),
    CheckConstraint("0 <= low AND low <= value AND value <= high AND high <= 1 AND n > 0", name="interval"),
    schema="reporting",
    comment="How good links were on the labelled set of the month; the newest run counts, none is changed",
)
