"""issue: approved invoices get their numbers, enter the books, and never change again."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, update
from sqlalchemy.dialects.postgresql import insert as upsert

from sigap.billing.ledger import invoice_entry
from sigap.billing.payers import Payers
from sigap.domain.period import Period
from sigap.errors import ApprovalError
from sigap.pipeline.allocations import allocate_waiting
from sigap.pipeline.approve import is_approved
from sigap.pipeline.budget import keep_within_pagu
from sigap.pipeline.guards import guards
from sigap.pipeline.ledger import post, require_open
from sigap.pipeline.locks import lock_month
from sigap.pipeline.notes import issue_notes
from sigap.pipeline.resources import Resources, code_version
from sigap.pipeline.rosters import billed_roster_id, invoices_of, standing_invoices
from sigap.pipeline.setoff import set_off_note
from sigap.warehouse.tables import billing

_invoice = billing.invoice.c


@dataclass(frozen=True, slots=True)
class IssuedInvoice:
    """An invoice with its number. Whole rupiah."""

    number: str
    wadah: str
    funding: str
    people: int
    jkk_idr: int
    jkm_idr: int
    total_idr: int
    invoice_id: int


def issue(period: Period, resources: Resources) -> list[IssuedInvoice]:
    """Number and issue the approved invoices and notes of the month, and post them to the ledger; invoices
    issued before are returned as they are.

    Numbers run without a gap per wadah and year: `SIGAP/SG/2026-01/0001`. Credit notes are set off against
    what the payer owes, and money that waited for an invoice is allocated to it. Raises `ApprovalError` while
    finance has not approved, `BillingError` when the budget ceiling was lowered meanwhile or the month's
    books are locked.
    """
    with resources.outcome_of("issue", period) as outcome:
        if not is_approved(period, "invoices", resources):
            raise ApprovalError(
                f"The invoices of {period} wait for finance. Answer with `sigap approve invoices {period}`."
            )
        payers = resources.payers()
        outcome.versions.update(code=code_version(), payers=payers.sha256)
        outcome.read("audit.approval", "billing.invoice")
        with guards(), resources.warehouse.begin() as connection:
            lock_month(connection, period)
            roster_id = billed_roster_id(connection, period)
            standing = standing_invoices(connection, period)
            waiting = [row for row in standing if row.status == "approved"]
            if waiting:
                require_open(connection, period)
                owed = [(row.funding_source, row.total_idr) for row in standing]
                keep_within_pagu(connection, period, owed, payers)
            for row in waiting:
                number_invoice(connection, row, payers)
            notes = issue_notes(connection, period, payers)
            for note in notes:
                if note.kind == "credit" and note.number:
                    set_off_note(connection, note.number, period, note.funding_source)
            paid = allocate_waiting(connection, period)
            issued = [_issued(row) for row in invoices_of(connection, roster_id) if row.status == "issued"]
        outcome.wrote("billing.invoice", "billing.note", "billing.number_series", "billing.journal_entry")
        outcome.count({"issued": len(waiting), "notes": len(notes), "allocations": paid})
        outcome.count({"people": sum(invoice.people for invoice in issued)})
        outcome.count({"total_idr": sum(invoice.total_idr for invoice in issued)})
        return issued


def number_invoice(connection: Connection, row: Row[Any], payers: Payers) -> str:
    """Take the next number for an approved invoice, issue it and post it; returns the number.

    The series' row stays locked until commit, so a number given out is used.
    """
    series = billing.number_series
    year = int(row.period[:4])
    first = upsert(series).values(wadah_code=row.wadah_code, year=year, last_number=1)
    sequence = connection.execute(
        first.on_conflict_do_update(
            index_elements=["wadah_code", "year", "government"],
            set_={"last_number": series.c.last_number + 1},
        ).returning(series.c.last_number)
    ).scalar_one()
    number = f"SIGAP/{row.wadah_code}/{row.period}/{sequence:04d}"
    connection.execute(
        update(billing.invoice)
        .where(_invoice.invoice_id == row.invoice_id)
        .values(status="issued", number=number, issued_at=func.now())
    )
    payer = payers[row.funding_source]
    accounts = (payer.jkk_account, payer.jkm_account)
    period = Period.parse(row.period)
    entry = invoice_entry(number, period, payer.code, row.jkk_idr, row.jkm_idr, accounts)
    post(connection, entry, payers)
    return number


def _issued(row: Row[Any]) -> IssuedInvoice:
    return IssuedInvoice(
        row.number, row.wadah_code, row.funding_source, row.people, row.jkk_idr, row.jkm_idr, row.total_idr,
        row.invoice_id,
    )  # fmt: skip
