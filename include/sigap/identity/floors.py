"""The dated floors under the quality of links (floors.yaml), and which of them a measurement breaks."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sigap.domain.period import Period
from sigap.errors import IdentityError
from sigap.identity.measure import Figure


def broken_floors(figures: Sequence[Figure], period: Period) -> dict[str, dict[str, Any]]:
    """The floors in force that the figures break: {floor: {limit, found}}, found as [value, low, high].

    Compared is the value, not its interval. A figure that was not measured breaks nothing. Raises
    `IdentityError` for a floor without a value in force on the first day of the month.
    """
    measured = {(figure.measure, figure.source_class): figure for figure in figures}
    broken = {}
    for name, floor in floors().items():
        figure, limit = measured.get((floor["measure"], floor["source_class"])), _limit(name, floor, period)
        if figure is not None and _is_broken(figure.value, limit, floor["keep"]):
            broken[name] = {"limit": limit, "found": [figure.value, figure.low, figure.high]}
    return broken


@cache
def floors() -> dict[str, dict[str, Any]]:
    """Every floor: measure, source_class, keep (at_least or at_most) and its dated values."""
    text = Path(__file__).with_name("floors.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def _is_broken(value: float, limit: float, keep: str) -> bool:
    return value < limit if keep == "at_least" else value > limit


def _limit(name: str, floor: dict[str, Any], period: Period) -> float:
    dates = [date for date in floor["values"] if date <= period.first_day]
    if not dates:
        raise IdentityError(
            f"identity/floors.yaml: {name} has no value in force on {period.first_day}. Add one with its "
            "date and reference."
        )
    return float(floor["values"][max(dates)]["value"])
