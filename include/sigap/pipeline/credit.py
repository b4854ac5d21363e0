"""Credits of earlier notes set off against another bill, when BPJS has confirmed it: a person decides."""

from sqlalchemy import Connection, select

from sigap.billing.ledger import credit_used_entry
from sigap.domain.money import rupiah
from sigap.domain.period import Period
from sigap.errors import ApprovalError, BillingError
from sigap.pipeline.approvers import approvers
from sigap.pipeline.ledger import entry_of, post
from sigap.pipeline.resources import Resources, code_version
from sigap.pipeline.setoff import hold_credits, owed_on, receivable
from sigap.warehouse.tables import billing


def use_credit(
    number: str, amount_idr: int, reference: str, period: Period, actor: str, resources: Resources
) -> bool:
    """Set credits of earlier notes off against a bill, as BPJS confirmed by a letter (`reference`).

    The same reference, bill and amount again: False, nothing written. Raises `ApprovalError` for an account
    that may not, `BillingError` for more than is receivable or owed, or a closed month of the books.
    """
    names = approvers("invoices", resources.settings)
    if actor not in names:
        raise ApprovalError(f"This account may not use credits. It may be done by: {', '.join(names)}.")
    if not reference.strip() or amount_idr <= 0:
        raise BillingError("Using a credit needs a positive amount and the letter that BPJS confirmed it by.")
    with resources.outcome_of("ledger", period, number) as outcome:
        outcome.versions["code"] = code_version()
        outcome.read("billing.invoice", "billing.posting")
        with resources.warehouse.begin() as connection:
            is_new = _use(connection, number, amount_idr, reference.strip(), period)
        outcome.wrote("billing.journal_entry", "billing.posting")
        outcome.count({"entries": int(is_new), "total_idr": amount_idr if is_new else 0})
    return is_new


def _use(connection: Connection, number: str, amount_idr: int, reference: str, period: Period) -> bool:
    invoice = billing.invoice.c
    payer = connection.execute(
        select(invoice.funding_source).where(invoice.number == number, invoice.status == "issued")
    ).scalar()
    if payer is None:
        raise BillingError(f"There is no issued invoice {number}. `sigap invoice list PERIOD` names them.")
    hold_credits(connection)
    entry = credit_used_entry(f"credit/{reference}/{number}", period, payer, amount_idr, number)
    if entry_of(connection, entry.key) is None:
        for what, most in (("is receivable from BPJS", receivable(connection, payer)),
                           (f"is still owed on {number}", owed_on(connection, number))):  # fmt: skip
            if amount_idr > most:
                raise BillingError(
                    f"{rupiah(amount_idr)} is more than {what}: {rupiah(most)}. Nothing was written."
                )
    return post(connection, entry)
