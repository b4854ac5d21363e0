"""The way back from any rupiah: invoice line, decision, person, membership evidence, received cells."""

import json
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, Engine, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.expression import cast

from sigap.domain.batch import BatchRef
from sigap.domain.reasons import reasons
from sigap.errors import BillingError, LakeError
from sigap.lake import Lake
from sigap.warehouse.tables import audit, billing, entitlement, quality, sources


@dataclass(frozen=True, slots=True)
class Step:
    """One step back: what it is, and its facts in order."""

    title: str
    facts: dict[str, Any]


def trace_line(line_id: int, warehouse: Engine, lake: Lake) -> list[Step]:
    """The steps from an invoice line back to the cells of the files it rests on.

    Raises `BillingError` for an unknown line.
    """
    with warehouse.connect() as connection:
        line = _one(connection, select(billing.invoice_line).where(billing.invoice_line.c.line_id == line_id))
        if line is None:
            raise BillingError(
                f"There is no invoice line {line_id}. `sigap export invoice-lines` lists them."
            )
        found = _links_of(connection, line["roster_id"])
        return [
            *_money_steps(connection, line),
            *_decision_steps(connection, line),
            *_evidence_steps(connection, lake, found, line["person_id"]),
            *_row_steps(connection, lake, found, line["person_id"]),
        ]


def _money_steps(connection: Connection, line: dict[str, Any]) -> list[Step]:
    wanted = select(billing.invoice).where(billing.invoice.c.invoice_id == line["invoice_id"])
    invoice = _one(connection, wanted) or {}
    names = (
        "number",
        "status",
        "period",
        "funding_source",
        "wadah_code",
        "people",
        "total_idr",
        "lines_sha256",
        "issued_at",
    )
    return [
        Step(
            "Invoice line",
            {name: line[name] for name in ("line_id", "jkk_idr", "jkm_idr", "total_idr", "tariff")},
        ),
        Step("Invoice", {name: invoice[name] for name in names}),
        *_approval_steps(connection, line["roster_id"]),
    ]


def _approval_steps(connection: Connection, roster_id: int) -> list[Step]:
    found = connection.execute(
        select(audit.approval)
        .where(audit.approval.c.roster_id == roster_id)
        .order_by(audit.approval.c.approval_id)
    ).mappings()
    names = ("verdict", "actor", "reason", "decided_at")
    return [Step(f"Approval of the {row['subject']}", {name: row[name] for name in names}) for row in found]


def _decision_steps(connection: Connection, line: dict[str, Any]) -> list[Step]:
    decision, roster = entitlement.decision, entitlement.roster
    wanted = (
        select(decision, roster.c.version, roster.c.rules_sha256)
        .join(roster)
        .where(decision.c.roster_id == line["roster_id"], decision.c.person_id == line["person_id"])
    )
    row = _one(connection, wanted) or {}
    reason = reasons()[row["reason_code"]]
    names = ("outcome", "reason_code", "rule", "tier", "rank", "change", "rules_sha256")
    person = ("person_id", "nik", "full_name", "birth_date", "address", "kelurahan_code", "sector", "desil")
    return [
        Step(
            f"Decision, roster version {row['version']}",
            {name: row[name] for name in names} | {"reason": f"{reason.indonesian} ({reason.english})"},
        ),
        Step("Person", {name: row[name] for name in person}),
    ]


def _evidence_steps(connection: Connection, lake: Lake, found: "_Links", person_id: int) -> list[Step]:
    memberships = _of_person(lake, found.memberships, person_id)
    if not memberships:
        files = [
            delivery["file_name"] for delivery in _checked_deliveries(connection, found.checked_memberships)
        ]
        return [
            Step(
                "Membership evidence",
                {"searched": ", ".join(files), "result": "no membership carries this NIK"},
            )
        ]
    return [
        Step(
            "Membership evidence",
            {key: value for key, value in row.items() if key != "person_id"} | _file(place),
        )
        for row in memberships
        for place in [_delivery(connection, row["delivery_id"])]
    ]


def _row_steps(connection: Connection, lake: Lake, found: "_Links", person_id: int) -> list[Step]:
    return [_row_step(connection, lake, row) for row in _of_person(lake, found.rows, person_id)]


def _row_step(connection: Connection, lake: Lake, row: dict[str, Any]) -> Step:
    place = _delivery(connection, row["delivery_id"])
    (checked,) = _at(lake, place["checked"], row, ["outcome", "warnings"])
    (received,) = _at(lake, place["batch"], row, ["cells"])
    where = f"sheet {row['sheet']}, row {row['row']}" if row["sheet"] else f"line {row['row']}"
    facts = _file(place) | {"check": checked["outcome"], "warnings": checked["warnings"] or None}
    return Step(
        f"Received row: {place['file_name']}, {where}", facts | {"cells": json.loads(received["cells"])}
    )


@dataclass(frozen=True, slots=True)
class _Links:
    rows: BatchRef
    memberships: BatchRef
    checked_memberships: list[str]


def _links_of(connection: Connection, roster_id: int) -> _Links:
    """The batches that the roster was decided from, through the outcomes of `decide` and `link`."""
    wanted = select(entitlement.roster.c.batch).where(entitlement.roster.c.roster_id == roster_id)
    decided = _outcome_that_wrote(connection, "decide", connection.execute(wanted).scalar_one()["sha256"])
    persons = next(thing for thing in _batches(decided["inputs"]) if thing.dataset == "identity.persons")
    linked = _outcome_that_wrote(connection, "link", persons.sha256)
    written = {batch.dataset: batch for batch in _batches(linked["outputs"])}
    things = _batches(linked["inputs"])
    read = [batch.sha256 for batch in things if batch.dataset == "quality.memberships"]
    return _Links(written["identity.rows"], written["identity.memberships"], read)


def _outcome_that_wrote(connection: Connection, verb: str, sha256: str) -> dict[str, Any]:
    outcome = audit.outcome
    wanted = (
        select(outcome)
        .where(outcome.c.verb == verb, outcome.c.status == "ok")
        .where(outcome.c.outputs.op("@>")(cast([{"sha256": sha256}], JSONB)))
        .order_by(outcome.c.outcome_id.desc())
        .limit(1)
    )
    found = _one(connection, wanted)
    if found is None:
        raise LakeError(
            f"No outcome of {verb} names batch {sha256[:12]}: the audit trail of this line is broken."
        )
    return found


def _batches(things: list[Any]) -> list[BatchRef]:
    return [BatchRef.from_dict(thing) for thing in things if isinstance(thing, dict)]


def _of_person(lake: Lake, batch: BatchRef, person_id: int) -> list[dict[str, Any]]:
    return lake.find(batch, pc.field("person_id") == person_id)


def _delivery(connection: Connection, delivery_id: str) -> dict[str, Any]:
    delivery = sources.delivery
    wanted = (
        select(delivery, quality.validation.c.batch.label("checked"))
        .join(quality.validation, quality.validation.c.delivery_id == delivery.c.delivery_id)
        .where(delivery.c.delivery_id == delivery_id)
    )
    found = _one(connection, wanted)
    if found is None:
        raise LakeError(
            f"Delivery {delivery_id} is not in the warehouse: the audit trail of this line is broken."
        )
    return found


def _checked_deliveries(connection: Connection, checked: list[str]) -> list[dict[str, Any]]:
    wanted = (
        select(sources.delivery.c.file_name)
        .join(quality.validation, quality.validation.c.delivery_id == sources.delivery.c.delivery_id)
        .where(quality.validation.c.batch["sha256"].astext.in_(checked))
        .order_by(sources.delivery.c.file_name)
    )
    return [dict(row) for row in connection.execute(wanted).mappings()]


def _file(delivery: dict[str, Any]) -> dict[str, Any]:
    names = ("source", "file_name", "received_at")
    return {name: delivery[name] for name in names} | {"file_sha256": delivery["sha256"]}


def _at(lake: Lake, batch: dict[str, Any], row: dict[str, Any], columns: list[str]) -> list[dict[str, Any]]:
    sheet = pc.field("sheet") == row["sheet"] if row["sheet"] is not None else pc.field("sheet").is_null()
    return lake.find(
        BatchRef.from_dict(batch), sheet & (pc.field("row") == pa.scalar(row["row"], pa.int32())), columns
    )


def _one(connection: Connection, wanted: Any) -> dict[str, Any] | None:
    row = connection.execute(wanted).mappings().first()
    return dict(row) if row is not None else None
