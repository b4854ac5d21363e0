"""compare: which rows of a month say again what another one said, within and across its lists."""

from collections.abc import Mapping

import pyarrow as pa
from sqlalchemy import Connection, delete, insert, not_, select

from sigap.domain.batch import BatchRef
from sigap.domain.period import Period
from sigap.pipeline.locks import lock_month
from sigap.pipeline.resources import Resources, code_version
from sigap.pipeline.standing import ROW_KEY, superseded_rows, without
from sigap.pipeline.usable import overview
from sigap.quality.duplicates import NEARNESS, SCOPES, TWIN_COLUMNS, Listed, count_duplicates
from sigap.warehouse.tables import quality

_FIRST = "dtks"  # the registry: whoever stands in it and in an association's list repeats in the latter


def compare(period: Period, resources: Resources) -> dict[str, int]:
    """Count the repeated rows of the month's lists of workers; returns {scope_nearness: rows} over all.

    Replaces the month's six counters per source in quality.duplicate. Compared is every checked list, also a
    stopped one, so that no answer of a person changes what the person is asked; but neither lists that a
    later one repeats as a whole nor rows that their sender has corrected.
    """
    with resources.outcome_of("check", period, "duplicates") as outcome:
        outcome.versions["code"] = code_version()
        with resources.warehouse.begin() as connection:
            lock_month(connection, period)
            batches = _batches(connection, period, resources)
            outcome.read(*(batch for _, batch in batches), "sources.delivery")
            superseded = superseded_rows(connection, period, resources)
            counts = count_duplicates(
                [Listed(source, _rows(batch, superseded, resources)) for source, batch in batches]
            )
            connection.execute(delete(quality.duplicate).where(quality.duplicate.c.period == str(period)))
            if counts:
                connection.execute(insert(quality.duplicate), _stored(period, counts))
        outcome.wrote("quality.duplicate")
        totals = _totals(counts)
        outcome.count({"lists": len(batches)} | totals)
    return totals


def _batches(connection: Connection, period: Period, resources: Resources) -> list[tuple[str, BatchRef]]:
    """Source and rows of each list to compare, in the order in which a twin counts as being before."""
    entries = resources.catalog()
    workers = [code for code, entry in entries.items() if entry.kind == "workers"]
    registry = [code for code in workers if entries[code].group == _FIRST]
    wanted = (
        select(overview.c.source, quality.validation.c.batch)
        .join(quality.validation, quality.validation.c.delivery_id == overview.c.delivery_id)
        .where(overview.c.period == str(period), overview.c.source.in_(workers))
        .where(not_(overview.c.is_replaced))
        .order_by(
            overview.c.source.not_in(registry),
            overview.c.source,
            overview.c.received_at,
            overview.c.delivery_id,
        )
    )
    return [(row.source, BatchRef.from_dict(row.batch)) for row in connection.execute(wanted)]


def _rows(batch: BatchRef, superseded: pa.Table, resources: Resources) -> pa.Table:
    if superseded.num_rows == 0:
        return resources.lake.read(batch, TWIN_COLUMNS)
    return without(resources.lake.read(batch, [*ROW_KEY, *TWIN_COLUMNS]), superseded)


def _stored(period: Period, counts: Mapping[tuple[str, str, str], int]) -> list[dict[str, object]]:
    return [
        {"period": str(period), "source": source, "scope": scope, "nearness": nearness, "rows": rows}
        for (source, scope, nearness), rows in counts.items()
    ]


def _totals(counts: Mapping[tuple[str, str, str], int]) -> dict[str, int]:
    return {
        f"{scope}_{nearness}": sum(rows for key, rows in counts.items() if key[1:] == (scope, nearness))
        for scope in SCOPES
        for nearness in NEARNESS
    }
