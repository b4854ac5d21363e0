"""What every verb did, and who approved what."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Float,
    ForeignKeyConstraint,
    Identity,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from sigap.warehouse.tables.base import government, json, metadata, one_of, period, stamp

outcome = Table(
    "outcome",
    metadata,
    Column("outcome_id", BigInteger, Identity(), primary_key=True, comment="Surrogate key"),
    Column(
        "verb",
        String(32),
        nullable=False,
        comment="What ran: collect, check, link, decide, approve, bill, issue, settle, report",
    ),
    period(index=True),
    Column("subject", Text, comment="What it ran on, when not the whole month: a delivery or an invoice"),
    Column("run_id", Text, nullable=False, comment="Run of Airflow or of the command line"),
    Column("status", String(8), nullable=False, comment="ok or failed"),
    json("counts", "Counts by name, e.g. rows received"),
    json("inputs", "References of the batches read"),
    json("outputs", "References of the batches written"),
    json("versions", "Digests of code, catalog, rules and tariffs used; unverified figures by name"),
    Column("error", Text, comment="The sentence shown to the operator when it failed; never about a person"),
    stamp("started_at", "When it started"),
    Column("finished_at", DateTime(timezone=True), comment="When it ended"),
    Column("seconds", Float, comment="Duration in seconds"),
    *government(),
    one_of("status", "ok", "failed"),
    schema="audit",
    comment="One row per run of a verb",
)

approval = Table(
    "approval",
    metadata,
    Column("approval_id", BigInteger, Identity(), primary_key=True, comment="Surrogate key"),
    period(index=True),
    Column("subject", String(16), nullable=False, comment="What was judged: roster or invoices"),
    Column(
        "roster_id",
        BigInteger,
        nullable=False,
        comment="The roster version, also the one that invoices were made from",
    ),
    Column(
        "generation",
        SmallInteger,
        nullable=False,
        server_default="0",
        comment="How often invoices of this roster were voided or rejected before; 0 for a roster",
    ),
    Column("verdict", String(8), nullable=False, comment="approved or rejected"),
    Column("actor", Text, nullable=False, comment="Account name of the person who judged"),
    Column("reason", Text, comment="Why, required when rejected"),
    json("seen", "The figures that were judged: people, rupiah, digests"),
    stamp("decided_at", "When"),
    *government(),
    one_of("subject", "roster", "invoices"),
    one_of("verdict", "approved", "rejected"),
    CheckConstraint(
        "verdict = 'approved' OR coalesce(trim(reason), '') <> ''", name="rejection_needs_a_reason"
    ),
    CheckConstraint(r"actor ~ '\S'", name="named"),
    UniqueConstraint("subject", "roster_id", "generation"),
    CheckConstraint("generation >= 0 AND (subject = 'invoices' OR generation = 0)", name="generation"),
    ForeignKeyConstraint(
        ["roster_id", "period", "government"],
        ["entitlement.roster.roster_id", "entitlement.roster.period", "entitlement.roster.government"],
        name="fk_approval_roster",
    ),
    schema="audit",
    comment="Judgements of people. Whoever approved a roster cannot approve its invoices (trigger)",
)
