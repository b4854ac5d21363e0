"""Who pays, from which account, up to which ceiling, over which months: `payers.yaml`."""

import calendar
import datetime as dt
import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sigap.billing.coverage import Agreement, Cadence, read_agreement, read_cadence
from sigap.billing.dated import Dated, read_dated, require_in_force
from sigap.billing.shares import PayerSet, Share, read_set
from sigap.domain.period import Period
from sigap.errors import BillingError

FILE = Path(__file__).with_name("payers.yaml")


@dataclass(frozen=True, slots=True)
class Account:
    """A kode rekening of the budget."""

    code: str
    name: str

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


@dataclass(frozen=True, slots=True)
class Payer:
    """One funding source. Texts are Bahasa Indonesia and go on the invoice as they are."""

    code: str
    kind: str  # APBN, APBD, … as tariffs/discount.yaml speaks of it
    title: str
    payer_name: str
    wadah_code: str
    wadah_name: str
    jkk_account: Account
    jkm_account: Account
    pagu: tuple[Dated[int], ...]
    coverage: tuple[Dated[Cadence], ...]
    agreement: Agreement | None
    due_months_after: int
    due_day: int | None  # None: the last day of that month
    legal_basis: tuple[str, ...]
    payee_name: str
    payee_account: str
    payee_billing_code: str
    unverified: tuple[str, ...]  # parts that nobody has seen in their source

    def unverified_on(self, period: Period) -> list[str]:
        """What a month's invoices take from here that nobody has seen in its source, by name."""
        pagu = require_in_force(self.pagu, period, f"payers.yaml, {self.code}: the pagu")
        coverage = self._cadence(period)
        parts = [
            *([] if pagu.verified else [f"pagu@{pagu.since}"]),
            *([] if coverage.verified else [f"coverage@{coverage.since}"]),
        ]
        return [f"{self.code}/{part}" for part in (*self.unverified, *parts)]

    def pagu_on(self, period: Period) -> int:
        """The budget ceiling of the period's year in whole rupiah. Raises `BillingError` without one."""
        return require_in_force(self.pagu, period, f"payers.yaml, {self.code}: the pagu").value

    def due_date(self, period: Period) -> dt.date:
        """The last day to pay what is billed in a month."""
        month = period.plus(self.due_months_after)
        last = calendar.monthrange(month.year, month.month)[1]
        return dt.date(month.year, month.month, min(self.due_day or last, last))

    def phase(self, period: Period) -> tuple[Period, ...]:
        """The months that a bill of this month covers for whoever joins in it: to the end of the phase."""
        return self._cadence(period).value.rest_of_phase(period)

    def months_due(self, period: Period, has_started: bool) -> tuple[Period, ...]:
        """The coverage months of a bill of this month: those of the phase from the start of the agreement on.

        The first bill of a payer that was never billed also covers the months since that start.
        """
        if self.agreement is None:
            return self.phase(period)
        start = self.agreement.start
        missed = [] if has_started else _months(start, period)
        return (*missed, *(month for month in self.phase(period) if month >= start))

    def _cadence(self, period: Period) -> Dated[Cadence]:
        return require_in_force(self.coverage, period, f"payers.yaml, {self.code}: coverage_months")


def _months(since: Period, before: Period) -> list[Period]:
    count = (before.year - since.year) * 12 + before.month - since.month
    return [since.plus(later) for later in range(max(count, 0))]


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
    payers = {code: _payer(code, entry) for code, entry in entries.items() if "shares" not in entry}
    sets = {code: _set(code, entry, payers) for code, entry in entries.items() if "shares" in entry}
    return Payers(payers, hashlib.sha256(content).hexdigest(), sets)


@cache
def wadah_names() -> dict[str, str]:
    """The known wadah codes with their meaning: wadah.yaml."""
    text = FILE.with_name("wadah.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text)["codes"])


def _set(code: str, entry: Mapping[str, Any], payers: Mapping[str, Payer]) -> PayerSet:
    try:
        found = read_set(code, entry, payers)
        _require_wadah(code, found.wadah_code)
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


def _require_wadah(code: str, wadah: str) -> None:
    if wadah not in wadah_names():
        raise BillingError(
            f"payers.yaml, {code}: {wadah!r} is no wadah. Known are {', '.join(wadah_names())} "
            f"(billing/wadah.yaml)."
        )


def _payer(code: str, entry: Mapping[str, Any]) -> Payer:
    try:
        wadah, due, payee = entry["wadah"], entry["due"], entry["pay_to"]
        jkk, jkm = entry["accounts"]["jkk"], entry["accounts"]["jkm"]
        sourced = {"wadah": wadah, "account_jkk": jkk, "account_jkm": jkm, "due": due}
        if not all(part["reference"] and isinstance(part["verified"], bool) for part in sourced.values()):
            raise BillingError(
                f"payers.yaml, {code}: wadah, due and accounts each need a reference and a `verified` mark."
            )
        _require_wadah(code, wadah["code"])
        return Payer(
            code=code,
            kind=entry["kind"],
            title=entry["title"],
            payer_name=entry["payer_name"],
            wadah_code=wadah["code"],
            wadah_name=wadah["name"],
            jkk_account=Account(jkk["code"], jkk["name"]),
            jkm_account=Account(jkm["code"], jkm["name"]),
            pagu=read_dated(entry["pagu"], f"payers.yaml, {code}, pagu", _pagu),
            coverage=read_cadence(entry["coverage_months"], code),
            agreement=read_agreement(entry.get("agreement"), code),
            due_months_after=int(due["months_after"]),
            due_day=None if due["day"] == "last" else int(due["day"]),
            legal_basis=tuple(entry["legal_basis"]),
            payee_name=payee["name"],
            payee_account=payee["account"],
            payee_billing_code=payee["billing_code"],
            unverified=tuple(name for name, part in sourced.items() if not part["verified"]),
        )
    except KeyError as missing:
        raise BillingError(f"payers.yaml, {code}: {missing} is missing. Fill it in.") from None


def _pagu(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise BillingError(f"payers.yaml: {value!r} is no pagu. Write whole rupiah.")
    return value
