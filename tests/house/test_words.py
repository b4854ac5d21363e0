"""Reason codes, names and texts keep the house's promises."""

import ast
import re
from pathlib import Path

import pytest
import yaml

from sigap.billing.parking import parking_reasons
from sigap.domain.reasons import reasons

ROOT = Path(__file__).resolve().parents[2]
BILLING = ROOT / "include" / "sigap" / "billing"
MODULES = sorted((ROOT / "include").rglob("*.py"))
VAGUE = {"utils", "helpers", "common", "manager", "misc", "tools", "info"}


def test_there_are_modules_to_look_at() -> None:
    assert len(MODULES) > 40


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT / "include")))
def test_a_module_says_what_it_is_for_and_has_a_clear_name(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), f"{module.name}: say in a docstring what the module is for"
    assert module.stem not in VAGUE, f"{module.name}: name it for what it does"


def test_every_reason_code_has_words_in_both_languages() -> None:
    assert reasons()
    for code, reason in reasons().items():
        assert re.fullmatch(r"[A-Z][A-Z0-9_]+", code)
        assert reason.indonesian and reason.english and reason.stage in {"quality", "identity", "entitlement"}


def test_every_reason_code_in_the_code_is_known() -> None:
    """A code that only the code knows would reach a sender without words."""
    corrections = yaml.safe_load((BILLING / "corrections.yaml").read_text(encoding="utf-8"))
    listed = {*reasons(), *parking_reasons(), *corrections["reasons"]}
    pattern = re.compile(
        r"'((?:NIK|DOB|NAME|SEX|AGE|ACTIVE|KEPT|ROW|ADDRESS|DESIL|RESIDENCE|QUOTA|PAGU)_[A-Z_]+)'"
    )
    for file in [*(ROOT / "include" / "sigap").rglob("*.sql"), *(ROOT / "include" / "sigap").rglob("*.py")]:
        unknown = set(pattern.findall(file.read_text(encoding="utf-8"))) - listed
        assert not unknown, f"{file.name} uses {unknown}: add them to domain/reasons.yaml"


def test_nothing_in_the_tree_is_unfinished() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX|raise NotImplementedError)\b")
    for file in [*MODULES, *(ROOT / "dags").glob("*.py")]:
        assert not marks.search(file.read_text(encoding="utf-8")), f"{file.name}: finish it or take it out"


def test_pages_link_to_files_that_exist() -> None:
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}, which is not there"
