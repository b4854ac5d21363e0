"""Tolerance as dated data, totals by wadah, and the words of the classes."""

from pathlib import Path

import pytest

from sigap.domain.period import Period
from sigap.errors import SettlementError
from sigap.settlement import Group, match_classes, match_totals, tolerance_on
from sigap.warehouse.tables.settlement import CLASSES

JANUARY = Period(2026, 1)


def test_nothing_is_tolerated_unless_somebody_says_so() -> None:
    shipped = tolerance_on(JANUARY)
    assert (shipped.per_person_idr, shipped.total_idr) == (0, 0)
    assert shipped.reference


def test_the_tolerance_in_force_on_the_first_day_counts(tmp_path: Path) -> None:
    file = tmp_path / "tolerance.yaml"
    file.write_text(
        "2025-10-01: {per_person_idr: 0, total_idr: 0, reference: a}\n"
        "2026-02-01: {per_person_idr: 1, total_idr: 100, reference: PKS 12}\n",
        encoding="utf-8",
    )
    assert tolerance_on(JANUARY, file).total_idr == 0
    assert tolerance_on(Period(2026, 2), file).total_idr == 100
    with pytest.raises(SettlementError, match="no tolerance for 2025-09"):
        tolerance_on(Period(2025, 9), file)


@pytest.mark.parametrize(
    "entry",
    [
        "{per_person_idr: 0, total_idr: 0}",
        "{per_person_idr: -1, total_idr: 0, reference: a}",
        "{per_person_idr: 0.5, total_idr: 0, reference: a}",
        "{per_person_idr: true, total_idr: 0, reference: a}",
    ],
)
def test_a_tolerance_without_reference_or_in_no_whole_rupiah_is_refused(tmp_path: Path, entry: str) -> None:
    file = tmp_path / "tolerance.yaml"
    file.write_text(f"2025-10-01: {entry}\n", encoding="utf-8")
    with pytest.raises(SettlementError, match=r"2025-10-01: (a tolerance needs|the key `reference`)"):
        tolerance_on(JANUARY, file)


def test_wadah_are_compared_in_persons_and_rupiah() -> None:
    found = match_totals(
        [Group("SG", 10, 168_000), Group("SD", 2, 33_600)],
        [Group("SG", 6, 100_800), Group("SG", 4, 67_200), Group("SL", 1, 16_800)],
        0,
    )
    assert [(one.wadah_code, one.people_billed, one.billed_idr, one.agrees) for one in found] == [
        ("SD", 0, 0, False), ("SG", 10, 168_000, True), ("SL", 1, 16_800, False),
    ]  # fmt: skip


def test_a_wadah_agrees_within_the_tolerance_of_the_total_but_never_with_other_heads() -> None:
    assert match_totals([Group("SG", 1, 100)], [Group("SG", 1, 105)], 5)[0].agrees
    assert not match_totals([Group("SG", 1, 100)], [Group("SG", 1, 106)], 5)[0].agrees
    assert not match_totals([Group("SG", 1, 100)], [Group("SG", 2, 100)], 5)[0].agrees


def test_the_warehouse_takes_the_classes_that_somebody_must_look_at() -> None:
    wanted = {one.code for one in match_classes().values() if one.is_difference}
    assert wanted == set(CLASSES)
