"""What is owed: lines priced, drafts laid, invoices numbered. A month billed twice gives the same rows."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, Row, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from sigap.billing.invoice import InvoiceDraft, draft_invoices
from sigap.billing.payers import Payers, load_payers
from sigap.billing.price import BILLED, NEEDED, price_people
from sigap.billing.tariffs import Tariffs, load_tariffs
from sigap.domain.batch import BatchRef
from sigap.domain.period import Period
from sigap.errors import ApprovalError, BillingError
from sigap.pipeline.approve import is_approved
from sigap.pipeline.budget import keep_within_pagu
from sigap.pipeline.locks import lock_month
from sigap.pipeline.resources import Resources, code_version
from sigap.pipeline.rosters import (
    approved_roster,
    billed_roster_id,
    invoices_of,
    standing_invoices,
)
from sigap.warehouse.store import copy_rows
from sigap.warehouse.tables import billing, entitlement

_LOAD = Path(__file__).with_name("load_lines.sql").read_text(encoding="utf-8")
_STAGE = (
    "CREATE TEMPORARY TABLE staged_line (person_id bigint, period text, payer_set text, share_no smallint, "
    "funding_source text, wadah_code text, income_band smallint, jkk_idr bigint, jkm_idr bigint, "
    "total_idr bigint, tariff text) ON COMMIT DROP"
)
_roster = entitlement.roster.c
_invoice = billing.invoice.c


@dataclass(frozen=True, slots=True)
class DraftInvoice:
    """What finance judges: one invoice of the month's newest approved roster. Whole rupiah."""

    invoice_id: int
    status: str
    wadah: str
    funding: str
    people: int
    jkk_idr: int
    jkm_idr: int
    total_idr: int
    due_date: dt.date
    lines_sha256: str


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


def bill(period: Period, resources: Resources) -> BatchRef:
    """Price the newest approved roster of the month and lay its draft invoices; returns the batch of lines.

    Invoices that finance approved or that were issued stay as they are. Raises `ApprovalError` without an
    approved roster, `BillingError` when a person cannot be priced, a budget ceiling would be exceeded, or
    invoices that stand have other lines; then nothing was written.
    """
    with resources.outcome_of("bill", period) as outcome:
        tariffs, payers = load_tariffs(), load_payers()
        outcome.versions.update(code=code_version(), tariffs=tariffs.sha256, payers=payers.sha256)
        with resources.warehouse.connect() as connection:
            roster = approved_roster(connection, period)
        decisions = BatchRef.from_dict(roster.batch)
        outcome.read("entitlement.roster", decisions)
        subsidised = _subsidised(roster, decisions, resources)
        lines = price_people(subsidised, BILLED.empty_table(), tariffs, payers, period, ()).lines
        drafts = draft_invoices(lines, payers, period)
        with resources.warehouse.begin() as connection:
            lock_month(connection, period)
            is_standing = _refuse(connection, roster, drafts)
            batch = resources.lake.write("billing.lines", period, lines, [decisions], outcome.versions)
            is_new = not is_standing and _lay(connection, roster, drafts, lines, tariffs)
        outcome.versions["unverified"] = ", ".join(_unverified(drafts, tariffs, payers))
        outcome.wrote(batch, "billing.invoice", "billing.invoice_line")
        outcome.count(
            {
                "people": lines.num_rows,
                "invoices": len(drafts),
                "jkk_idr": sum(draft.jkk_idr for draft in drafts),
                "jkm_idr": sum(draft.jkm_idr for draft in drafts),
                "total_idr": sum(draft.total_idr for draft in drafts),
                "new_drafts": len(drafts) * is_new,
            }
        )
        return batch


def drafts(period: Period, resources: Resources) -> list[DraftInvoice]:
    """The month's invoices, whatever their status, for the approval screen."""
    with resources.warehouse.connect() as connection:
        return [
            DraftInvoice(
                row.invoice_id, row.status, row.wadah_code, row.funding_source, row.people,
                row.jkk_idr, row.jkm_idr, row.total_idr, row.due_date, row.lines_sha256,
            )
            for row in invoices_of(connection, billed_roster_id(connection, period))
        ]  # fmt: skip


def issue(period: Period, resources: Resources) -> list[IssuedInvoice]:
    """Number and issue the approved invoices of the month; those issued before are returned as they are.

    Numbers run without a gap per wadah and year: `SIGAP/SG/2026-01/0001`. Raises `ApprovalError` while
    finance has not approved, `BillingError` when the budget ceiling was lowered meanwhile.
    """
    with resources.outcome_of("issue", period) as outcome:
        if not is_approved(period, "invoices", resources):
            raise ApprovalError(
                f"The invoices of {period} wait for finance. Answer with `sigap approve invoices {period}`."
            )
        outcome.read("audit.approval", "billing.invoice")
        with resources.warehouse.begin() as connection:
            lock_month(connection, period)
            roster_id = billed_roster_id(connection, period)
            waiting = [row for row in invoices_of(connection, roster_id) if row.status != "issued"]
            keep_within_pagu(connection, period, ((row.funding_source, row.total_idr) for row in waiting))
            for row in waiting:
                _issue(connection, period, row.invoice_id, row.wadah_code)
            issued = [_issued(row) for row in invoices_of(connection, roster_id)]
        outcome.wrote("billing.invoice", "billing.number_series")
        outcome.count({"issued": len(waiting), "people": sum(invoice.people for invoice in issued)})
        outcome.count({"total_idr": sum(invoice.total_idr for invoice in issued)})
        outcome.versions["code"] = code_version()
        return issued


def _unverified(drafts: Sequence[InvoiceDraft], tariffs: Tariffs, payers: Payers) -> list[str]:
    """The figures behind these drafts that nobody has seen in their source, each once."""
    named: dict[str, None] = {}
    for draft in drafts:
        payer = payers[draft.funding_source]
        named |= dict.fromkeys(tariffs.unverified_on(draft.period, payer.kind))
        named |= dict.fromkeys(payer.unverified_on(draft.period))
    return list(named)


def _subsidised(roster: Row[Any], decisions: BatchRef, resources: Resources) -> pa.Table:
    rows = resources.lake.read(decisions, [name for name in NEEDED if name != "was_checked"])
    chosen = rows.filter(pc.field("outcome") == "subsidised")
    # Link refuses a month without a membership extract, so a check stands behind every decision.
    chosen = chosen.append_column("was_checked", pa.repeat(True, chosen.num_rows))
    if chosen.num_rows != roster.subsidised or decisions.sha256 != roster.decisions_sha256:
        raise BillingError(
            f"{roster.period}: the decisions batch is not the one that roster version {roster.version} was "
            f"approved with ({chosen.num_rows} subsidised, {roster.subsidised} expected). "
            f"Decide the month again."
        )
    return chosen


def _refuse(connection: Connection, roster: Row[Any], drafts: Sequence[InvoiceDraft]) -> bool:
    """Refuse a roster judged meanwhile, others that stand, a budget used up; True when these stand."""
    status = connection.execute(
        select(_roster.status).where(_roster.roster_id == roster.roster_id).with_for_update(read=True)
    ).scalar_one()
    if status != "approved":
        raise ApprovalError(
            f"Roster version {roster.version} of {roster.period} was {status} meanwhile. Run bill again."
        )
    standing = standing_invoices(connection, Period.parse(roster.period))
    if _same(standing, drafts):
        return True
    if standing:
        raise BillingError(
            f"{roster.period} has {len(standing)} approved or issued invoices with other lines than roster "
            f"version {roster.version} gives. They stand: correct the difference in a later month."
        )
    keep_within_pagu(
        connection, drafts[0].period, ((draft.funding_source, draft.total_idr) for draft in drafts)
    )
    return False


def _same(rows: Sequence[Row[Any]], drafts: Sequence[InvoiceDraft]) -> bool:
    return {(row.funding_source, row.wadah_code, row.lines_sha256) for row in rows} == {
        (draft.funding_source, draft.wadah_code, draft.lines_sha256) for draft in drafts
    }


def _lay(
    connection: Connection,
    roster: Row[Any],
    drafts: Sequence[InvoiceDraft],
    lines: pa.Table,
    tariffs: Tariffs,
) -> bool:
    """Replace the month's drafts unless they are these already; returns whether anything was written."""
    headers = [_header(draft, roster, tariffs) for draft in drafts]
    rows = invoices_of(connection, roster.roster_id)
    if [{name: getattr(row, name) for name in headers[0]} for row in rows] == headers:
        return False
    month_drafts = (_invoice.period == roster.period, _invoice.status == "draft")
    connection.execute(delete(billing.invoice).where(*month_drafts))
    connection.execute(insert(billing.invoice), headers)
    connection.execute(text(_STAGE))
    copy_rows(connection, "staged_line", lines)
    connection.execute(text("ANALYZE staged_line"))
    connection.execute(text(_LOAD), {"roster_id": roster.roster_id})
    return True


def _header(draft: InvoiceDraft, roster: Row[Any], tariffs: Tariffs) -> dict[str, Any]:
    return {
        "period": str(draft.period),
        "covers_from": str(draft.covers_from),
        "covers_to": str(draft.covers_to),
        "roster_id": roster.roster_id,
        "funding_source": draft.funding_source,
        "wadah_code": draft.wadah_code,
        "status": "draft",
        "people": draft.people,
        "jkk_idr": draft.jkk_idr,
        "jkm_idr": draft.jkm_idr,
        "total_idr": draft.total_idr,
        "due_date": draft.due_date,
        "lines_sha256": draft.lines_sha256,
        "tariffs_sha256": tariffs.sha256,
    }


def _issue(connection: Connection, period: Period, invoice_id: int, wadah_code: str) -> None:
    """Take the next number; the series' row stays locked until commit, so a number given out is used."""
    series = billing.number_series
    first = upsert(series).values(wadah_code=wadah_code, year=period.year, last_number=1)
    sequence = connection.execute(
        first.on_conflict_do_update(
            index_elements=["wadah_code", "year"], set_={"last_number": series.c.last_number + 1}
        ).returning(series.c.last_number)
    ).scalar_one()
    connection.execute(
        update(billing.invoice)
        .where(_invoice.invoice_id == invoice_id)
        .values(status="issued", number=f"SIGAP/{wadah_code}/{period}/{sequence:04d}", issued_at=func.now())
    )


def _issued(row: Row[Any]) -> IssuedInvoice:
    return IssuedInvoice(
        row.number, row.wadah_code, row.funding_source, row.people, row.jkk_idr, row.jkm_idr, row.total_idr,
        row.invoice_id,
    )  # fmt: skip
