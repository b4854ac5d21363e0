"""Which of a month's lists are used: asked in one place, the view reporting.delivery_overview."""

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    DateTime,
    Integer,
    String,
    column,
    exists,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import JSONB

from sigap.domain.batch import BatchRef
from sigap.domain.period import Period
from sigap.warehouse.tables import quality

overview = table(
    "delivery_overview",
    column("period", String),
    column("delivery_id", String),
    column("source", String),
    column("file_name", String),
    column("outcome", String),
    column("check_outcome", String),
    column("stops", JSONB),
    column("judged_as", String),
    column("judged_by", String),
    column("judged_at", DateTime(timezone=True)),
    column("is_replaced", Boolean),
    column("is_usable", Boolean),
    column("received_rows", Integer),
    column("accepted_rows", Integer),
    column("held_rows", Integer),
    column("rejected_rows", Integer),
    column("corrects", String),
    column("replaces", String),
    column("received_at", DateTime(timezone=True)),
    schema="reporting",
)


def came_again() -> ColumnElement[bool]:
    """Whether a file could not be read but one of that name and sender could, in the same month."""
    mine, other = overview.c, overview.alias().c
    same = (other.period == mine.period) & (other.source == mine.source)
    return mine.outcome.in_(("refused", "drifted")) & exists().where(
        same, other.file_name == mine.file_name, other.outcome.in_(("accepted", "duplicate"))
    )


def usable_batches(connection: Connection, period: Period) -> list[BatchRef]:
    """The checked rows of every list that the month goes by, in the order of their deliveries.

    Usable is what passed its check or was stopped and passed by a person's judgement about the very figures
    it was stopped for, unless another usable list repeats it as a whole.
    """
    wanted = (
        select(quality.validation.c.batch)
        .join(overview, overview.c.delivery_id == quality.validation.c.delivery_id)
        .where(overview.c.period == str(period), overview.c.is_usable)
        .order_by(overview.c.delivery_id)
    )
    return [BatchRef.from_dict(batch) for batch in connection.execute(wanted).scalars()]
