"""Who is one person: the cases a steward has to agree with, from the table in tests/spec/identity."""

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from sigap.identity.people import MEMBERS, WORKERS, link_people

TABLE = Path(__file__).with_name("identity") / "persons.yaml"
ROW = {"sheet": "s", "birth_date": dt.date(1986, 1, 1), "is_inactive": False, "is_deceased": False}


def cases() -> list[Any]:
    found = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    assert found, "no case was found: this test would prove nothing"
    return [pytest.param(case, id=case["name"]) for case in found]


@pytest.mark.parametrize("case", cases())
def test_rows_become_the_persons_of_the_table(case: dict[str, Any]) -> None:
    assert case["reference"]
    rows = [ROW | {"delivery_id": f"d{n}", "row": n} | row for n, row in enumerate(case["rows"], 1)]
    links = link_people(pa.Table.from_pylist(rows, WORKERS), MEMBERS.empty_table())
    persons = sorted(links.persons.to_pylist(), key=lambda person: person["nik"])
    assert [
        {name: person[name] for name in wanted}
        for person, wanted in zip(persons, case["expect"], strict=True)
    ] == case["expect"]
    assert links.rows.num_rows == len(rows), "every row stays in the lineage"
