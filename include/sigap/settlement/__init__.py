"""What BPJS billed, what was paid, who is active, and what differs."""

from sigap.settlement.classes import match_classes
from sigap.settlement.lists import (
    BILL_NEEDED,
    active_of,
    names_people,
    read_activations,
    read_bill_totals,
    read_named_bill,
)
from sigap.settlement.match import ClassFigures, Match, match
from sigap.settlement.sides import Sides
from sigap.settlement.tolerance import Tolerance, tolerance_on
from sigap.settlement.totals import Group, GroupMatch, match_totals

__all__ = [
    "BILL_NEEDED", "ClassFigures", "Group", "GroupMatch", "Match", "Sides", "Tolerance", "active_of", "match",
    "match_classes", "match_totals", "names_people", "read_activations", "read_bill_totals",
    "read_named_bill", "tolerance_on",
]  # fmt: skip
