"""Documents handed over. The analysts' star stands beside it as views (warehouse/views)."""

from sqlalchemy import BigInteger, Column, ForeignKey, Identity, String, Table, Text, UniqueConstraint

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
