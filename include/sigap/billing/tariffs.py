"""Premiums as the law and the programme set them: dated values of `tariffs/*.yaml`."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sigap.billing.dated import Dated, NotInForceError, read_dated, require_in_force, value_in_force
from sigap.billing.premium import (
    KINDS,
    Band,
    Premium,
    Reduction,
    discounted,
    percent_of,
    read_bands,
    read_percent,
    read_programmes,
    read_reductions,
    read_rupiah,
)
from sigap.billing.tariff_files import read_files, read_policy, read_sectors, values_of
from sigap.domain.period import Period
from sigap.errors import BillingError

FOLDER = Path(__file__).parent / "tariffs"
BILLED = ("JKK", "JKM")  # what invoices can carry


class NoSectorGroupError(BillingError):
    """A discount that depends on a sector group which nobody knows."""


@dataclass(frozen=True, slots=True)
class Tariffs:
    """All dated values of billing: those of the law, and what the programme chose where the law leaves a
    choice. `sha256` is the digest of the files they were read from.
    """

    jkk: tuple[Dated[Mapping[int, Band]], ...]  # by income band
    jkm: tuple[Dated[int], ...]
    jht: tuple[Dated[int], ...]  # percent of the band's base
    income_band: tuple[Dated[int], ...]
    programmes: tuple[Dated[tuple[str, ...]], ...]
    discounts: Mapping[str, tuple[Dated[Mapping[str, Reduction]], ...]]  # by sector group, then kind of fund
    sector_groups: Mapping[str, str]
    sha256: str

    def programme_band(self, period: Period) -> int:
        """The income band in which the programme enrols everyone."""
        return require_in_force(self.income_band, period, "tariffs/policy.yaml: the income band").value

    def band_of(self, period: Period, income_idr: int) -> int:
        """The band of a declared income: the highest that begins at or below it, so none is left out."""
        bands = require_in_force(self.jkk, period, "tariffs/jkk.yaml: the JKK premium").value
        return max(number for number, band in bands.items() if band.from_income_idr <= income_idr)

    def discount_on(
        self, period: Period, sector_group: str | None, fund_kind: str
    ) -> Dated[Mapping[str, Reduction]] | None:
        """The discount in force for a sector group paid by a kind of fund; None where nothing is taken off.

        Raises `NotInForceError` for a kind of fund that discount.yaml does not know, `NoSectorGroupError` for
        a sector without a group in a month in which some group has a discount of that kind.
        """
        if fund_kind not in KINDS:
            raise NotInForceError(
                f"tariffs/discount.yaml says nothing about funds of kind {fund_kind!r}. Add the kind there."
            )
        granted = {
            group: found
            for group, values in self.discounts.items()
            if (found := value_in_force(values, period)) and found.value[fund_kind].percent
        }
        if sector_group is None and granted:
            raise NoSectorGroupError(
                f"A sector without a group cannot be priced for {period}, when the discount depends on "
                f"the group. Add the sector to billing/tariffs/sectors.yaml."
            )
        return granted.get(sector_group or "")

    def programme_premium(self, period: Period, sector_group: str | None, fund_kind: str) -> Premium:
        """The premium of one person-month in the band and the programmes that the programme chose.

        Raises `NotInForceError` for a missing value, `BillingError` for a programme no invoice can carry.
        """
        chosen = require_in_force(self.programmes, period, "tariffs/policy.yaml: the programmes").value
        if sorted(chosen) != sorted(BILLED):
            raise BillingError(
                f"tariffs/policy.yaml pays {', '.join(chosen)} in {period}, but invoices carry "
                f"{' and '.join(BILLED)}. Correct the policy."
            )
        return self.premium_on(period, self.programme_band(period), sector_group, fund_kind)

    def premium_on(
        self,
        period: Period,
        income_band: int,
        sector_group: str | None,
        fund_kind: str,
        programmes: Sequence[str] = BILLED,
    ) -> Premium:
        """The premium of one person-month. The discount is of JKK and JKM, never of JHT.

        Raises `NotInForceError` for a missing value, `BillingError` for a fraction of a rupiah.
        """
        jkk = require_in_force(self.jkk, period, "tariffs/jkk.yaml: the JKK premium")
        if income_band not in jkk.value:
            raise NotInForceError(
                f"tariffs/jkk.yaml has no income band {income_band} in {period}. Add it there."
            )
        full = self._full(period, jkk, income_band, programmes)
        amounts = {name: amount_idr for name, (amount_idr, _) in full.items()}
        used, percent = [f"{name.lower()}@{since}" for name, (_, since) in full.items()], 0
        if (discount := self.discount_on(period, sector_group, fund_kind)) is not None:
            percent = discount.value[fund_kind].percent
            used.append(f"discount/{sector_group}@{discount.since}")
        return Premium(
            income_band,
            discounted(amounts.get("JKK", 0), percent),
            discounted(amounts.get("JKM", 0), percent),
            ",".join(used),
            amounts.get("JHT", 0),
        )

    def _full(
        self,
        period: Period,
        jkk: Dated[Mapping[int, Band]],
        income_band: int,
        programmes: Sequence[str],
    ) -> dict[str, tuple[int, dt.date]]:
        """The premium of each programme before any discount, and since when its value is in force."""
        band, full = jkk.value[income_band], {}
        if "JKK" in programmes:
            full["JKK"] = (band.premium_idr, jkk.since)
        if "JKM" in programmes:
            jkm = require_in_force(self.jkm, period, "tariffs/jkm.yaml: the JKM premium")
            full["JKM"] = (jkm.value, jkm.since)
        if "JHT" in programmes:
            jht = require_in_force(self.jht, period, "tariffs/jht.yaml: the JHT rate")
            full["JHT"] = (percent_of(band.base_idr, jht.value), jht.since)
        return full

    def unverified_on(self, period: Period, fund_kind: str) -> list[str]:
        """The values behind the month's premium, for a kind of fund, that nobody has seen in their source."""
        policy = require_in_force(self.income_band, period, "tariffs/policy.yaml: the income band")
        programmes = require_in_force(self.programmes, period, "tariffs/policy.yaml: the programmes")
        jkk = require_in_force(self.jkk, period, "tariffs/jkk.yaml: the JKK premium")
        jkm = require_in_force(self.jkm, period, "tariffs/jkm.yaml: the JKM premium")
        marks = {
            f"income_band@{policy.since}": policy.verified,
            f"programmes@{programmes.since}": programmes.verified,
            f"jkk@{jkk.since}": jkk.value[policy.value].verified,
            f"jkm@{jkm.since}": jkm.verified,
        }
        for group, values in self.discounts.items():
            if (discount := value_in_force(values, period)) is not None:
                reduction = discount.value[fund_kind]
                name = (
                    f"discount/{group}@{discount.since}"
                    if reduction.percent
                    else f"discount/not_for/{fund_kind}"
                )
                seen = reduction.verified and (discount.verified or not reduction.percent)
                marks[name] = marks.get(name, True) and seen
        return [name for name, verified in marks.items() if not verified]


@cache
def load_tariffs(folder: Path = FOLDER) -> Tariffs:
    """Read the tariff files. Raises `BillingError` for a value without a date or a reference."""
    files, sha256 = read_files(folder)
    discounts = values_of(files, "discount.yaml")
    return Tariffs(
        jkk=read_dated(values_of(files, "jkk.yaml"), "tariffs/jkk.yaml", read_bands),
        jkm=read_dated(values_of(files, "jkm.yaml"), "tariffs/jkm.yaml", read_rupiah),
        jht=read_dated(values_of(files, "jht.yaml"), "tariffs/jht.yaml", read_percent),
        income_band=read_policy(files, "income_band", int),
        programmes=read_policy(files, "programmes", read_programmes),
        discounts={
            group: read_dated(values, f"tariffs/discount.yaml, {group}", read_reductions)
            for group, values in discounts.items()
        },
        sector_groups={sector: group for group in discounts for sector in read_sectors(files, group)},
        sha256=sha256,
    )
