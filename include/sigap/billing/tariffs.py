"""Premiums as the law and the programme set them: dated values of `tariffs/*.yaml`."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sigap.billing.dated import Dated, read_dated, require_in_force, value_in_force
from sigap.domain.period import Period
from sigap.errors import BillingError

FOLDER = Path(__file__).parent / "tariffs"


@dataclass(frozen=True, slots=True)
class Band:
    """The JKK premium of an income band in whole rupiah, and whether it was seen in the cited source."""

    premium_idr: int
    verified: bool


@dataclass(frozen=True, slots=True)
class Premium:
    """What one person-month costs, in whole rupiah. `tariff` names the dated values it was made from."""

    income_band: int
    jkk_idr: int
    jkm_idr: int
    tariff: str

    @property
    def total_idr(self) -> int:
        """JKK and JKM together."""
        return self.jkk_idr + self.jkm_idr


@dataclass(frozen=True, slots=True)
class Tariffs:
    """All dated values of billing. `sha256` is the digest of the files they were read from."""

    jkk: tuple[Dated[Mapping[int, Band]], ...]  # by income band
    jkm: tuple[Dated[int], ...]
    income_band: tuple[Dated[int], ...]
    discounts: Mapping[str, tuple[Dated[int], ...]]  # percent by sector group
    undiscounted_kinds: frozenset[str]
    is_exclusion_verified: bool  # that nothing is taken off for those kinds
    sector_groups: Mapping[str, str]
    sha256: str

    def programme_band(self, period: Period) -> int:
        """The income band in which the programme enrols everyone."""
        return require_in_force(self.income_band, period, "tariffs/policy.yaml: the income band").value

    def discount_on(self, period: Period, sector_group: str | None, fund_kind: str) -> Dated[int] | None:
        """The discount in percent of a month, for a sector group paid by a kind of fund; None for none.

        Nothing is taken off what APBN or APBD pays (PP 50/2025). Raises `BillingError` for a sector without a
        group in a month in which some group has a discount.
        """
        if fund_kind in self.undiscounted_kinds:
            return None
        if sector_group is None:
            if any(value_in_force(values, period) for values in self.discounts.values()):
                raise BillingError(
                    f"A sector without a group cannot be priced for {period}, when the discount depends on "
                    f"the group. Add the sector to billing/tariffs/sectors.yaml."
                )
            return None
        return value_in_force(self.discounts[sector_group], period)

    def premium_on(
        self, period: Period, income_band: int, sector_group: str | None, fund_kind: str
    ) -> Premium:
        """The premium of one person-month. Raises `BillingError` for a missing value or a fraction."""
        jkk = require_in_force(self.jkk, period, "tariffs/jkk.yaml: the JKK premium")
        jkm = require_in_force(self.jkm, period, "tariffs/jkm.yaml: the JKM premium")
        if income_band not in jkk.value:
            raise BillingError(
                f"tariffs/jkk.yaml has no income band {income_band} in {period}. Add it there."
            )
        used = [f"jkk@{jkk.since}", f"jkm@{jkm.since}"]
        percent = 0
        if (discount := self.discount_on(period, sector_group, fund_kind)) is not None:
            percent = discount.value
            used.append(f"discount/{sector_group}@{discount.since}")
        return Premium(
            income_band,
            discounted(jkk.value[income_band].premium_idr, percent),
            discounted(jkm.value, percent),
            ",".join(used),
        )

    def unverified_on(self, period: Period, fund_kind: str) -> list[str]:
        """The values behind the month's premium, for a kind of fund, that nobody has seen in their source."""
        policy = require_in_force(self.income_band, period, "tariffs/policy.yaml: the income band")
        jkk = require_in_force(self.jkk, period, "tariffs/jkk.yaml: the JKK premium")
        jkm = require_in_force(self.jkm, period, "tariffs/jkm.yaml: the JKM premium")
        marks = {
            f"income_band@{policy.since}": policy.verified,
            f"jkk@{jkk.since}": jkk.value[policy.value].verified,
            f"jkm@{jkm.since}": jkm.verified,
        }
        for group, values in self.discounts.items():
            if (discount := value_in_force(values, period)) is not None:
                excluded = fund_kind in self.undiscounted_kinds
                name = f"discount/not_for/{fund_kind}" if excluded else f"discount/{group}@{discount.since}"
                marks[name] = self.is_exclusion_verified if excluded else discount.verified
        return [name for name, verified in marks.items() if not verified]


def discounted(amount_idr: int, percent: int) -> int:
    """Whole rupiah after a discount. Raises `BillingError` rather than drop a fraction of a rupiah."""
    rest, fraction = divmod(amount_idr * (100 - percent), 100)
    if fraction:
        raise BillingError(
            f"{percent} % off Rp{amount_idr} leaves a fraction of a rupiah. "
            f"State in billing/tariffs how to round."
        )
    return rest


@cache
def load_tariffs(folder: Path = FOLDER) -> Tariffs:
    """Read the tariff files. Raises `BillingError` for a value without a date or a reference."""
    texts = {path.name: path.read_bytes() for path in sorted(folder.glob("*.yaml"))}
    files = {name: yaml.safe_load(text) for name, text in texts.items()}
    discount, sectors = files["discount.yaml"], files["sectors.yaml"]
    digest = hashlib.sha256(b"\0".join(name.encode() + b"\0" + text for name, text in texts.items()))
    return Tariffs(
        jkk=read_dated(files["jkk.yaml"]["values"], "tariffs/jkk.yaml", _bands),
        jkm=read_dated(files["jkm.yaml"]["values"], "tariffs/jkm.yaml", int),
        income_band=read_dated(files["policy.yaml"]["values"], "tariffs/policy.yaml", int),
        discounts={
            group: read_dated(values, f"tariffs/discount.yaml, {group}", _percent)
            for group, values in discount["values"].items()
        },
        undiscounted_kinds=_kinds(discount["not_for"]),
        is_exclusion_verified=discount["not_for"]["verified"],
        sector_groups={sector: group for group in discount["values"] for sector in _sectors(sectors, group)},
        sha256=digest.hexdigest(),
    )


def _bands(rows: list[dict[str, Any]]) -> Mapping[int, Band]:
    bands = {row["band"]: Band(row["premium"], row["verified"]) for row in rows}
    if len(bands) != len(rows) or any(not isinstance(row["premium"], int) for row in rows):
        raise BillingError("tariffs/jkk.yaml: every band stands once, with a premium in whole rupiah.")
    return bands


def _percent(value: Any) -> int:
    if not isinstance(value, int) or not 0 <= value < 100:
        raise BillingError(f"tariffs/discount.yaml: {value!r} is no discount. Write whole percent, 0 to 99.")
    return value


def _kinds(entry: Mapping[str, Any]) -> frozenset[str]:
    if not entry.get("reference") or not isinstance(entry.get("verified"), bool):
        raise BillingError(
            "tariffs/discount.yaml: `not_for` lacks its reference or its `verified` mark. Name the article."
        )
    return frozenset(entry["kinds"])


def _sectors(entry: Mapping[str, Any], group: str) -> list[str]:
    if not entry.get("reference"):
        raise BillingError("tariffs/sectors.yaml has no reference. Name where the groups come from.")
    return list(entry[group])
