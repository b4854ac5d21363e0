"""shadow: what other tariffs would move in a month. Reads, prices twice, and writes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, Row, select

from sigap.billing.dated import NotInForceError
from sigap.billing.payers import Payers
from sigap.billing.price import BILLED, NEEDED, Priced, price_people
from sigap.billing.shadow import Moves, compare_prices
from sigap.billing.tariffs import Tariffs
from sigap.domain.batch import BatchRef
from sigap.domain.period import Period
from sigap.errors import BillingError
from sigap.pipeline.checked import with_check
from sigap.pipeline.resources import Resources
from sigap.pipeline.rosters import current_roster
from sigap.warehouse.tables import entitlement

_roster = entitlement.roster.c


@dataclass(frozen=True, slots=True)
class Shadow:
    """What would move in `period`, priced for the people of a roster of that month or the last one before it.

    `parked`: persons whom the other tariffs would leave unbilled, by reason, beyond those parked as it is.
    `unverified`: values of the other tariffs behind the month that nobody has seen in their source.
    """

    period: Period
    roster_period: str
    roster_version: int
    roster_people: int
    moves: Moves
    parked: Mapping[str, int]
    unverified: tuple[str, ...]
    tariffs_sha256: str


def shadow(period: Period, tariffs: Tariffs, resources: Resources) -> Shadow:
    """Price one coverage month as it is and under other tariffs, whatever was billed of it already.

    Raises `BillingError` when no roster is there to price.
    """
    with resources.warehouse.connect() as connection:
        roster = _roster_for(connection, period)
    batch, payers = BatchRef.from_dict(roster.batch), resources.payers()
    rows = resources.lake.read(batch, [name for name in NEEDED if name != "was_checked"])
    people = with_check(rows.filter(pc.field("outcome") == "subsidised"), batch, resources)
    before, after = (_priced(people, used, payers, period) for used in (resources.tariffs(), tariffs))
    sectors = people.select(["person_id", "sector"])
    return Shadow(
        period,
        roster.period,
        roster.version,
        people.num_rows,
        compare_prices(before.lines, after.lines, sectors),
        _newly_parked(before.parked, after.parked),
        _unverified(people, tariffs, payers, period),
        tariffs.sha256,
    )


def _roster_for(connection: Connection, period: Period) -> Row[Any]:
    wanted = select(_roster.period).where(_roster.period <= str(period), _roster.status != "rejected")
    month = connection.execute(wanted.order_by(_roster.period.desc()).limit(1)).scalar()
    roster = current_roster(connection, Period.parse(month)) if month else None
    if roster is None:
        raise BillingError(
            f"No roster of {period} or of a month before it says whom to price. Decide a month first."
        )
    return roster


def _priced(people: pa.Table, tariffs: Tariffs, payers: Payers, period: Period) -> Priced:
    """The one month, as if every payer had begun: no other months of a phase, none caught up."""
    priced = price_people(people, BILLED.empty_table(), tariffs, payers, period, payers.by_code.keys())
    of_month = pc.field("period") == str(period)
    return Priced(priced.lines.filter(of_month), priced.parked.filter(of_month), priced.prepaid)


def _newly_parked(before: pa.Table, after: pa.Table) -> dict[str, int]:
    known = before["person_id"].combine_chunks()
    new = after.filter(pc.invert(pc.is_in(after["person_id"], value_set=known)))
    counts = new.group_by("reason_code").aggregate([("person_id", "count_distinct")]).sort_by("reason_code")
    return {row["reason_code"]: row["person_id_count_distinct"] for row in counts.to_pylist()}


def _unverified(people: pa.Table, tariffs: Tariffs, payers: Payers, period: Period) -> tuple[str, ...]:
    named: dict[str, None] = {}
    sets = sorted(code for code in pc.unique(people["funding_source"]).to_pylist() if code)
    for code in sets:
        if code in payers.sets or code in payers.by_code:
            try:
                named |= dict.fromkeys(tariffs.unverified_on(period, payers.set_of(code).kind))
            except NotInForceError:  # its people are among the parked
                continue
    return tuple(named)
