"""The next month compares only what changed, and finds what a full run finds."""

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sigap.engine import connect
from sigap.identity.cascade import Linked, link_records
from sigap.identity.compared import Compared
from sigap.identity.model import load_model
from sigap.identity.normalise import standardise
from sigap.identity.terms import Terms
from sigap.synth.labelled import draw_labelled

MODEL = load_model()


@pytest.fixture(scope="module")
def drawn() -> tuple[pa.Table, pa.Table]:
    labelled = draw_labelled(300, 900, "careless", 7)
    return labelled.workers, labelled.members


def link(workers: pa.Table, members: pa.Table, before: Compared | None = None) -> Linked:
    with connect() as connection:
        connection.register("worker_records", workers.sort_by("record"))
        connection.register("member_records", members)
        standardise(connection, "worker_records", "worker", Terms.from_json(MODEL.terms))
        standardise(connection, "member_records", "member", Terms.from_json(MODEL.terms))
        return link_records(connection, MODEL, before=before)


def part(rows: pa.Table, shares: tuple[int, int]) -> pa.Table:
    """The rows whose number, of a hundred, lies between two shares."""
    places = [place for place in range(rows.num_rows) if shares[0] <= place * 61 % 100 < shares[1]]
    return rows.take(places)


SHARES = st.tuples(st.integers(0, 30), st.integers(60, 100))


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SHARES, SHARES, SHARES, SHARES)
def test_a_month_after_another_gives_what_a_full_run_gives(
    drawn: tuple[pa.Table, pa.Table],
    workers: tuple[int, int],
    members: tuple[int, int],
    next_workers: tuple[int, int],
    next_members: tuple[int, int],
) -> None:
    first = link(part(drawn[0], workers), part(drawn[1], members))
    now = part(drawn[0], next_workers), part(drawn[1], next_members)
    full, after = link(*now), link(*now, before=first.compared)
    assert after.pairs.equals(full.pairs)
    assert after.entities.equals(full.entities)
    assert after.compared.facts.equals(full.compared.facts)
    assert after.compared.found.equals(full.compared.found)


def test_the_same_rows_again_are_looked_for_no_more(drawn: tuple[pa.Table, pa.Table]) -> None:
    first = link(*drawn)
    again = link(*drawn, before=Compared(first.compared.facts, first.compared.found.slice(0, 0)))
    scored = [pair for pair in again.pairs.to_pylist() if pair["level_nik"] != 6]
    assert scored == [], "whatever is found now was found by looking again"
    assert link(*drawn, before=first.compared).pairs.equals(first.pairs)


def test_rows_that_become_twins_are_compared_though_their_facts_are_known(
    drawn: tuple[pa.Table, pa.Table],
) -> None:
    nobody = [row for row in drawn[0].to_pylist() if row["nik"] is None and row["birth_date"]][:1]
    once = pa.Table.from_pylist(nobody, drawn[0].schema)
    twice = pa.Table.from_pylist([*nobody, nobody[0] | {"record": 10_000_000}], drawn[0].schema)
    after = link(twice, drawn[1], before=link(once, drawn[1]).compared)
    assert after.pairs.equals(link(twice, drawn[1]).pairs)


def test_rows_that_another_list_sends_are_compared_by_the_class_of_that_list(
    drawn: tuple[pa.Table, pa.Table],
) -> None:
    first = link(*drawn)
    place = drawn[0].schema.get_field_index("source")
    swapped = pc.if_else(pc.equal(drawn[0]["source"], "dtks"), "becak", "dtks")
    now = drawn[0].set_column(place, "source", swapped), drawn[1]
    full, after = link(*now), link(*now, before=first.compared)
    assert not full.pairs.equals(first.pairs), "the class must matter for this to prove anything"
    assert after.pairs.equals(full.pairs)
    assert after.compared.found.equals(full.compared.found)


@pytest.mark.parametrize("copies", [2, 3])
def test_rows_of_the_same_facts_are_one_pair_for_each_two_in_every_month(
    drawn: tuple[pa.Table, pa.Table], copies: int
) -> None:
    """Two rows of one digest are known in both orders, and one more makes all of them new besides."""
    nobody = [row for row in drawn[0].to_pylist() if row["nik"] is None and row["birth_date"]][:1]
    rows = [nobody[0] | {"record": nobody[0]["record"] + 10_000_000 * copy} for copy in range(copies)]
    twice, now = (pa.Table.from_pylist(rows[:count], drawn[0].schema) for count in (2, copies))
    first, full = link(twice, drawn[1]), link(now, drawn[1])
    after = link(now, drawn[1], before=first.compared)
    assert full.pairs.num_rows >= copies * (copies - 1) // 2
    assert after.pairs.equals(full.pairs)
