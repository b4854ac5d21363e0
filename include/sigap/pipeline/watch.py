"""Which months are due, overdue or about to lapse on a day, per payer: from issued invoices and payments."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, distinct, func, select

from sigap.billing.payers import Payers
from sigap.domain.period import Period
from sigap.entitlement.rules import load_rules
from sigap.pipeline.bearers import Borne, debit_notes
from sigap.pipeline.money import Balance, balances
from sigap.pipeline.resources import Resources
from sigap.settlement.watch import Coverage, Watched, rules_on, watch, worst
from sigap.warehouse.tables import billing

_ZONE = "Asia/Jakarta"  # a day is the city's day


@dataclass(frozen=True, slots=True)
class Watch:
    """All coverages on a day, the worst first. `people_at_risk` counts each person once who is not protected:
    those of coverages that are overdue, before an alert, or lapsed. `waiting_notes` are debit notes that no
    invoice bears yet: they are owed, and paid with the next one. Whole rupiah.
    """

    as_of: dt.date
    coverages: tuple[Watched, ...]
    people_at_risk: int
    open_idr: int
    waiting_notes: tuple[Borne, ...] = ()

    @property
    def level(self) -> str:
        """The worst level of all."""
        return worst(self.coverages)


@dataclass(frozen=True, slots=True)
class _Known:
    coverage: Coverage
    invoice_id: int  # of months that nobody billed: the invoice before, whose people they concern


def watch_coverage(as_of: dt.date, resources: Resources) -> Watch:
    """What every payer's coverage stands at on a day. Names no person."""
    period = Period(as_of.year, as_of.month)
    grace = load_rules(period, resources.settings.rules).coverage_grace_months
    with resources.warehouse.connect() as connection:
        known = _known(connection, as_of, resources.payers())
        found = watch([one.coverage for one in known], as_of, rules_on(as_of, grace))
        at_risk = {one.coverage for one in found if one.level in ("overdue", "alert", "lapsed")}
        waiting = tuple(one for one in debit_notes(connection) if one.invoice_id is None)
        people = _people(connection, {one.invoice_id for one in known if one.coverage in at_risk})
    owed = sum(max(one.coverage.open_idr, 0) for one in found)
    return Watch(as_of, tuple(found), people, owed, waiting)


def _known(connection: Connection, as_of: dt.date, payers: Payers) -> list[_Known]:
    invoice = billing.invoice.c
    issued_on = func.date(func.timezone(_ZONE, invoice.issued_at))
    wanted = select(invoice.invoice_id, invoice.wadah_code, invoice.people).where(
        invoice.status == "issued", issued_on <= as_of
    )
    facts = {row.invoice_id: row for row in connection.execute(wanted)}
    billed = [
        _Known(_coverage(one, facts[one.invoice_id]), one.invoice_id)
        for one in balances(connection, as_of)
        if one.invoice_id in facts
    ]
    billed.sort(key=_stream)
    return [
        one
        for _, stream in groupby(billed, key=_stream)
        for one in _with_unbilled(list(stream), Period(as_of.year, as_of.month), payers)
    ]


def _coverage(balance: Balance, facts: Any) -> Coverage:
    return Coverage(
        balance.funding_source, facts.wadah_code, balance.number, balance.covers_from, balance.covers_to,
        balance.due_date, facts.people, balance.open_idr,
    )  # fmt: skip


def _stream(one: _Known) -> tuple[str, str]:
    return one.coverage.funding_source, one.coverage.wadah_code


def _with_unbilled(stream: Sequence[_Known], until: Period, payers: Payers) -> Iterator[_Known]:
    """The billed coverages of a payer and wadah, and the months up to `until` that none of them covers."""
    reached: _Known | None = None
    for one in sorted(stream, key=lambda known: (known.coverage.covers_from, known.coverage.covers_to)):
        if reached is not None:
            yield from _hole(reached, one.coverage.covers_from.previous(), payers)
        if reached is None or one.coverage.covers_to >= reached.coverage.covers_to:
            reached = one
        yield one
    if reached is not None:
        yield from _hole(reached, until, payers)


def _hole(before: _Known, last: Period, payers: Payers) -> Iterator[_Known]:
    first = before.coverage.covers_to.plus(1)
    if first <= last:
        payer, wadah = before.coverage.funding_source, before.coverage.wadah_code
        due = payers[payer].due_date(first)
        unbilled = Coverage(payer, wadah, None, first, last, due, before.coverage.people, 0)
        yield _Known(unbilled, before.invoice_id)


def _people(connection: Connection, invoices: set[int]) -> int:
    line = billing.invoice_line.c
    wanted = select(func.count(distinct(line.person_id))).where(line.invoice_id.in_(invoices), ~line.is_void)
    return int(connection.execute(wanted).scalar_one()) if invoices else 0
