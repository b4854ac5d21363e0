"""Draft invoices with their lines, and parked person-months, in place of those that stood before."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
from psycopg.errors import UniqueViolation
from sqlalchemy import Connection, Row, delete, insert, text

from sigap.billing.invoice import InvoiceDraft, lines_of
from sigap.billing.tariffs import Tariffs
from sigap.domain.period import Period
from sigap.errors import BillingError
from sigap.pipeline.rosters import invoices_of, next_generation, unreplaced
from sigap.warehouse.store import copy_rows
from sigap.warehouse.tables import billing

_invoice = billing.invoice.c


def lay_drafts(
    connection: Connection,
    roster: Row[Any],
    drafts: Sequence[InvoiceDraft],
    lines: pa.Table,
    tariffs: Tariffs,
) -> bool:
    """Replace the month's drafts unless they are these already; returns whether anything was written."""
    replaced = unreplaced(connection, Period.parse(roster.period))
    generation = next_generation(connection, roster.roster_id)
    headers = [_header(draft, roster, tariffs, generation, replaced) for draft in drafts]
    rows = [row for row in invoices_of(connection, roster.roster_id) if row.status == "draft"]
    if len(rows) == len(headers) and all(map(_is_laid, rows, headers)):
        return False
    month_drafts = (_invoice.period == roster.period, _invoice.status == "draft")
    connection.execute(delete(billing.invoice).where(*month_drafts))
    if headers:
        connection.execute(insert(billing.invoice), headers)
        _load(connection, roster, lines)
    return True


def _is_laid(row: Row[Any], header: Mapping[str, Any]) -> bool:
    return all(getattr(row, name) == value for name, value in header.items())


def _load(connection: Connection, roster: Row[Any], lines: pa.Table) -> None:
    """Copy the lines of all drafts under their headers in one statement: the database checks the set once."""
    drafts = [row for row in invoices_of(connection, roster.roster_id) if row.status == "draft"]
    connection.execute(text("SET LOCAL work_mem = '512MB'"))  # the set that is checked stays in memory
    try:
        copy_rows(connection, billing.invoice_line, pa.concat_tables(_under(row, lines) for row in drafts))
    except UniqueViolation:
        raise BillingError(
            f"{roster.period}: some of these person-months stand on drafts of another month, or were billed "
            f"at the same time. Nothing was written; let finance judge the other month's invoices, then run "
            f"`sigap bill {roster.period}` again."
        ) from None


def _under(invoice: Row[Any], lines: pa.Table) -> pa.Table:
    """The lines of one invoice as its table holds them."""
    own = lines_of(lines, invoice.funding_source, invoice.wadah_code)
    ids = {"invoice_id": invoice.invoice_id, "roster_id": invoice.roster_id}
    for name, number in ids.items():
        own = own.append_column(name, pa.repeat(pa.scalar(number, pa.int64()), own.num_rows))
    return own.drop_columns(["funding_source", "wadah_code"])


def _header(
    draft: InvoiceDraft,
    roster: Row[Any],
    tariffs: Tariffs,
    generation: int,
    replaced: Mapping[tuple[str, str], int],
) -> dict[str, Any]:
    return {
        "period": str(draft.period),
        "covers_from": str(draft.covers_from),
        "covers_to": str(draft.covers_to),
        "roster_id": roster.roster_id,
        "funding_source": draft.funding_source,
        "wadah_code": draft.wadah_code,
        "status": "draft",
        "generation": generation,
        "replaces_id": replaced.get((draft.funding_source, draft.wadah_code)),
        "people": draft.people,
        "jkk_idr": draft.jkk_idr,
        "jkm_idr": draft.jkm_idr,
        "total_idr": draft.total_idr,
        "due_date": draft.due_date,
        "lines_sha256": draft.lines_sha256,
        "tariffs_sha256": tariffs.sha256,
    }


def park(connection: Connection, roster_id: int, parked: pa.Table) -> None:
    """What the roster parks, in place of what it parked before."""
    connection.execute(delete(billing.parked).where(billing.parked.c.roster_id == roster_id))
    if parked.num_rows:
        ids = pa.repeat(pa.scalar(roster_id, pa.int64()), parked.num_rows)
        copy_rows(connection, billing.parked, parked.append_column("roster_id", ids))
