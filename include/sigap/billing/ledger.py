"""Double entry: what each event of billing and settlement does to the books. `pipeline.ledger` posts."""

from collections import Counter
from dataclasses import dataclass, replace

from sigap.billing.accounts import load_chart
from sigap.billing.payers import Account
from sigap.domain.period import Period
from sigap.errors import BillingError

ExpenseAccounts = tuple[Account, Account]  # JKK, JKM: of the payer
NOTE_KINDS = ("credit", "debit")
SETTLING = ("payment", "credit_used")  # kinds that a locked month still takes


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of an entry: an account of a payer, and whole rupiah on exactly one side."""

    account: str
    funding_source: str
    debit_idr: int = 0
    credit_idr: int = 0

    def __post_init__(self) -> None:
        amounts = (self.debit_idr, self.credit_idr)
        if min(amounts) < 0 or (self.debit_idr > 0) == (self.credit_idr > 0):
            raise BillingError(
                f"A leg on {self.account} needs a positive amount on exactly one side, "
                f"not {self.debit_idr} and {self.credit_idr}."
            )


@dataclass(frozen=True, slots=True)
class Entry:
    """One event in the books. `key` names it once for ever; `document` is what an auditor asks for.

    `period` is the month of the books it goes into. Raises `BillingError` unless each payer's legs balance.
    """

    key: str
    kind: str
    period: Period
    document: str
    legs: tuple[Leg, ...]

    def __post_init__(self) -> None:
        left: Counter[str] = Counter()
        for leg in self.legs:
            left[leg.funding_source] += leg.debit_idr - leg.credit_idr
        if len(self.legs) < 2 or any(left.values()):
            raise BillingError(f"Entry {self.key} does not balance. Write what one side owes to the other.")

    @property
    def total_idr(self) -> int:
        """The sum of its debits, which is that of its credits."""
        return sum(leg.debit_idr for leg in self.legs)


def invoice_entry(
    number: str, period: Period, funding_source: str, jkk_idr: int, jkm_idr: int, accounts: ExpenseAccounts
) -> Entry:
    """An issued invoice: Dr expense JKK and JKM (the payer's accounts), Cr payable to BPJS."""
    legs = _owed(funding_source, jkk_idr, jkm_idr, accounts)
    return Entry(f"invoice/{number}", "invoice", period, number, legs)


def reverse(invoice: Entry, period: Period) -> Entry:
    """The void of an invoice as it was entered: every leg on the other side, in a month of the books."""
    if invoice.kind != "invoice":
        raise BillingError(f"Entry {invoice.key} is no invoice: only an invoice is voided.")
    return Entry(f"void/{invoice.document}", "void", period, invoice.document, _swap(invoice.legs))


def note_entry(
    number: str,
    kind: str,
    period: Period,
    funding_source: str,
    jkk_idr: int,
    jkm_idr: int,
    accounts: ExpenseAccounts,
) -> Entry:
    """A note of `kind` credit or debit, both in positive rupiah.

    A debit note like an invoice; a credit note Dr credits receivable from BPJS, Cr expense JKK and JKM.
    """
    if kind not in NOTE_KINDS:
        raise BillingError(f"{kind!r} is no kind of note. Give one of: {', '.join(NOTE_KINDS)}.")
    legs = _owed(funding_source, jkk_idr, jkm_idr, accounts)
    if kind == "credit":
        receivable = load_chart().credits
        legs = tuple(replace(leg, account=receivable) if leg.debit_idr else leg for leg in _swap(legs))
    return Entry(f"note/{number}", f"{kind}_note", period, number, legs)


def credit_used_entry(key: str, period: Period, funding_source: str, amount_idr: int, document: str) -> Entry:
    """A credit set off against what is owed: Dr payable, Cr credits receivable. Negative: taken back.

    `document` is the number of the invoice it is set off against.
    """
    chart = load_chart()
    legs = _moved(chart.payable, chart.credits, funding_source, amount_idr)
    return Entry(key, "credit_used", period, document, legs)


def payment_entry(key: str, period: Period, funding_source: str, amount_idr: int, document: str) -> Entry:
    """Money paid to BPJS: Dr payable, Cr cash. A negative amount is a reversed payment, the other way.

    `document` is the number of the invoice it pays where one is known, else the reference of the SP2D.
    """
    chart = load_chart()
    return Entry(
        key, "payment", period, document, _moved(chart.payable, chart.cash, funding_source, amount_idr)
    )


def _owed(funding_source: str, jkk_idr: int, jkm_idr: int, accounts: ExpenseAccounts) -> tuple[Leg, ...]:
    amounts = zip(accounts, (jkk_idr, jkm_idr), strict=True)
    expenses = [Leg(account.code, funding_source, debit_idr=amount) for account, amount in amounts if amount]
    payable = Leg(load_chart().payable, funding_source, credit_idr=jkk_idr + jkm_idr)
    return (*expenses, payable)


def _moved(debit: str, credit: str, funding_source: str, amount_idr: int) -> tuple[Leg, ...]:
    legs = (
        Leg(debit, funding_source, debit_idr=abs(amount_idr)),
        Leg(credit, funding_source, credit_idr=abs(amount_idr)),
    )
    return legs if amount_idr > 0 else _swap(legs)


def _swap(legs: tuple[Leg, ...]) -> tuple[Leg, ...]:
    return tuple(replace(leg, debit_idr=leg.credit_idr, credit_idr=leg.debit_idr) for leg in legs)
