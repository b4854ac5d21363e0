"""How names are read: the cases a steward has to agree with, from the table in tests/spec/identity."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from sigap.engine import connect
from sigap.identity import normalise
from sigap.identity.normalise import standardise
from sigap.identity.records import RECORDS
from sigap.identity.terms import Terms

TABLE = Path(__file__).with_name("identity") / "names.yaml"
RULES = Path(normalise.__file__).with_name("names.yaml")
CASES: list[dict[str, Any]] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def read() -> dict[str, dict[str, Any]]:
    """All names of the table, standardised at once."""
    names = sorted({name for case in CASES for name in [*case["same"], *case.get("other", [])]})
    rows = [{"record": number, "full_name": name} for number, name in enumerate(names)]
    with connect() as connection:
        connection.register("records", pa.Table.from_pylist(rows, RECORDS))
        standardise(connection, "records", "standard", Terms.none())
        found = connection.table("standard").to_arrow_table().to_pylist()
    return {names[row["record"]]: row for row in found}


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in CASES])
def test_names_are_read_as_the_table_says(case: dict[str, Any], read: dict[str, dict[str, Any]]) -> None:
    first, *_ = spellings = case["same"]
    name = read[first]["name"]
    assert {spelling: read[spelling]["name"] for spelling in spellings} == dict.fromkeys(spellings, name)
    assert {read[spelling]["name_key"] for spelling in case["same"]} == {read[first]["name_key"]}
    assert name == case.get("reads", name)
    assert read[first]["nick"] == case.get("means", read[first]["nick"])
    for other in case.get("other", []):
        assert read[other]["name"] != name
        assert read[other]["name_key"] != read[first]["name_key"]


def test_every_rule_has_a_reason_and_a_case() -> None:
    rules = list(_rules(yaml.safe_load(RULES.read_text(encoding="utf-8"))))
    names = [rule["rule"] for rule in rules]
    assert len(names) > 40, "no rule was found: this test would prove nothing"
    assert len(names) == len(set(names))
    assert all(rule["reason"] for rule in rules)
    assert set(names) == {rule for case in CASES for rule in case["rules"]}


def _rules(tree: Any) -> Any:
    if isinstance(tree, list):
        for branch in tree:
            yield from _rules(branch)
    elif isinstance(tree, dict):
        if "rule" in tree:
            yield tree
        yield from _rules(list(tree.values()))
