"""What one person-month costs, and the values that make it up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sigap.errors import BillingError

PROGRAMMES = ("JKK", "JKM", "JHT")
KINDS = ("MANDIRI", "APBN", "APBD", "DBHCHT", "APBDES", "CSR")


@dataclass(frozen=True, slots=True)
class Band:
    """An income band: where it begins, the base of its premiums, its JKK premium; whole rupiah.

    `verified`: whether the premium was seen in the cited source.
    """

    from_income_idr: int
    base_idr: int
    premium_idr: int
    verified: bool


@dataclass(frozen=True, slots=True)
class Reduction:
    """The discount for one kind of fund in whole percent, 0 where the law grants it none."""

    percent: int
    verified: bool


@dataclass(frozen=True, slots=True)
class Premium:
    """What one person-month costs, in whole rupiah. `tariff` names the dated values it was made from."""

    income_band: int
    jkk_idr: int
    jkm_idr: int
    tariff: str
    jht_idr: int = 0

    @property
    def total_idr(self) -> int:
        """All programmes together."""
        return self.jkk_idr + self.jkm_idr + self.jht_idr


def discounted(amount_idr: int, percent: int) -> int:
    """Whole rupiah after a discount. Raises `BillingError` rather than drop a fraction of a rupiah."""
    return _whole(amount_idr * (100 - percent), f"{percent} % off Rp{amount_idr}")


def percent_of(base_idr: int, percent: int) -> int:
    """Whole rupiah of a base. Raises `BillingError` rather than drop a fraction of a rupiah."""
    return _whole(base_idr * percent, f"{percent} % of Rp{base_idr}")


def _whole(hundredths: int, what: str) -> int:
    rest, fraction = divmod(hundredths, 100)
    if fraction:
        raise BillingError(f"{what} leaves a fraction of a rupiah. State in billing/tariffs how to round.")
    return rest


def read_bands(rows: Sequence[Mapping[str, Any]]) -> Mapping[int, Band]:
    """The bands of jkk.yaml by number. Raises `BillingError` for one that stands twice or is out of order."""
    bands = {
        row["band"]: Band(row["from_income"], row["base"], row["premium"], row["verified"]) for row in rows
    }
    if len(bands) != len(rows) or any(type(row["premium"]) is not int for row in rows):
        raise BillingError("tariffs/jkk.yaml: every band stands once, with a premium in whole rupiah.")
    begins = [band.from_income_idr for band in bands.values()]
    if begins != sorted(set(begins)) or begins[0] != 0 or list(bands) != sorted(bands):
        raise BillingError("tariffs/jkk.yaml: the bands rise from income 0 on, each above the one before.")
    return bands


def read_reductions(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Reduction]:
    """The discounts of one sector group by kind of fund. Raises `BillingError` when a kind is left open."""
    for row in rows:
        _require_percent(row["percent"], 99, "discount")
        if not (row.get("because") and isinstance(row.get("verified"), bool)):
            raise BillingError(
                f"tariffs/discount.yaml: {row['kind']} lacks `because` or its `verified` mark. "
                f"Name the words of the law."
            )
    found = {row["kind"]: Reduction(row["percent"], row["verified"]) for row in rows}
    if sorted(found) != sorted(KINDS) or len(found) != len(rows):
        raise BillingError(f"tariffs/discount.yaml: every discount names {', '.join(KINDS)} once each.")
    return found


def read_percent(value: Any) -> int:
    """Whole percent of the base, for jht.yaml."""
    return _require_percent(value, 100, "rate")


def read_rupiah(value: Any) -> int:
    """A premium in whole rupiah."""
    if type(value) is not int:
        raise BillingError(f"billing/tariffs: {value!r} is no premium. Write whole rupiah.")
    return value


def read_programmes(value: Sequence[str]) -> tuple[str, ...]:
    """The programmes that the city pays, for policy.yaml."""
    if not value or not set(value) <= set(PROGRAMMES) or len(set(value)) != len(value):
        raise BillingError(
            f"tariffs/policy.yaml: {value!r} are no programmes. Known are {', '.join(PROGRAMMES)}."
        )
    return tuple(value)


def _require_percent(value: Any, most: int, what: str) -> int:
    if type(value) is not int or not 0 <= value <= most:
        raise BillingError(f"billing/tariffs: {value!r} is no {what}. Write whole percent, 0 to {most}.")
    return value
