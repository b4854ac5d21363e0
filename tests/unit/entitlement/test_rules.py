"""Rules are dated and referenced, or they are refused."""

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from sigap.domain.period import Period
from sigap.entitlement.rules import SHIPPED, load_rules
from sigap.errors import EntitlementError

MONTH = Period(2026, 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "rules"))


def change(folder: Path, file: str, rule: str, values: dict[str, Any] | None) -> None:
    path = folder / file
    rules = yaml.safe_load(path.read_text(encoding="utf-8"))
    if values is None:
        del rules[rule]
    else:
        rules[rule]["values"] = values
    path.write_text(yaml.safe_dump(rules), encoding="utf-8")


def test_the_shipped_rules_give_kota_bekasi_its_places() -> None:
    rules = load_rules(MONTH)
    assert [(place.funding_source, place.wadah_code, place.quota) for place in rules.places_quota] == [
        ("APBD_KOTA", "SG", 11666)
    ]
    assert rules.deciding["AGE_ABOVE"] == "age.max@2025-10-01"


def test_a_month_before_the_programme_has_no_rules() -> None:
    with pytest.raises(EntitlementError, match="no value in force on 2025-09-01"):
        load_rules(Period(2025, 9))


def test_a_later_value_holds_from_its_date_and_changes_the_digest_only_then(folder: Path) -> None:
    old = {"value": 65, "reference": "a", "verified": False}
    change(folder, "age.yaml", "age.max", {dt.date(2025, 10, 1): old})
    before = load_rules(MONTH, folder)
    change(
        folder,
        "age.yaml",
        "age.max",
        {dt.date(2025, 10, 1): old, dt.date(2026, 2, 1): old | {"value": 60, "reference": "b"}},
    )
    assert load_rules(MONTH, folder) == before
    after = load_rules(MONTH.plus(1), folder)
    assert (after.age_max, after.deciding["AGE_ABOVE"]) == (60, "age.max@2026-02-01")
    assert after.sha256 != before.sha256


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            {"always": {"value": 65, "reference": "a", "verified": False}},
            "age.max: every value needs the date",
        ),
        ({}, "age.max has no value in force"),
        (None, "age.max is missing"),
    ],
)
def test_an_undated_or_missing_value_is_refused(
    folder: Path, values: dict[str, Any] | None, sentence: str
) -> None:
    change(folder, "age.yaml", "age.max", values)
    with pytest.raises(EntitlementError, match=sentence):
        load_rules(MONTH, folder)


@pytest.mark.parametrize("lacking", ["value", "reference", "verified"])
def test_a_value_without_reference_or_mark_is_refused(folder: Path, lacking: str) -> None:
    full = {"value": 65, "reference": "a", "verified": False}
    change(
        folder, "age.yaml", "age.max", {dt.date(2025, 10, 1): {k: v for k, v in full.items() if k != lacking}}
    )
    with pytest.raises(EntitlementError, match=r"age\.max of 2025-10-01 needs"):
        load_rules(MONTH, folder)


def test_a_value_of_the_wrong_kind_is_refused(folder: Path) -> None:
    wrong = {"value": "enam puluh", "reference": "a", "verified": False}
    change(folder, "age.yaml", "age.max", {dt.date(2025, 10, 1): wrong})
    with pytest.raises(EntitlementError, match=r"age\.max is missing, unknown or of the wrong kind"):
        load_rules(MONTH, folder)


def test_an_order_of_cover_that_forgets_a_reason_is_refused(folder: Path) -> None:
    short = {"value": ["ACTIVE_PU"], "reference": "a", "verified": False}
    change(folder, "coverage.yaml", "coverage.order", {dt.date(2025, 10, 1): short})
    with pytest.raises(EntitlementError, match=r"coverage\.order is missing, unknown or of the wrong kind"):
        load_rules(MONTH, folder)


def test_a_covered_person_cannot_be_made_to_leave_silently(folder: Path) -> None:
    off = {"value": False, "reference": "a", "verified": False}
    change(folder, "person.yaml", "continuity.keep", {dt.date(2025, 10, 1): off})
    with pytest.raises(EntitlementError, match=r"continuity\.keep"):
        load_rules(MONTH, folder)


def test_a_rule_in_two_files_is_refused(folder: Path) -> None:
    shutil.copy(folder / "age.yaml", folder / "old.yaml")
    with pytest.raises(EntitlementError, match=r"old\.yaml: age"):
        load_rules(MONTH, folder)


@pytest.mark.parametrize("content", ["age.max: [", "- 1", "age.max: 65"])
def test_a_file_that_holds_no_rules_is_refused(folder: Path, content: str) -> None:
    (folder / "x.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(EntitlementError, match=r"x\.yaml is no file of rules"):
        load_rules(MONTH, folder)


def test_a_folder_without_rules_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EntitlementError, match="SIGAP_RULES"):
        load_rules(MONTH, tmp_path)


def test_rules_that_nobody_has_seen_in_their_source_are_named(tmp_path: Path) -> None:
    assert "age.max@2025-10-01" in load_rules(Period(2026, 1)).unverified
    for file in SHIPPED.glob("*.yaml"):
        checked = file.read_text(encoding="utf-8").replace("verified: false", "verified: true")
        (tmp_path / file.name).write_text(checked, encoding="utf-8")
    assert load_rules(Period(2026, 1), tmp_path).unverified == ()
