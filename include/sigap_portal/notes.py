"""What the pages read about credit and debit notes: of a month, of an invoice, and one with its lines."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Engine, and_, column, func, or_, select, table

from sigap.domain.period import Period
from sigap.pipeline.bearers import debit_notes
from sigap.pipeline.setoff import credit_of
from sigap.warehouse.tables import billing, notes, reporting
from sigap_portal.documents import documents_of
from sigap_portal.read import PAGE, Row, pages_for, rows_of, sql

_BALANCE = table(
    "invoice_balance",
    *map(column, ("invoice_id", "number", "period", "noted_idr", "paid_idr", "open_idr", "paid_on")),
    schema="reporting",
)


@dataclass(frozen=True, slots=True)
class Note:
    """An issued note as the page shows it. `lines` is one page of them; NIK are masked.

    `invoices` are those it is paid on (debit) or that it makes smaller (credit), each with what this note
    comes to there and what is still open on it; a row without a number waits for the payer's next invoice.
    """

    header: Row
    accounts: list[Row]
    approvals: list[Row]
    invoices: list[Row]
    documents: list[Row]
    recap: list[Row]
    lines: list[Row]
    count: int

    @property
    def pages(self) -> int:
        """How many pages its lines take."""
        return pages_for(self.count)

    @property
    def used_idr(self) -> int:
        """What of a credit note was set off against bills when it was issued."""
        return sum(int(invoice["used_idr"]) for invoice in self.invoices)


def notes_of_months(warehouse: Engine, periods: Collection[Period]) -> Mapping[str, list[Row]]:
    """The issued notes that each of these months books, by number; every month asked for is there."""
    note = notes.note.c
    wanted = select(notes.note).where(note.status == "issued", note.period.in_(map(str, periods)))
    found: dict[str, list[Row]] = {str(period): [] for period in periods}
    with warehouse.connect() as connection:
        for row in rows_of(connection, wanted.order_by(note.number)):
            found[row["period"]].append(row)
    return found


def note_of(warehouse: Engine, number: str, page: int) -> Note | None:
    """The issued note of that number with a page of its lines; None without one."""
    note = notes.note
    with warehouse.connect() as connection:
        found = rows_of(connection, select(note).where(note.c.number == number, note.c.status == "issued"))
        if not found:
            return None
        (header,) = found
        of = {"note_id": header["note_id"]}
        count = select(func.count()).where(notes.note_line.c.note_id == header["note_id"])
        return Note(
            header=header | {"period": Period.parse(header["period"])},
            accounts=rows_of(connection, sql("note_accounts"), **of),
            approvals=rows_of(connection, sql("note_approval"), **of),
            invoices=_invoices(connection, header),
            documents=documents_of(connection, _made_of(header)),
            recap=rows_of(connection, sql("note_recap"), **of),
            lines=rows_of(connection, sql("note_lines"), **of, size=PAGE, start=(page - 1) * PAGE),
            count=int(connection.execute(count).scalar_one()),
        )


def notes_on(connection: Connection, header: Row) -> list[Row]:
    """The notes of an issued invoice, by number: those that correct its lines and those paid with it.

    `total_idr` is what the note comes to on this invoice, `used_idr` what of a credit was set off against it.
    """
    of_lines = rows_of(connection, sql("invoice_notes"), invoice_id=header["invoice_id"])
    found = {row["number"]: row for row in of_lines}
    for one in debit_notes(connection):
        if one.invoice_id == header["invoice_id"]:
            facts = {"number": one.number, "period": str(one.period), "kind": "debit"}
            found[one.number] = {**facts, "people": one.people, "total_idr": one.total_idr}
    used = {row["credit"]: row["used_idr"] for row in _used(connection, document=header["number"])}
    return [found[number] | {"used_idr": used.get(number, 0)} for number in sorted(found)]


def balance_of(connection: Connection, invoice_id: int) -> Row | None:
    """What an issued invoice asks with its notes, what was paid and what is open; None for a void one."""
    wanted = select(_BALANCE).where(_BALANCE.c.invoice_id == invoice_id)
    return next(iter(rows_of(connection, wanted)), None)


def _invoices(connection: Connection, header: Row) -> list[Row]:
    """The invoices of a note with what it comes to on each, by number; those that wait last."""
    found = _borne(connection, header) if header["kind"] == "debit" else _credited(connection, header)
    wanted = select(_BALANCE).where(_BALANCE.c.number.in_([row["number"] for row in found]))
    balances = {row["number"]: row for row in rows_of(connection, wanted)}
    return [row | {"balance": balances.get(row["number"])} for row in found]


def _made_of(header: Row) -> ColumnElement[bool]:
    """Its PDF, and the workbook of its month, payer and wadah, in which it has a sheet."""
    document, invoice = reporting.document.c, billing.invoice.c
    names = ("period", "funding_source", "wadah_code")
    same = select(invoice.invoice_id).where(*(invoice[name] == header[name] for name in names))
    in_workbook = and_(
        document.invoice_id.in_(same.where(invoice.status == "issued")), document.kind == "workbook"
    )
    return or_(document.note_id == header["note_id"], in_workbook)


def _borne(connection: Connection, header: Row) -> list[Row]:
    parts = debit_notes(connection, header["number"])
    invoice = billing.invoice.c
    wanted = select(invoice.invoice_id, invoice.number).where(
        invoice.invoice_id.in_([part.invoice_id for part in parts])
    )
    numbers = {row["invoice_id"]: row["number"] for row in rows_of(connection, wanted)}
    found = [
        {"number": numbers.get(part.invoice_id), "part_idr": part.total_idr, "used_idr": 0} for part in parts
    ]
    return sorted(found, key=lambda row: (row["number"] is None, str(row["number"])))


def _credited(connection: Connection, header: Row) -> list[Row]:
    used = {row["document"]: row["used_idr"] for row in _used(connection, number=header["number"])}
    return [
        {"number": document, "part_idr": credit_idr, "used_idr": used.get(document, 0)}
        for document, credit_idr in credit_of(connection, header["number"])
    ]


def _used(connection: Connection, number: str | None = None, document: str | None = None) -> list[Row]:
    return rows_of(connection, sql("credits_used"), number=number, document=document)
