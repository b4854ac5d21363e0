"""settle: roster, issued invoices, BPJS's bill, payments and activations of a month, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert

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
    InvoiceState,
    evidence_of,
    expected_by_wadah,
    invoices_covering,
    lines_of_month,
    notes_of_month,
    paid_table,
    roster_of_month,
)
from sigap.settlement import (
    Group,
    Sides,
    match,
    match_totals,
    names_people,
    read_bill_totals,
    read_named_bill,
    read_payments,
    tolerance_on,
)
from sigap.warehouse.tables import billing, settlement

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
    later payment changes what is paid, a corrected bill gets a reconciliation of its own. Raises
    `SettlementError` without an issued invoice or a bill, for a cell that cannot be read, and for a receipt
    reference with two meanings; then nothing is written.
    """
    with resources.outcome_of("settle", period) as outcome:
        outcome.read(*_READS)
        outcome.versions["code"] = code_version()
        with resources.warehouse.begin() as connection:
            bills, receipts = (
                deliveries_of(connection, period, name) for name in ("sources.bills", "sources.payments")
            )
            outcome.read(*(each.batch for each in [*bills[:1], *receipts]))
            for receipt in receipts:
                _keep_payments(connection, period, receipt, resources.lake.read(receipt.batch))
            compared = _compare(connection, period, bills, resources)
            number = keep(connection, period, compared)
            outcome.count(compared.counts | _payment_counts(connection, period))
        outcome.versions["tolerance"] = compared.tolerance.sha256
        outcome.wrote("settlement.reconciliation", "settlement.difference", "settlement.payment")
    return SettleResult(
        classes=compared.classes,
        invoiced_idr=compared.found.sides.invoiced_idr,
        billed_idr=compared.billed_idr,
        paid_idr=compared.paid_idr,
        reconciliation_id=number,
    )


def _compare(connection: Connection, period: Period, bills: list[Delivery], resources: Resources) -> Compared:
    invoices = _with_receipts(connection, invoices_covering(connection, period))
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
    received = resources.lake.read(bill.batch)
    if names_people(received):
        return read_named_bill(received, bill.file_name, period), ()
    return None, read_bill_totals(received, bill.file_name, period)


def _known(
    connection: Connection, period: Period, insured: Activations | None, resources: Resources
) -> pa.Table:
    known = known_kpj(connection, period, resources)
    return pa.concat_tables([known, insured.known]) if insured else known


def _with_receipts(connection: Connection, invoices: Sequence[InvoiceState]) -> list[InvoiceState]:
    """The invoices with what receipts say of them, where nothing was allocated."""
    payment = settlement.payment.c
    wanted = select(payment.invoice_number, func.sum(payment.amount_idr), func.max(payment.paid_on)).where(
        payment.invoice_number.in_([one.number for one in invoices])
    )
    told = {
        number: (int(amount), day)
        for number, amount, day in connection.execute(wanted.group_by(payment.invoice_number))
    }
    return [
        replace(one, paid_idr=told[one.number][0], paid_on=told[one.number][1])
        if one.paid_idr == 0 and one.number in told
        else one
        for one in invoices
    ]


def _keep_payments(connection: Connection, period: Period, receipt: Delivery, received: pa.Table) -> None:
    """Add the receipts not yet known. A reference counts once; with other facts than before it is refused."""
    payment = settlement.payment
    facts = [payment.c[name] for name in ("reference", "invoice_number", "paid_on", "amount_idr")]
    listed = read_payments(received, receipt.file_name).to_pylist()
    if not listed:
        return
    origin = {"period": str(period), "delivery_id": receipt.delivery_id}
    connection.execute(insert(payment).on_conflict_do_nothing(), [origin | row for row in listed])
    stored = connection.execute(
        select(*facts).where(payment.c.reference.in_({row["reference"] for row in listed}))
    )
    known = {row.reference: tuple(row) for row in stored}
    for row in listed:
        if known[row["reference"]] != tuple(row.values()):
            raise SettlementError(
                f"{receipt.file_name}: reference {row['reference']} is known with another invoice, day or "
                f"amount. Ask which of the two is right, correct that list and collect it."
            )


def _payment_counts(connection: Connection, period: Period) -> dict[str, int]:
    payment, invoice = settlement.payment.c, billing.invoice.c
    of_month = select(func.count()).select_from(settlement.payment).where(payment.period == str(period))
    unknown = of_month.where(
        payment.invoice_number.not_in(select(invoice.number).where(invoice.number.is_not(None)))
    )
    return {
        "payments": int(connection.execute(of_month).scalar_one()),
        "payments_of_unknown_invoices": int(connection.execute(unknown).scalar_one()),
    }
