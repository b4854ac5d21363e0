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
