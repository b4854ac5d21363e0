"""The legal cases of entitlement: tables that a jurist can read, run against the shipped rules."""

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from sigap.domain.datasets import DECISIONS, PERSON_MEMBERSHIPS, PERSONS
from sigap.domain.period import Period
from sigap.domain.reasons import reasons
from sigap.entitlement import decisions as module
from sigap.entitlement.budget import PAID_FOR, Budget
from sigap.entitlement.decisions import REMOVED, Decisions, decide_people
from sigap.entitlement.rules import COVER_REASONS, Place, load_rules

TABLES = Path(__file__).with_name("entitlement")
FINDINGS = Path(module.__file__).with_name("coverage.yaml")
PERSON = {
    "person_id": 1,
    "nik": "3275014101860001",
    "full_name": "WARGA CONTOH",
    "birth_date": dt.date(1986, 1, 1),
    "sex": "P",
    "regency_code": "32.75",
    "kecamatan_code": "32.75.01",
    "kelurahan_code": "32.75.01.1001",
    "desil": 2,
    "sector": "becak",
    "sources": "becak",
    "is_inactive": False,
    "is_deceased": False,
    "listed_rows": 1,
    "delivery_id": "d",
    "sheet": "s",
    "row": 5,
}
COVERED = {key: value for key, value in PERSON.items() if key in DECISIONS.names} | {
    "outcome": "subsidised",
    "reason_code": "ELIGIBLE",
    "rule": "places.quota@2025-10-01",
    "was_covered": False,
    "row": 77,
}
MEMBERSHIP = {
    "person_id": 1,
    "delivery_id": "m",
    "sheet": "s",
    "kpj": "10000000001",
    "segment": "BPU",
    "status": "AKTIF",
    "coverage_start": dt.date(2025, 1, 1),
    "as_of_date": dt.date(2026, 1, 5),
}


def cases(*tables: str) -> list[Any]:
    found = [
        pytest.param(case, id=f"{table}: {case['name']}")
        for table in tables
        for case in yaml.safe_load((TABLES / f"{table}.yaml").read_text(encoding="utf-8"))
    ]
    assert len({param.id for param in found}) == len(found) > 0
    return found


def decide(
    case: dict[str, Any],
    persons: list[dict[str, Any]],
    memberships: list[dict[str, Any]],
    previous: list[dict[str, Any]],
    budget: Budget | None = None,
) -> Decisions:
    period = Period.parse(case.get("period", "2026-01"))
    rules = load_rules(period).model_copy(update=case.get("rules", {}))
    if "places" in case:
        rules = rules.model_copy(update={"places_quota": tuple(Place(**place) for place in case["places"])})
    return decide_people(
        pa.Table.from_pylist(persons, PERSONS),
        pa.Table.from_pylist(memberships, PERSON_MEMBERSHIPS),
        pa.Table.from_pylist(previous, DECISIONS),
        rules,
        period,
        budget,
        pa.Table.from_pylist([{"person_id": 1} | case["removed"]] if "removed" in case else [], REMOVED),
    )


@pytest.mark.parametrize("case", cases("person", "coverage", "continuity"))
def test_one_person_is_decided_as_the_table_says(case: dict[str, Any]) -> None:
    assert case["reference"]
    person, previous = case.get("person", {}), case.get("previous")
    decided = decide(
        case,
        [] if person is None else [PERSON | person],
        [MEMBERSHIP | {"row": i} | given for i, given in enumerate(case.get("memberships", []), 1)],
        [] if previous is None else [COVERED | previous],
    )
    (row,) = decided.rows.to_pylist()
    assert {name: row[name] for name in case["expect"]} == case["expect"]


@pytest.mark.parametrize("case", cases("memberships"))
def test_every_membership_is_kept_with_what_the_rules_say_of_it(case: dict[str, Any]) -> None:
    assert case["reference"]
    memberships = [
        MEMBERSHIP | {"row": i, "kpj": f"{i:011d}", "as_of_date": dt.date(2025, 12, 27)} | given
        for i, given in enumerate(case["memberships"], 1)
    ]
    previous = [COVERED | case["previous"]] if "previous" in case else []
    decided = decide(case, [PERSON | case.get("person", {})], memberships, previous)
    kept = sorted(decided.coverage.to_pylist(), key=lambda row: row["row"])
    assert [row["finding"] + "*" * row["is_chosen"] for row in kept] == case["says"]
    assert [row["cover_reason"] for row in kept] == [
        row["finding"] if row["finding"] in COVER_REASONS else None for row in kept
    ]
    assert [row["words"] for row in kept] == case.get("words", [row["words"] for row in kept])
    assert all(row["words"] and "{" not in row["words"] and "@" in row["rule"] for row in kept)
    (row,) = decided.rows.to_pylist()
    assert {name: row[name] for name in case["expect"]} == case["expect"]


def test_every_finding_about_a_membership_has_a_case() -> None:
    shown = {finding.rstrip("*") for param in cases("memberships") for finding in param.values[0]["says"]}
    assert shown == set(yaml.safe_load(FINDINGS.read_text(encoding="utf-8")))


def budget_of(case: dict[str, Any]) -> Budget | None:
    """The budget of a case: `left` and `costs` in rupiah, `paid_for` by the names of its people."""
    if "budget" not in case:
        return None
    given, numbers = case["budget"], {name: number for number, name in enumerate(case["people"], 1)}
    paid_for = [
        {"person_id": numbers[name], "funding_source": source}
        for source, paid in given.get("paid_for", {}).items()
        for name in paid
    ]
    return Budget(given["left"], given["costs"], pa.Table.from_pylist(paid_for, PAID_FOR))


@pytest.mark.parametrize("case", cases("places"))
def test_places_are_given_in_the_order_the_table_says(case: dict[str, Any]) -> None:
    names = dict(enumerate(case["people"], 1))
    niks = {number: f"32750141018600{number:02d}" for number in names}
    people = {
        number: {"person_id": number, "nik": niks[number]} | case["people"][name]
        for number, name in names.items()
    }
    persons = [
        PERSON | {key: value for key, value in person.items() if key != "covered"}
        for person in people.values()
    ]
    covered = [COVERED | {"person_id": number} for number, person in people.items() if person.get("covered")]
    rows = decide(case, persons, [], covered, budget_of(case)).rows.to_pylist()
    ranked = sorted(rows, key=lambda row: row["rank"])
    assert [names[row["person_id"]] for row in ranked] == case["order"]
    assert [names[row["person_id"]] for row in ranked if row["outcome"] == "subsidised"] == case["subsidised"]
    waiting = [row for row in ranked if row["outcome"] != "subsidised"]
    assert all(row["outcome"] == "waiting" for row in waiting)
    assert {names[row["person_id"]]: row["reason_code"] for row in waiting} == {
        name: "PAGU_EXCEEDED" if name in case.get("without_money", []) else "QUOTA_EXCEEDED"
        for name in case["order"]
        if name not in case["subsidised"]
    }
    assert all(row["change"] == ("left" if row["was_covered"] else None) for row in waiting)
    funding = {names[row["person_id"]]: row["funding_source"] for row in ranked}
    assert case.get("funding", {}).items() <= funding.items()


def test_every_reason_of_the_stage_has_a_case_and_a_rule() -> None:
    """Reasons that this stage cannot give yet are named, so that none is forgotten."""
    later = {"JOB_NOT_IN_SCOPE", "MANUAL_HOLD"}
    told = cases("person", "coverage", "continuity", "memberships")
    shown = {param.values[0]["expect"]["reason_code"] for param in told}
    ours = {code for code, reason in reasons().items() if reason.stage == "entitlement"} - later
    assert ours <= shown | {"QUOTA_EXCEEDED", "PAGU_EXCEEDED"}
    assert ours | {"NIK_NAME_CONFLICT", "LINK_DOUBTFUL", "DATA_INCOMPLETE"} == set(
        load_rules(Period(2026, 1)).deciding
    )
