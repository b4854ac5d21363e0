"""Judge every received row: typed values, an outcome, its reasons. No row is lost, none made up."""

from collections.abc import Iterator, Sequence

import pyarrow as pa

from sigap.domain.lists import FoundList
from sigap.domain.period import Period
from sigap.domain.region import Regions, shipped_regions
from sigap.domain.source import SourceEntry
from sigap.engine import connect
from sigap.errors import QualityError
from sigap.quality.checked import CHECKED, Checked
from sigap.quality.places import atlas
from sigap.quality.severity import severities_of
from sigap.quality.stretch import ListCheck, Scan
from sigap.quality.typed import prepare
from sigap.quality.verdicts import VERDICTS


def check_rows(
    received: pa.Table,
    entry: SourceEntry,
    period: Period,
    *,
    lists: Sequence[FoundList] = (),
    regions: Regions | None = None,
    verdicts: pa.Table | None = None,
) -> Checked:
    """Type and judge the received rows of a list that fits in memory; see `check_stretches`."""

    def scan(columns: Sequence[str]) -> Iterator[pa.Table]:
        yield received.select(columns)

    ((_, checked),) = check_stretches(scan, entry, period, lists=lists, regions=regions, verdicts=verdicts)
    return checked


def check_stretches(
    scan: Scan,
    entry: SourceEntry,
    period: Period,
    *,
    lists: Sequence[FoundList] = (),
    regions: Regions | None = None,
    verdicts: pa.Table | None = None,
) -> Iterator[tuple[pa.Table, Checked]]:
    """Type and judge the received rows of one delivery: each stretch that `scan` gives, and its result.

    The received rows have the columns of RECEIVED_WORKERS or RECEIVED_MEMBERSHIPS, as `entry.kind` says; the
    checked rows have those of CHECKED_WORKERS or CHECKED_MEMBERSHIPS and the same order. Dates are read in
    the order that the entry states for their column; a birth date after the period is none. `lists` tell
    where the columns stand in the sender's file; `regions` are the editions of region codes in force, those
    shipped if None; `verdicts` (VERDICTS) what persons decided about such rows. The answer does not depend
    on how long the stretches are. Raises `QualityError` for a source of another kind.
    """
    if entry.kind not in CHECKED:
        raise QualityError(
            f"{entry.code} brings {entry.kind}, which are not checked row by row. "
            "Check only lists of workers and memberships."
        )
    known = regions or shipped_regions()
    with connect() as connection:
        prepare(connection, known)
        check = ListCheck(connection, entry, period, atlas(known), severities_of(entry), lists)
        yield from check.run(scan, VERDICTS.empty_table() if verdicts is None else verdicts)
