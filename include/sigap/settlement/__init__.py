"""What BPJS billed, what was paid, what differs."""

from sigap.settlement.read import read_bill, read_payments
from sigap.settlement.reconcile import CLASSES, Reconciliation, reconcile

__all__ = ["CLASSES", "Reconciliation", "read_bill", "read_payments", "reconcile"]
