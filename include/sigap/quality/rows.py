"""Judge every received row: typed values, an outcome, its reasons. No row is lost, none made up."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sigap.domain.datasets import CHECKED_MEMBERSHIPS, CHECKED_WORKERS
from sigap.domain.nik import decode_niks
from sigap.domain.period import Period
from sigap.domain.region import city
from sigap.domain.source import Kind, SourceEntry
from sigap.engine import connect
from sigap.errors import QualityError
from sigap.quality.places import OUTSIDE, city_kelurahan, city_names, spell_places
from sigap.quality.words import blanks, severities, words

OUTCOMES = ("accepted", "held", "rejected")
_WORTH_SHARING = 100_000  # rows from which a second thread saves more than it costs
_CHECKED = {"workers": CHECKED_WORKERS, "memberships": CHECKED_MEMBERSHIPS}
_DATES = {
    "workers": ("birth_date",),
    "memberships": ("birth_date", "coverage_start", "coverage_end", "as_of_date"),
}


@dataclass(frozen=True, slots=True)
class Checked:
    """The checked rows of one delivery, the number of each outcome, and of each reason or warning."""

    rows: pa.Table
    counts: Mapping[str, int]  # received, accepted, held, rejected; the last three add up to the first
    reasons: Mapping[str, int] = field(default_factory=dict)


def check_rows(received: pa.Table, entry: SourceEntry, period: Period) -> Checked:
    """Type and judge the received rows of one delivery.

    `received` has the columns of RECEIVED_WORKERS or RECEIVED_MEMBERSHIPS, as `entry.kind` says; the rows of
    the result have those of CHECKED_WORKERS or CHECKED_MEMBERSHIPS and the same order. Dates are read in the
    order that the entry states for their column; a birth date after the period is none. Raises `QualityError`
    for a source of another kind.
    """
    if entry.kind not in _CHECKED:
        raise QualityError(
            f"{entry.code} brings {entry.kind}, which are not checked row by row. "
            "Check only lists of workers and memberships."
        )
    numbered = _number(received)
    with connect() as connection:
        if numbered.num_rows < _WORTH_SHARING:
            connection.execute("SET threads = 1")
        _prepare(connection, numbered)
        if entry.kind == "workers":
            _find_places(connection, numbered)
            _find_repeats(connection, entry)
        typed = connection.sql(_statement(entry.kind), params=_facts(entry, period)).to_arrow_table()
    return _judge(typed, entry.kind)


def _number(received: pa.Table) -> pa.Table:
    positions = pa.array(np.arange(received.num_rows, dtype=np.int64))
    table = received.drop_columns(["nik", "cells"]).append_column("position", positions)
    decoded = decode_niks(received["nik"], received["nik_cell"])
    for name in decoded.column_names:
        table = table.append_column(name, decoded[name])
    return table


def _prepare(connection: duckdb.DuckDBPyConnection, numbered: pa.Table) -> None:
    connection.execute(_statement("macros"))
    connection.execute("SET VARIABLE blanks = $blanks", {"blanks": list(blanks())})
    connection.register("received", numbered)
    connection.register("words", words())


def _find_places(connection: duckdb.DuckDBPyConnection, numbered: pa.Table) -> None:
    connection.register("place_keys", spell_places(numbered))
    connection.register("city_kelurahan", city_kelurahan())
    connection.register("city_names", city_names())
    facts = {"city": city().regency_code, "outside": OUTSIDE}
    connection.register("places", connection.sql(_statement("places"), params=facts).to_arrow_table())


def _find_repeats(connection: duckdb.DuckDBPyConnection, entry: SourceEntry) -> None:
    facts = {"birth_date_order": _date_order(entry, "birth_date")}
    connection.register("repeats", connection.sql(_statement("repeats"), params=facts).to_arrow_table())


def _facts(entry: SourceEntry, period: Period) -> dict[str, object]:
    facts: dict[str, object] = {f"{name}_order": _date_order(entry, name) for name in _DATES[entry.kind]} | {
        "last_day": period.last_day
    }
    if entry.kind == "workers":
        facts |= {"sector": entry.sector, "city_prefix": city().regency_code.replace(".", "")}
    return facts


def _date_order(entry: SourceEntry, name: str) -> str:
    return entry.columns[name].date_order if name in entry.columns else "ymd"


def _judge(typed: pa.Table, kind: Kind) -> Checked:
    """Turn each distinct set of codes into a verdict once, and give it to the rows that have it."""
    encoded = typed["codes"].combine_chunks().dictionary_encode()
    verdicts = [_verdict(codes.split(",") if codes else [], kind) for codes in encoded.dictionary.to_pylist()]
    table = typed.drop_columns(["codes"])
    for place, name in enumerate(("outcome", "reasons", "warnings")):
        values = pa.array([verdict[place] for verdict in verdicts], pa.string())
        table = table.append_column(name, values.take(encoded.indices))
    rows = table.select(_CHECKED[kind].names).cast(_CHECKED[kind])
    return Checked(rows, _count_outcomes(rows), _count_codes(encoded))


def _verdict(codes: list[str], kind: Kind) -> tuple[str, str, str]:
    severity = severities(kind)
    found = {severity[code] for code in codes}
    outcome = "rejected" if "reject" in found else "held" if "hold" in found else "accepted"
    reasons = ",".join(code for code in codes if severity[code] != "warn")
    return outcome, reasons, ",".join(code for code in codes if severity[code] == "warn")


def _count_outcomes(rows: pa.Table) -> dict[str, int]:
    found = {item["values"]: item["counts"] for item in pc.value_counts(rows["outcome"]).to_pylist()}
    return {"received": rows.num_rows} | {outcome: found.get(outcome, 0) for outcome in OUTCOMES}


def _count_codes(encoded: pa.DictionaryArray) -> dict[str, int]:
    counts: dict[str, int] = {}
    for item in pc.value_counts(encoded.indices).to_pylist():
        codes = encoded.dictionary[item["values"]].as_py()
        for code in filter(None, codes.split(",")):
            counts[code] = counts.get(code, 0) + item["counts"]
    return dict(sorted(counts.items()))


@cache
def _statement(name: str) -> str:
    return Path(__file__).with_name(f"{name}.sql").read_text(encoding="utf-8")
