"""What people decided about doubtful pairs, and who checked it."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Identity,
    Integer,
    String,
    Table,
    Text,
)

from sigap.warehouse.tables.base import government, metadata, of_delivery, one_of, period, rupiah, stamp

verdict = Table(
    "verdict",
    metadata,
    Column("verdict_id", BigInteger, Identity(), primary_key=True, comment="Surrogate key"),
    Column(
        "fact_key",
        String(64),
        nullable=False,
        index=True,
        comment="Digest of the facts of both rows, in either order",
    ),
    Column("kind", String(10), nullable=False, comment="rows, or membership when the other row is one"),
    Column("verdict", String(9), nullable=False, comment="same or different person"),
    period(index=True),
    Column(
        "delivery_id",
        String(16),
        nullable=False,
        comment="Delivery of the row that was judged",
    ),
    Column("sheet", Text, nullable=False, comment="Its sheet"),
    Column("row", Integer, nullable=False, comment="Its line"),
    Column(
        "other_delivery_id",
        String(16),
        nullable=False,
        comment="Delivery of the row it was compared with",
    ),
    Column("other_sheet", Text, nullable=False, comment="Its sheet"),
    Column("other_row", Integer, nullable=False, comment="Its line"),
    Column(
        "match_weight",
        Double,
        nullable=False,
        comment="What the model had said: log2 of the odds that they are one person",
    ),
    rupiah("risk_idr", "What a wrong verdict would cost on average"),
    rupiah("limit_idr", "Above this risk a second person has to agree"),
    Column("rules", Text, nullable=False, comment="The dated rules of both amounts"),
    Column("actor", Text, nullable=False, comment="Account of who judged, the maker"),
    Column("reason", Text, nullable=False, comment="Why"),
    stamp("judged_at", "When"),
    *government(),
    of_delivery(),
    of_delivery("other_delivery_id"),
    one_of("kind", "rows", "membership"),
    one_of("verdict", "same", "different"),
    CheckConstraint("fact_key ~ '\\S' AND actor ~ '\\S' AND reason ~ '\\S'", name="named"),
    CheckConstraint("risk_idr >= 0 AND limit_idr >= 0", name="amounts"),
    schema="identity",
    comment="What a person decided about a pair; the newest of a key that has effect counts, "
    "none is ever changed",
)

verdict_check = Table(
    "verdict_check",
    metadata,
    Column("verdict_id", ForeignKey("identity.verdict.verdict_id"), primary_key=True, comment="The verdict"),
    Column("answer", String(8), nullable=False, comment="agree, or disagree: then the verdict has no effect"),
    Column("actor", Text, nullable=False, comment="Account of who checked, never the maker"),
    Column("reason", Text, comment="Why; always there for disagree"),
    stamp("checked_at", "When"),
    one_of("answer", "agree", "disagree"),
    CheckConstraint("actor ~ '\\S' AND (answer = 'agree' OR coalesce(reason, '') ~ '\\S')", name="named"),
    schema="identity",
    comment="What a second person answered to a verdict about a pair; never changed",
)
