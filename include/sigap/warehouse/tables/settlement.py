"""What BPJS billed and what was paid, against what we invoiced."""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    ForeignKey,
    Identity,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from sigap.warehouse.tables.base import json, metadata, one_of, period, rupiah, stamp

reconciliation = Table(
    "reconciliation",
    metadata,
    Column("reconciliation_id", BigInteger, Identity(), primary_key=True, comment="Surrogate key"),
    period(index=True),
    Column("bill_delivery_id", String(16), nullable=False, comment="Delivery of the BPJS bill"),
    Column("people_invoiced", Integer, nullable=False, comment="Persons on our issued invoices"),
    Column("people_billed", Integer, nullable=False, comment="Persons on the BPJS bill"),
    rupiah("invoiced_idr", "Total of our issued invoices"),
    rupiah("billed_idr", "Total of the BPJS bill"),
    rupiah("paid_idr", "Total of the payments received for the month"),
    json("classes", "Persons by class: matched, missing, extra, amount_differs"),
    stamp("made_at", "When"),
    UniqueConstraint("period", "bill_delivery_id"),
    schema="settlement",
    comment="One comparison of a month's bill with our invoices",
)

difference = Table(
    "difference",
    metadata,
    Column(
        "reconciliation_id",
        ForeignKey("settlement.reconciliation.reconciliation_id"),
        nullable=False,
        comment="Reconciliation",
    ),
    Column("nik", String(16), nullable=False, comment="NIK on the bill or on our line"),
    Column("person_id", BigInteger, comment="Person, when known to us"),
    Column("class", String(16), nullable=False, comment="missing, extra or amount_differs"),
    rupiah("invoiced_idr", "On our line"),
    rupiah("billed_idr", "On the bill"),
    PrimaryKeyConstraint("reconciliation_id", "nik"),
    one_of("class", "missing", "extra", "amount_differs"),
    schema="settlement",
    comment="Persons whose bill and invoice line do not agree",
)

payment = Table(
    "payment",
    metadata,
    Column("payment_id", BigInteger, Identity(), primary_key=True, comment="Surrogate key"),
    period(index=True),
    Column("delivery_id", String(16), nullable=False, comment="Delivery of the receipt list"),
    Column("reference", Text, nullable=False, comment="Reference of the receipt (SP2D or BPJS)"),
    Column("invoice_number", Text, nullable=False, comment="Invoice it pays, as written"),
    Column("paid_on", Date, nullable=False, comment="Day of payment"),
    rupiah("amount_idr", "Amount"),
    UniqueConstraint("reference"),
    schema="settlement",
    comment="Payments received by BPJS, as listed",
)
