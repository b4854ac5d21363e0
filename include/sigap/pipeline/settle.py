"""settle: what BPJS billed and what was paid, against the month's issued invoices."""

from dataclasses import dataclass

import pyarrow as pa
from sqlalchemy import Connection, RowMapping, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from sigap.domain.batch import BatchRef
from sigap.domain.period import Period
from sigap.errors import SettlementError
from sigap.pipeline.resources import Resources, code_version
from sigap.settlement import Reconciliation, read_bill, read_payments, reconcile
from sigap.warehouse.store import copy_out, copy_rows
from sigap.warehouse.tables import billing, entitlement, settlement, sources


@dataclass(frozen=True, slots=True)
class SettleResult:
    """Persons by class (matched, missing, extra, amount_differs) and the month's totals in whole rupiah."""

    classes: dict[str, int]
    invoiced_idr: int
    billed_idr: int
    paid_idr: int
    reconciliation_id: int


@dataclass(frozen=True, slots=True)
class _Delivery:
    delivery_id: str
    file_name: str
    batch: BatchRef

    @classmethod
    def of(cls, row: RowMapping) -> "_Delivery":
        return cls(row["delivery_id"], row["file_name"], BatchRef.from_dict(row["batch"]))


def settle(period: Period, resources: Resources) -> SettleResult:
    """Reconcile the newest bill of the month with its issued invoices and take in all its receipts.

    Replaces the reconciliation of the same bill, in one transaction: the same files again change nothing, a
    later receipt changes the amount paid, a corrected bill gets a reconciliation of its own. Raises
    `SettlementError` without an issued invoice or a bill, for a cell that cannot be read, and for a receipt
    reference with two meanings; then nothing is written.
    """
    with resources.outcome_of("settle", period) as outcome:
        bills, receipts = (
            _deliveries(period, name, resources) for name in ("sources.bills", "sources.payments")
        )
        outcome.read(
            "billing.invoice", "billing.invoice_line", *(each.batch for each in [*bills[:1], *receipts])
        )
        outcome.versions["code"] = code_version()
        with resources.warehouse.begin() as connection:
            numbers, lines = _invoiced(connection, period)
            bill = _newest(bills, period)
            billed = read_bill(resources.lake.read(bill.batch), bill.file_name, period)
            found = reconcile(lines, billed)
            for receipt in receipts:
                _keep_payments(connection, period, receipt, resources.lake.read(receipt.batch))
            paid_idr = _paid(connection, numbers)
            number = _keep(connection, period, bill, found, paid_idr)
            outcome.count(_counts(connection, period, found))
        outcome.wrote("settlement.reconciliation", "settlement.difference", "settlement.payment")
    return SettleResult(found.classes, found.invoiced_idr, found.billed_idr, paid_idr, number)


def _deliveries(period: Period, dataset: str, resources: Resources) -> list[_Delivery]:
    """The accepted deliveries of a dataset, the newest first."""
    delivery = sources.delivery.c
    wanted = (
        select(delivery.delivery_id, delivery.file_name, delivery.batch)
        .where(delivery.period == str(period), delivery.outcome == "accepted")
        .where(delivery.batch["dataset"].astext == dataset)
        .order_by(delivery.received_at.desc(), delivery.delivery_id)
    )
    with resources.warehouse.connect() as connection:
        return [_Delivery.of(row) for row in connection.execute(wanted).mappings()]


def _newest(bills: list[_Delivery], period: Period) -> _Delivery:
    if not bills:
        raise SettlementError(
            f"{period}: no bill of BPJS has been accepted. Put it into the month's folder "
            f"bpjs_bills of the inbox, then run collect and settle."
        )
    return bills[0]


def _invoiced(connection: Connection, period: Period) -> tuple[list[str], pa.Table]:
    """The numbers of the month's issued invoices, and their lines as (nik, person_id, total_idr)."""
    invoice, line, decision = billing.invoice.c, billing.invoice_line.c, entitlement.decision.c
    issued = (invoice.period == str(period), invoice.status == "issued")
    numbers = list(connection.execute(select(invoice.number).where(*issued)).scalars())
    if not numbers:
        raise SettlementError(
            f"{period}: no invoice is issued yet, so there is nothing to reconcile. Let finance approve the "
            f"invoices, issue them, then run settle."
        )
    lines = (
        select(decision.nik, line.person_id, line.total_idr)
        .join(billing.invoice, line.invoice_id == invoice.invoice_id)
        .join(
            entitlement.decision,
            (decision.roster_id == line.roster_id) & (decision.person_id == line.person_id),
        )
        .where(*issued)
    )
    types = {"nik": pa.string(), "person_id": pa.int64(), "total_idr": pa.int64()}
    return numbers, copy_out(connection, lines, types)


def _keep_payments(connection: Connection, period: Period, receipt: _Delivery, received: pa.Table) -> None:
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


def _paid(connection: Connection, numbers: list[str]) -> int:
    payment = settlement.payment.c
    total = select(func.coalesce(func.sum(payment.amount_idr), 0)).where(payment.invoice_number.in_(numbers))
    return int(connection.execute(total).scalar_one())


def _keep(
    connection: Connection, period: Period, bill: _Delivery, found: Reconciliation, paid_idr: int
) -> int:
    """Write the reconciliation of this bill and its differences in place of earlier ones; return its id."""
    table, classes = settlement.reconciliation, found.classes
    figures = {
        "people_invoiced": found.rows.num_rows - classes["extra"],
        "people_billed": found.rows.num_rows - classes["missing"],
        "invoiced_idr": found.invoiced_idr,
        "billed_idr": found.billed_idr,
        "paid_idr": paid_idr,
        "classes": classes,
    }
    values = {"period": str(period), "bill_delivery_id": bill.delivery_id, **figures}
    kept = insert(table).values(values).on_conflict_do_update(
        index_elements=["period", "bill_delivery_id"], set_=figures
    )  # fmt: skip
    number = int(connection.execute(kept.returning(table.c.reconciliation_id)).scalar_one())
    connection.execute(
        delete(settlement.difference).where(settlement.difference.c.reconciliation_id == number)
    )
    differences = found.differences
    ids = pa.repeat(pa.scalar(number, pa.int64()), differences.num_rows)
    copy_rows(connection, settlement.difference, differences.add_column(0, "reconciliation_id", ids))
    return number


def _counts(connection: Connection, period: Period, found: Reconciliation) -> dict[str, int]:
    payment, invoice = settlement.payment.c, billing.invoice.c
    of_month = select(func.count()).select_from(settlement.payment).where(payment.period == str(period))
    unknown = of_month.where(
        payment.invoice_number.not_in(select(invoice.number).where(invoice.number.is_not(None)))
    )
    return {
        **found.classes,
        "repeated_bill_rows": found.repeated_rows,
        "payments": int(connection.execute(of_month).scalar_one()),
        "payments_of_unknown_invoices": int(connection.execute(unknown).scalar_one()),
    }
