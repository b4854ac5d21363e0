"""settle: roster, issued invoices, BPJS's bill, payments and activations of a month, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
from sqlalchemy import Connection

from sigap.domain.period import Period
from sigap.entitlement.rules import load_rules
from sigap.errors import SettlementError
from sigap.pipeline.resources import Resources, code_version
from sigap.pipeline.settle_keep import Compared, keep
from sigap.pipeline.settle_lists import (
    Activations,
    Delivery,
    activations_of,
    deliveries_of,
    known_kpj,
    newest_bill,
)
from sigap.pipeline.settle_sides import (
    evidence_of,
    expected_by_wadah,
    invoices_covering,
    lines_of_month,
    notes_of_month,
    paid_table,
    roster_of_month,
)
from sigap.settlement import (
    BILL_NEEDED,
    Group,
    Sides,
    match,
    match_totals,
    names_people,
    read_bill_totals,
    read_named_bill,
    tolerance_on,
)

GROUPS = ("bpjs_bills", "payments", "bank_statement", "sp2d", "activations")  # of the inbox
_READS = (
    "entitlement.decision", "billing.parked", "billing.invoice", "billing.invoice_line", "billing.note_line",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SettleResult:
    """Persons by class (settlement/classes.yaml) and the month's totals in whole rupiah."""

    classes: dict[str, int]
    invoiced_idr: int
    billed_idr: int
    paid_idr: int
    reconciliation_id: int


def settle(period: Period, resources: Resources) -> SettleResult:
    """Compare the newest bill of the month with everything else that is known of it.

    Replaces the reconciliation of the same bill, in one transaction: the same files again change nothing, a
    payment that was allocated later changes what is paid, a corrected bill gets a reconciliation of its own.
    Raises `SettlementError` without an issued invoice or a bill, and for a cell that cannot be read; then
    nothing is written.
    """
    with resources.outcome_of("settle", period) as outcome:
        outcome.read(*_READS)
        outcome.versions["code"] = code_version()
        with resources.warehouse.begin() as connection:
            bills = deliveries_of(connection, period, "sources.bills")
            outcome.read(*(bill.batch for bill in bills[:1]))
            compared = _compare(connection, period, bills, resources)
            number = keep(connection, period, compared)
            outcome.count(compared.counts)
        outcome.versions["tolerance"] = compared.tolerance.sha256
        outcome.wrote("settlement.reconciliation", "settlement.difference")
    return SettleResult(
        classes=compared.classes,
        invoiced_idr=compared.found.sides.invoiced_idr,
        billed_idr=compared.billed_idr,
        paid_idr=compared.paid_idr,
        reconciliation_id=number,
    )


def _compare(connection: Connection, period: Period, bills: list[Delivery], resources: Resources) -> Compared:
    invoices = invoices_covering(connection, period)
    if not invoices:
        raise SettlementError(
            f"{period}: no invoice is issued yet, so there is nothing to reconcile. Let finance approve the "
            f"invoices, issue them, then run settle."
        )
    bill, tolerance = newest_bill(bills, period), tolerance_on(period)
    named, groups = _read_bill(period, bill, resources)
    statuses = load_rules(period, resources.settings.rules).coverage_active_statuses
    insured = activations_of(connection, period, resources, statuses)
    sides = Sides(
        listed=roster_of_month(connection, period),
        invoiced=lines_of_month(connection, period),
        billed=named,
        paid=paid_table(invoices),
        noted=notes_of_month(connection, period),
        active=insured.active if insured else None,
        known=_known(connection, period, insured, resources),
    )
    expected = expected_by_wadah(connection, period) if groups else []
    return Compared(
        found=match(sides, period, tolerance, insured.as_of if insured else None),
        groups=match_totals(expected, groups, tolerance.total_idr),
        invoices=invoices,
        evidence=evidence_of(connection, sides.listed, invoices, bill, insured),
        tolerance=tolerance,
        bill_delivery_id=bill.delivery_id,
        activation_delivery_id=insured.lists[0].delivery_id if insured else None,
        as_of=insured.as_of if insured else None,
    )


def _read_bill(
    period: Period, bill: Delivery, resources: Resources
) -> tuple[pa.Table | None, Sequence[Group]]:
    """The rows of a bill by name, or the totals by wadah of one without."""
    received = resources.lake.read(bill.batch, BILL_NEEDED)
    if names_people(received):
        return read_named_bill(received, bill.file_name, period), ()
    return None, read_bill_totals(received, bill.file_name, period)


def _known(
    connection: Connection, period: Period, insured: Activations | None, resources: Resources
) -> pa.Table:
    known = known_kpj(connection, period, resources)
    return pa.concat_tables([known, insured.known]) if insured else known
