"""Invoices. Once issued, neither they nor their lines change (triggers in the migration)."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from sigap.warehouse.tables.base import metadata, one_of, period, rupiah, stamp

number_series = Table(
    "number_series",
    metadata,
    Column("wadah_code", String(2), nullable=False, comment="BPJS group code"),
    Column("year", SmallInteger, nullable=False, comment="Calendar year"),
    Column("last_number", Integer, nullable=False, comment="Last number given out; no gaps"),
    PrimaryKeyConstraint("wadah_code", "year"),
    schema="billing",
    comment="Gapless invoice numbers per wadah and year",
)

invoice = Table(
    "invoice",
    metadata,
    Column("invoice_id", BigInteger, Identity(), primary_key=True, comment="Surrogate key"),
    Column("number", Text, unique=True, comment="SIGAP/<wadah>/<period>/<seq>, given when issued"),
    period(index=True),
    Column("roster_id", BigInteger, nullable=False, index=True, comment="Approved roster it bills"),
    Column("funding_source", Text, nullable=False, comment="Who pays"),
    Column("wadah_code", String(2), nullable=False, comment="BPJS group code"),
    Column("status", String(8), nullable=False, comment="draft, approved or issued"),
    Column("people", Integer, nullable=False, comment="Persons billed"),
    rupiah("jkk_idr", "Work-accident premium"),
    rupiah("jkm_idr", "Death premium"),
    rupiah("total_idr", "JKK and JKM"),
    Column("due_date", Date, nullable=False, comment="Last day to pay"),
    Column("lines_sha256", String(64), nullable=False, comment="Digest of the line set"),
    Column("tariffs_sha256", String(64), nullable=False, comment="Digest of the tariffs used"),
    stamp("created_at", "When the draft was made"),
    Column("issued_at", DateTime(timezone=True), comment="When it was issued"),
    one_of("status", "draft", "approved", "issued"),
    CheckConstraint("jkk_idr + jkm_idr = total_idr", name="total"),
    CheckConstraint("people > 0 AND total_idr > 0", name="positive"),
    CheckConstraint("(status = 'issued') = (number IS NOT NULL AND issued_at IS NOT NULL)", name="numbered"),
    UniqueConstraint("period", "funding_source", "wadah_code", "roster_id"),
    UniqueConstraint("invoice_id", "period"),
    ForeignKeyConstraint(
        ["roster_id", "period"],
        ["entitlement.roster.roster_id", "entitlement.roster.period"],
        name="fk_invoice_roster",
    ),
    schema="billing",
    comment="One invoice per funding source, wadah and month",
)

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
    CheckConstraint("jkk_idr > 0 AND jkm_idr > 0 AND jkk_idr + jkm_idr = total_idr", name="amounts"),
    UniqueConstraint("person_id", "period"),
    ForeignKeyConstraint(
        ["invoice_id", "period"],
        ["billing.invoice.invoice_id", "billing.invoice.period"],
        name="fk_line_invoice",
        ondelete="CASCADE",  # a draft goes as a whole
    ),
    ForeignKeyConstraint(
        ["roster_id", "person_id"],
        ["entitlement.decision.roster_id", "entitlement.decision.person_id"],
        name="fk_line_decision",
    ),
    schema="billing",
    comment="One person and one month; unique over all invoices, so that nobody is billed twice",
)
