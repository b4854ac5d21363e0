"""What a sketch says must hold wherever the record says it, or people would never be compared."""

from collections.abc import Iterator

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sigap.engine import connect
from sigap.identity.blocks import Block, Search
from sigap.identity.model import load_model, on
from sigap.identity.normalise import standardise
from sigap.identity.sketch import make_sketch, weaker
from sigap.identity.terms import Terms
from sigap.synth.labelled import draw_labelled

MODEL = load_model()
BLOCKS = tuple(Block.parse(rule) for rule in MODEL.blocks)
SEARCH = Search(MODEL, BLOCKS, -1000.0)
CONDITIONS = sorted(
    {level.condition for each in MODEL.comparisons for level in each.levels if level.condition}
)


@pytest.fixture(scope="module")
def drawn() -> Iterator[duckdb.DuckDBPyConnection]:
    """Some hundreds of workers and members, standardised and sketched."""
    people = draw_labelled(300, 900, "careless", 11)
    with connect() as connection:
        for side, rows in {"worker": people.workers, "member": people.members}.items():
            connection.register(f"{side}_records", rows)
            standardise(connection, f"{side}_records", side, Terms.from_json(MODEL.terms))
            connection.execute(f"UPDATE {side} SET name = NULL, sex = NULL WHERE record % 50 = 0")
            make_sketch(connection, side, SEARCH.sketched)
        yield connection


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_sketch_agrees_wherever_the_records_do(drawn: duckdb.DuckDBPyConnection, condition: str) -> None:
    weak, is_known = weaker(condition)
    met, missed, more = drawn.sql(
        f"SELECT count(*) FILTER (strong), count(*) FILTER (strong AND NOT weak), "
        f"count(*) FILTER (weak AND NOT strong) FROM ("
        f"SELECT coalesce({on(condition, 'l', 'r')}, false) AS strong, "
        f"coalesce({on(weak, 'ls', 'rs')}, false) AS weak "
        f"FROM worker AS l JOIN worker_sketch AS ls USING (record) "
        f"CROSS JOIN (worker AS r JOIN worker_sketch AS rs USING (record)))"
    ).fetchall()[0]
    assert missed == 0
    assert more == 0 or not is_known
    assert met > 0


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.on)
def test_no_pair_weighs_more_than_its_sketches_hope_for(
    drawn: duckdb.DuckDBPyConnection, block: Block
) -> None:
    everybody = (
        f'SELECT l.record AS "left", r.record AS "right" FROM worker AS l JOIN member AS r ON {block.on}'
    )
    for least in (-6.0, 0.0, 8.0, 20.0):
        hoped = Search(MODEL, BLOCKS, least).sql(block, "worker_sketch", "member_sketch")
        lost = drawn.sql(
            f'SELECT count(*) FROM ({everybody}) JOIN worker AS l ON l.record = "left" '
            f'JOIN member AS r ON r.record = "right" ANTI JOIN ({hoped}) AS hoped USING ("left", "right") '
            f"WHERE {MODEL.weight_sql()} >= {least}"
        ).fetchall()
        assert lost == [(0,)]


@st.composite
def two_numbers(draw: st.DrawFn) -> tuple[str, str]:
    number = draw(st.text("0123456789", min_size=16, max_size=16))
    return number, "".join(draw(st.sampled_from([digit, "7"])) for digit in number)


@settings(max_examples=10)
@given(st.lists(two_numbers(), min_size=20, max_size=20))
def test_a_sketch_counts_the_digits_that_differ(numbers: list[tuple[str, str]]) -> None:
    with connect() as connection:
        for side, niks in zip(("worker", "member"), map(list, zip(*numbers, strict=True)), strict=True):
            connection.register(f"{side}_niks", pa.table({"record": range(len(niks)), "nik": niks}))
            connection.execute(f"CREATE TABLE {side} AS FROM {side}_niks")
            make_sketch(connection, side, ("nik", "nik_digits"))
        for record, (number, other) in enumerate(numbers):
            differing = sum(map(str.__ne__, number, other))
            weak = on(weaker(f"hamming(nik_l, nik_r) = {differing}")[0], "l", "r")
            agreeing = f"SELECT {weak} FROM worker_sketch AS l JOIN member_sketch AS r USING (record)"
            assert connection.sql(f"{agreeing} WHERE record = {record}").fetchall() == [(True,)]


@pytest.mark.parametrize(
    "condition",
    [
        "coalesce(a_l, '') = coalesce(a_r, '')",
        "sex_l = 'P'",
        "a_l > a_r",
        "NOT levenshtein(a_l, a_r) > 2",
        "jaro_winkler_similarity(a_l, a_r) >= 0.9 OR b_l = b_r",
        "a_l::INT - a_r::INT = 1",
    ],
)
def test_what_a_sketch_cannot_tell_is_left_open(condition: str) -> None:
    assert weaker(condition) == ("TRUE", False)
