"""Removals of people who stand on no issued line yet: two people take them out of the rosters to come.

Guards (four eyes, what stays, one at a time) are triggers of revision 0017.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    SmallInteger,
    String,
    Table,
    Text,
)

from sigap.warehouse.tables.base import government, metadata, one_of, rupiah, stamp
from sigap.warehouse.tables.billing import MONTH

LEAVING = ("DECEASED", "MOVED_OUT", "BECAME_PU", "FOUND_INSURED")


def _without_nik(column: str, text: str) -> CheckConstraint:
    return CheckConstraint(
        rf"regexp_replace({text}, '[\s.-]', '', 'g') !~ '[0-9]{{16}}'", name=f"{column}_without_nik"
    )


removal = Table(
    "removal",
    metadata,
    Column(
        "removal_id",
        BigInteger,
        primary_key=True,
        autoincrement=False,
        comment="Number, from the series of corrections",
    ),
    Column("proposal_id", BigInteger, nullable=False, unique=True, comment="Number that people answer by"),
    Column("reason_code", Text, nullable=False, comment="Why, see billing/corrections.yaml"),
    Column(
        "reverses_id",
        ForeignKey("billing.removal.removal_id"),
        index=True,
        comment="The earlier removal that it takes back",
    ),
    Column(
        "person_id", ForeignKey("identity.person.person_id"), nullable=False, index=True, comment="Person"
    ),
    Column(
        "period", String(7), nullable=False, comment="First month that is not billed any more, e.g. 2026-03"
    ),
    Column("effective_date", Date, comment="Day of the event that it follows from, such as the death"),
    Column(
        "rule", Text, nullable=False, comment="The dated rule of billing/corrections.yaml that it follows"
    ),
    rupiah("monthly_idr", "What the last month billed for the person cost, all payers; 0 for nobody billed"),
    Column(
        "months_covered",
        SmallInteger,
        nullable=False,
        comment="Months of continuous cover up to the month before",
    ),
    Column(
        "is_clock_at_stake",
        Boolean,
        nullable=False,
        comment="Whether it interrupts the months that the full death benefit needs",
    ),
    Column("evidence", Text, nullable=False, comment="What was seen; never a NIK"),
    Column("actor", Text, nullable=False, comment="Account name of who proposes"),
    stamp("proposed_at", "When"),
    one_of("reason_code", *LEAVING, "REVERSED"),
    CheckConstraint("(reverses_id IS NOT NULL) = (reason_code = 'REVERSED')", name="origin"),
    CheckConstraint(f"period ~ '{MONTH}'", name="month"),
    CheckConstraint("monthly_idr >= 0 AND months_covered >= 0", name="counts"),
    CheckConstraint(r"actor ~ '\S' AND evidence ~ '\S'", name="named"),
    _without_nik("evidence", "evidence"),
    *government(),
    schema="billing",
    comment="A person to be taken out of rosters from a month on who stands on no issued line of it; never "
    "changed",
)

removal_check = Table(
    "removal_check",
    metadata,
    Column("removal_id", ForeignKey("billing.removal.removal_id"), primary_key=True, comment="The removal"),
    Column("answer", String(8), nullable=False, comment="agree, or disagree: then it has no effect"),
    Column("actor", Text, nullable=False, comment="Account name of who checked, never of who proposed"),
    Column("reason", Text, comment="Why; always there for disagree, never a NIK"),
    stamp("checked_at", "When"),
    one_of("answer", "agree", "disagree"),
    CheckConstraint(r"actor ~ '\S' AND (answer = 'agree' OR coalesce(reason, '') ~ '\S')", name="named"),
    _without_nik("reason", "coalesce(reason, '')"),
    schema="billing",
    comment="What a second person answered to a removal; never changed",
)
