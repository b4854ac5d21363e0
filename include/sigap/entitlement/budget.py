"""What the budgets still carry, so that places are not given beyond them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa

PAID_FOR = pa.schema([("person_id", pa.int64()), ("funding_source", pa.string())])


@dataclass(frozen=True, slots=True)
class Budget:
    """What payers have left, and what one new person costs them; whole rupiah.

    `costs`: by funding source of a place, by payer, the most that one person can cost; a payer without
    `left_idr` has no limit. `paid_for` (`PAID_FOR`): who is paid for already and costs nothing more.
    """

    left_idr: Mapping[str, int] = field(default_factory=dict)
    costs: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    paid_for: pa.Table = field(default_factory=PAID_FOR.empty_table)

    def affordable(self, funding_source: str, placed: Mapping[str, int]) -> int | None:
        """How many new persons its payers can carry beside those placed by source; None without a limit."""
        spent: Counter[str] = Counter()
        for source, people in placed.items():
            spent.update({payer: people * cost for payer, cost in self.costs.get(source, {}).items()})
        limits = [
            max(self.left_idr[payer] - spent[payer], 0) // cost
            for payer, cost in self.costs.get(funding_source, {}).items()
            if cost and payer in self.left_idr
        ]
        return min(limits, default=None)
