"""publish: the quality report of a month, from what is stored of its files, its checks and who judged."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
from sqlalchemy import Connection, Row, select

from sigap.domain.batch import BatchRef
from sigap.domain.lists import FoundList
from sigap.domain.period import Period
from sigap.domain.source import SourceEntry
from sigap.pipeline.questions import month_stops, newest_judgement
from sigap.pipeline.resources import Resources
from sigap.pipeline.scorecard import read_scores
from sigap.pipeline.usable import overview
from sigap.quality.docs import SCORED_MONTHS, build_docs, read_result
from sigap.quality.reported import Delivery, Finding, Judgement, Layout, Month, Unread, sort_findings
from sigap.warehouse.tables import quality, sources

_CELLS = ("code", "severity", "field", "column", "header")
_ZONE = ZoneInfo("Asia/Jakarta")  # a day is the city's day
_COUNTS = ("received", "accepted", "held", "rejected")


def publish_docs(period: Period, resources: Resources) -> Path:
    """Build the quality report of a month; returns its first page.

    Raises `QualityError` when a stored validation is missing from the report's folder.
    """
    folder = resources.settings.data_docs_dir / str(period)
    with resources.outcome_of("check", period, "quality report") as outcome:
        outcome.read(
            "sources.delivery", "quality.validation", "quality.judgement", "quality.duplicate",
            "reporting.source_scorecard",
        )  # fmt: skip
        month = _month(period, resources, folder)
        page = build_docs(month, folder)
        outcome.wrote(str(page))
        outcome.count({"validations": len(month.deliveries), "unread": len(month.unread)})
    return page


def _month(period: Period, resources: Resources, folder: Path) -> Month:
    catalog = resources.catalog()
    entries = {code: entry for code, entry in catalog.items() if entry.kind in ("workers", "memberships")}
    with resources.warehouse.connect() as connection:
        files = _files(connection, period)
        stops = month_stops(connection, period, resources)
        judged = newest_judgement(connection, period, None, stops) if stops else None
        duplicates = _duplicates(connection, period, entries)
    names = {row.delivery_id: row.file_name for row in files}
    titles = {code: entry.title for code, entry in entries.items()}
    return Month(
        period,
        [
            _delivery(row, entries[row.source], names, resources, folder)
            for row in files
            if row.check_outcome and row.source in entries
        ],
        [
            Unread(titles.get(row.source, row.source), row.file_name, row.outcome, _message(row))
            for row in files
            if row.outcome != "accepted" and (row.source in entries or row.source not in catalog)
        ],
        stops,
        _judgement(judged.verdict, judged.actor, judged.judged_at) if judged else None,
        duplicates,
        titles,
        read_scores(resources, period, SCORED_MONTHS),
    )


def _files(connection: Connection, period: Period) -> Sequence[Row[Any]]:
    checked, received = quality.validation, sources.delivery
    wanted = (
        select(overview, checked.c.duplicates, checked.c.findings, received.c.lists, received.c.message)
        .join(received, received.c.delivery_id == overview.c.delivery_id)
        .outerjoin(checked, checked.c.delivery_id == overview.c.delivery_id)
        .where(overview.c.period == str(period))
        .order_by(overview.c.source, overview.c.received_at, overview.c.delivery_id)
    )
    return connection.execute(wanted).all()


def _duplicates(
    connection: Connection, period: Period, entries: Mapping[str, SourceEntry]
) -> dict[tuple[str, str, str], int]:
    twin = quality.duplicate.c
    wanted = select(twin.source, twin.scope, twin.nearness, twin.rows).where(
        twin.period == str(period), twin.source.in_(entries)
    )
    return {(row.source, row.scope, row.nearness): row.rows for row in connection.execute(wanted)}


def _delivery(
    row: Row[Any], entry: SourceEntry, names: Mapping[str, str], resources: Resources, folder: Path
) -> Delivery:
    return Delivery(
        row.delivery_id,
        entry.title,
        entry.kind,
        row.file_name,
        row.check_outcome,
        {name: getattr(row, f"{name}_rows") for name in _COUNTS},
        _findings(row.findings, entry, resources),
        read_result(row.delivery_id, folder),
        row.stops,
        _judgement(row.judged_as, row.judged_by, row.judged_at) if row.judged_as else None,
        row.duplicates,
        [_layout(FoundList.from_dict(found)) for found in row.lists or ()],
        names.get(row.corrects, row.corrects),
        names.get(row.replaces, row.replaces),
        row.is_replaced,
    )


def _judgement(verdict: Any, actor: str, moment: Any) -> Judgement:
    return Judgement(verdict, actor, moment.astimezone(_ZONE).date())


def _message(row: Row[Any]) -> str:
    """What is known of a refused file; that of a drifted one may quote its header line and stays inside."""
    return row.message or "" if row.outcome == "refused" else ""


def _findings(stored: Mapping[str, Any], entry: SourceEntry, resources: Resources) -> list[Finding]:
    """Rows by code and column. Of a header only words that the catalog knows are told."""
    if not stored:
        return []
    counted = [
        piece.group_by(list(_CELLS)).aggregate([([], "count_all")])
        for piece in resources.lake.scan(BatchRef.from_dict(dict(stored)), _CELLS)
    ]
    if not counted:
        return []
    total = pa.concat_tables(counted).group_by(list(_CELLS)).aggregate([("count_all", "sum")])
    found = [
        Finding(
            row["code"],
            row["severity"],
            row["count_all_sum"],
            row["column"],
            _known(row["header"], row["field"], entry),
        )
        for row in total.to_pylist()
    ]
    return sort_findings(found)


def _known(header: str | None, field: str | None, entry: SourceEntry) -> str | None:
    named = entry.columns.get(field or "")
    known = {one.casefold() for one in named.headers} if named else set()
    return header if header and header.strip().casefold() in known else None


def _layout(found: FoundList) -> Layout:
    marks = {
        "hidden_list": int(found.is_hidden),
        "hidden_columns": len(found.hidden_columns),
        "hidden_rows": found.hidden_rows,
        "formulas": found.formulas,
        "extras": len(found.extras),
        "minimised": len(found.minimised),
        "dates_from_1904": int(found.dates_from_1904),
    }
    left_out = {kind: len(lines) for kind, lines in found.left_out.items() if lines}
    return Layout(found.rows, left_out, {mark: count for mark, count in marks.items() if count})
