"""check: may the rows of a delivery be used, and if not, what has to be done."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
from sqlalchemy import Row, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from sigap.audit.outcome import Outcome
from sigap.domain.batch import BatchRef
from sigap.domain.lists import FoundList
from sigap.domain.period import Period
from sigap.domain.region import Regions
from sigap.domain.source import SourceEntry
from sigap.errors import QualityError
from sigap.lake.draft import Draft
from sigap.pipeline.regions import regions_in_force
from sigap.pipeline.resources import Resources, code_version
from sigap.pipeline.usable import overview
from sigap.pipeline.verdicts import newest_verdicts
from sigap.quality.checked import RECEIVED, Checked, add_up
from sigap.quality.docs import page_of, store_result
from sigap.quality.gate import Validation, also_stopped, validate_seen
from sigap.quality.rows import check_stretches
from sigap.quality.snapshot import Days, count_days, snapshot_stops
from sigap.quality.suites import seen_of
from sigap.warehouse.tables import quality, sources

_REMEMBERED = 3  # deliveries that a source's usual size is taken from


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What the check made of one delivery: its checked rows, and what to do when stopped."""

    delivery_id: str
    outcome: Literal["passed", "stopped"]
    message: str | None
    received: int
    accepted: int
    held: int
    rejected: int
    batch: BatchRef


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a source beside its catalog entry: what persons decided about its rows, the row counts
    of its last usable lists, and the official region codes in force.
    """

    verdicts: pa.Table
    history: list[int]
    regions: Regions


def check(period: Period, delivery_id: str, resources: Resources) -> CheckResult:
    """Check every row of an accepted delivery, store the rows, hold the delivery against its contract.

    Raises `QualityError` for a delivery that is unknown, belongs to another month or was not accepted. Run
    again on the same delivery, catalog and code it changes nothing.
    """
    with resources.outcome_of("check", period, delivery_id) as outcome:
        delivery = _delivery(period, delivery_id, resources)
        entry, source = _entry(delivery, resources), BatchRef.from_dict(delivery.batch)
        outcome.read(source, "sources.delivery", "quality.verdict")
        known = _known(delivery, resources)
        outcome.versions.update(_versions(entry, known))
        with (
            resources.lake.draft(f"quality.{entry.kind}", period) as rows,
            resources.lake.draft("quality.findings", period) as findings,
        ):
            totals, seen, days = _check_rows(delivery, entry, known, resources, rows, findings)
            validation = _validate(seen, totals, days, entry, delivery, known.history)
            outcome.versions["suite"] = validation.suite_sha256
            batch = rows.seal([source], outcome.versions)
            cells = findings.seal([source], outcome.versions)
        folder = _docs_folder(period, resources)
        result_file = store_result(validation.result, delivery_id, folder)
        page = page_of(delivery_id, folder)
        result = CheckResult(
            delivery_id, validation.outcome, validation.message, **totals.counts, batch=batch
        )
        _record(result, totals, validation, cells, page, period, resources)
        outcome.wrote(batch, cells, str(result_file), "quality.validation")
        _count(outcome, result, validation)
        outcome.count({"catalog_changed": int(_is_read_otherwise(delivery, entry))})
    return result


def _docs_folder(period: Period, resources: Resources) -> Path:
    return resources.settings.data_docs_dir / str(period)


def _delivery(period: Period, delivery_id: str, resources: Resources) -> Row[Any]:
    wanted = select(sources.delivery).where(
        sources.delivery.c.delivery_id == delivery_id, sources.delivery.c.period == str(period)
    )
    with resources.warehouse.connect() as connection:
        row = connection.execute(wanted).one_or_none()
    if row is None:
        raise QualityError(
            f"No delivery {delivery_id} is known for {period}. Collect it first; `sigap status {period}` "
            "lists the deliveries."
        )
    if row.outcome != "accepted":
        raise QualityError(
            f"Delivery {delivery_id} ({row.file_name}) was {row.outcome}, so there are no rows to check. "
            "Correct the file and collect it again."
        )
    return row


def _entry(delivery: Row[Any], resources: Resources) -> SourceEntry:
    entry = resources.catalog().get(delivery.source)
    if entry is None:
        raise QualityError(
            f"The catalog no longer describes {delivery.source}, the sender of {delivery.file_name}. Put its "
            "entry back into sources/catalog/."
        )
    return entry


def _known(delivery: Row[Any], resources: Resources) -> _Known:
    wanted = (
        select(overview.c.received_rows)
        .where(
            overview.c.source == delivery.source,
            overview.c.period < delivery.period,
            overview.c.is_usable,
            overview.c.corrects.is_(None),
        )
        .order_by(overview.c.period.desc(), overview.c.delivery_id)
        .limit(_REMEMBERED)
    )
    with resources.warehouse.connect() as connection:
        return _Known(
            newest_verdicts(connection, delivery.source),
            list(connection.execute(wanted).scalars()),
            regions_in_force(connection, Period.parse(delivery.period)),
        )


def _versions(entry: SourceEntry, known: _Known) -> dict[str, str]:
    versions = {"code": code_version(), "catalog": entry.sha256, "regions": known.regions.sha256}
    if known.verdicts.num_rows:
        versions["verdicts"] = hashlib.sha256(repr(known.verdicts.to_pydict()).encode()).hexdigest()
    return versions


def _check_rows(
    delivery: Row[Any],
    entry: SourceEntry,
    known: _Known,
    resources: Resources,
    rows: Draft,
    findings: Draft,
) -> tuple[Checked, pa.Table, Days]:
    """Check stretch by stretch into the two batches; returns the numbers, what the suite looks at, and of a
    membership extract the days it speaks of.
    """
    source, period = BatchRef.from_dict(delivery.batch), Period.parse(delivery.period)
    scan = partial(resources.lake.scan, source)
    lists = [FoundList.from_dict(found) for found in delivery.lists]
    totals, days = add_up([], entry.kind), Days()
    seen = [seen_of(RECEIVED[entry.kind].empty_table(), totals.rows, entry)]
    stretches = check_stretches(
        scan, entry, period, lists=lists, regions=known.regions, verdicts=known.verdicts
    )
    for received, checked in stretches:
        rows.add(checked.rows)
        findings.add(checked.findings)
        totals = add_up([totals, checked], entry.kind)
        seen.append(seen_of(received, checked.rows, entry))
        days.update(count_days(checked.rows) if entry.kind == "memberships" else {})
    return totals, pa.concat_tables(seen).unify_dictionaries(), days


def _validate(
    seen: pa.Table,
    totals: Checked,
    days: Days,
    entry: SourceEntry,
    delivery: Row[Any],
    history: Sequence[int],
) -> Validation:
    found = validate_seen(
        seen,
        totals,
        entry,
        delivery.delivery_id,
        delivery.received_at,
        history,
        is_correction=delivery.corrects is not None,
    )
    if delivery.corrects is None:
        found = also_stopped(found, snapshot_stops(days, Period.parse(delivery.period)), entry)
    if found.outcome == "passed" or not _is_read_otherwise(delivery, entry):
        return found
    note = (
        f"{entry.code}: its catalog entry has changed since {delivery.file_name} was collected. Headers and "
        "sheets count as they were described then; everything else as it is described now."
    )
    return replace(found, message=f"{found.message} {note}")


def _is_read_otherwise(delivery: Row[Any], entry: SourceEntry) -> bool:
    """Whether the rows were read by another version of the catalog entry than the one they are judged by."""
    return delivery.catalog_sha256 not in (None, entry.sha256)


def _record(
    result: CheckResult,
    checked: Checked,
    validation: Validation,
    findings: BatchRef,
    page: Path,
    period: Period,
    resources: Resources,
) -> None:
    found = {
        "outcome": result.outcome,
        "message": result.message,
        **checked.counts,
        "reasons": dict(checked.reasons),
        "faults": dict(validation.faults),
        "duplicates": dict(checked.duplicates),
        "stops": validation.stops,
        "batch": result.batch.as_dict(),
        "findings": findings.as_dict(),
        "suite_sha256": validation.suite_sha256,
        "report": str(page),
    }
    new = insert(quality.validation).values(delivery_id=result.delivery_id, period=str(period), **found)
    stored = quality.validation.c
    changed = or_(*(stored[name].is_distinct_from(new.excluded[name]) for name in found))
    update = new.on_conflict_do_update(
        index_elements=["delivery_id", "government"], set_={**found, "checked_at": func.now()}, where=changed
    )
    with resources.warehouse.begin() as connection:
        connection.execute(update)


def _count(outcome: Outcome, result: CheckResult, validation: Validation) -> None:
    outcome.count(
        {
            "received": result.received,
            "accepted": result.accepted,
            "held": result.held,
            "rejected": result.rejected,
            "stopped": int(result.outcome == "stopped"),
            "warnings": validation.warnings,
        }
    )
