"""What BPJS billed, what was paid and who is active, against whom we approved and what we invoiced.

That a reconciliation equals its differences, and that documents stay, are triggers of revision 0013.
"""

from typing import Any

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
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from sigap.warehouse.tables.base import government, json, metadata, one_of, period, rupiah, stamp

_ZERO: dict[str, Any] = {"nullable": False, "server_default": "0"}


def _rupiah_or_zero(name: str, comment: str) -> Column[int]:
    return Column(name, BigInteger, comment=f"{comment}, whole rupiah", **_ZERO)


def _list(name: str, comment: str) -> Column[Any]:
    return Column(name, JSONB, nullable=False, server_default=text("'[]'::jsonb"), comment=comment)


reconciliation = Table(
    "reconciliation",
    metadata,
    Column("reconciliation_id", BigInteger, Identity(), primary_key=True, comment="Surrogate key"),
    period(index=True),
    Column("bill_delivery_id", String(16), nullable=False, comment="Delivery of the BPJS bill"),
    Column(
        "people_invoiced",
        Integer,
        nullable=False,
        comment="Persons on our issued invoices with a line for the month",
    ),
    Column("people_billed", Integer, nullable=False, comment="Persons on the BPJS bill"),
    rupiah("invoiced_idr", "Total of the month's lines on our issued invoices"),
    rupiah("billed_idr", "Total of the BPJS bill"),
    rupiah("paid_idr", "Total of the payments on the invoices that cover the month"),
    json("classes", "Persons by class, see settlement/classes.yaml"),
    stamp("made_at", "When"),
    Column(
        "is_by_name",
        Boolean,
        nullable=False,
        server_default="true",
        comment="Whether the bill names people; else only totals were compared",
    ),
    Column("people_listed", Integer, comment="Persons on the approved roster; empty before revision 0013"),
    Column(
        "people_parked",
        Integer,
        comment="Of these, persons who were not invoiced, with the reason on record",
    ),
    Column("people_paid", Integer, comment="Persons all of whose lines stand on invoices paid in full"),
    Column("people_active", Integer, comment="Persons on the activation list; empty without a list"),
    Column("active_only", Integer, comment="Of these, persons who stand on no other side"),
    _rupiah_or_zero("noted_idr", "What issued notes add to the month, below zero when they take"),
    _rupiah_or_zero("settled_idr", "Total of the month's lines on invoices paid in full"),
    Column(
        "repeated_rows", Integer, comment="Rows of the bill for a person whom an earlier row bills", **_ZERO
    ),
    Column("rows_without_nik", Integer, comment="Rows of the bill without a whole NIK", **_ZERO),
    Column("rows_of_nobody", Integer, comment="Of these, rows whose KPJ no list knows either", **_ZERO),
    json("figures", "By class: people, expected_idr, billed_idr, paid_idr, not_active"),
    _list("groups", "By wadah: people and rupiah expected, and billed where the bill says so by wadah"),
    _list(
        "invoices",
        "The invoices that cover the month: number, coverage, what of it is this month's, noted, paid and "
        "open",
    ),
    _list("evidence", "What each side was read from: its name and the SHA-256 of its content"),
    Column("activation_delivery_id", String(16), comment="Delivery of the activation list"),
    Column(
        "as_of_date", Date, comment="Day that the activation list speaks of, up to which ages are counted"
    ),
    _rupiah_or_zero("tolerance_person_idr", "What one person may differ by"),
    _rupiah_or_zero("tolerance_total_idr", "What the month may differ by in total"),
    Column("tolerance_sha256", String(64), comment="Digest of settlement/tolerance.yaml"),
    Column(
        "compared_sha256",
        String(64),
        comment="Digest of the compared set, one line per person; empty before revision 0013",
    ),
    *government(),
    CheckConstraint(
        "people_parked <= people_listed AND people_paid <= people_invoiced AND active_only <= people_active "
        "AND rows_of_nobody <= rows_without_nik "
        "AND least(people_parked, people_paid, active_only, repeated_rows, rows_of_nobody) >= 0",
        name="counts",
    ),
    CheckConstraint("tolerance_person_idr >= 0 AND tolerance_total_idr >= 0", name="tolerance"),
    CheckConstraint(
        "num_nulls(people_active, active_only, activation_delivery_id, as_of_date) IN (0, 4)",
        name="activation",
    ),
    UniqueConstraint("period", "bill_delivery_id", "government"),
    schema="settlement",
    comment="One comparison of a month's roster, invoices, bill, payments and activations; the newest bill "
    "counts",
)

CLASSES = (
    "missing", "extra", "amount_differs", "paid_not_active", "parked", "not_invoiced", "not_listed",
)  # fmt: skip

difference = Table(
    "difference",
    metadata,
    Column(
        "reconciliation_id",
        ForeignKey("settlement.reconciliation.reconciliation_id"),
        nullable=False,
        comment="Reconciliation",
    ),
    Column(
        "nik",
        String(16),
        comment="NIK on the bill or on our line; empty for a row of the bill that no list knows",
    ),
    Column("person_id", BigInteger, comment="Person, when known to us"),
    Column(
        "class",
        String(16),
        nullable=False,
        comment="missing, extra, amount_differs, paid_not_active, parked, not_invoiced or not_listed",
    ),
    rupiah("invoiced_idr", "On our lines of the month, shares of several payers together"),
    rupiah("billed_idr", "On the bill"),
    Column("difference_no", Integer, nullable=False, comment="1, 2, … within the reconciliation, by NIK"),
    Column("kpj", Text, comment="Participant number on the bill"),
    _rupiah_or_zero("noted_idr", "What issued notes add to them, below zero when they take"),
    _rupiah_or_zero("paid_idr", "Of our lines, those on invoices paid in full"),
    Column("is_listed", Boolean, comment="Whether the approved roster has the person"),
    Column("is_active", Boolean, comment="Whether the activation list has the person; empty without a list"),
    Column(
        "days_not_active",
        Integer,
        comment="Days since payment, or since the month began when that is later, that a paid person is not "
        "active",
    ),
    Column("parked_code", Text, comment="Why the person was not invoiced, see billing/parking.yaml"),
    Column("sheet", Text, comment="Sheet of the first row on the bill"),
    Column("row", Integer, comment="Line of that row"),
    PrimaryKeyConstraint("reconciliation_id", "difference_no"),
    one_of("class", *CLASSES),
    CheckConstraint("nik IS NOT NULL OR (class = 'extra' AND person_id IS NULL)", name="nobody"),
    CheckConstraint("class <> 'paid_not_active' OR days_not_active IS NOT NULL", name="age"),
    schema="settlement",
    comment="Persons whose sides do not agree; replaced as a whole with their reconciliation",
)
Index("uq_difference_nik", difference.c.reconciliation_id, difference.c.nik, unique=True)

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
    *government(),
    UniqueConstraint("reference", "government"),
    schema="settlement",
    comment="Payments as receipts listed them before revision 0012, kept as they were; see "
    "settlement.statement_line",
)

berita_acara = Table(
    "berita_acara",
    metadata,
    Column("berita_acara_id", BigInteger, Identity(), primary_key=True, comment="Surrogate key"),
    Column(
        "reconciliation_id",
        ForeignKey("settlement.reconciliation.reconciliation_id"),
        nullable=False,
        comment="Reconciliation that it shows",
    ),
    Column("kind", String(8), nullable=False, comment="workbook or pdf"),
    Column("uri", Text, nullable=False, comment="Where the file is"),
    Column("sha256", String(64), nullable=False, comment="Digest of the file"),
    Column("compared_sha256", String(64), nullable=False, comment="Digest of the compared set it shows"),
    stamp("made_at", "When"),
    one_of("kind", "workbook", "pdf"),
    UniqueConstraint("reconciliation_id", "sha256"),
    schema="settlement",
    comment="Every Berita Acara Rekonsiliasi that was made, by its content; never changed",
)
