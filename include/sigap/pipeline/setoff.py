"""What a credit note takes from the bills it corrects, while they are unpaid; the rest BPJS owes."""

from pathlib import Path

from sqlalchemy import BigInteger, Connection, cast, func, select, text

from sigap.billing.accounts import load_chart
from sigap.billing.ledger import credit_used_entry
from sigap.domain.period import Period
from sigap.pipeline.ledger import entry_of, post
from sigap.pipeline.locks import share_books
from sigap.pipeline.payable import payables
from sigap.warehouse.tables.ledger import account, posting

_OF_NOTE = text(Path(__file__).with_name("setoff.sql").read_text(encoding="utf-8"))
_EVER = Period(2999, 12)


def set_off_note(connection: Connection, number: str, period: Period, funding_source: str) -> int:
    """Set an issued credit note off against the bills it corrects, as far as they are unpaid.

    Returns the rupiah. What is left stays receivable from BPJS. `period` is the month of the books. Doing it
    again changes nothing.
    """
    hold_credits(connection)
    used = 0
    for document, credit_idr in credit_of(connection, number):
        key = f"credit/{number}/{document}"
        amount = min(credit_idr, owed_on(connection, document))
        if amount > 0 and entry_of(connection, key) is None:
            post(connection, credit_used_entry(key, period, funding_source, amount, document))
            used += amount
    return used


def credit_of(connection: Connection, number: str) -> list[tuple[str, int]]:
    """What an issued credit note comes to by the invoice it makes smaller, by number. Whole rupiah."""
    found = connection.execute(_OF_NOTE, {"number": number})
    return [(row.document, row.credit_idr) for row in found]


def owed_on(connection: Connection, document: str) -> int:
    """What a bill still owes by all the books, whole rupiah; negative when too much was paid."""
    return sum(one.owed_idr for one in payables(connection, _EVER) if one.document == document)


def receivable(connection: Connection, funding_source: str) -> int:
    """What BPJS still owes a payer from credit notes, whole rupiah."""
    left = select(cast(func.coalesce(func.sum(posting.c.debit_idr - posting.c.credit_idr), 0), BigInteger))
    left = left.where(
        posting.c.account_code == load_chart().credits, posting.c.funding_source == funding_source
    )
    return int(connection.execute(left).scalar_one())


def hold_credits(connection: Connection) -> None:
    """One at a time: two uses never take the same rupiah. The books come first."""
    share_books(connection)
    row = select(account.c.account_code).where(account.c.account_code == load_chart().credits)
    connection.execute(row.with_for_update(key_share=True)).all()
