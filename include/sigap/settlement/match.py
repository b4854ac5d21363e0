"""Roster, invoice, bill, payment and activation of a month, person by person and to the rupiah."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from sigap.domain.period import Period
from sigap.engine import connect
from sigap.settlement.classes import match_classes
from sigap.settlement.sides import ACTIVE, BILLED, Sides
from sigap.settlement.tolerance import Tolerance


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """One class: persons, and their rupiah as we expect, as BPJS bills, and as paid.

    `not_active` counts those of the class who are paid for in full and stand on no activation list.
    """

    people: int = 0
    expected_idr: int = 0
    billed_idr: int = 0
    paid_idr: int = 0
    not_active: int = 0


@dataclass(frozen=True, slots=True)
class SideFigures:
    """Persons and whole rupiah of each side. None where a side was not given."""

    people_listed: int
    people_parked: int
    people_invoiced: int
    people_billed: int | None
    people_paid: int
    people_active: int | None
    invoiced_idr: int
    noted_idr: int
    billed_idr: int | None
    paid_idr: int

    @property
    def expected_idr(self) -> int:
        """What BPJS should bill: our lines and the notes on them."""
        return self.invoiced_idr + self.noted_idr


@dataclass(frozen=True, slots=True)
class Match:
    """Every person of any side in exactly one class.

    `differences` (DIFFERENCE of match.py) are those somebody has to look at, `sha256` is over the whole
    compared set. Of the bill: rows of a person that an earlier row billed already, rows without a whole NIK,
    and how many of these no list could give a NIK. `active_only`: active, but on no other side.
    """

    classes: Mapping[str, ClassFigures]
    sides: SideFigures
    differences: pa.Table
    sha256: str
    repeated_rows: int
    rows_without_nik: int
    rows_of_nobody: int
    active_only: int


DIFFERENCE = pa.schema(
    [
        *((name, pa.string()) for name in ("nik", "kpj")),
        ("person_id", pa.int64()),
        ("class", pa.string()),
        *((name, pa.int64()) for name in ("invoiced_idr", "noted_idr", "billed_idr", "paid_idr")),
        *((name, pa.bool_()) for name in ("is_listed", "is_active")),
        ("days_not_active", pa.int32()),
        *((name, pa.string()) for name in ("parked_code", "sheet")),
        ("row", pa.int32()),
    ]
)


def match(sides: Sides, period: Period, tolerance: Tolerance, as_of: dt.date | None = None) -> Match:
    """Compare the sides of a coverage month.

    Rows of one person are added up first: shares of several payers on our side, double rows on BPJS's.
    `as_of` is the day up to which the age of paid but not active is counted, usually that of the activation
    list; needed when there is one.
    """
    values = {
        "has_names": sides.billed is not None,
        "has_activations": sides.active is not None,
        "per_person_idr": tolerance.per_person_idr,
        "first_day": period.first_day,
        "as_of": as_of,
    }
    with connect() as connection:
        for name in ("listed", "invoiced", "noted", "paid", "known"):
            connection.register(name, getattr(sides, name))
        connection.register("billed", BILLED.empty_table() if sides.billed is None else sides.billed)
        connection.register("active", ACTIVE.empty_table() if sides.active is None else sides.active)
        connection.execute(_sql("match_sides.sql"))
        connection.execute(_sql("match.sql"), values)
        return _match(connection, sides)


def _match(connection: duckdb.DuckDBPyConnection, sides: Sides) -> Match:
    classes = {row.pop("class"): ClassFigures(**row) for row in _rows(connection, "match_classes.sql")}
    (totals,) = _rows(connection, "match_totals.sql")
    of_bill = {name: totals.pop(name) for name in ("repeated_rows", "rows_without_nik", "rows_of_nobody")}
    active_only = totals.pop("active_only")
    if sides.billed is None:
        totals |= {"people_billed": None, "billed_idr": None}
    if sides.active is None:
        totals["people_active"] = None
    return Match(
        classes={code: classes.get(code, ClassFigures()) for code in match_classes()},
        sides=SideFigures(**totals),
        differences=_differences(connection),
        sha256=_digest(connection),
        active_only=active_only,
        **of_bill,
    )


def _differences(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    wanted = [one.code for one in match_classes().values() if one.is_difference]
    found = connection.sql(_sql("match_differences.sql"), params={"wanted": wanted}).to_arrow_table()
    return found.select(DIFFERENCE.names).cast(DIFFERENCE)


def _digest(connection: duckdb.DuckDBPyConnection) -> str:
    """Over one line per person in the order of NIK, as match_lines.sql writes it."""
    digest = hashlib.sha256()
    lines = connection.sql(_sql("match_lines.sql")).to_arrow_table()["line"].cast(pa.large_string())
    for chunk in lines.chunks:
        _, ends, text = chunk.buffers()
        offsets = memoryview(ends).cast("q")
        digest.update(memoryview(text)[offsets[chunk.offset] : offsets[chunk.offset + len(chunk)]])
    return digest.hexdigest()


def _rows(connection: duckdb.DuckDBPyConnection, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = connection.sql(_sql(name)).to_arrow_table().to_pylist()
    return rows


def _sql(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")
