"""What stands in a month's billing: its invoices, and the person-months that could not be billed."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select

from sigap.billing.parking import parking_reasons
from sigap.domain.period import Period
from sigap.pipeline.resources import Resources
from sigap.pipeline.rosters import billed_roster_id
from sigap.warehouse.tables import billing

_invoice = billing.invoice.c
_parked = billing.parked.c


@dataclass(frozen=True, slots=True)
class MonthInvoice:
    """One invoice billed in the month, whatever its status. Whole rupiah."""

    invoice_id: int
    number: str | None
    funding_source: str
    wadah_code: str
    covers_from: str
    covers_to: str
    status: str
    people: int
    total_idr: int
    due_date: dt.date
    replaces: str | None


@dataclass(frozen=True, slots=True)
class Parked:
    """Person-months parked for one reason; what they would cost, in whole rupiah, where a price is known."""

    reason_code: str
    funding_source: str
    person_months: int
    total_idr: int
    meaning: str
    remedy: str


def invoices_of_month(period: Period, resources: Resources) -> list[MonthInvoice]:
    """Every invoice billed in the month, by payer and wadah, the void one before its successor."""
    other = billing.invoice.alias()
    replaced = select(other.c.number).where(other.c.invoice_id == _invoice.replaces_id).scalar_subquery()
    names = (
        "invoice_id", "number", "funding_source", "wadah_code", "covers_from", "covers_to", "status",
        "people", "total_idr", "due_date",
    )  # fmt: skip
    wanted = (
        select(*(_invoice[name] for name in names), replaced.label("replaces"))
        .where(_invoice.period == str(period))
        .order_by(_invoice.funding_source, _invoice.wadah_code, _invoice.invoice_id)
    )
    with resources.warehouse.connect() as connection:
        return [MonthInvoice(**row._asdict()) for row in connection.execute(wanted)]


def parked_of_month(period: Period, resources: Resources) -> list[Parked]:
    """What the month's billing parked, by reason and payer, the most first."""
    with resources.warehouse.connect() as connection:
        wanted = (
            select(
                _parked.reason_code,
                _parked.funding_source,
                func.count().label("person_months"),
                func.coalesce(func.sum(_parked.total_idr), 0).label("total_idr"),
            )
            .where(_parked.roster_id == billed_roster_id(connection, period))
            .group_by(_parked.reason_code, _parked.funding_source)
            .order_by(func.count().desc(), _parked.reason_code, _parked.funding_source)
        )
        rows = connection.execute(wanted).all()
    reasons = parking_reasons()
    return [
        Parked(
            row.reason_code, row.funding_source, row.person_months, int(row.total_idr),
            reasons[row.reason_code].indonesian, reasons[row.reason_code].to_do,
        )
        for row in rows
    ]  # fmt: skip
