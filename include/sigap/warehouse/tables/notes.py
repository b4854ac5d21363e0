"""Corrections of issued months, and the credit and debit notes they become.

Guards (caps, four eyes, what stays) are triggers of revision 0010.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Sequence,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from sigap.warehouse.tables.base import government, metadata, one_of, period, rupiah, stamp
from sigap.warehouse.tables.billing import MONTH

REASONS = (
    "DECEASED", "MOVED_OUT", "BECAME_PU", "FOUND_INSURED", "LEFT_OUT", "NIK_CORRECTED", "REVERSED",
)  # fmt: skip
_LINE = "The issued line it corrects; empty for a person who was left out"

proposal_number = Sequence("proposal_number", schema="billing", metadata=metadata)


def _kind() -> Column[str]:
    return Column("kind", String(6), nullable=False, comment="credit: less is owed; debit: more")


def _amounts() -> tuple[Column[int], ...]:
    return (
        rupiah("jkk_idr", "Work-accident premium"),
        rupiah("jkm_idr", "Death premium"),
        rupiah("total_idr", "JKK and JKM"),
    )


def _add_up() -> CheckConstraint:
    return CheckConstraint(
        "jkk_idr >= 0 AND jkm_idr >= 0 AND total_idr > 0 AND jkk_idr + jkm_idr = total_idr", name="amounts"
    )


def _without_nik(column: str, text: str) -> CheckConstraint:
    return CheckConstraint(
        rf"regexp_replace({text}, '[\s.-]', '', 'g') !~ '[0-9]{{16}}'", name=f"{column}_without_nik"
    )


def _key(name: str) -> Column[Any]:
    return Column(name, BigInteger, Identity(), primary_key=True, comment="Surrogate key")


correction = Table(
    "correction",
    metadata,
    _key("correction_id"),
    Column(
        "proposal_id",
        BigInteger,
        nullable=False,
        index=True,
        comment="What was proposed together about one person and is answered together",
    ),
    _kind(),
    Column("reason_code", Text, nullable=False, comment="Why, see billing/corrections.yaml"),
    Column("line_id", BigInteger, index=True, comment=_LINE),
    Column(
        "reverses_id",
        ForeignKey("billing.correction.correction_id"),
        index=True,
        comment="The earlier correction that it takes back",
    ),
    Column("person_id", ForeignKey("identity.person.person_id"), nullable=False, comment="Person"),
    period(),
    Column("payer_set", Text, nullable=False, comment="Who pays for the person-month together"),
    Column(
        "share_no", SmallInteger, nullable=False, comment="Which share of the set this is, 1 for one payer"
    ),
    Column("funding_source", Text, nullable=False, comment="Who pays this share"),
    Column("wadah_code", String(2), nullable=False, comment="BPJS group code"),
    *_amounts(),
    Column("tariff", Text, nullable=False, comment="The dated values of the covered month"),
    Column("effective_date", Date, comment="Day of the event that it follows from, such as the death"),
    Column(
        "rule", Text, nullable=False, comment="The dated rule of billing/corrections.yaml that it follows"
    ),
    Column(
        "months_covered",
        SmallInteger,
        nullable=False,
        comment="Months of continuous cover up to this month, which counts as covered",
    ),
    Column(
        "is_clock_at_stake",
        Boolean,
        nullable=False,
        comment="Whether the three months that the full death benefit needs depend on this month",
    ),
    Column("evidence", Text, nullable=False, comment="What was seen; never a NIK"),
    Column("actor", Text, nullable=False, comment="Account name of who proposes"),
    stamp("proposed_at", "When"),
    *government(),
    one_of("kind", "credit", "debit"),
    one_of("reason_code", *REASONS),
    CheckConstraint(
        "reason_code IN ('NIK_CORRECTED', 'REVERSED') OR (kind = 'debit') = (reason_code = 'LEFT_OUT')",
        name="kind_of_reason",
    ),
    CheckConstraint(
        "(reverses_id IS NOT NULL) = (reason_code = 'REVERSED') "
        "AND (line_id IS NOT NULL OR reason_code IN ('LEFT_OUT', 'REVERSED')) "
        "AND (line_id IS NULL OR reason_code <> 'LEFT_OUT')",
        name="origin",
    ),
    CheckConstraint(f"period ~ '{MONTH}'", name="month"),
    _add_up(),
    CheckConstraint("share_no >= 1 AND months_covered >= 0", name="counts"),
    CheckConstraint(r"actor ~ '\S' AND evidence ~ '\S'", name="named"),
    _without_nik("evidence", "evidence"),
    schema="billing",
    comment="What somebody proposes to take from or add to an issued month: one person, one covered month, "
    "one share; never changed",
)
Index(
    "ix_correction_left_out",
    correction.c.period,
    correction.c.person_id,
    postgresql_where=correction.c.line_id.is_(None),
)

correction_check = Table(
    "correction_check",
    metadata,
    Column(
        "correction_id",
        ForeignKey("billing.correction.correction_id"),
        primary_key=True,
        comment="The correction",
    ),
    Column("answer", String(8), nullable=False, comment="agree, or disagree: then it has no effect"),
    Column("actor", Text, nullable=False, comment="Account name of who checked, never of who proposed"),
    Column("reason", Text, comment="Why; always there for disagree, never a NIK"),
    stamp("checked_at", "When"),
    one_of("answer", "agree", "disagree"),
    CheckConstraint(r"actor ~ '\S' AND (answer = 'agree' OR coalesce(reason, '') ~ '\S')", name="named"),
    _without_nik("reason", "coalesce(reason, '')"),
    schema="billing",
    comment="What a second person answered to a correction; never changed",
)

note = Table(
    "note",
    metadata,
    _key("note_id"),
    Column("number", Text, comment="SIGAP/<wadah>/<period>/K<seq> or D<seq>, given when issued"),
    Column(
        "period", String(7), nullable=False, index=True, comment="Month in which it is booked, e.g. 2026-01"
    ),
    _kind(),
    Column("funding_source", Text, nullable=False, comment="Who pays"),
    Column("wadah_code", String(2), nullable=False, comment="BPJS group code"),
    Column("status", String(6), nullable=False, comment="draft or issued"),
    Column("people", Integer, nullable=False, comment="Persons corrected"),
    *_amounts(),
    Column("lines_sha256", String(64), nullable=False, comment="Digest of the line set"),
    stamp("created_at", "When the draft was made"),
    Column("issued_at", DateTime(timezone=True), comment="When it was issued"),
    *government(),
    one_of("kind", "credit", "debit"),
    one_of("status", "draft", "issued"),
    CheckConstraint(f"period ~ '{MONTH}'", name="month"),
    CheckConstraint("jkk_idr + jkm_idr = total_idr", name="total"),
    CheckConstraint("people > 0 AND total_idr > 0", name="positive"),
    UniqueConstraint("number", "government"),
    CheckConstraint("(status = 'issued') = (number IS NOT NULL AND issued_at IS NOT NULL)", name="numbered"),
    schema="billing",
    comment="A credit or debit note: the corrections that a billing month books for one funding source and "
    "wadah",
)
Index(
    "uq_note_draft",
    note.c.period,
    note.c.funding_source,
    note.c.wadah_code,
    note.c.kind,
    note.c.government,
    unique=True,
    postgresql_where=note.c.status == "draft",
)

note_line = Table(
    "note_line",
    metadata,
    _key("note_line_id"),
    Column(
        "note_id",
        ForeignKey("billing.note.note_id", ondelete="CASCADE"),  # a draft goes as a whole
        nullable=False,
        index=True,
        comment="Note",
    ),
    Column(
        "correction_id",
        ForeignKey("billing.correction.correction_id"),
        nullable=False,
        unique=True,
        comment="The correction that it books",
    ),
    Column("line_id", BigInteger, index=True, comment=_LINE),
    Column("person_id", BigInteger, nullable=False, comment="Person"),
    period(index=True),
    *_amounts(),
    _add_up(),
    schema="billing",
    comment="One agreed correction on a note; each is booked once",
)

note_series = Table(
    "note_series",
    metadata,
    Column("wadah_code", String(2), nullable=False, comment="BPJS group code"),
    Column("year", SmallInteger, nullable=False, comment="Calendar year"),
    Column("kind", String(6), nullable=False, comment="credit or debit"),
    Column("last_number", Integer, nullable=False, comment="Last number given out; no gaps"),
    *government(),
    PrimaryKeyConstraint("wadah_code", "year", "kind", "government"),
    one_of("kind", "credit", "debit"),
    schema="billing",
    comment="Gapless numbers of notes per government, wadah, year and kind",
)
