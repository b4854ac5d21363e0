"""Neraca saldo: every account of every payer, to the end of a month. It comes to zero or is not shown."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Connection, Row, cast, func, select

from sigap.billing.accounts import load_chart
from sigap.domain.money import rupiah
from sigap.domain.period import Period
from sigap.errors import BillingError
from sigap.warehouse.tables.ledger import account, journal_entry, posting

_entry = journal_entry.c
_posting = posting.c


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """An account of a payer: what stood on it, what moved, what stands. A positive balance is a debit."""

    account_code: str
    name: str
    kind: str
    funding_source: str
    opening_idr: int
    debit_idr: int
    credit_idr: int

    @property
    def closing_idr(self) -> int:
        """What stands on it at the end."""
        return self.opening_idr + self.debit_idr - self.credit_idr

    @property
    def is_overpaid(self) -> bool:
        """More was paid to BPJS than was owed: a liability with a debit balance."""
        return self.kind == "liability" and self.closing_idr > 0


def trial_balance(
    connection: Connection, through: Period, since: Period | None = None
) -> list[AccountBalance]:
    """Every account of every payer to the end of a month; what moved before `since` stands as its opening.

    Without `since`, that of the year. Expenses begin anew each year: those of earlier years stand on equity.
    Raises `BillingError` when all accounts of a payer do not come to zero.
    """
    year, start = f"{through.year:04d}-01", str(since or f"{through.year:04d}-01")
    amount = _posting.debit_idr - _posting.credit_idr
    sums = {
        "earlier_idr": func.sum(amount).filter(_entry.period < year),
        "opening_idr": func.sum(amount).filter(_entry.period >= year, _entry.period < start),
        "debit_idr": func.sum(_posting.debit_idr).filter(_entry.period >= start),
        "credit_idr": func.sum(_posting.credit_idr).filter(_entry.period >= start),
    }
    of = (_posting.account_code, account.c.name, account.c.kind, _posting.funding_source)
    wanted = (
        select(*of, *(cast(func.coalesce(value, 0), BigInteger).label(name) for name, value in sums.items()))
        .select_from(posting.join(journal_entry).join(account))
        .where(_entry.period <= str(through))
        .group_by(*of)
    )
    rows = _carried_forward(connection.execute(wanted).all())
    _refuse_uneven(rows, through)
    return rows


def _carried_forward(found: Sequence[Row[Any]]) -> list[AccountBalance]:
    """Balances of earlier years stand where they are, but expenses on the equity of their payer."""
    spent: Counter[str] = Counter()
    rows = []
    for row in found:
        is_expense = row.kind == "expense"
        spent[row.funding_source] += row.earlier_idr if is_expense else 0
        opening = row.opening_idr + (0 if is_expense else row.earlier_idr)
        of = (row.account_code, row.name, row.kind, row.funding_source)
        rows.append(AccountBalance(*of, opening, row.debit_idr, row.credit_idr))
    equity = load_chart()[load_chart().equity]
    for payer, amount in spent.items():
        rows.append(AccountBalance(equity.code, equity.name, equity.kind, payer, amount, 0, 0))
    moved = [row for row in rows if row.opening_idr or row.debit_idr or row.credit_idr]
    return sorted(moved, key=lambda row: (row.funding_source, row.account_code))


def _refuse_uneven(rows: list[AccountBalance], through: Period) -> None:
    for payer in sorted({row.funding_source for row in rows}):
        left = sum(row.closing_idr for row in rows if row.funding_source == payer)
        if left:
            raise BillingError(
                f"The books of {payer} do not balance to the end of {through}: {rupiah(left)} too much on "
                f"one side. The database takes no such entry: call the administrator, somebody went past it."
            )
