"""check: may the rows of a delivery be used, and if not, what has to be done."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Row, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from sigap.audit.outcome import Outcome
from sigap.domain.batch import BatchRef
from sigap.domain.period import Period
from sigap.domain.source import SourceEntry
from sigap.errors import QualityError
from sigap.pipeline.resources import Resources, code_version
from sigap.quality.docs import Delivery, build_docs, page_of, read_result, store_result
from sigap.quality.gate import Validation, validate_delivery
from sigap.quality.rows import OUTCOMES, Checked, check_rows
from sigap.sources.catalog import load_catalog
from sigap.warehouse.tables import quality, sources


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


def check(period: Period, delivery_id: str, resources: Resources) -> CheckResult:
    """Check every row of an accepted delivery, store the rows, hold the delivery against its contract.

    Raises `QualityError` for a delivery that is unknown, belongs to another month or was not accepted. Run
    again on the same delivery, catalog and code it changes nothing.
    """
    with resources.outcome_of("check", period, delivery_id) as outcome:
        delivery = _delivery(period, delivery_id, resources)
        entry, source = _entry(delivery), BatchRef.from_dict(delivery.batch)
        outcome.read(source, "sources.delivery")
        received = resources.lake.read(source)
        checked = check_rows(received, entry, period)
        validation = validate_delivery(received, checked, entry, delivery_id, delivery.received_at)
        outcome.versions.update(
            {"code": code_version(), "catalog": entry.sha256, "suite": validation.suite_sha256}
        )
        batch = resources.lake.write(
            f"quality.{entry.kind}", period, checked.rows, [source], outcome.versions
        )
        folder = _docs_folder(period, resources)
        result_file = store_result(validation.result, delivery_id, folder)
        page = page_of(delivery_id, folder)
        result = CheckResult(
            delivery_id, validation.outcome, validation.message, **checked.counts, batch=batch
        )
        _record(result, checked, validation, page, period, resources)
        outcome.wrote(batch, str(result_file), "quality.validation")
        _count(outcome, result, validation)
    return result


def publish_docs(period: Period, resources: Resources) -> Path:
    """Build the quality report of a month from the stored validations; returns its first page.

    Raises `QualityError` when a stored validation is missing from the report's folder.
    """
    folder = _docs_folder(period, resources)
    with resources.outcome_of("check", period, "quality report") as outcome:
        rows = _validated(period, resources)
        outcome.read("quality.validation", "sources.delivery")
        catalog = load_catalog()
        deliveries = [_reported(row, catalog[row.source], folder) for row in rows if row.source in catalog]
        page = build_docs(period, deliveries, folder)
        outcome.wrote(str(page))
        outcome.count({"validations": len(deliveries)})
    return page


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


def _entry(delivery: Row[Any]) -> SourceEntry:
    entry = load_catalog().get(delivery.source)
    if entry is None:
        raise QualityError(
            f"The catalog no longer describes {delivery.source}, the sender of {delivery.file_name}. Put its "
            "entry back into sources/catalog/."
        )
    return entry


def _validated(period: Period, resources: Resources) -> Sequence[Row[Any]]:
    checked, delivery = quality.validation.c, sources.delivery.c
    wanted = (
        select(quality.validation, delivery.source, delivery.file_name)
        .join(sources.delivery, delivery.delivery_id == checked.delivery_id)
        .where(checked.period == str(period))
        .order_by(delivery.source, checked.delivery_id)
    )
    with resources.warehouse.connect() as connection:
        return connection.execute(wanted).all()


def _reported(row: Row[Any], entry: SourceEntry, folder: Path) -> Delivery:
    counts = {name: getattr(row, name) for name in ("received", *OUTCOMES)}
    return Delivery(
        row.delivery_id,
        entry.title,
        entry.kind,
        row.file_name,
        row.outcome,
        counts,
        row.reasons,
        read_result(row.delivery_id, folder),
    )


def _record(
    result: CheckResult,
    checked: Checked,
    validation: Validation,
    page: Path,
    period: Period,
    resources: Resources,
) -> None:
    found = {
        "outcome": result.outcome,
        "message": result.message,
        **checked.counts,
        "reasons": dict(checked.reasons),
        "batch": result.batch.as_dict(),
        "suite_sha256": validation.suite_sha256,
        "report": str(page),
    }
    new = insert(quality.validation).values(delivery_id=result.delivery_id, period=str(period), **found)
    stored = quality.validation.c
    changed = or_(*(stored[name].is_distinct_from(new.excluded[name]) for name in found))
    update = new.on_conflict_do_update(
        index_elements=["delivery_id"], set_={**found, "checked_at": func.now()}, where=changed
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
