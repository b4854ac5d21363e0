"""What is owed: lines priced, drafts laid, people parked. A month billed twice gives the same rows."""

import datetime as dt
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, Row, select

from sigap.billing.invoice import InvoiceDraft, draft_invoices
from sigap.billing.payers import Payers
from sigap.billing.price import NEEDED, Priced, count_people, price_people
from sigap.billing.tariffs import Tariffs
from sigap.domain.batch import BatchRef
from sigap.domain.period import Period
from sigap.errors import ApprovalError, BillingError
from sigap.pipeline.billed import billed_lines, months_due, payers_ever_billed
from sigap.pipeline.budget import keep_within_pagu
from sigap.pipeline.checked import with_check
from sigap.pipeline.elsewhere import billed_elsewhere
from sigap.pipeline.guards import guards
from sigap.pipeline.lay import lay_drafts, park
from sigap.pipeline.ledger import require_open
from sigap.pipeline.locks import lock_month
from sigap.pipeline.notes import draft_notes, left_out_lines
from sigap.pipeline.resources import Resources, code_version
from sigap.pipeline.rosters import (
    approved_roster,
    billed_roster_id,
    invoices_of,
    standing_invoices,
)
from sigap.warehouse.tables import entitlement

_roster = entitlement.roster.c
_CODES = ("outcome", "sector", "funding_source", "wadah_code")


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


def bill(period: Period, resources: Resources) -> BatchRef:
    """Price the newest approved roster of the month and lay its draft invoices; returns the batch of lines.

    What one payer or person lacks parks that payer's people or that person with a reason (`billing.parked`);
    the rest goes on. Months that stand on invoices of an earlier month are not billed again. Invoices that
    finance approved or that were issued stay as they are; a void one gets a successor linked to it. Agreed
    corrections become draft notes. Raises `ApprovalError` without an approved roster, `BillingError` when
    nobody can be priced, a budget ceiling would be exceeded, the month's books are locked, or invoices that
    stand have other lines; then nothing was written.
    """
    with resources.outcome_of("bill", period) as outcome:
        tariffs, payers = resources.tariffs(), resources.payers()
        outcome.versions.update(code=code_version(), tariffs=tariffs.sha256, payers=payers.sha256)
        with resources.warehouse.connect() as connection:
            roster = approved_roster(connection, period)
            priced = _price(connection, roster, tariffs, payers, resources)
        decisions = BatchRef.from_dict(roster.batch)
        outcome.read("entitlement.roster", decisions)
        drafts = draft_invoices(priced.lines, payers, period)
        with guards(), resources.warehouse.begin() as connection:
            lock_month(connection, period)
            new = _refuse(connection, roster, drafts, payers)
            with ThreadPoolExecutor(1) as aside:  # the batch is packed while the server takes the lines
                kept = aside.submit(
                    resources.lake.write, "billing.lines", period, priced.lines, [decisions], outcome.versions
                )
                is_new = lay_drafts(connection, roster, new, priced.lines, tariffs)
            batch = kept.result()
            park(connection, roster.roster_id, priced.parked)
            notes = draft_notes(connection, period)
        outcome.versions["unverified"] = ", ".join(_unverified(priced.lines, tariffs, payers, period))
        outcome.wrote(batch, "billing.invoice", "billing.invoice_line", "billing.parked", "billing.note")
        waiting = len(new) + sum(note.number is None for note in notes)
        outcome.count(_counts(priced, drafts) | {"notes": len(notes)})
        outcome.count({"new_drafts": len(new) * is_new, "to_judge": waiting})
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


def _price(
    connection: Connection, roster: Row[Any], tariffs: Tariffs, payers: Payers, resources: Resources
) -> Priced:
    """The roster's people over the months that are due, without what stands on other rosters or elsewhere."""
    period, rows = Period.parse(roster.period), _subsidised(roster, resources)
    started = payers_ever_billed(connection, period)
    sets = [code for code in pc.unique(rows["funding_source"]).to_pylist() if code]
    months = months_due(sets, period, payers, started)
    billed = pa.concat_tables(
        [
            billed_lines(connection, roster.roster_id, period, months),
            left_out_lines(connection, months),
            billed_elsewhere(connection, period, months),
        ]
    )
    return price_people(rows, billed, tariffs, payers, period, started)


def _subsidised(roster: Row[Any], resources: Resources) -> pa.Table:
    decisions = BatchRef.from_dict(roster.batch)
    rows = resources.lake.read(decisions, [name for name in NEEDED if name != "was_checked"], codes=_CODES)
    chosen = rows.filter(pc.field("outcome") == "subsidised")
    if chosen.num_rows != roster.subsidised or decisions.sha256 != roster.decisions_sha256:
        raise BillingError(
            f"{roster.period}: the decisions batch is not the one that roster version {roster.version} was "
            f"approved with ({chosen.num_rows} subsidised, {roster.subsidised} expected). "
            f"Decide the month again."
        )
    return with_check(chosen, decisions, resources)


def _counts(priced: Priced, drafts: Sequence[InvoiceDraft]) -> dict[str, int]:
    return {
        "people": count_people(priced.lines),
        "person_months": priced.lines.num_rows,
        "parked": priced.parked.num_rows,
        "prepaid": priced.prepaid,
        "invoices": len(drafts),
        "jkk_idr": sum(draft.jkk_idr for draft in drafts),
        "jkm_idr": sum(draft.jkm_idr for draft in drafts),
        "total_idr": sum(draft.total_idr for draft in drafts),
    }


def _unverified(lines: pa.Table, tariffs: Tariffs, payers: Payers, period: Period) -> list[str]:
    """The figures behind these lines that nobody has seen in their source, each once."""
    named: dict[str, None] = {}
    for payer_set in sorted(pc.unique(lines["payer_set"]).to_pylist()):
        named |= dict.fromkeys(tariffs.unverified_on(period, payers.set_of(payer_set).kind))
        named |= dict.fromkeys(payers.unverified_on(payer_set, period))
    return list(named)


def _refuse(
    connection: Connection, roster: Row[Any], drafts: Sequence[InvoiceDraft], payers: Payers
) -> list[InvoiceDraft]:
    """Refuse a roster judged meanwhile, locked books, others that stand, a budget used up.

    Returns the drafts that no standing invoice is equal to.
    """
    status = connection.execute(
        select(_roster.status).where(_roster.roster_id == roster.roster_id).with_for_update(read=True)
    ).scalar_one()
    if status != "approved":
        raise ApprovalError(
            f"Roster version {roster.version} of {roster.period} was {status} meanwhile. Run bill again."
        )
    period = Period.parse(roster.period)
    standing = standing_invoices(connection, period)
    wanted = {(draft.funding_source, draft.wadah_code): draft.lines_sha256 for draft in drafts}
    if any(wanted.get((row.funding_source, row.wadah_code)) != row.lines_sha256 for row in standing):
        raise BillingError(
            f"{roster.period} has {len(standing)} approved or issued invoices with other lines than roster "
            f"version {roster.version} gives. They stand: correct the difference in a later month."
        )
    kept = {(row.funding_source, row.wadah_code) for row in standing}
    new = [draft for draft in drafts if (draft.funding_source, draft.wadah_code) not in kept]
    if new:
        require_open(connection, period)
        owed = [(row.funding_source, row.total_idr) for row in standing]
        owed += [(draft.funding_source, draft.total_idr) for draft in new]
        keep_within_pagu(connection, period, owed, payers)
    return new
