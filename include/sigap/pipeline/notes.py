"""Credit and debit notes: agreed corrections, drafted with the next open month and numbered there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, Row, case, delete, exists, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from sigap.billing.ledger import note_entry
from sigap.billing.payers import Payers
from sigap.billing.price import BILLED
from sigap.domain.period import Period
from sigap.pipeline.corrections import ONE_AT_A_TIME
from sigap.pipeline.ledger import post, require_open
from sigap.pipeline.rosters import standing_invoices
from sigap.warehouse.store import copy_out
from sigap.warehouse.tables import notes

_note = notes.note.c
_correction = notes.correction.c
_check = notes.correction_check.c


@dataclass(frozen=True, slots=True)
class Note:
    """A note of a billing month; `number` once it is issued. Whole rupiah, positive in both kinds."""

    note_id: int
    number: str | None
    kind: str
    funding_source: str
    wadah_code: str
    people: int
    jkk_idr: int
    jkm_idr: int
    total_idr: int
    lines_sha256: str


def draft_notes(connection: Connection, period: Period) -> list[Note]:
    """Lay the draft notes of a billing month from every agreed correction that no other note books; returns
    the month's notes.

    Run again it gives the same notes. A month whose invoices finance approved keeps the notes it has: what is
    agreed later waits for the next. Belongs into the transaction of `bill`, with the month locked.
    """
    connection.execute(select(func.pg_advisory_xact_lock(*ONE_AT_A_TIME)))
    if not standing_invoices(connection, period):
        connection.execute(text("DROP TABLE IF EXISTS pg_temp.noting"))
        connection.execute(_sql("notes_noting"), {"period": str(period)})
        wanted = connection.execute(_sql("notes_wanted")).all()
        if _headers(wanted) != _headers(_drafts(connection, period)):
            month = (_note.period == str(period), _note.status == "draft")
            connection.execute(delete(notes.note).where(*month))
            connection.execute(_sql("notes_draft"), {"period": str(period)})
            connection.execute(_sql("notes_draft_lines"), {"period": str(period)})
    return notes_of(connection, period)


def issue_notes(connection: Connection, period: Period, payers: Payers) -> list[Note]:
    """Number the month's draft notes and post them to the ledger; returns all issued notes of the month.

    Numbers run without a gap per wadah, year and kind: `SIGAP/SG/2026-02/K0001` (nota kredit), `D0001` (nota
    debet). Belongs into the transaction of `issue`, after the invoices. Raises `BillingError` when the
    month's books are locked.
    """
    drafts = _drafts(connection, period)
    if drafts:
        require_open(connection, period)
    for row in drafts:
        number = _next_number(connection, period, row)
        connection.execute(
            update(notes.note)
            .where(_note.note_id == row.note_id)
            .values(status="issued", number=number, issued_at=func.now())
        )
        payer = payers[row.funding_source]
        accounts = (payer.jkk_account, payer.jkm_account)
        entry = note_entry(number, row.kind, period, payer.code, row.jkk_idr, row.jkm_idr, accounts)
        post(connection, entry, payers)
    return [one for one in notes_of(connection, period) if one.number is not None]


def notes_of(connection: Connection, period: Period) -> list[Note]:
    """The notes of a billing month, drafts too: by wadah, kind and funding source, credits first."""
    wanted = select(*(_note[name] for name in Note.__dataclass_fields__)).where(_note.period == str(period))
    order = (_note.wadah_code, _note.kind, _note.funding_source, _note.note_id)
    return [Note(**row._mapping) for row in connection.execute(wanted.order_by(*order))]


def noted_idr(connection: Connection, year: int, funding_source: str, without: Period | None = None) -> int:
    """What the notes of a year add to what a source owes: debits minus credits, whole rupiah.

    Drafts too: those of the month that is being judged count. `without` leaves a month out.
    """
    signed = case((_note.kind == "debit", _note.total_idr), else_=-_note.total_idr)
    wanted = select(func.coalesce(func.sum(signed), 0)).where(
        _note.funding_source == funding_source, _note.period.like(f"{year:04d}-%")
    )
    if without is not None:
        wanted = wanted.where(_note.period != str(without))
    return int(connection.execute(wanted).scalar_one())


def left_out_lines(connection: Connection, months: Iterable[Period]) -> pa.Table:
    """The person-months (`billing.price.BILLED`) that a correction adds, which no invoice may bill again."""
    taken_back = notes.correction.alias()
    back_check = notes.correction_check.alias()
    is_taken_back = exists().where(
        taken_back.c.reverses_id == _correction.correction_id,
        back_check.c.correction_id == taken_back.c.correction_id,
        back_check.c.answer == "agree",
    )
    wanted = (
        select(*(_correction[name] for name in BILLED.names))
        .outerjoin(notes.correction_check, _check.correction_id == _correction.correction_id)
        .where(
            _correction.reason_code == "LEFT_OUT",
            _correction.period.in_(sorted({str(month) for month in months})),
            func.coalesce(_check.answer, "") != "disagree",
            ~is_taken_back,
        )
    )
    return copy_out(connection, wanted, {field.name: field.type for field in BILLED}).cast(BILLED)


def _sql(name: str) -> Any:
    return text(Path(__file__).with_name(f"{name}.sql").read_text(encoding="utf-8"))


def _drafts(connection: Connection, period: Period) -> Sequence[Row[Any]]:
    wanted = select(notes.note).where(_note.period == str(period), _note.status == "draft")
    order = (_note.wadah_code, _note.kind, _note.funding_source)
    return connection.execute(wanted.order_by(*order)).all()


def _headers(rows: Sequence[Row[Any]]) -> set[tuple[str, ...]]:
    return {(row.kind, row.funding_source, row.wadah_code, row.lines_sha256) for row in rows}


def _next_number(connection: Connection, period: Period, row: Row[Any]) -> str:
    """Take the next number; the series' row stays locked until commit, so a number given out is used."""
    series = notes.note_series
    keys = {"wadah_code": row.wadah_code, "year": period.year, "kind": row.kind}
    taken = (
        upsert(series)
        .values(**keys, last_number=1)
        .on_conflict_do_update(
            index_elements=[*keys, "government"], set_={"last_number": series.c.last_number + 1}
        )
        .returning(series.c.last_number)
    )
    sequence = connection.execute(taken).scalar_one()
    written = func.billing.note_number_of(row.wadah_code, str(period), row.kind, sequence)
    return str(connection.execute(select(written)).scalar_one())
