"""A bill by wadah against what we expect by wadah: all that can be compared when a bill names nobody."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Group:
    """Persons and whole rupiah of one wadah."""

    wadah_code: str
    people: int
    total_idr: int


@dataclass(frozen=True, slots=True)
class GroupMatch:
    """One wadah on both sides. `agrees`: as many persons, and rupiah within the tolerance of the month."""

    wadah_code: str
    people_expected: int
    expected_idr: int
    people_billed: int
    billed_idr: int
    agrees: bool


def match_totals(
    expected: Iterable[Group], billed: Iterable[Group], tolerance_idr: int
) -> tuple[GroupMatch, ...]:
    """Every wadah of either side once, by its code. Groups of one wadah are added up."""
    ours, theirs = _added(expected), _added(billed)
    return tuple(
        _compare(ours.get(code, Group(code, 0, 0)), theirs.get(code, Group(code, 0, 0)), tolerance_idr)
        for code in sorted(ours.keys() | theirs.keys())
    )


def _compare(ours: Group, theirs: Group, tolerance_idr: int) -> GroupMatch:
    agrees = ours.people == theirs.people and abs(ours.total_idr - theirs.total_idr) <= tolerance_idr
    return GroupMatch(ours.wadah_code, ours.people, ours.total_idr, theirs.people, theirs.total_idr, agrees)


def _added(groups: Iterable[Group]) -> dict[str, Group]:
    added: dict[str, Group] = {}
    for one in groups:
        before = added.get(one.wadah_code, Group(one.wadah_code, 0, 0))
        added[one.wadah_code] = Group(
            one.wadah_code, before.people + one.people, before.total_idr + one.total_idr
        )
    return added
