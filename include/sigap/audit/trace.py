"""The way back from any rupiah: invoice line, decision, person, membership evidence, received cells."""

import json
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, Engine, select

from sigap.audit.charged import money_steps
from sigap.audit.origin import Origin, Place, origin_of, place_of
from sigap.audit.step import Step, one
from sigap.domain.batch import BatchRef
from sigap.domain.reasons import reasons
from sigap.errors import BillingError
from sigap.lake import Lake
from sigap.warehouse.tables import billing, entitlement

NO_MEMBERSHIP = "no membership was taken to be this person's"  # words.yaml of the portal translates it


def trace_line(line_id: int, warehouse: Engine, lake: Lake) -> list[Step]:
    """The steps from an invoice line back to the cells of the files it rests on.

    Raises `BillingError` for an unknown line.
    """
    with warehouse.connect() as connection:
        line = line_of(connection, line_id)
        origin, decision = origin_of(connection, line["roster_id"]), _decision(connection, line)
        return [
            *money_steps(connection, line),
            *_decision_steps(decision),
            *_evidence_steps(connection, lake, origin, line["person_id"]),
            *_row_steps(connection, lake, origin, decision),
        ]


def line_of(connection: Connection, line_id: int) -> dict[str, Any]:
    """The invoice line itself. Raises `BillingError` for an unknown one."""
    line = billing.invoice_line
    is_possible = 0 < line_id < 2**63  # beyond that PostgreSQL has no number for it
    own = line.c.invoice_id.in_(select(billing.invoice.c.invoice_id))  # not one of another government
    found = one(connection, select(line).where(line.c.line_id == line_id, own)) if is_possible else None
    if found is None:
        raise BillingError(f"There is no invoice line {line_id}. `sigap export invoice-lines` lists them.")
    return found


def _decision(connection: Connection, line: dict[str, Any]) -> dict[str, Any]:
    decision, roster = entitlement.decision, entitlement.roster
    wanted = (
        select(decision, roster.c.version, roster.c.rules_sha256)
        .join(roster)
        .where(decision.c.roster_id == line["roster_id"], decision.c.person_id == line["person_id"])
    )
    return one(connection, wanted) or {}


def _decision_steps(decision: dict[str, Any]) -> list[Step]:
    reason = reasons()[decision["reason_code"]]
    names = ("outcome", "reason_code", "rule", "tier", "rank", "change", "rules_sha256")
    person = ("person_id", "nik", "full_name", "birth_date", "address", "kelurahan_code", "sector", "desil")
    return [
        Step(
            f"Decision, roster version {decision['version']}",
            {name: decision[name] for name in names} | {"reason": f"{reason.indonesian} ({reason.english})"},
        ),
        Step("Person", {name: decision[name] for name in person}),
    ]


def _evidence_steps(connection: Connection, lake: Lake, origin: Origin, person_id: int) -> list[Step]:
    """The memberships that link found to be the person's, or which files it searched in vain."""
    memberships = of_person(lake, origin.memberships, person_id)
    if not memberships:
        facts = {"searched": ", ".join(origin.searched), "result": NO_MEMBERSHIP}
        return [Step("Membership evidence", facts)]
    return [_evidence_step(connection, lake, origin, row) for row in memberships]


def _evidence_step(connection: Connection, lake: Lake, origin: Origin, row: dict[str, Any]) -> Step:
    place = place_of(connection, row["delivery_id"], origin)
    facts = {key: value for key, value in row.items() if key != "person_id"} | file_of(place)
    return Step("Membership evidence", facts | {"cells": cells_of(lake, place, row)})


def _row_steps(connection: Connection, lake: Lake, origin: Origin, decision: dict[str, Any]) -> list[Step]:
    """The rows that list the person, and the one the decision rests on: of somebody kept, an earlier one."""
    listed = of_person(lake, origin.rows, decision["person_id"])
    key = ("delivery_id", "sheet", "row")
    rests_on = {name: decision[name] for name in key}
    rows = [{name: row[name] for name in key} for row in listed]
    if rests_on not in rows:
        rows.append(rests_on)
    return [step for row in rows for step in _received_steps(connection, lake, origin, row)]


def _received_steps(connection: Connection, lake: Lake, origin: Origin, row: dict[str, Any]) -> list[Step]:
    """The received row; of a correction also the row as it had been sent first, on the same line."""
    place = place_of(connection, row["delivery_id"], origin)
    steps = [_row_step(lake, "Received row", place, row)]
    if place.file["corrects"] is not None:
        first = place_of(connection, place.file["corrects"], origin)
        steps.append(_row_step(lake, "Corrects the row", first, row))
    return steps


def _row_step(lake: Lake, title: str, place: Place, row: dict[str, Any]) -> Step:
    (checked,) = _at(lake, place.checked, row, ["outcome", "reasons", "warnings"])
    where = f"sheet {row['sheet']}, row {row['row']}" if row["sheet"] else f"line {row['row']}"
    facts = file_of(place) | {"check": checked["outcome"], "warnings": checked["warnings"] or None}
    if checked["reasons"]:
        facts["reasons"] = checked["reasons"]
    return Step(f"{title}: {place.file['file_name']}, {where}", facts | {"cells": cells_of(lake, place, row)})


def of_person(lake: Lake, batch: BatchRef, person_id: int) -> list[dict[str, Any]]:
    """The rows of a batch that are a person's."""
    return lake.find(batch, pc.field("person_id") == person_id)


def cells_of(lake: Lake, place: Place, row: dict[str, Any]) -> dict[str, str | None]:
    """The row verbatim: what stood in the file under each header."""
    (received,) = _at(lake, place.received, row, ["cells"])
    cells: dict[str, str | None] = json.loads(received["cells"])
    return cells


def file_of(place: Place) -> dict[str, Any]:
    """The facts of a delivery's file."""
    names = ("period", "source", "file_name", "received_at")
    return {name: place.file[name] for name in names} | {"file_sha256": place.file["sha256"]}


def _at(lake: Lake, batch: BatchRef, row: dict[str, Any], columns: list[str]) -> list[dict[str, Any]]:
    sheet = pc.field("sheet") == row["sheet"] if row["sheet"] is not None else pc.field("sheet").is_null()
    return lake.find(batch, sheet & (pc.field("row") == pa.scalar(row["row"], pa.int32())), columns)
