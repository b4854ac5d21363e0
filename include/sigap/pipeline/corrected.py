"""Which lines a set of proposals corrects, with what remains of each and what its month is worth."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlalchemy import ColumnClause, Connection, TextClause, column, func, select, table, text

from sigap.billing.correction import CHANGED, COVERED, Proposal, load_corrections, value_months
from sigap.billing.payers import Payers
from sigap.billing.tariffs import Tariffs
from sigap.domain.period import Period
from sigap.errors import BillingError
from sigap.pipeline.left_out import price_left_out
from sigap.warehouse.store import copy_out, copy_rows

_ASKED = (
    "CREATE TEMPORARY TABLE asked (place integer, proposal_id bigint, reason_code text, line_id bigint, "
    "person_id bigint, month text, from_month text, payer_set text, reverses_id bigint, is_pair boolean, "
    "has_clock boolean, effective_date date, rule text, evidence text) ON COMMIT DROP"
)
_VALUED = (
    "CREATE TEMPORARY TABLE valued (person_id bigint, period text, kind text, has_clock boolean, "
    "months_covered smallint, is_clock_at_stake boolean) ON COMMIT DROP"
)

FAULTS = {
    "LINE_UNKNOWN": "there is no such invoice line. `sigap export invoice-lines` numbers them.",
    "NOT_ISSUED": "the invoice of this line is not issued. Decide the month again, or reject its invoices.",
    "INVOICE_VOID": "the invoice of this line is void: nothing is owed for it. Name its successor's line.",
    "REMOVED_BEFORE": "two people took the person out already, or that waits: see `sigap correction list`.",
    "NO_LINE": "no issued line of this person stands in the months named. Look up the months.",
    "BEFORE_DAY": "the month named comes before the first month that the day of the event corrects.",
    "NOTHING_LEFT": "nothing remains to correct. It was corrected or waits: see `sigap correction list`.",
    "TWICE": "an earlier row corrects the same line already. Keep one of the two.",
    "NOT_REVERSIBLE": "only an agreed credit or debit is taken back. One that waits is answered --disagree.",
    "PERSON_UNKNOWN": "no person has this number.",
    "MONTH_NOT_ISSUED": "no invoice of that month is issued. Who is missing there goes into its own invoice.",
    "HAS_LINE": "the person has a line for that month, so was not left out.",
    "ADDED_BEFORE": "the person was added to that month by an earlier correction.",
    "NO_PAYER": "no decision of that month says who pays for the person. Name the payer.",
}


def find_corrected(
    connection: Connection, asked: Sequence[Proposal], tariffs: Tariffs, payers: Payers
) -> list[int]:
    """Lay the tables `asked`, `found`, `removing` and `valued`; returns the numbers of the proposals.

    All are temporary. `removing` holds who stands on no issued line of the months named and leaves the
    rosters to come.

    Raises `BillingError` about the first proposal that cannot be kept.
    """
    ids = _stage(connection, asked)
    _find(connection, asked, tariffs, payers)
    _value(connection)
    return ids


def sql_of(name: str) -> TextClause:
    """A statement that stands beside this module."""
    return text(Path(__file__).with_name(f"{name}.sql").read_text(encoding="utf-8"))


def _stage(connection: Connection, asked: Sequence[Proposal]) -> list[int]:
    """Lay the proposals as table `asked`, numbered in their order; returns the numbers."""
    numbers = connection.execute(
        select(func.nextval("billing.proposal_number")).select_from(func.generate_series(1, len(asked)))
    )
    ids = [int(number) for number in numbers.scalars()]
    connection.execute(text(_ASKED))
    names = "place proposal_id reason_code line_id person_id month from_month payer_set reverses_id is_pair"
    columns = [*names.split(), "has_clock", "effective_date", "rule", "evidence"]
    connection.execute(
        text(f"INSERT INTO asked VALUES ({', '.join(f':{name}' for name in columns)})"),  # noqa: S608
        [_row(place, number, one) for place, (number, one) in enumerate(zip(ids, asked, strict=True))],
    )
    return ids


def _row(place: int, number: int, one: Proposal) -> dict[str, Any]:
    reason, day = load_corrections().reasons[one.reason_code], one.effective_date
    return {
        "place": place,
        "proposal_id": number,
        "reason_code": reason.code,
        "line_id": one.line_id,
        "person_id": one.person_id,
        "month": str(one.period) if one.period else None,
        "from_month": str(reason.first_month(day)) if day else None,
        "payer_set": one.payer_set,
        "reverses_id": one.reverses_id,
        "is_pair": reason.code == "NIK_CORRECTED",
        "has_clock": reason.has_clock,
        "effective_date": day,
        "rule": reason.rule_on(day),
        "evidence": one.evidence.strip(),
    }


def _find(connection: Connection, asked: Sequence[Proposal], tariffs: Tariffs, payers: Payers) -> None:
    """Find what is corrected, with its amounts. Refuses the first proposal that cannot be kept."""
    connection.execute(sql_of("corrections_left_out"))
    price_left_out(connection, tariffs, payers)
    connection.execute(sql_of("corrections_find"))
    connection.execute(sql_of("removals_find"))
    fault = connection.execute(sql_of("corrections_faults")).first()
    if fault is not None:
        raise BillingError(f"{place_of(asked[fault.place])}{FAULTS[fault.fault]} Nothing was kept.")


def place_of(one: Proposal) -> str:
    """How a sentence about a proposal begins."""
    if one.place:
        return f"{one.place}: "
    if one.line_id is not None:
        return f"Line {one.line_id}: "
    if one.reverses_id is not None:
        return f"Correction {one.reverses_id}: "
    return f"Person {one.person_id}{f' in {one.period}' if one.period else ''}: "


def _value(connection: Connection) -> None:
    """Lay table `valued`: what each corrected month means for its person's cover."""
    for step in ("changed", "covered"):
        connection.execute(sql_of(f"corrections_{step}"))
    types = {field.name: field.type for field in CHANGED}
    changed = copy_out(connection, select(*_named("changed", CHANGED)), types | {"has_clock": pa.int8()})
    covered = copy_out(connection, select(*_named("covered", COVERED)), types)
    first = Period.parse(min(changed["period"].to_pylist()))
    clock = load_corrections().clock_on(first)
    connection.execute(text(_VALUED))
    copy_rows(connection, "valued", value_months(changed.cast(CHANGED), covered.cast(COVERED), clock))


def _named(name: str, schema: pa.Schema) -> Sequence[ColumnClause[Any]]:
    return list(table(name, *map(column, schema.names)).c)
