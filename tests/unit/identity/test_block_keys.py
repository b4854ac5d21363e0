"""A block asked of keys brings the pairs that it brings asked of the records themselves."""

from collections.abc import Iterator

import duckdb
import pytest

from sigap.engine import connect
from sigap.identity.block_keys import make_keys, met_sql
from sigap.identity.blocks import Block
from sigap.identity.cascade import asked, other_nik
from sigap.identity.model import load_model
from sigap.identity.normalise import standardise
from sigap.identity.terms import Terms
from sigap.synth.labelled import draw_labelled

MODEL = load_model()
BLOCKS = asked(MODEL)
# What the drawn people seldom have, so that every condition of a block is met on both sides.
SELDOM = (
    "UPDATE {side} SET nik_part = left(nik, 14), nik = NULL WHERE record % 12 = 0 AND nik IS NOT NULL",
    "UPDATE {side} SET nik_part = right(nik, 13), nik = NULL WHERE record % 12 = 6 AND nik IS NOT NULL",
    "UPDATE {side} SET birth_date = NULL, birth_swapped = NULL WHERE record % 11 = 0",
    "UPDATE {side} SET name = NULL, first = NULL, last = NULL, name_key = NULL WHERE record % 50 = 0",
)


@pytest.fixture(scope="module")
def drawn() -> Iterator[duckdb.DuckDBPyConnection]:
    """Some thousands of workers and members, standardised, with the keys of every block."""
    people = draw_labelled(3000, 6000, "careless", 11)
    with connect() as connection:
        for side, rows in {"worker": people.workers, "member": people.members}.items():
            connection.register(f"{side}_records", rows)
            standardise(connection, f"{side}_records", side, Terms.from_json(MODEL.terms))
            for statement in SELDOM:
                connection.execute(statement.format(side=side))
            make_keys(connection, side, BLOCKS)
        yield connection


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.on)
def test_keys_bring_the_pairs_of_the_rule(drawn: duckdb.DuckDBPyConnection, block: Block) -> None:
    for kind, right in (("membership", "member"), ("rows", "worker")):
        met = met_sql(block, "worker_keys", f"{right}_keys", other_nik(kind))
        by_rule = (
            f'SELECT l.record AS "left", r.record AS "right" FROM worker AS l JOIN {right} AS r '
            f"ON {block.on} AND {other_nik(kind)}"
        )
        drawn.execute(f"CREATE OR REPLACE TEMP TABLE met AS {met}")
        drawn.execute(f"CREATE OR REPLACE TEMP TABLE ruled AS {by_rule}")
        differing = drawn.sql("(FROM met EXCEPT FROM ruled) UNION ALL (FROM ruled EXCEPT FROM met)")
        assert differing.fetchall() == []
        if kind == "membership":
            assert len(drawn.table("met")) > 0, "a block that brings nothing proves nothing"


def test_two_rows_are_found_whichever_of_them_stands_first(drawn: duckdb.DuckDBPyConnection) -> None:
    """Rows are numbered anew each month, and what the month before found is taken over."""
    found = " UNION ".join(met_sql(block, "worker_keys", "worker_keys", "true") for block in BLOCKS)
    turned = f'SELECT "right", "left" FROM ({found})'
    assert drawn.sql(f"({found}) EXCEPT ({turned})").fetchall() == []


def test_keys_hold_no_name(drawn: duckdb.DuckDBPyConnection) -> None:
    columns = set(drawn.table("worker_keys").columns)
    assert columns.isdisjoint({"name", "first", "mother", "phone"})
