"""Which roster version counts, and which one the month's invoices were made from."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, exists, func, select

from sigap.domain.period import Period
from sigap.errors import ApprovalError
from sigap.warehouse.tables import audit, billing, entitlement

_roster = entitlement.roster.c
_invoice = billing.invoice.c
_approval = audit.approval.c


def newest_roster(connection: Connection, period: Period, status: str | None = None) -> Row[Any] | None:
    """The highest version of the month, of one status or of any; None when there is none."""
    wanted = select(entitlement.roster).where(_roster.period == str(period))
    if status is not None:
        wanted = wanted.where(_roster.status == status)
    return connection.execute(wanted.order_by(_roster.version.desc()).limit(1)).first()


def current_roster(connection: Connection, period: Period) -> Row[Any] | None:
    """The version the month goes by: the one whose invoices stand, else the newest of any status."""
    standing = standing_invoices(connection, period)
    if not standing:
        return newest_roster(connection, period)
    wanted = select(entitlement.roster).where(_roster.roster_id == standing[0].roster_id)
    return connection.execute(wanted).one()


def approved_roster(connection: Connection, period: Period) -> Row[Any]:
    """The newest approved version. Raises `ApprovalError` when there is none."""
    roster = newest_roster(connection, period, "approved")
    if roster is None:
        raise ApprovalError(
            f"No roster of {period} is approved, so nothing can be billed. Answer with "
            f"`sigap approve roster {period}`, or decide the month again if it was rejected."
        )
    return roster


def billed_roster_id(connection: Connection, period: Period) -> int | None:
    """The version whose invoices stand (approved or issued), else the newest approved one, if any."""
    standing = standing_invoices(connection, period)
    if standing:
        return int(standing[0].roster_id)
    roster = newest_roster(connection, period, "approved")
    return None if roster is None else int(roster.roster_id)


def standing_invoices(connection: Connection, period: Period) -> Sequence[Row[Any]]:
    """The month's invoices that finance approved or that were issued: they no longer change."""
    wanted = select(billing.invoice).where(
        _invoice.period == str(period), _invoice.status.in_(("approved", "issued"))
    )
    return connection.execute(wanted.order_by(_invoice.invoice_id)).all()


def invoices_of(
    connection: Connection, roster_id: int | None, generation: int | None = None
) -> Sequence[Row[Any]]:
    """The invoices made from a roster version that are not void, by funding source and wadah.

    Of one generation when it is given.
    """
    wanted = select(billing.invoice).where(_invoice.roster_id == roster_id, _invoice.status != "void")
    if generation is not None:
        wanted = wanted.where(_invoice.generation == generation)
    return connection.execute(wanted.order_by(_invoice.funding_source, _invoice.wadah_code)).all()


def unreplaced(connection: Connection, period: Period) -> dict[tuple[str, str], int]:
    """The month's void invoices that none stands in for yet: id by (funding source, wadah)."""
    other = billing.invoice.alias()
    wanted = select(_invoice.funding_source, _invoice.wadah_code, _invoice.invoice_id).where(
        _invoice.period == str(period),
        _invoice.status == "void",
        ~exists().where(other.c.replaces_id == _invoice.invoice_id),
    )
    return {(row.funding_source, row.wadah_code): row.invoice_id for row in connection.execute(wanted)}


def generation_to_judge(connection: Connection, roster_id: int | None) -> int:
    """The generation whose invoices wait for finance or were judged last: 0 unless some were made anew."""
    open_ones = select(func.max(_invoice.generation)).where(
        _invoice.roster_id == roster_id, _invoice.status.in_(("draft", "approved"))
    )
    judged = select(func.max(_approval.generation)).where(
        _approval.roster_id == roster_id, _approval.subject == "invoices"
    )
    waiting = connection.execute(open_ones).scalar()
    return int(waiting if waiting is not None else connection.execute(judged).scalar() or 0)


def next_generation(connection: Connection, roster_id: int) -> int:
    """The generation that new drafts of a roster belong to: the one after the last that finance judged."""
    judged = select(func.max(_approval.generation)).where(
        _approval.roster_id == roster_id, _approval.subject == "invoices"
    )
    last = connection.execute(judged).scalar()
    return 0 if last is None else int(last) + 1
