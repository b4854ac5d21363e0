"""What of a month waits for a person: stopped lists, limits that its lists exceed together, weak links."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, not_, select

from sigap.domain.period import Period
from sigap.errors import ApprovalError
from sigap.pipeline.resources import Resources
from sigap.pipeline.usable import came_again, overview
from sigap.quality.stops import MonthCounts, Stops, judge_month
from sigap.warehouse.tables import quality, sources

MONTH = "month"  # stands for the month as a whole where deliveries are named by their id
_judgement = quality.judgement.c


@dataclass(frozen=True, slots=True)
class Question:
    """What a person has to judge: a stopped list, or (`delivery_id` None) the month as a whole.

    Counts and codes only; `file_name` and `source` are None for the month.
    """

    delivery_id: str | None
    source: str | None
    file_name: str | None
    stops: Stops
    received: int = 0
    accepted: int = 0
    held: int = 0
    rejected: int = 0

    @property
    def key(self) -> str:
        """The id of the delivery, or `month`."""
        return self.delivery_id or MONTH


def open_questions(period: Period, resources: Resources) -> list[Question]:
    """The stopped lists and the broken limits of the month that wait for a judgement about these figures."""
    with resources.warehouse.connect() as connection:
        return questions_in(connection, period, resources)


def list_files(period: Period, resources: Resources) -> Sequence[Row[Any]]:
    """Every file of the month as reporting.delivery_overview has it, by source."""
    wanted = select(overview).where(overview.c.period == str(period))
    with resources.warehouse.connect() as connection:
        return connection.execute(
            wanted.order_by(overview.c.source, overview.c.received_at, overview.c.delivery_id)
        ).all()


def questions_in(connection: Connection, period: Period, resources: Resources) -> list[Question]:
    """As `open_questions`, within a transaction."""
    wanted = (
        select(overview)
        .where(overview.c.period == str(period), overview.c.check_outcome == "stopped")
        .where(overview.c.judged_as.is_(None), not_(overview.c.is_replaced))
        .order_by(overview.c.source, overview.c.delivery_id)
    )
    questions = [
        Question(
            row.delivery_id, row.source, row.file_name, row.stops,
            row.received_rows, row.accepted_rows, row.held_rows, row.rejected_rows,
        )
        for row in connection.execute(wanted)
    ]  # fmt: skip
    stops = month_stops(connection, period, resources)
    judged = newest_judgement(connection, period, None, stops) if stops else None
    if stops and (judged is None or judged.verdict != "pass"):
        questions.append(Question(None, None, None, stops))
    return questions


def stops_of(connection: Connection, period: Period, delivery_id: str | None, resources: Resources) -> Stops:
    """The rules that a delivery, or the month, breaks now. Raises `ApprovalError` when there are none."""
    if delivery_id is None:
        stops: Stops | None = month_stops(connection, period, resources) or None
    else:
        wanted = select(overview.c.stops).where(
            overview.c.period == str(period),
            overview.c.delivery_id == delivery_id,
            overview.c.check_outcome == "stopped",
        )
        stops = connection.execute(wanted).scalar_one_or_none()
    if stops is None:
        what = f"delivery {delivery_id} was not stopped" if delivery_id else "no limit of the month is broken"
        raise ApprovalError(
            f"{period}: {what}, so there is nothing to judge. `sigap delivery list {period}` shows what is."
        )
    return stops


def newest_judgement(
    connection: Connection, period: Period, delivery_id: str | None, stops: Stops
) -> Row[Any, Any, Any] | None:
    """The judgement that counts for these figures: verdict, actor, judged_at."""
    wanted = (
        select(_judgement.verdict, _judgement.actor, _judgement.judged_at)
        .where(_judgement.period == str(period), _judgement.stops == stops)
        .where(_judgement.delivery_id.is_not_distinct_from(delivery_id))
        .order_by(_judgement.judgement_id.desc())
        .limit(1)
    )
    return connection.execute(wanted).first()


def month_stops(connection: Connection, period: Period, resources: Resources) -> Stops:
    """The limits of the month that its lists exceed together, and the floors that its links fall below."""
    from sigap.pipeline.link_gate import link_stops

    return judge_month(_month_counts(connection, period, resources), period) | link_stops(connection, period)


def _month_counts(connection: Connection, period: Period, resources: Resources) -> MonthCounts:
    """Counts of the worker lists as sent, stopped ones too, so that no answer changes what is asked."""
    kinds = {code: entry.kind for code, entry in resources.catalog().items()}
    workers = [code for code, kind in kinds.items() if kind == "workers"]
    rows = (
        select(func.sum(overview.c.received_rows), func.sum(overview.c.rejected_rows))
        .where(overview.c.period == str(period), overview.c.source.in_(workers), not_(overview.c.is_replaced))
        .where(overview.c.corrects.is_(None))
    )
    twin = quality.duplicate.c
    repeated = (
        select(twin.scope, func.sum(twin.rows))
        .where(twin.period == str(period), twin.source.in_(workers), twin.nearness == "exact")
        .group_by(twin.scope)
    )
    received, rejected = connection.execute(rows).one()
    before, now = (_arrived(connection, month) for month in (period.previous(), period))
    checked = {code for code, kind in kinds.items() if kind in ("workers", "memberships")}
    return MonthCounts(
        int(received or 0),
        int(rejected or 0),
        {scope: int(rows) for scope, rows in connection.execute(repeated)},
        tuple(sorted((before - now) & checked)),
        _unread(connection, period, [code for code, kind in kinds.items() if kind == "memberships"]),
    )


def _arrived(connection: Connection, period: Period) -> set[str]:
    """Codes of the senders of whom at least one file could be taken in."""
    delivery = sources.delivery.c
    wanted = select(delivery.source).where(delivery.period == str(period), delivery.outcome == "accepted")
    return set(connection.execute(wanted.distinct()).scalars())


def _unread(connection: Connection, period: Period, codes: Collection[str]) -> int:
    wanted = (
        select(func.count())
        .select_from(overview)
        .where(overview.c.period == str(period), overview.c.source.in_(codes))
        .where(overview.c.outcome.in_(("refused", "drifted")), not_(came_again()))
    )
    return int(connection.execute(wanted).scalar_one())
