"""Invoices. Once issued, neither they nor their lines change (triggers in the migration)."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from sigap.warehouse.tables.base import government, metadata, one_of, period, rupiah, stamp

MONTH = "^[0-9]{4}-(0[1-9]|1[0-2])$"

number_series = Table(
    "number_series",
    metadata,
    Column("wadah_code", String(2), nullable=False, comment="BPJS group code"),
    Column("year", SmallInteger, nullable=False, comment="Calendar year"),
    Column("last_number", Integer, nullable=False, comment="Last number given out; no gaps"),
    *government(),
    PrimaryKeyConstraint("wadah_code", "year", "government"),
    schema="billing",
    comment="Gapless invoice numbers per government, wadah and year",
)

invoice = Table(
    "invoice",
    metadata,
    Column("invoice_id", BigInteger, Identity(), primary_key=True, comment="Surrogate key"),
    Column("number", Text, comment="SIGAP/<wadah>/<period>/<seq>, given when issued"),
    Column(
        "period", String(7), nullable=False, index=True, comment="Month in which it is billed, e.g. 2026-01"
    ),
    Column("roster_id", BigInteger, nullable=False, index=True, comment="Approved roster it bills"),
    Column("funding_source", Text, nullable=False, comment="Who pays"),
    Column("wadah_code", String(2), nullable=False, comment="BPJS group code"),
    Column("covers_from", String(7), nullable=False, comment="First coverage month on its lines"),
    Column("covers_to", String(7), nullable=False, comment="Last coverage month on its lines"),
    Column("status", String(8), nullable=False, comment="draft, approved, issued or void"),
    Column(
        "generation",
        SmallInteger,
        nullable=False,
        server_default="0",
        comment="How often invoices of this roster were voided or rejected before",
    ),
    Column(
        "replaces_id",
        ForeignKey("billing.invoice.invoice_id"),
        comment="The voided invoice that this one stands in for",
    ),
    Column("people", Integer, nullable=False, comment="Persons billed"),
    rupiah("jkk_idr", "Work-accident premium"),
    rupiah("jkm_idr", "Death premium"),
    rupiah("total_idr", "JKK and JKM"),
    Column("due_date", Date, nullable=False, comment="Last day to pay"),
    Column("lines_sha256", String(64), nullable=False, comment="Digest of the line set"),
    Column("tariffs_sha256", String(64), nullable=False, comment="Digest of the tariffs used"),
    stamp("created_at", "When the draft was made"),
    Column("issued_at", DateTime(timezone=True), comment="When it was issued"),
    Column("voided_at", DateTime(timezone=True), comment="When it was voided"),
    *government(),
    one_of("status", "draft", "approved", "issued", "void"),
    CheckConstraint("jkk_idr + jkm_idr = total_idr", name="total"),
    CheckConstraint("people > 0 AND total_idr > 0", name="positive"),
    CheckConstraint(
        "(status IN ('issued', 'void')) = (number IS NOT NULL AND issued_at IS NOT NULL)", name="numbered"
    ),
    CheckConstraint("(status = 'void') = (voided_at IS NOT NULL)", name="voided"),
    CheckConstraint(
        f"covers_from <= covers_to AND covers_from ~ '{MONTH}' AND covers_to ~ '{MONTH}'", name="covers"
    ),
    UniqueConstraint("number", "government"),
    UniqueConstraint("invoice_id", "period"),
    ForeignKeyConstraint(
        ["roster_id", "period", "government"],
        ["entitlement.roster.roster_id", "entitlement.roster.period", "entitlement.roster.government"],
        name="fk_invoice_roster",
    ),
    schema="billing",
    comment="One invoice per funding source, wadah and billing month, over one or more coverage months",
)
Index(
    "uq_invoice_standing",
    invoice.c.period,
    invoice.c.funding_source,
    invoice.c.wadah_code,
    invoice.c.roster_id,
    unique=True,
    postgresql_where=invoice.c.status != "void",
)
Index("uq_invoice_replaces_id", invoice.c.replaces_id, unique=True)

invoice_line = Table(
    "invoice_line",
    metadata,
    Column("line_id", BigInteger, Identity(), primary_key=True, comment="Surrogate key, shown to auditors"),
    Column("invoice_id", BigInteger, nullable=False, index=True, comment="Invoice"),
    Column("roster_id", BigInteger, nullable=False, comment="Roster version of the decision"),
    Column("person_id", BigInteger, nullable=False, comment="Person"),
    period(),
    Column("income_band", SmallInteger, nullable=False, comment="JKK income band"),
    rupiah("jkk_idr", "Work-accident premium"),
    rupiah("jkm_idr", "Death premium"),
    rupiah("total_idr", "JKK and JKM"),
    Column("tariff", Text, nullable=False, comment="The dated values used"),
    Column(
        "payer_set",
        Text,
        nullable=False,
        comment="Who pays for the person-month together: a funding source, or a set of them that share it",
    ),
    Column(
        "share_no",
        SmallInteger,
        nullable=False,
        server_default="1",
        comment="Which share of the set this is, 1 for one payer",
    ),
    Column(
        "is_void",
        Boolean,
        nullable=False,
        server_default="false",
        comment="Its invoice is void, so the person-month is free again",
    ),
    CheckConstraint(
        "jkk_idr >= 0 AND jkm_idr >= 0 AND total_idr > 0 AND jkk_idr + jkm_idr = total_idr", name="amounts"
    ),
    CheckConstraint("share_no >= 1", name="share"),
    schema="billing",
    comment="One person, one month and one share of its premium; unique over all invoices that stand: nobody "
    "is billed twice",
)
Index(
    "uq_invoice_line_standing",
    invoice_line.c.person_id,
    invoice_line.c.period,
    invoice_line.c.share_no,
    unique=True,
    postgresql_where=~invoice_line.c.is_void,
)
Index(
    "ix_invoice_line_shared",
    invoice_line.c.period,
    postgresql_where=(invoice_line.c.share_no > 1) & ~invoice_line.c.is_void,
)

void_request = Table(
    "void_request",
    metadata,
    Column("void_request_id", BigInteger, Identity(), primary_key=True, comment="Surrogate key"),
    Column(
        "invoice_id",
        ForeignKey("billing.invoice.invoice_id"),
        nullable=False,
        index=True,
        comment="Issued invoice",
    ),
    Column("reason", Text, nullable=False, comment="Why; never about a person"),
    Column("actor", Text, nullable=False, comment="Account name of who asks"),
    stamp("asked_at", "When"),
    CheckConstraint(r"actor ~ '\S' AND reason ~ '\S'", name="named"),
    schema="billing",
    comment="Somebody asks that an issued invoice be void",
)

void_answer = Table(
    "void_answer",
    metadata,
    Column(
        "void_request_id",
        ForeignKey("billing.void_request.void_request_id"),
        primary_key=True,
        comment="The request",
    ),
    Column("verdict", String(8), nullable=False, comment="approved or rejected"),
    Column("actor", Text, nullable=False, comment="Account name of who answers"),
    Column("reason", Text, comment="Why, required when rejected"),
    stamp("answered_at", "When"),
    one_of("verdict", "approved", "rejected"),
    CheckConstraint(r"actor ~ '\S'", name="named"),
    CheckConstraint(
        "verdict = 'approved' OR coalesce(trim(reason), '') <> ''", name="rejection_needs_a_reason"
    ),
    schema="billing",
    comment="Another person answers; only then the invoice may be void",
)

parked = Table(
    "parked",
    metadata,
    Column("parked_id", BigInteger, Identity(), primary_key=True, comment="Surrogate key"),
    Column("roster_id", ForeignKey("entitlement.roster.roster_id"), nullable=False, comment="Roster version"),
    Column("person_id", BigInteger, nullable=False, comment="Person"),
    period(index=True),
    Column(
        "funding_source",
        Text,
        nullable=False,
        comment="Payer of the share, or the payer set when none could be told",
    ),
    Column("reason_code", Text, nullable=False, comment="Why, see billing/parking.yaml"),
    Column(
        "total_idr",
        BigInteger,
        comment="What it would cost, whole rupiah; empty when no price could be told",
    ),
    UniqueConstraint("roster_id", "person_id", "period", "funding_source"),
    schema="billing",
    comment="Subsidised person-months that were not billed, and why; replaced when the month is billed again",
)
