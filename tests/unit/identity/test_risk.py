"""The risk of a verdict: dated rules, more where the model says otherwise, two people above the limit."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sigap.domain.period import Period
from sigap.errors import IdentityError
from sigap.identity.risk import KINDS, SHIPPED, VERDICTS, load_risk

JANUARY = Period(2026, 1)
WEIGHTS = st.floats(-60, 60)


@given(st.sampled_from(KINDS), st.sampled_from(VERDICTS), WEIGHTS, WEIGHTS)
def test_the_farther_the_model_is_from_the_verdict_the_higher_its_risk(
    kind: str, verdict: str, one: float, other: float
) -> None:
    rules = load_risk(JANUARY)
    low, high = sorted((one, other), reverse=verdict == "same")
    least, most = rules.of(kind, verdict, low), rules.of(kind, verdict, high)
    assert 0 < least <= most <= rules.stakes[kind, verdict]


@given(st.floats(allow_nan=False))
def test_no_weight_however_extreme_breaks_the_risk(weight: float) -> None:
    assert load_risk(JANUARY).of("rows", "same", weight) <= 42_000_000


def test_a_verdict_that_may_uninsure_a_family_needs_two_people_unless_the_model_agrees() -> None:
    rules = load_risk(JANUARY)
    assert rules.of("membership", "same", 0.0) == 21_000_000
    assert rules.needs_two("membership", "same", 3.0) and rules.needs_two("rows", "same", 0.0)
    assert not rules.needs_two("membership", "same", 8.0)
    assert not rules.needs_two("rows", "different", 9.0)
    assert rules.of("rows", "different", 0.0) == 100_800


def test_the_rules_name_themselves_for_the_record() -> None:
    assert "limit@2025-10-01" in load_risk(JANUARY).versions
    with pytest.raises(IdentityError, match="no value in force on 2025-09-01"):
        load_risk(Period(2025, 9))


@pytest.mark.parametrize(
    ("name", "entry", "sentence"),
    [
        ("limit", None, "gives other rules than"),
        ("limit", {"values": {"2025-10-01": {}}}, "needs the date"),
        ("limit", {"value": 1, "verified": False}, "needs a value, a reference"),
        ("limit", {"value": -1, "reference": "x", "verified": False}, "limit is no whole rupiah"),
        ("least_chance", {"value": 2.0, "reference": "x", "verified": False}, "least_chance is no whole"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_by_name(
    tmp_path: Path, name: str, entry: dict | None, sentence: str
) -> None:
    rules = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    if entry is None:
        del rules[name]
    elif "values" in entry:
        rules[name] = entry
    else:
        rules[name]["values"] = dict.fromkeys(rules[name]["values"], entry)
    file = tmp_path / "risk.yaml"
    file.write_text(yaml.safe_dump(rules), encoding="utf-8")
    with pytest.raises(IdentityError, match=sentence):
        load_risk(JANUARY, file)
