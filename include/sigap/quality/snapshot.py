"""How old a membership extract is: the newest day its rows speak of, against the first day of the month."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from itertools import accumulate

import pyarrow as pa
import pyarrow.compute as pc

from sigap.domain.period import Period
from sigap.quality.stops import Stops, month_limits

Days = Counter[dt.date | None]  # rows by their as-of date; None: rows without one
_SPOKEN = 0.01  # a day of which fewer rows speak is a slip of typing


def count_days(checked: pa.Table) -> Days:
    """The rows of a checked membership extract, or a stretch of it, by their as-of date."""
    found = pc.value_counts(checked["as_of_date"])
    return Counter({item["values"]: item["counts"] for item in found.to_pylist()})


def snapshot_stops(days: Mapping[dt.date | None, int], period: Period) -> Stops:
    """The dated limits on age and on rows without a date that an extract breaks (period.yaml).

    The age is counted in days from the extract's day to the first day of the month; an extract drawn later
    is not old, and of one without any date only the share of undated rows tells.
    """
    rows = sum(days.values())
    if not rows:
        return {}
    limits, newest = month_limits(period), _newest(days)
    age = 0 if newest is None else max(0, (period.first_day - newest).days)
    undated = round(days.get(None, 0) / rows, 4)
    stops: Stops = {}
    if age > limits["snapshot_age"]:
        stops["snapshot_age"] = {"limit": limits["snapshot_age"], "found": age}
    if undated > limits["snapshot_undated_share"]:
        stops["snapshot_undated_share"] = {"limit": limits["snapshot_undated_share"], "found": undated}
    return stops


def _newest(days: Mapping[dt.date | None, int]) -> dt.date | None:
    """The newest day that, with those after it, more than a slip of the dated rows speak of."""
    dated = sorted(((day, rows) for day, rows in days.items() if day is not None), reverse=True)
    least = _SPOKEN * sum(rows for _, rows in dated)
    so_far = accumulate(rows for _, rows in dated)
    return next((day for (day, _), spoken in zip(dated, so_far, strict=True) if spoken >= least), None)
