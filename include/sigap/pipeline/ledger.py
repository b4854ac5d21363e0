"""The books: entries posted once each, by key, and months that take them or refuse."""

from collections.abc import Sequence

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from sigap.billing.accounts import chart_of, load_chart
from sigap.billing.ledger import Entry, Leg, reverse
from sigap.billing.payers import Payers
from sigap.domain.period import Period
from sigap.errors import BillingError
from sigap.pipeline.guards import guards
from sigap.warehouse.tables.ledger import account, journal_entry, ledger_period, posting


def post(connection: Connection, entry: Entry, payers: Payers | None = None) -> bool:
    """Enter it; `payers` are those of this deployment, whose expense accounts an invoice or a note brings in.

    True when it was written, False when it stands already, legs and all (also in a month closed since).
    Two connections that post the same key at once: one writes, the other waits and returns False. Raises
    `BillingError` when the key stands with other legs, an account is in no chart, or the month of the books
    takes no such entry (closed; locked, for invoices and notes). The caller's transaction then ends.
    """
    if _stands(connection, entry):
        return False
    _know(connection, {leg.account for leg in entry.legs}, payers)
    header = upsert(journal_entry).values(
        key=entry.key,
        kind=entry.kind,
        period=str(entry.period),
        document=entry.document,
        legs=len(entry.legs),
        total_idr=entry.total_idr,
    )
    with guards():
        entry_id = connection.execute(
            header.on_conflict_do_nothing(index_elements=["key", "government"]).returning(
                journal_entry.c.entry_id
            )
        ).scalar()
    if entry_id is None:  # somebody else was quicker
        _stands(connection, entry)
        return False
    connection.execute(insert(posting), _rows(entry_id, entry.legs))
    return True


def entry_of(connection: Connection, key: str) -> Entry | None:
    """What was posted under a key; None when nothing was."""
    header = connection.execute(select(journal_entry).where(journal_entry.c.key == key)).first()
    if header is None:
        return None
    wanted = select(posting).where(posting.c.entry_id == header.entry_id).order_by(posting.c.leg_no)
    legs = tuple(
        Leg(row.account_code, row.funding_source, row.debit_idr, row.credit_idr)
        for row in connection.execute(wanted)
    )
    return Entry(header.key, header.kind, Period.parse(header.period), header.document, legs)


def post_void(connection: Connection, number: str, period: Period) -> bool:
    """Take back the entry of an invoice, on the accounts it was entered on, whatever payers.yaml says now.

    Raises `BillingError` as `post`, and when the invoice was never entered.
    """
    entered = entry_of(connection, f"invoice/{number}")
    if entered is None:
        raise BillingError(
            f"Invoice {number} was never entered in the ledger, so there is nothing to take back. "
            f"Run `sigap ledger enter` for its month first."
        )
    return post(connection, reverse(entered, period))


def require_open(connection: Connection, period: Period) -> None:
    """Raise `BillingError` when the month's books are locked or closed; else keep them open until commit."""
    with guards():
        connection.execute(select(func.billing.refuse_closed(str(period), "invoice")))


def first_open(connection: Connection, period: Period) -> Period:
    """The month, or the first after all closed ones: where what comes late is entered."""
    closed = select(func.max(ledger_period.c.period)).where(ledger_period.c.status == "closed")
    last = connection.execute(closed).scalar()
    return period if last is None else max(period, Period.parse(last).plus(1))


def _stands(connection: Connection, entry: Entry) -> bool:
    before = entry_of(connection, entry.key)
    if before is None:
        return False
    if (before.kind, set(before.legs), len(before.legs)) == (entry.kind, set(entry.legs), len(entry.legs)):
        return True
    raise BillingError(
        f"Entry {entry.key} stands in the ledger of {before.period} with other legs. Nothing was written: "
        f"what stands is never changed, so correct the difference with a note or a reversal."
    )


def _know(connection: Connection, codes: set[str], payers: Payers | None) -> None:
    """Give the database the accounts it does not know; what it knows is not touched."""
    known = set(connection.execute(select(account.c.account_code)).scalars())
    chart = chart_of(payers) if payers is not None and codes - known else load_chart()
    for code in sorted(codes - known):
        new = chart[code]
        values = {
            "account_code": new.code,
            "name": new.name,
            "kind": new.kind,
            "reference": new.reference,
            "is_verified": new.is_verified,
        }
        connection.execute(upsert(account).values(values).on_conflict_do_nothing())


def _rows(entry_id: int, legs: Sequence[Leg]) -> list[dict[str, object]]:
    return [
        {
            "entry_id": entry_id,
            "leg_no": number,
            "account_code": leg.account,
            "funding_source": leg.funding_source,
            "debit_idr": leg.debit_idr,
            "credit_idr": leg.credit_idr,
        }
        for number, leg in enumerate(legs, start=1)
    ]
