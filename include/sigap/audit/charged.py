"""The steps of a trace about money: the line, its corrections, its invoice, a void, who approved."""

from typing import Any

from sqlalchemy import Connection, column, select, table

from sigap.audit.step import Step, one
from sigap.warehouse.tables import audit, billing

_CORRECTED = (
    "correction_id", "line_id", "kind", "reason_code", "total_idr", "state", "note_number", "proposed_by",
    "checked_by",
)  # fmt: skip
_CORRECTION = table("correction_overview", *map(column, _CORRECTED), schema="reporting")


def money_steps(connection: Connection, line: dict[str, Any]) -> list[Step]:
    """What a line charges, what corrects it, which invoice it stands on, and who let that pass."""
    wanted = select(billing.invoice).where(billing.invoice.c.invoice_id == line["invoice_id"])
    invoice = one(connection, wanted) or {}
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
        *_correction_steps(connection, line["line_id"]),
        Step("Invoice", {name: invoice[name] for name in names}),
        *_void_steps(connection, invoice),
        *_approval_steps(connection, line["roster_id"], invoice["generation"]),
    ]


def _correction_steps(connection: Connection, line_id: int) -> list[Step]:
    wanted = select(_CORRECTION).where(_CORRECTION.c.line_id == line_id).order_by(_CORRECTION.c.correction_id)
    found = connection.execute(wanted).mappings()
    return [Step("Correction of the line", {name: row[name] for name in _CORRECTED[2:]}) for row in found]


def _void_steps(connection: Connection, invoice: dict[str, Any]) -> list[Step]:
    """Who asked for a void and who answered, and the number of the successor."""
    request, answer = billing.void_request.c, billing.void_answer.c
    wanted = (
        select(request.reason, request.actor, answer.verdict, answer.actor.label("answered_by"))
        .outerjoin(billing.void_answer, answer.void_request_id == request.void_request_id)
        .where(request.invoice_id == invoice["invoice_id"])
        .order_by(request.void_request_id)
    )
    successor = select(billing.invoice.c.number.label("replaced_by")).where(
        billing.invoice.c.replaces_id == invoice["invoice_id"]
    )
    replaced_by = (one(connection, successor) or {}).get("replaced_by")
    found = [dict(row) for row in connection.execute(wanted).mappings()]
    return [Step("Request for a void", row | {"replaced_by": replaced_by}) for row in found]


def _approval_steps(connection: Connection, roster_id: int, generation: int) -> list[Step]:
    """The judgements behind this invoice: of its roster, and of the invoices made together with it."""
    approval = audit.approval.c
    found = connection.execute(
        select(audit.approval)
        .where(approval.roster_id == roster_id)
        .where((approval.subject == "roster") | (approval.generation == generation))
        .order_by(approval.approval_id)
    ).mappings()
    names = ("verdict", "actor", "reason", "decided_at")
    return [Step(f"Approval of the {row['subject']}", {name: row[name] for name in names}) for row in found]
