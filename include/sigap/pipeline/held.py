"""held: rows that wait for a person, and what the person decides about them, once for all months."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Row, insert, select
from upath import UPath

from sigap.domain.batch import BatchRef
from sigap.domain.datasets import FINDINGS, MEMBERSHIP_TEXT, WORKER_TEXT
from sigap.domain.period import Period
from sigap.errors import QualityError
from sigap.pipeline.resources import Resources
from sigap.pipeline.standing import superseded_rows, without
from sigap.pipeline.stewards import refuse_stranger
from sigap.pipeline.usable import overview
from sigap.publish import publish
from sigap.quality.checked import NECESSARY, NIK_FAULTS
from sigap.quality.worklist import RowVerdict, read_worklist, write_worklist
from sigap.warehouse.tables import quality, sources

_TEXT = {"quality.workers": WORKER_TEXT, "quality.memberships": MEMBERSHIP_TEXT}
_KEY = ["delivery_id", "sheet", "row"]


@dataclass(frozen=True, slots=True)
class Shown:
    """One row as a steward sees it: where it stands, its cells as received, findings, earlier verdicts."""

    file_name: str
    outcome: str
    cells: str  # JSON {header: text}
    findings: Sequence[Mapping[str, Any]]
    verdicts: Sequence[Mapping[str, Any]]


def open_findings(period: Period, resources: Resources, source: str | None = None) -> pa.Table:
    """What the month's held rows wait for: every finding that holds a row, with the columns of FINDINGS.

    Left out are lists that are not used, and rows that a correction of the sender has settled.
    """
    with resources.warehouse.connect() as connection:
        held = connection.execute(_with_held_rows(period, source)).all()
        superseded = superseded_rows(connection, period, resources)
    tables = [without(_held(one, resources), superseded) for one in held]
    return pa.concat_tables([FINDINGS.empty_table(), *tables])


def show_row(delivery_id: str, sheet: str, row: int, actor: str, resources: Resources) -> Shown:
    """One received row in full. Each look leaves an outcome with the account and the row, not the person.

    Raises `QualityError` when there is no such row.
    """
    delivery = _delivery(delivery_id, resources)
    period = Period.parse(delivery.period)
    with resources.outcome_of("look", period, f"{delivery_id} row {row}") as outcome:
        outcome.versions["actor"] = actor
        received, checked = BatchRef.from_dict(delivery.received), BatchRef.from_dict(delivery.batch)
        outcome.read(received, checked)
        found = _find(checked, sheet, row, ["outcome", "fact_key", "source"], resources)
        cells = _find(received, sheet, row, ["cells"], resources)["cells"]
        findings = resources.lake.find(BatchRef.from_dict(delivery.findings), _at(sheet, row))
        outcome.wrote("audit.outcome")
        outcome.count({"findings": len(findings)})
    return Shown(delivery.file_name, found["outcome"], cells, findings, _earlier(found, resources))


def write_open_rows(period: Period, out: Path, actor: str, resources: Resources) -> int:
    """Write the month's held rows as a workbook to work through; returns how many.

    The audit keeps who took it. Raises `QualityError` when no row is held.
    """
    with resources.outcome_of("export", period, "held rows") as outcome:
        outcome.versions["actor"] = actor
        findings = open_findings(period, resources)
        if findings.num_rows == 0:
            raise QualityError(f"{period} has no held rows. Nothing waits for a person.")
        ids = findings["delivery_id"].unique().to_pylist()
        deliveries = {delivery_id: _delivery(delivery_id, resources) for delivery_id in ids}
        received = {key: BatchRef.from_dict(one.received) for key, one in deliveries.items()}
        outcome.read(*received.values(), "quality.validation")
        tables = [resources.lake.read(ref) for ref in received.values()]
        names = {key: one.file_name for key, one in deliveries.items()}
        publish(UPath(out), write_worklist(period, findings, tables, names))
        rows = findings.group_by(_KEY).aggregate([]).num_rows
        outcome.wrote(str(out.absolute()))
        outcome.count({"rows": rows})
    return int(rows)


def read_open_rows(file: Path) -> list[RowVerdict]:
    """The verdicts that a person wrote into the workbook of `write_open_rows`.

    Raises `QualityError` that names line and column of what cannot be understood.
    """
    return read_worklist(file)


def judge_rows(verdicts: Sequence[RowVerdict], actor: str, resources: Resources) -> int:
    """Keep verdicts about held rows, all or none; returns how many. The next check applies them.

    A rejected row may only be corrected, a row that lacks what every used row must have only be corrected or
    rejected. Raises `QualityError` for a row that waits for nobody, or a person who is no steward.
    """
    refuse_stranger(actor, resources.settings, QualityError)
    found = [_judged(verdict, actor, resources) for verdict in verdicts]
    for period in sorted({period for period, _ in found}):
        rows = [row for of, row in found if of == period]
        with resources.outcome_of("verdict", Period.parse(period)) as outcome:
            outcome.versions["actor"] = actor
            outcome.read("quality.validation")
            with resources.warehouse.begin() as connection:
                connection.execute(insert(quality.verdict), rows)
            outcome.wrote("quality.verdict")
            outcome.count({"verdicts": len(rows)})
    return len(found)


def _judged(verdict: RowVerdict, actor: str, resources: Resources) -> tuple[str, dict[str, Any]]:
    delivery = _delivery(verdict.delivery_id, resources)
    checked = BatchRef.from_dict(delivery.batch)
    necessary = NECESSARY[checked.dataset.removeprefix("quality.")]
    columns = ["outcome", "fact_key", "source", *necessary]
    row = _find(checked, verdict.sheet, verdict.row, columns, resources)
    findings = resources.lake.find(
        BatchRef.from_dict(delivery.findings), _at(verdict.sheet, verdict.row), ["code", "column"]
    )
    missing = [name for name in necessary if row[name] is None]
    if NIK_FAULTS & {found["code"] for found in findings}:
        missing.insert(0, "nik")
    _refuse_pointless(verdict, row, missing, _TEXT[checked.dataset])
    return delivery.period, {
        "source": row["source"],
        "fact_key": row["fact_key"],
        "verdict": verdict.verdict,
        "corrections": dict(verdict.corrections),
        "codes": {found["code"]: found["column"] for found in findings},
        "delivery_id": verdict.delivery_id,
        "sheet": verdict.sheet,
        "row": verdict.row,
        "actor": actor,
        "reason": verdict.reason,
    }


def _refuse_pointless(
    verdict: RowVerdict, row: Mapping[str, Any], missing: Sequence[str], columns: Sequence[str]
) -> None:
    where = f"Delivery {verdict.delivery_id}, row {verdict.row}"
    if row["outcome"] == "accepted" or row["fact_key"] is None:
        raise QualityError(f"{where} is in use and waits for nobody. Nothing was kept.")
    if row["outcome"] == "rejected" and verdict.verdict != "correct":
        raise QualityError(f"{where} was rejected: it can only be corrected. Nothing was kept.")
    if not verdict.reason.strip():
        raise QualityError(f"{where}: say why. Nothing was kept.")
    if verdict.verdict == "accept" and missing:
        raise QualityError(
            f"{where} has no usable {', '.join(missing)}, and no row is used without. Correct or reject it."
        )
    strange = sorted(set(verdict.corrections) - set(columns))
    if strange or (verdict.verdict == "correct") != bool(verdict.corrections):
        raise QualityError(
            f"{where}: a correction, and only that, says which columns become what. They are "
            f"{', '.join(columns)}."
        )


def _with_held_rows(period: Period, source: str | None) -> Any:
    checked = quality.validation.c
    wanted = (
        select(checked.batch, checked.findings)
        .join(overview, overview.c.delivery_id == checked.delivery_id)
        .where(checked.period == str(period), overview.c.is_usable, checked.held > 0)
        .order_by(checked.delivery_id)
    )
    return wanted if source is None else wanted.where(overview.c.source == source)


def _held(delivery: Row[Any], resources: Resources) -> pa.Table:
    """The holding findings of one delivery's held rows, in the order of rows and codes."""
    batch, findings = BatchRef.from_dict(delivery.batch), BatchRef.from_dict(delivery.findings)
    rows = resources.lake.read(batch, ["sheet", "row"], pc.field("outcome") == "held")
    found = resources.lake.read(findings, where=pc.field("severity") == "hold")
    order = [("sheet", "ascending"), ("row", "ascending"), ("code", "ascending")]
    return found.join(rows, ["sheet", "row"], join_type="left semi").select(FINDINGS.names).sort_by(order)


def _delivery(delivery_id: str, resources: Resources) -> Any:
    checked, delivery = quality.validation.c, sources.delivery.c
    wanted = (
        select(
            delivery.period,
            delivery.file_name,
            delivery.batch.label("received"),
            checked.batch,
            checked.findings,
        )
        .join(sources.delivery, delivery.delivery_id == checked.delivery_id)
        .where(checked.delivery_id == delivery_id)
    )
    with resources.warehouse.connect() as connection:
        row = connection.execute(wanted).one_or_none()
    if row is None:
        raise QualityError(
            f"No delivery {delivery_id} was checked. `sigap held list PERIOD` names deliveries and rows."
        )
    return row


def _find(
    ref: BatchRef, sheet: str, row: int, columns: Sequence[str], resources: Resources
) -> dict[str, Any]:
    found = resources.lake.find(ref, _at(sheet, row), columns)
    if len(found) != 1:
        where = f"sheet {sheet!r}, row {row}" if sheet else f"row {row}"
        raise QualityError(
            f"The delivery has no {where}. `sigap held list PERIOD` names deliveries and rows."
        )
    return found[0]


def _at(sheet: str, row: int) -> pc.Expression:
    return (pc.field("sheet") == sheet) & (pc.field("row") == row)


def _earlier(row: Mapping[str, Any], resources: Resources) -> list[dict[str, Any]]:
    kept = quality.verdict.c
    wanted = select(kept.verdict, kept.actor, kept.reason, kept.judged_at).where(
        kept.source == row["source"], kept.fact_key == row["fact_key"]
    )
    with resources.warehouse.connect() as connection:
        return [dict(found) for found in connection.execute(wanted.order_by(kept.verdict_id)).mappings()]
