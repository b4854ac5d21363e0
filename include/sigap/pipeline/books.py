"""What stands in the books: the journal, one account, how far a month is. Whole rupiah."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Connection, Select, cast, func, select

from sigap.billing.ledger import SETTLING
from sigap.domain.period import Period
from sigap.errors import BillingError
from sigap.warehouse.tables.ledger import account, journal_entry, ledger_period, posting

_entry = journal_entry.c
_posting = posting.c


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One leg as the journal prints it. `balance_idr` runs along an account; 0 in the journal of a month."""

    period: str
    key: str
    kind: str
    document: str
    posted_at: dt.datetime
    account_code: str
    name: str
    account_kind: str
    funding_source: str
    debit_idr: int
    credit_idr: int
    balance_idr: int = 0

    @property
    def is_taken_back(self) -> bool:
        """A payment or a used credit the other way: it adds to what is owed."""
        is_on_credit = self.credit_idr > 0
        return self.kind in SETTLING and is_on_credit == (self.account_kind == "liability")


def month_of_books(as_of: dt.date) -> Period:
    """The month that a day ends. Raises `BillingError` for another day: the books are kept by month."""
    period = Period(as_of.year, as_of.month)
    if as_of != period.last_day:
        raise BillingError(
            f"{as_of} does not end a month, and the books are kept by month. Name {period.last_day}, "
            f"or {period.previous().last_day}."
        )
    return period


def journal(connection: Connection, period: Period) -> list[JournalLine]:
    """The entries of a month in the order they were posted, leg by leg."""
    wanted = _lines().where(_entry.period == str(period)).order_by(_entry.entry_id, _posting.leg_no)
    return [JournalLine(**row._asdict()) for row in connection.execute(wanted)]


def account_lines(
    connection: Connection, code: str, through: Period | None = None, funding_source: str | None = None
) -> list[JournalLine]:
    """What moved on an account, month by month, with its running balance.

    Raises `BillingError` for an account that was never posted to.
    """
    if connection.execute(select(account.c.name).where(account.c.account_code == code)).scalar() is None:
        known = connection.execute(select(account.c.account_code).order_by(account.c.account_code)).scalars()
        raise BillingError(
            f"Nothing was posted to account {code}. Posted to: {', '.join(known) or 'no account yet'}."
        )
    balance = func.sum(_posting.debit_idr - _posting.credit_idr).over(
        order_by=[_entry.period, _entry.entry_id, _posting.leg_no]
    )
    wanted = _lines().add_columns(cast(balance, BigInteger).label("balance_idr"))
    wanted = wanted.where(_posting.account_code == code)
    if through is not None:
        wanted = wanted.where(_entry.period <= str(through))
    if funding_source is not None:
        wanted = wanted.where(_posting.funding_source == funding_source)
    ordered = wanted.order_by(_entry.period, _entry.entry_id, _posting.leg_no)
    return [JournalLine(**row._asdict()) for row in connection.execute(ordered)]


def status_of(connection: Connection, period: Period) -> str:
    """open, locked or closed. A month before a closed one is closed, whether or not it was ever used."""
    rows = connection.execute(
        select(ledger_period.c.period, ledger_period.c.status).where(
            (ledger_period.c.period == str(period))
            | ((ledger_period.c.period > str(period)) & (ledger_period.c.status == "closed"))
        )
    ).all()
    if any(row.status == "closed" for row in rows):
        return "closed"
    return str(rows[0].status) if rows else "open"


def _lines() -> Select[Any]:
    return select(
        _entry.period,
        _entry.key,
        _entry.kind,
        _entry.document,
        _entry.posted_at,
        _posting.account_code,
        account.c.name,
        account.c.kind.label("account_kind"),
        _posting.funding_source,
        _posting.debit_idr,
        _posting.credit_idr,
    ).select_from(posting.join(journal_entry).join(account))
