"""Rows put beside others by their place must come in that place's order."""

import pyarrow as pa
import pytest

from sigap.engine import connect, in_order, numbered


@pytest.mark.parametrize("order", ["ASC", "DESC"])
def test_what_a_query_gives_back_comes_in_the_order_of_its_places(order: str) -> None:
    with connect() as connection:
        connection.register("rows", numbered(pa.table({"name": ["a", "b", "c"]})))
        found = in_order(
            connection.sql(f"SELECT upper(name) AS name, position FROM rows ORDER BY position {order}")
        )
    assert found.to_pydict() == {"name": ["A", "B", "C"]}


def test_the_engine_holds_no_more_than_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGAP_ENGINE_MEMORY", "1GiB")
    with connect() as connection:
        assert connection.sql("SELECT current_setting('memory_limit')").fetchall() == [("1.0 GiB",)]
