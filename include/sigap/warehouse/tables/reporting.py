"""Documents handed over, and names of places. The analysts' star beside them: warehouse/views."""

from sqlalchemy import BigInteger, Column, Date, ForeignKey, Identity, String, Table, Text, UniqueConstraint

from sigap.warehouse.tables.base import metadata, one_of, stamp

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
