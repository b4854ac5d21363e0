"""What banks, the treasury and BPJS say was paid, and which invoice it paid (guards in the migration)."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Identity,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from sigap.warehouse.tables.base import government, metadata, of_delivery, one_of, rupiah, stamp

CHANNELS = ("bank", "sp2d", "receipt")
VERDICTS = ("confirms", "reverses", "set_aside", "reopened")
_NAMED = (
    r"(rule IS NULL) <> (actor IS NULL) AND (actor IS NULL OR (actor ~ '\S' AND coalesce(reason, '') ~ '\S'))"
)
_NO_NIK = r"regexp_replace(coalesce(reason, ''), '[\s.-]', '', 'g') !~ '[0-9]{16}'"


def _decided() -> list["Column[str]"]:
    """By which rule, or by whom and why."""
    return [
        Column(
            "rule", Text, comment="Rule that decided, see settlement/channels.yaml; empty when a person did"
        ),
        Column("actor", Text, comment="Account name of the person who decided"),
        Column("reason", Text, comment="Why; always there when a person decided, never a NIK"),
    ]


statement_line = Table(
    "statement_line",
    metadata,
    Column("line_id", BigInteger, Identity(), primary_key=True, comment="Surrogate key, shown to finance"),
    Column(
        "line_key",
        String(64),
        nullable=False,
        comment="Digest of channel, account, content and, for a bank, which of the day's like lines it is",
    ),
    Column(
        "channel",
        String(8),
        nullable=False,
        comment="bank (statement), sp2d (order of the treasury) or receipt (of BPJS)",
    ),
    Column(
        "account",
        Text,
        nullable=False,
        comment="Account of the statement as digits; empty where the channel has none",
    ),
    Column("booked_on", Date, nullable=False, index=True, comment="Day of the movement"),
    rupiah("amount_idr", "Paid towards BPJS; negative when it came back"),
    Column("reference", Text, nullable=False, comment="Reference or SP2D number as written"),
    Column(
        "description",
        Text,
        nullable=False,
        comment="Description as written; may hold names, so no log and no view shows it",
    ),
    Column(
        "counts",
        Boolean,
        nullable=False,
        comment="Its channel is the one that counts as paid on that day; the others only confirm",
    ),
    Column(
        "twin_id",
        ForeignKey("settlement.statement_line.line_id"),
        comment="A line of another statement that may be the same movement: same account, day and amount, "
        "other words",
    ),
    Column(
        "delivery_id",
        String(16),
        nullable=False,
        index=True,
        comment="Delivery it was first seen in",
    ),
    Column("sheet", Text, nullable=False, comment="Sheet of the row; empty for a file without sheets"),
    Column("row", Integer, nullable=False, comment="Line of the sheet or file, from 1"),
    stamp("kept_at", "When it was taken in"),
    *government(),
    UniqueConstraint("line_key", "government"),
    of_delivery(),
    one_of("channel", *CHANNELS),
    CheckConstraint("amount_idr <> 0", name="moves"),
    CheckConstraint("line_key ~ '^[0-9a-f]{64}$'", name="digest"),
    schema="settlement",
    comment="Each money movement once, as a bank, the treasury or BPJS lists it; never changed",
)

line_verdict = Table(
    "line_verdict",
    metadata,
    Column("verdict_id", BigInteger, Identity(), primary_key=True, comment="Surrogate key"),
    Column(
        "line_id",
        ForeignKey("settlement.statement_line.line_id"),
        nullable=False,
        index=True,
        comment="The line",
    ),
    Column(
        "kind",
        String(9),
        nullable=False,
        comment="confirms (another view of one payment), reverses (that payment came back), set_aside (not a "
        "payment of ours) or reopened",
    ),
    Column(
        "other_line_id",
        ForeignKey("settlement.statement_line.line_id"),
        index=True,
        comment="The line it confirms or reverses",
    ),
    *_decided(),
    stamp("made_at", "When"),
    one_of("kind", *VERDICTS),
    CheckConstraint(
        "(kind IN ('confirms', 'reverses')) = (other_line_id IS NOT NULL) AND other_line_id IS DISTINCT FROM "
        "line_id",
        name="other",
    ),
    CheckConstraint(_NAMED, name="named"),
    CheckConstraint(_NO_NIK, name="reason_without_nik"),
    schema="settlement",
    comment="What a line is beside others; the newest of a line counts, none is ever changed",
)

billing_code = Table(
    "billing_code",
    metadata,
    Column("billing_code", Text, primary_key=True, comment="Kode iuran, digits only"),
    Column(
        "invoice_id",
        ForeignKey("billing.invoice.invoice_id"),
        nullable=False,
        index=True,
        comment="Invoice that is paid with it",
    ),
    Column("actor", Text, nullable=False, comment="Account name of who entered it"),
    stamp("made_at", "When"),
    CheckConstraint("billing_code ~ '^[0-9]{8,20}$'", name="digits"),
    CheckConstraint(r"actor ~ '\S'", name="named"),
    schema="settlement",
    comment="The kode iuran that BPJS gave for an invoice; never changed",
)

allocation = Table(
    "allocation",
    metadata,
    Column(
        "allocation_id",
        BigInteger,
        Identity(),
        primary_key=True,
        comment="Surrogate key; the ledger entry is payment/<it>",
    ),
    Column(
        "line_id",
        ForeignKey("settlement.statement_line.line_id"),
        nullable=False,
        index=True,
        comment="The movement",
    ),
    Column(
        "invoice_id",
        ForeignKey("billing.invoice.invoice_id"),
        nullable=False,
        index=True,
        comment="Invoice it pays",
    ),
    rupiah("amount_idr", "Rupiah paid; negative when taken back"),
    *_decided(),
    Column("period", String(7), nullable=False, comment="Month of the books it is entered in, e.g. 2026-01"),
    stamp("made_at", "When"),
    CheckConstraint("amount_idr <> 0", name="moves"),
    CheckConstraint(_NAMED, name="named"),
    CheckConstraint(_NO_NIK, name="reason_without_nik"),
    CheckConstraint("period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'", name="month"),
    schema="settlement",
    comment="Rupiah of a line that pay an invoice; what is taken back is a row of its own, none is ever "
    "changed",
)
