"""Whether received rows may be used."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from sigap.warehouse.tables.base import government, json, metadata, of_delivery, one_of, period, stamp

validation = Table(
    "validation",
    metadata,
    Column("delivery_id", String(16), nullable=False, comment="The delivery"),
    period(index=True),
    Column(
        "outcome", String(8), nullable=False, comment="passed, or stopped when the source broke its contract"
    ),
    Column("message", Text, comment="What to do, when stopped"),
    Column("received", Integer, nullable=False, comment="Rows received"),
    Column("accepted", Integer, nullable=False, comment="Rows accepted"),
    Column("held", Integer, nullable=False, comment="Rows held for a person"),
    Column("rejected", Integer, nullable=False, comment="Rows rejected"),
    json("reasons", "Rows by reason code"),
    json("faults", "Of the reasons, those that hold or reject a row: rows by code"),
    json("duplicates", "Repeated rows within the file: {exact, near}"),
    json("stops", "The stop rules it broke: {rule: {limit, found}}"),
    json("batch", "Reference of the batch of checked rows"),
    json("findings", "Reference of the batch of findings, cell by cell"),
    Column("suite_sha256", String(64), nullable=False, comment="Digest of the Great Expectations suite"),
    Column("report", Text, comment="Path of the Data Docs page"),
    stamp("checked_at", "When"),
    *government(),
    PrimaryKeyConstraint("delivery_id", "government"),
    of_delivery(),
    one_of("outcome", "passed", "stopped"),
    CheckConstraint("accepted + held + rejected = received", name="balance"),
    schema="quality",
    comment="One validation per delivery",
)

judgement = Table(
    "judgement",
    metadata,
    Column("judgement_id", BigInteger, Identity(), primary_key=True, comment="Surrogate key"),
    period(index=True),
    Column(
        "delivery_id",
        String(16),
        comment="The stopped delivery; empty for a rule over the whole month",
    ),
    json("stops", "The broken rules that were judged: {rule: {limit, found}}"),
    Column("verdict", String(10), nullable=False, comment="pass: used all the same, or leave_out"),
    Column("actor", Text, nullable=False, comment="Account of who judged"),
    Column("reason", Text, nullable=False, comment="Why"),
    stamp("judged_at", "When"),
    *government(),
    of_delivery(),
    one_of("verdict", "pass", "leave_out"),
    CheckConstraint("actor ~ '\\S' AND reason ~ '\\S'", name="named"),
    schema="quality",
    comment="What a person decided about a delivery or a month that broke a stop rule; never changed",
)

verdict = Table(
    "verdict",
    metadata,
    Column("verdict_id", BigInteger, Identity(), primary_key=True, comment="Surrogate key"),
    Column("source", Text, nullable=False, comment="Catalog code of the sender"),
    Column("fact_key", String(32), nullable=False, comment="Digest of the facts that were judged"),
    Column("verdict", String(8), nullable=False, comment="accept, reject or correct"),
    json("corrections", "For correct: {column: text}"),
    json("codes", "Reason codes that the person saw, as {code: column}"),
    Column(
        "delivery_id",
        String(16),
        nullable=False,
        comment="Delivery of the row that was judged",
    ),
    Column("sheet", Text, nullable=False, comment="Its sheet"),
    Column("row", Integer, nullable=False, comment="Its line"),
    Column("actor", Text, nullable=False, comment="Account of who judged"),
    Column("reason", Text, nullable=False, comment="Why"),
    stamp("judged_at", "When"),
    *government(),
    of_delivery(),
    one_of("verdict", "accept", "reject", "correct"),
    CheckConstraint("actor ~ '\\S' AND reason ~ '\\S'", name="named"),
    Index(None, "source", "fact_key"),
    schema="quality",
    comment="What a person decided about a held row; the newest of a key counts, none is ever changed",
)

duplicate = Table(
    "duplicate",
    metadata,
    period(),
    Column("source", Text, nullable=False, comment="Catalog code of the sender"),
    Column("scope", String(6), nullable=False, comment="file, source or across: where the twin stands"),
    Column("nearness", String(5), nullable=False, comment="exact or near"),
    Column("rows", Integer, nullable=False, comment="Rows that have such a twin before them"),
    stamp("counted_at", "When"),
    *government(),
    PrimaryKeyConstraint("period", "source", "scope", "nearness", "government"),
    one_of("scope", "file", "source", "across"),
    one_of("nearness", "exact", "near"),
    schema="quality",
    comment="The six counters of repeated rows, per source and month",
)

edition = Table(
    "edition",
    metadata,
    Column("edition", Text, primary_key=True, comment="Its name, e.g. Kepmendagri 300.2.2-2138/2025"),
    Column("valid_from", Date, nullable=False, comment="From when its codes are given out"),
    Column("source", Text, nullable=False, comment="Where the table was taken from"),
    Column("sha256", String(64), nullable=False, comment="Digest of the loaded file"),
    Column("is_verified", Boolean, nullable=False, comment="Whether somebody read the official text"),
    Column("actor", Text, nullable=False, comment="Account of who loaded it"),
    stamp("loaded_at", "When"),
    schema="quality",
    comment="Editions of the official region codes that were loaded; those of the house are in domain/",
)

region = Table(
    "region",
    metadata,
    Column("edition", ForeignKey("quality.edition.edition"), primary_key=True, comment="The edition"),
    Column("region_code", String(13), primary_key=True, comment="Kemendagri code, e.g. 32.75.02.1005"),
    Column("name", Text, nullable=False, comment="Its name"),
    Column("bps_code", String(10), comment="BPS code, which numbers differently"),
    schema="quality",
    comment="Provinces, regencies, kecamatan and kelurahan of an edition",
)
