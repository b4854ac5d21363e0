"""Which months one bill covers: the phases of a payer, and the start in its agreement."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sigap.billing.dated import Dated, read_dated
from sigap.domain.period import Period
from sigap.errors import BillingError

LENGTHS = (1, 2, 3, 6, 12)


@dataclass(frozen=True, slots=True)
class Cadence:
    """Phases of so many months, one of which begins in `first` (1 is January)."""

    months: int
    first: int

    def rest_of_phase(self, period: Period) -> tuple[Period, ...]:
        """From a month to the end of its phase: whoever joins within it is billed to its end."""
        gone = (period.month - self.first) % self.months
        return tuple(period.plus(later) for later in range(self.months - gone))


@dataclass(frozen=True, slots=True)
class Agreement:
    """The *perjanjian kerja sama* (PKS) of a payer with BPJS Ketenagakerjaan."""

    number: str
    signed_on: dt.date
    start: Period
    reference: str


def read_cadence(entries: Any, code: str) -> tuple[Dated[Cadence], ...]:
    """Read the dated `coverage_months` of a payer. Raises `BillingError` for a length that is not offered."""
    return read_dated(entries, f"payers.yaml, {code}, coverage_months", _cadence)


def _cadence(value: Mapping[str, Any]) -> Cadence:
    months, first = value["months"], value["first"]
    if months not in LENGTHS or type(first) is not int or not 1 <= first <= 12:
        raise BillingError(
            f"payers.yaml: {months!r} months from month {first!r} on is no phase. "
            f"Write months as 1, 2, 3, 6 or 12 and first as 1 to 12."
        )
    return Cadence(months, first)


def read_agreement(entry: Mapping[str, Any] | None, code: str) -> Agreement | None:
    """Read the agreement of a payer; it need not have one. Raises `BillingError` when it is not complete."""
    if entry is None:
        return None
    number, day, start = entry["number"], entry["date"], str(entry["start"])
    if not (number and entry["reference"]) or type(day) is not dt.date:
        raise BillingError(
            f"payers.yaml, {code}: the agreement needs number, date, start (2026-01) and reference."
        )
    return Agreement(number, day, Period.parse(start), entry["reference"])
