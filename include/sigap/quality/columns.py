"""What only a whole column tells about its cells: is its order of day and month to be relied on, were its
NIK saved as numbers. Every way in which a list writes a date is read here, once.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import yaml

from sigap.domain.period import Period
from sigap.domain.source import Kind, SourceEntry

DATES: dict[Kind, tuple[str, ...]] = {
    "workers": ("birth_date",),
    "memberships": ("birth_date", "coverage_start", "coverage_end", "last_paid_month", "as_of_date"),
}
WRITTEN = pa.schema([(name, pa.string()) for name in ("field", "sheet", "text")])
ENDS = pa.schema([("sheet", pa.string()), ("niks", pa.int64()), ("zeros", pa.int64())])


@dataclass(frozen=True, slots=True)
class Columns:
    """`dates`: the rows of dates.sql. `cut_sheets`: where a 0 at the end of a NIK stands for a lost digit."""

    dates: pa.Table
    cut_sheets: tuple[str, ...]


def column_text(kind: Kind) -> tuple[str, ...]:
    """The received columns that `read_columns` looks at."""
    return ("sheet", "nik", "nik_cell", *DATES[kind])


def read_columns(
    connection: duckdb.DuckDBPyConnection, pieces: Iterable[pa.Table], entry: SourceEntry, period: Period
) -> Columns:
    """Look through the columns of a whole list, which comes in pieces with at least `column_text`.

    The connection has the macros and words of typing. Year-last dates are read in the order that the entry
    states; dates.sql and docs/stages/quality.md say what becomes of those that fit another order only.
    """
    written, ends = [WRITTEN.empty_table()], [ENDS.empty_table()]
    for piece in pieces:
        written += [_texts(piece, name) for name in DATES[entry.kind]]
        ends.append(_ends(piece))
    dates = _read_dates(connection, pa.concat_tables(written), entry, period)
    return Columns(dates, _cut_sheets(pa.concat_tables(ends)))


def first_birth(period: Period) -> dt.date:
    """The birth date of the oldest whom a two-digit year may mean: 110 years old at the end of the month."""
    after = period.last_day + dt.timedelta(days=1)
    return after.replace(year=after.year - load("dates")["oldest"] - 1)


def mark_cut(received: pa.Table, cut_sheets: tuple[str, ...]) -> pa.Array | pa.ChunkedArray:
    """`nik_cell` of received rows, as number where a NIK was one before it was written as text."""
    if not cut_sheets:
        return received["nik_cell"]
    in_sheet = pc.is_in(received["sheet"], value_set=pa.array(cut_sheets, pa.string()))
    is_cut = pc.and_kleene(in_sheet, pc.ends_with(pc.utf8_trim_whitespace(received["nik"]), "0"))
    return pc.if_else(pc.fill_null(is_cut, False), "number", received["nik_cell"])


def _texts(piece: pa.Table, name: str) -> pa.Table:
    """Every text of a column, once per sheet."""
    texts = piece.select(["sheet", name]).drop_null().group_by(["sheet", name]).aggregate([])
    field = pa.repeat(pa.scalar(name), texts.num_rows)
    return pa.table({"field": field, "sheet": texts["sheet"], "text": texts[name]}, schema=WRITTEN)


def _ends(piece: pa.Table) -> pa.Table:
    """Per sheet, the NIK of 16 characters in text cells, and those that end in 0."""
    nik = pc.utf8_trim_whitespace(piece["nik"])
    is_nik = pc.and_(pc.equal(piece["nik_cell"], "text"), pc.equal(pc.utf8_length(nik), 16))
    is_nik = pc.fill_null(is_nik, False)
    found = pa.table(
        {"sheet": piece["sheet"], "niks": is_nik, "zeros": pc.and_kleene(is_nik, pc.ends_with(nik, "0"))}
    )
    sums = found.group_by("sheet").aggregate([("niks", "sum"), ("zeros", "sum")])
    return sums.rename_columns(ENDS.names).cast(ENDS)


def _read_dates(
    connection: duckdb.DuckDBPyConnection, written: pa.Table, entry: SourceEntry, period: Period
) -> pa.Table:
    fields = DATES[entry.kind]
    first, last = load("dates")["membership"]
    reaches = [
        (first_birth(period), period.last_day) if name == "birth_date" else (first, last) for name in fields
    ]
    orders = [entry.columns[name].date_order if name in entry.columns else "ymd" for name in fields]
    tables = {
        "written_dates": written.group_by(WRITTEN.names).aggregate([]),
        "date_orders": pa.table({"field": fields, "date_order": orders}),
        "reaches": pa.table(
            {
                "field": fields,
                "first_day": [day for day, _ in reaches],
                "last_day": [day for _, day in reaches],
            }
        ),
        "months": _months(),
    }
    for name, table in tables.items():
        connection.register(name, table)
    facts = {"converted": load("dates")["converted"]}
    return connection.sql(_statement("dates"), params=facts).to_arrow_table()


def _cut_sheets(ends: pa.Table) -> tuple[str, ...]:
    limits = load("niks")["cut"]
    sums = ends.group_by("sheet").aggregate([("niks", "sum"), ("zeros", "sum")]).to_pylist()
    return tuple(
        found["sheet"]
        for found in sums
        if found["niks_sum"] >= limits["at_least"]
        and found["zeros_sum"] >= limits["share"] * found["niks_sum"]
    )


@cache
def _months() -> pa.Table:
    names = [(name, month) for month, spellings in load("dates")["months"].items() for name in spellings]
    return pa.table(
        {"name": [name for name, _ in names], "month": pa.array([month for _, month in names], pa.int8())}
    )


@cache
def load(name: str) -> dict[str, Any]:
    """The content of quality/<name>.yaml."""
    content: dict[str, Any] = yaml.safe_load(Path(__file__).with_name(f"{name}.yaml").read_text("utf-8"))
    return content


@cache
def _statement(name: str) -> str:
    return Path(__file__).with_name(f"{name}.sql").read_text(encoding="utf-8")
