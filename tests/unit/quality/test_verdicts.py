"""Verdicts of persons find the rows with the same facts, and only those."""

import hashlib
import json

import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sigap.domain.datasets import RECEIVED_MEMBERSHIPS, RECEIVED_WORKERS
from sigap.errors import QualityError
from sigap.quality.verdicts import VERDICTS, apply_corrections, fact_keys, match_verdicts

ROW = {"source": "becak", "nik_cell": "number", "nik": "3275011708800001", "full_name": "Budi Contoh"}
OTHER = ROW | {"full_name": "Orang Lain"}


def received(*rows: dict[str, str | None], schema: pa.Schema = RECEIVED_WORKERS) -> pa.Table:
    blank = dict.fromkeys(schema.names) | {"delivery_id": "d1", "sheet": "Data", "flags": ""}
    return pa.Table.from_pylist(
        [blank | {"row": line} | row for line, row in enumerate(rows, 2)], schema=schema
    )


def verdicts(*given: tuple[str, str, dict[str, str] | None]) -> pa.Table:
    columns = [list(column) for column in zip(*given, strict=True)]
    columns[2] = [json.dumps(changes) if changes else None for changes in columns[2]]
    return pa.table(dict(zip(VERDICTS.names, columns, strict=True)), schema=VERDICTS)


def key(row: dict[str, str | None]) -> str:
    return str(fact_keys(received(row))[0])


def test_a_key_is_made_the_same_way_for_ever() -> None:
    facts = "full_name:11:Budi Contohnik:16:3275011708800001nik_cell:6:numbersource:5:becak"
    assert key(ROW) == hashlib.md5(facts.encode(), usedforsecurity=False).hexdigest()


def test_where_a_row_stands_does_not_change_its_facts() -> None:
    moved = ROW | {"delivery_id": "d9", "sheet": "Lain", "row": 99, "cells": "{}", "flags": "ROW_HIDDEN"}
    assert key(moved) == key(ROW)


def test_the_day_on_which_a_system_wrote_a_row_is_none_of_its_facts() -> None:
    assert key(ROW | {"matched_at": "2026-02-01"}) == key(ROW | {"matched_at": "2026-01-01"})
    months = received(
        {"kpj": "1", "as_of_date": "2026-01-02"},
        {"kpj": "1", "as_of_date": "2026-02-02"},
        schema=RECEIVED_MEMBERSHIPS,
    )
    assert len(set(fact_keys(months).to_pylist())) == 1


def test_rows_of_memberships_have_keys_too() -> None:
    table = received(ROW, ROW | {"kpj": "1"}, schema=RECEIVED_MEMBERSHIPS)
    assert len(set(fact_keys(table).to_pylist())) == 2


texts = st.dictionaries(
    st.sampled_from(["nik", "full_name", "address", "rt", "job"]), st.text(max_size=8) | st.none()
)


@given(texts, texts)
@settings(max_examples=50)
def test_other_facts_have_another_key(one: dict[str, str | None], other: dict[str, str | None]) -> None:
    def given_facts(row: dict[str, str | None]) -> dict[str, str | None]:
        return {name: text for name, text in row.items() if text is not None}

    assume(given_facts(one) != given_facts(other))
    first, second = fact_keys(received(one, other)).to_pylist()
    assert first != second


def test_a_verdict_meets_every_row_with_its_facts_and_no_other() -> None:
    found = match_verdicts(received(ROW, OTHER, ROW), verdicts((key(ROW), "reject", None)))
    assert found.schema.equals(VERDICTS)
    assert found["verdict"].to_pylist() == ["reject", None, "reject"]
    assert found["fact_key"].to_pylist() == [key(ROW), None, key(ROW)]


def test_a_correction_replaces_the_cells_it_names_and_no_others() -> None:
    rows = received(OTHER, ROW)
    changes = {"nik": "3275011708800019", "birth_date": "1980-08-17", "full_name": ""}
    found = match_verdicts(rows, verdicts((key(ROW), "correct", changes)))
    first, second = apply_corrections(rows, found).to_pylist()
    assert first == rows.to_pylist()[0]
    assert second == rows.to_pylist()[1] | changes | {"nik_cell": "text"}


def test_a_correction_is_applied_to_the_columns_at_hand() -> None:
    rows = received(ROW)
    found = match_verdicts(rows, verdicts((key(ROW), "correct", {"nik": "1", "job": "Becak"})))
    few = apply_corrections(rows.select(["job", "row"]), found)
    assert few.to_pylist() == [{"job": "Becak", "row": 2}]


@pytest.mark.parametrize("column", ["source", "row", "no_such_column"])
def test_a_correction_of_what_is_no_column_is_refused(column: str) -> None:
    rows = received(ROW)
    found = match_verdicts(rows, verdicts((key(ROW), "correct", {column: "x"})))
    with pytest.raises(QualityError, match=column):
        apply_corrections(rows, found)
