"""How good each sender's lists are, month by month: the view reporting.source_scorecard, with titles."""

from typing import Any

from sqlalchemy import Float, Integer, Row, String, column, select, table
from sqlalchemy.dialects.postgresql import JSONB

from sigap.domain.period import Period
from sigap.pipeline.resources import Resources
from sigap.quality.reported import Score

_NUMBERS = (
    "deliveries", "refused_deliveries", "stopped_deliveries", "received_rows", "accepted_rows", "held_rows",
    "rejected_rows", "repeated_in_file_rows", "repeated_in_source_rows", "repeated_across_rows",
    "corrected_rows",
)  # fmt: skip
_view = table(
    "source_scorecard",
    column("period", String),
    column("source", String),
    *(column(name, Integer) for name in _NUMBERS),
    column("accepted_share", Float),
    column("top_reasons", JSONB),
    column("days_to_correct", Float),
    schema="reporting",
)


def read_scores(resources: Resources, until: Period | None = None, months: int | None = None) -> list[Score]:
    """The scores of every sender of lists, by month and title: the last `months` up to `until`, or all.

    Only lists of workers and memberships are scored.
    """
    titles = {
        code: entry.title
        for code, entry in resources.catalog().items()
        if entry.kind in ("workers", "memberships")
    }
    wanted = select(_view).where(_view.c.source.in_(titles))
    if until is not None:
        wanted = wanted.where(_view.c.period <= str(until))
    if until is not None and months is not None:
        wanted = wanted.where(_view.c.period > str(until.plus(-months)))
    with resources.warehouse.connect() as connection:
        scores = [_score(row, titles[row.source]) for row in connection.execute(wanted)]
    return sorted(scores, key=lambda score: (score.period, score.title))


def _score(row: Row[Any], title: str) -> Score:
    own = (row.repeated_in_file_rows, row.repeated_in_source_rows)
    return Score(
        row.source,
        title,
        Period.parse(row.period),
        row.deliveries,
        row.refused_deliveries + row.stopped_deliveries,
        row.received_rows,
        row.held_rows,
        row.rejected_rows,
        None if row.accepted_share is None else float(row.accepted_share),
        tuple((one["code"], one["rows"]) for one in row.top_reasons or ()),
        None if None in own else max(own),
        None if row.days_to_correct is None else float(row.days_to_correct),
    )
