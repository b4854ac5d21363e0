"""The contract of a source as a Great Expectations suite, built from its catalog entry.

A suite looks at the columns of `seen_of`: what the sender had to fill (`received_…`) and what the check made
of it. Critical expectations stop the delivery, and their `rule` names the stop; warnings only show in the
quality report. Stewards read the descriptions: Bahasa Indonesia.
"""

import hashlib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from sigap.domain.source import SourceEntry
from sigap.quality.stops import UNPASSABLE, row_bounds
from sigap.quality.words import meanings, name_column

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite
    from great_expectations.expectations import Expectation

TYPED = {
    "workers": ("outcome", "nik", "full_name", "birth_date", "desil"),
    "memberships": ("outcome", "nik", "birth_date", "segment", "status"),
}
NEEDED = {  # columns without whose values no row can be used; others of the layout may stay empty
    "workers": ("nik", "full_name", "birth_date", "kelurahan", "kecamatan", "desil"),
    "memberships": ("nik", "segment", "status", "as_of_date"),
}
PRACTICALLY_EMPTY = 0.01  # a required column with fewer than one value in a hundred rows
GIVEN = "given"  # stands for a value of which the suite only asks whether it is there
_ONLY_FILLED = {"full_name", "birth_date"}
REPEATED = "ROW_REPEATED"
_FEW_VALUES = {"outcome", "segment", "status"}
_BLANK = "\t-\r \u00a0"  # spelled out: for \s pandas would go through the values one by one
_NIK_SHAPE = f"^[{_BLANK}.'’-]*(?:[0-9][{_BLANK}.'’-]*){{16}}$"


def seen_of(received: pa.Table, checked: pa.Table, entry: SourceEntry) -> pa.Table:
    """The columns that the suite of the entry looks at, one row per received row.

    Only NIK stand in it as they are. Of a column that has to be filled, and no more, nobody needs the values:
    they do not leave the tables. Pieces of a long list may be seen one by one and put together.
    """
    columns = {name: _slim(name, checked[name]) for name in TYPED[entry.kind]}
    columns["twin"] = _twins(checked)
    for name in _needed(entry):
        text = pc.utf8_trim_whitespace(received[name])
        filled = pc.if_else(pc.equal(text, ""), None, text)
        columns[f"received_{name}"] = filled if name == "nik" else _whether_given(filled)
    return pa.table(columns)


def _twins(checked: pa.Table) -> pa.ChunkedArray:
    """`given` where a row repeats one before it in the file. One that is only alike may be a namesake's."""
    found = [pc.match_substring(checked[name], REPEATED) for name in ("reasons", "warnings")]
    return _whether_given(pc.if_else(pc.or_(*found), GIVEN, pa.scalar(None, pa.string())))


def _slim(name: str, values: pa.ChunkedArray) -> pa.ChunkedArray:
    if name in _ONLY_FILLED:
        return _whether_given(values)
    return values.dictionary_encode() if name in _FEW_VALUES else values


def _whether_given(values: pa.ChunkedArray) -> pa.ChunkedArray:
    given = pc.if_else(pc.is_valid(values), GIVEN, pa.scalar(None, pa.string()))
    return given.dictionary_encode()


def build_suite(
    entry: SourceEntry, history: Sequence[int] = (), is_correction: bool = False
) -> "ExpectationSuite":
    """The suite of one source: its limits, its required columns, and what must hold of every usable row.

    `history` are the row counts of the source's last usable deliveries of earlier months. A correction
    workbook brings only the rows that were to be fixed: how many and how good they are stops nothing.
    """
    from great_expectations import ExpectationSuite

    limits = [] if is_correction else [*_limits(entry), *_usual(entry, history), *_filled(entry)]
    expectations = [*limits, *_readable(entry), *_promises(entry)]
    return ExpectationSuite(name=entry.code, expectations=expectations)


def suite_sha256(suite: "ExpectationSuite") -> str:
    """The digest of what the suite expects: the same for the same catalog entry and code."""
    plain = [_plain(expectation.configuration.to_json_dict()) for expectation in suite.expectations]
    return hashlib.sha256(json.dumps(plain, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _plain(expectation: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in expectation.items() if key != "id"}


def _needed(entry: SourceEntry) -> list[str]:
    return [name for name in NEEDED[entry.kind] if name in entry.columns and entry.columns[name].required]


def _limits(entry: SourceEntry) -> "list[Expectation]":
    from great_expectations import expectations as gxe

    expect = entry.expect
    # of a membership extract, held rows count too: whoever stands in an unreadable row would seem uninsured
    usable = ["accepted", "held"] if entry.kind == "workers" else ["accepted"]
    return [
        gxe.ExpectTableRowCountToBeBetween(
            min_value=expect.at_least,
            description=f"Jumlah baris paling sedikit {_grouped(expect.at_least)}",
            meta={"rule": "at_least", "limit": expect.at_least},
        ),
        gxe.ExpectTableRowCountToBeBetween(
            max_value=expect.at_most,
            description=f"Jumlah baris paling banyak {_grouped(expect.at_most)}",
            meta={"rule": "at_most", "limit": expect.at_most},
        ),
        gxe.ExpectColumnValuesToBeInSet(
            column="outcome",
            value_set=usable,
            mostly=_least_share(entry),
            description=f"Baris yang tidak dapat dipakai paling banyak {expect.max_rejected_share:.0%}",
            meta={"rule": "max_rejected_share", "limit": expect.max_rejected_share},
        ),
        gxe.ExpectColumnValuesToBeNull(
            column="twin",
            mostly=round(1 - expect.max_duplicate_share, 6),
            description=f"Baris yang berulang di berkas ini paling banyak {expect.max_duplicate_share:.0%}",
            meta={"rule": "max_duplicate_share", "limit": expect.max_duplicate_share},
        ),
    ]


def _usual(entry: SourceEntry, history: Sequence[int]) -> "list[Expectation]":
    """As many rows as the source usually sends: the median of `history`, give or take `expect.max_change`."""
    from great_expectations import expectations as gxe

    bounds = row_bounds(history, entry.expect.max_change)
    if bounds is None:
        return []
    least, most = bounds
    return [
        gxe.ExpectTableRowCountToBeBetween(
            min_value=least,
            max_value=most,
            description=f"Jumlah baris seperti biasanya, antara {_grouped(least)} dan {_grouped(most)}",
            meta={"rule": "max_change", "limit": [least, most]},
        )
    ]


def _filled(entry: SourceEntry) -> "list[Expectation]":
    """A required column that the file lacks does not come this far: the reader refuses the file."""
    from great_expectations import expectations as gxe

    return [
        gxe.ExpectColumnValuesToNotBeNull(
            column=f"received_{name}",
            mostly=PRACTICALLY_EMPTY,
            description=f"Kolom wajib {name_column(name)} berisi",
            meta={"rule": "empty_columns", "limit": PRACTICALLY_EMPTY},
        )
        for name in _needed(entry)
    ]


def _readable(entry: SourceEntry) -> "list[Expectation]":
    """What should mostly hold. Single rows that fail have their own reasons; many of them deserve a look."""
    from great_expectations import expectations as gxe

    share = _least_share(entry)
    found: list[Expectation] = []
    if "nik" in _needed(entry):
        found.append(
            gxe.ExpectColumnValuesToMatchRegex(
                column="received_nik",
                regex=_NIK_SHAPE,
                mostly=share,
                description=f"NIK terdiri dari 16 digit pada sedikitnya {share:.0%} baris",
                severity="warning",
            )
        )
    typed = [name for name in TYPED[entry.kind] if name in entry.columns]
    return found + [
        gxe.ExpectColumnValuesToNotBeNull(
            column=name,
            mostly=share,
            description=f"Kolom {name_column(name)} terbaca pada sedikitnya {share:.0%} baris",
            severity="warning",
        )
        for name in typed
    ]


def _promises(entry: SourceEntry) -> "list[Expectation]":
    """What the check itself promises of every row; a failure is ours, not the sender's."""
    from great_expectations import expectations as gxe
    from great_expectations.expectations.row_conditions import Column

    accepted = Column("outcome") == "accepted"
    always = {
        "workers": ("nik", "full_name", "birth_date"),
        "memberships": ("nik", "segment", "status"),
    }[entry.kind]
    promise: dict[str, Any] = {"meta": {"rule": UNPASSABLE, "limit": 0}}
    found: list[Expectation] = [
        gxe.ExpectColumnValuesToNotBeNull(
            column=name,
            row_condition=accepted,
            description=f"Setiap baris yang diterima mempunyai {name_column(name)}",
            **promise,
        )
        for name in always
    ]
    found.append(
        gxe.ExpectColumnValuesToMatchRegex(
            column="nik", regex="^[0-9]{16}$", description="NIK hasil pemeriksaan selalu 16 digit", **promise
        )
    )
    if entry.kind == "workers":
        found.append(
            gxe.ExpectColumnValuesToBeInSet(  # ...Between would go through the values one by one
                column="desil",
                value_set=list(range(1, 11)),
                description="Desil antara 1 dan 10",
                **promise,
            )
        )
        return found
    return found + [
        gxe.ExpectColumnValuesToBeInSet(
            column=name,
            value_set=list(meanings(name)),
            description=f"Isian {name_column(name)} ada dalam daftar yang disepakati",
            **promise,
        )
        for name in ("segment", "status")
    ]


def _least_share(entry: SourceEntry) -> float:
    return round(1 - entry.expect.max_rejected_share, 6)


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", ".")
