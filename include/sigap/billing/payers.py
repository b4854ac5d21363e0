"""Who pays, alone or together: `payers.yaml`."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sigap.billing.payer import Account, Payer, read_payer, require_wadah
from sigap.billing.shares import PayerSet, Share, read_set
from sigap.domain.period import Period
from sigap.errors import BillingError

__all__ = ["FILE", "Account", "Payer", "Payers", "load_payers"]

FILE = Path(__file__).with_name("payers.yaml")


@dataclass(frozen=True, slots=True)
class Payers:
    """Every payer by its funding source, and every set of payers. `sha256` is the digest of the file."""

    by_code: Mapping[str, Payer]
    sha256: str
    sets: Mapping[str, PayerSet]

    def __getitem__(self, funding_source: str) -> Payer:
        if funding_source not in self.by_code:
            raise BillingError(
                f"Funding source {funding_source!r} is unknown. Add it to billing/payers.yaml, "
                f"or correct the rule that decided it."
            )
        return self.by_code[funding_source]

    def set_of(self, payer_set: str) -> PayerSet:
        """The set behind the code of a place: several payers, or one alone. Raises `BillingError`."""
        if payer_set in self.sets:
            return self.sets[payer_set]
        payer = self[payer_set]
        return PayerSet.of_one(payer.code, payer.kind, payer.wadah_code)

    def shares(self, payer_set: str) -> tuple[Share, ...]:
        """Who pays which part, in the order of share_no. Raises `BillingError` for an unknown set."""
        return self.set_of(payer_set).shares

    def months_due(self, payer_set: str, period: Period, started: Collection[str]) -> tuple[Period, ...]:
        """The coverage months that all payers of a set owe in a month: nobody pays a part of a premium."""
        months = [
            self[share.funding_source].months_due(period, share.funding_source in started)
            for share in self.shares(payer_set)
        ]
        return tuple(sorted(set(months[0]).intersection(*months)))

    def months_refused(self, payer_set: str, period: Period) -> tuple[Period, ...]:
        """The months of the phase that lie before the agreement of a payer of the set."""
        payers = [self[share.funding_source] for share in self.shares(payer_set)]
        starts = [payer.agreement.start for payer in payers if payer.agreement]
        return tuple(month for month in payers[0].phase(period) if starts and month < max(starts))

    def unverified_on(self, payer_set: str, period: Period) -> list[str]:
        """What a set and its payers take from the file that nobody has seen in its source."""
        found = self.set_of(payer_set).division
        own = [f"{payer_set}/shares@{found.since}"] if found and not found.verified else []
        named = [self[share.funding_source].unverified_on(period) for share in self.shares(payer_set)]
        return [*own, *(name for names in named for name in names)]


@cache
def load_payers(file: Path = FILE) -> Payers:
    """Read the payers. Raises `BillingError` when one lacks a field, or a value its date or reference."""
    try:
        content = file.read_bytes()
        entries = yaml.safe_load(content)
    except (OSError, yaml.YAMLError):
        entries = None
    if not isinstance(entries, dict) or not all(isinstance(entry, dict) for entry in entries.values()):
        raise BillingError(f"{file} is no file of payers. Write it as the shipped billing/payers.yaml.")
    payers = {code: read_payer(code, entry) for code, entry in entries.items() if "shares" not in entry}
    sets = {code: _set(code, entry, payers) for code, entry in entries.items() if "shares" in entry}
    return Payers(payers, hashlib.sha256(content).hexdigest(), sets)


def _set(code: str, entry: Mapping[str, Any], payers: Mapping[str, Payer]) -> PayerSet:
    try:
        found = read_set(code, entry, payers)
        require_wadah(code, found.wadah_code)
    except KeyError as missing:
        raise BillingError(f"payers.yaml, {code}: {missing} is missing. Fill it in.") from None
    members = [payers[share.funding_source] for share in found.shares]
    if found.kind not in {payer.kind for payer in members}:
        raise BillingError(f"payers.yaml, {code}: its kind is that of one of its payers. Correct it.")
    if len({tuple((value.since, value.value) for value in payer.coverage) for payer in members}) > 1:
        raise BillingError(
            f"payers.yaml, {code}: its payers are billed over different months, so premiums would be paid "
            f"in part. Give them the same coverage_months."
        )
    return found
