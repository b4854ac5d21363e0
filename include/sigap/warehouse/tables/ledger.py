"""The ledger of billing: accounts, journal, postings, and months that close (guards in the migration)."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from sigap.warehouse.tables.base import government, metadata, one_of, rupiah, stamp

MONTH = "period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'"
STATUSES = ("open", "locked", "closed")
KINDS = ("invoice", "void", "credit_note", "debit_note", "credit_used", "payment")
_KEYED = (
    "CASE kind WHEN 'invoice' THEN key = 'invoice/' || document WHEN 'void' THEN key = 'void/' || document "
    "WHEN 'credit_note' THEN key = 'note/' || document WHEN 'debit_note' THEN key = 'note/' || document "
    r"ELSE key ~ '\S' AND document ~ '\S' END"
)

account = Table(
    "account",
    metadata,
    Column("account_code", Text, nullable=False, comment="Kode rekening"),
    Column("name", Text, nullable=False, comment="Its name"),
    Column("kind", String(9), nullable=False, comment="asset, liability or expense"),
    Column("reference", Text, nullable=False, comment="Where the code comes from"),
    Column("is_verified", Boolean, nullable=False, comment="The code was seen in its source"),
    *government(),
    PrimaryKeyConstraint("account_code", "government"),
    one_of("kind", "asset", "liability", "expense"),
    CheckConstraint(r"account_code ~ '\S' AND name ~ '\S' AND reference ~ '\S'", name="named"),
    schema="billing",
    comment="Accounts that were posted to, from billing/accounts.yaml and billing/payers.yaml",
)

ledger_period = Table(
    "ledger_period",
    metadata,
    Column("period", String(7), nullable=False, comment="Month of the books, e.g. 2026-01"),
    Column("status", String(6), nullable=False, server_default="open", comment="open, locked or closed"),
    Column("changed_by", Text, comment="Account name of who locked, closed or reopened it last"),
    Column("changed_at", DateTime(timezone=True), comment="When"),
    *government(),
    PrimaryKeyConstraint("period", "government"),
    CheckConstraint(MONTH, name="month"),
    one_of("status", *STATUSES),
    CheckConstraint(
        "(changed_by IS NULL) = (changed_at IS NULL) AND (status = 'open' OR changed_by IS NOT NULL)",
        name="changed",
    ),
    schema="billing",
    comment="Months of the books: open, locked for invoices and notes, closed for everything",
)

ledger_period_event = Table(
    "ledger_period_event",
    metadata,
    Column("event_id", BigInteger, Identity(), primary_key=True, comment="Surrogate key"),
    Column("period", String(7), nullable=False, index=True, comment="Month of the books, e.g. 2026-01"),
    Column("status", String(6), nullable=False, comment="What it became: locked, closed, or open again"),
    Column("actor", Text, nullable=False, comment="Account name of who did it"),
    Column("reason", Text, comment="Why, required when reopened"),
    stamp("happened_at", "When"),
    *government(),
    CheckConstraint(MONTH, name="month"),
    one_of("status", *STATUSES),
    CheckConstraint(r"actor ~ '\S'", name="named"),
    CheckConstraint("status <> 'open' OR coalesce(trim(reason), '') <> ''", name="reopening_needs_a_reason"),
    schema="billing",
    comment="Who locked, closed or reopened a month of the books, and when; never changed",
)

journal_entry = Table(
    "journal_entry",
    metadata,
    Column("entry_id", BigInteger, Identity(), primary_key=True, comment="Surrogate key"),
    Column(
        "key",
        Text,
        nullable=False,
        comment="Names the event once for ever, e.g. invoice/<number>",
    ),
    Column("kind", String(11), nullable=False, comment=f"{', '.join(KINDS[:-1])} or {KINDS[-1]}"),
    Column("period", String(7), nullable=False, index=True, comment="Month of the books, e.g. 2026-01"),
    Column(
        "document",
        Text,
        nullable=False,
        index=True,
        comment="Number of the invoice or note, or reference of the payment",
    ),
    Column("legs", SmallInteger, nullable=False, comment="How many postings it has"),
    rupiah("total_idr", "Sum of its debits"),
    stamp("posted_at", "When it was entered"),
    *government(),
    UniqueConstraint("key", "government"),
    ForeignKeyConstraint(
        ["period", "government"], ["billing.ledger_period.period", "billing.ledger_period.government"]
    ),
    one_of("kind", *KINDS),
    CheckConstraint(_KEYED, name="keyed"),
    CheckConstraint("legs >= 2 AND total_idr > 0", name="two_legs"),
    schema="billing",
    comment="One event in the books: balanced, and never changed",
)

posting = Table(
    "posting",
    metadata,
    Column("entry_id", ForeignKey("billing.journal_entry.entry_id"), comment="Entry"),
    Column("leg_no", SmallInteger, comment="Its place in the entry, from 1"),
    Column("account_code", Text, nullable=False, index=True, comment="Account"),
    Column("funding_source", Text, nullable=False, comment="Payer whose books it is in"),
    Column("debit_idr", BigInteger, nullable=False, comment="Debit, whole rupiah; 0 when it is a credit"),
    Column("credit_idr", BigInteger, nullable=False, comment="Credit, whole rupiah; 0 when it is a debit"),
    *government(),
    PrimaryKeyConstraint("entry_id", "leg_no"),
    ForeignKeyConstraint(
        ["account_code", "government"], ["billing.account.account_code", "billing.account.government"]
    ),
    CheckConstraint(
        "debit_idr >= 0 AND credit_idr >= 0 AND (debit_idr > 0) <> (credit_idr > 0)", name="one_side"
    ),
    CheckConstraint("leg_no >= 1", name="numbered"),
    schema="billing",
    comment="The legs of an entry: an account of a payer, and an amount on one side",
)
