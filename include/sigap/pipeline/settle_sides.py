"""What `settle` compares, read from the warehouse: roster, issued lines, notes, and what of them is paid."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import (
    BigInteger,
    Connection,
    Date,
    Select,
    String,
    and_,
    case,
    cast,
    column,
    distinct,
    func,
    or_,
    select,
    table,
    tuple_,
)

from sigap.domain.period import Period
from sigap.pipeline.settle_lists import Activations, Delivery
from sigap.settlement.sides import INVOICED, LISTED, NOTED, PAID
from sigap.settlement.totals import Group
from sigap.warehouse.store import copy_out
from sigap.warehouse.tables import billing, entitlement, identity, money, notes, sources

_invoice, _line = billing.invoice.c, billing.invoice_line.c
_decision, _roster, _parked = entitlement.decision.c, entitlement.roster.c, billing.parked.c

balance = table(
    "invoice_balance",
    column("invoice_id", BigInteger),
    column("number", String),
    column("period", String),
    column("covers_from", String),
    column("covers_to", String),
    column("funding_source", String),
    column("wadah_code", String),
    column("due_date", Date),
    *(column(name, BigInteger) for name in ("total_idr", "noted_idr", "paid_idr", "open_idr")),
    column("paid_on", Date),
    schema="reporting",
)


@dataclass(frozen=True, slots=True)
class InvoiceState:
    """An issued invoice that covers the month: whole rupiah, `month_idr` of it for the month itself."""

    invoice_id: int
    number: str
    period: str
    covers_from: str
    covers_to: str
    funding_source: str
    wadah_code: str
    total_idr: int
    noted_idr: int
    paid_idr: int
    paid_on: dt.date | None
    month_idr: int
    people: int

    @property
    def open_idr(self) -> int:
        """What is still to be paid; below zero when a note came after the payment."""
        return self.total_idr + self.noted_idr - self.paid_idr

    @property
    def is_paid(self) -> bool:
        """Whether it is paid in full. One that notes took away whole was not paid by anybody."""
        return self.open_idr <= 0 and self.paid_idr > 0

    def as_dict(self) -> dict[str, Any]:
        """As the reconciliation keeps it."""
        return {**asdict(self), "paid_on": self.paid_on and str(self.paid_on), "open_idr": self.open_idr}


def invoices_covering(connection: Connection, period: Period) -> list[InvoiceState]:
    """The issued invoices with lines for a coverage month, by number."""
    of_month = (
        select(
            _line.invoice_id,
            cast(func.sum(_line.total_idr), BigInteger).label("month_idr"),
            func.count(distinct(_line.person_id)).label("people"),
        )
        .join(billing.invoice, _invoice.invoice_id == _line.invoice_id)
        .where(*_covers(period))
        .group_by(_line.invoice_id)
        .subquery()
    )
    shown = [balance.c[name] for name in InvoiceState.__dataclass_fields__ if name in balance.c]
    wanted = (
        select(*shown, of_month.c.month_idr, of_month.c.people)
        .join(of_month, of_month.c.invoice_id == balance.c.invoice_id)
        .order_by(balance.c.number)
    )
    rows = connection.execute(wanted).mappings()
    return [InvoiceState(**{name: row[name] for name in InvoiceState.__dataclass_fields__}) for row in rows]


def paid_table(invoices: Sequence[InvoiceState]) -> pa.Table:
    """The invoices as `sides.PAID`."""
    return pa.Table.from_pylist(
        [{"invoice_id": one.invoice_id, "is_paid": one.is_paid, "paid_on": one.paid_on} for one in invoices],
        PAID,
    )


def lines_of_month(connection: Connection, period: Period) -> pa.Table:
    """Our issued lines of a coverage month as `sides.INVOICED`, whichever month billed them."""
    wanted = (
        select(_line.person_id, _decision.nik, _line.roster_id, _line.invoice_id, _line.total_idr)
        .join(billing.invoice, _invoice.invoice_id == _line.invoice_id)
        .join(
            entitlement.decision,
            and_(_decision.roster_id == _line.roster_id, _decision.person_id == _line.person_id),
        )
        .where(*_covers(period))
    )
    return _read(connection, wanted, INVOICED)


def roster_of_month(connection: Connection, period: Period) -> pa.Table:
    """Who was approved for a coverage month, as `sides.LISTED`.

    These are the subsidised persons of the month's own approved roster, of the rosters whose payers were
    billed for it in another month, and whoever was parked for it. One row per person and roster.
    """
    billed = (
        select(_line.roster_id, _line.payer_set)
        .join(billing.invoice, _invoice.invoice_id == _line.invoice_id)
        .where(*_covers(period))
        .distinct()
    )
    own = (
        select(_roster.roster_id)
        .where(_roster.period == str(period), _roster.status == "approved")
        .order_by(_roster.version.desc())
        .limit(1)
    )
    parked = (
        select(_parked.roster_id, _parked.person_id, func.min(_parked.reason_code).label("parked_code"))
        .join(entitlement.roster, _roster.roster_id == _parked.roster_id)
        .where(_parked.period == str(period), _roster.status == "approved")
        .group_by(_parked.roster_id, _parked.person_id)
        .subquery()
    )
    wanted = (
        select(_decision.person_id, _decision.nik, _decision.roster_id, parked.c.parked_code)
        .outerjoin(
            parked,
            and_(parked.c.roster_id == _decision.roster_id, parked.c.person_id == _decision.person_id),
        )
        .where(
            _decision.outcome == "subsidised",
            or_(
                _decision.roster_id.in_(own),
                tuple_(_decision.roster_id, _decision.funding_source).in_(billed),
                parked.c.parked_code.is_not(None),
            ),
        )
    )
    return _read(connection, wanted, LISTED)


def notes_of_month(connection: Connection, period: Period) -> pa.Table:
    """What issued notes add to or take from a coverage month by person, as `sides.NOTED`."""
    note, line = notes.note.c, notes.note_line.c
    signed = case((note.kind == "debit", line.total_idr), else_=-line.total_idr)
    wanted = (
        select(line.person_id, identity.person.c.nik, signed.label("total_idr"))
        .join(notes.note, note.note_id == line.note_id)
        .join(identity.person, identity.person.c.person_id == line.person_id)
        .where(line.period == str(period), note.status == "issued")
    )
    return _read(connection, wanted, NOTED)


def expected_by_wadah(connection: Connection, period: Period) -> list[Group]:
    """Persons and rupiah that BPJS should bill for a coverage month, by wadah: our lines and the notes."""
    note, noted = notes.note.c, notes.note_line.c
    signed = case((note.kind == "debit", noted.total_idr), else_=-noted.total_idr)
    entries = (
        select(_invoice.wadah_code, _line.person_id, _line.total_idr.label("total_idr"))
        .join(billing.invoice, _invoice.invoice_id == _line.invoice_id)
        .where(*_covers(period))
        .union_all(
            select(note.wadah_code, noted.person_id, signed)
            .join_from(notes.note_line, notes.note, note.note_id == noted.note_id)
            .where(noted.period == str(period), note.status == "issued")
        )
        .subquery()
    )
    by_person = (
        select(entries.c.wadah_code, func.sum(entries.c.total_idr).label("total_idr"))
        .group_by(entries.c.wadah_code, entries.c.person_id)
        .subquery()
    )
    wanted = (
        select(
            by_person.c.wadah_code,
            func.count().filter(by_person.c.total_idr != 0),
            func.sum(by_person.c.total_idr),
        )
        .group_by(by_person.c.wadah_code)
        .order_by(by_person.c.wadah_code)
    )
    return [Group(code, int(people), int(total)) for code, people, total in connection.execute(wanted)]


def evidence_of(
    connection: Connection,
    listed: pa.Table,
    invoices: Sequence[InvoiceState],
    bill: Delivery,
    insured: Activations | None,
) -> list[dict[str, str]]:
    """What each side was read from: side, name, and the SHA-256 of its content."""
    rosters = select(_roster.period, _roster.version, _roster.decisions_sha256).where(
        _roster.roster_id.in_(pc.unique(listed["roster_id"]).to_pylist())
    )
    digests = select(_invoice.number, _invoice.lines_sha256).where(
        _invoice.invoice_id.in_([one.invoice_id for one in invoices])
    )
    said = [
        ("roster", f"{row.period} v{row.version}", row.decisions_sha256)
        for row in connection.execute(rosters.order_by(_roster.period, _roster.version))
    ]
    said += [
        ("invoice", row.number, row.lines_sha256)
        for row in connection.execute(digests.order_by(_invoice.number))
    ]
    said += [("payment", row.file_name, row.sha256) for row in connection.execute(_paid_by(invoices))]
    said.append(("bill", bill.file_name, bill.sha256))
    said += [("activation", one.file_name, one.sha256) for one in (insured.lists if insured else ())]
    return [{"side": side, "name": name, "sha256": digest} for side, name, digest in said]


def _paid_by(invoices: Sequence[InvoiceState]) -> Select[Any]:
    """The files whose movements pay the invoices."""
    return (
        select(sources.delivery.c.file_name, sources.delivery.c.sha256)
        .join(money.statement_line, money.statement_line.c.delivery_id == sources.delivery.c.delivery_id)
        .join(money.allocation, money.allocation.c.line_id == money.statement_line.c.line_id)
        .where(money.allocation.c.invoice_id.in_([one.invoice_id for one in invoices]))
        .distinct()
        .order_by(sources.delivery.c.file_name, sources.delivery.c.sha256)
    )


def _covers(period: Period) -> tuple[Any, ...]:
    """An issued invoice's line of the month. The invoice narrows first: lines have no index by month."""
    month = str(period)
    return (
        _invoice.status == "issued",
        _invoice.covers_from <= month,
        _invoice.covers_to >= month,
        _line.period == month,
    )


def _read(connection: Connection, wanted: Select[Any], schema: pa.Schema) -> pa.Table:
    types = dict(zip(schema.names, schema.types, strict=True))
    return copy_out(connection, wanted, types).select(schema.names).cast(schema)
