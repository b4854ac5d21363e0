"""One payer: from which account, up to which ceiling, over which months."""

import calendar
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sigap.billing.coverage import Agreement, Cadence, read_agreement, read_cadence
from sigap.billing.dated import Dated, read_dated, require_in_force
from sigap.domain.period import Period
from sigap.errors import BillingError


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


@cache
def wadah_names() -> dict[str, str]:
    """The known wadah codes with their meaning: wadah.yaml."""
    text = Path(__file__).with_name("wadah.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text)["codes"])


def require_wadah(code: str, wadah: str) -> None:
    """Raise `BillingError` when a payer or a set names a wadah that nobody knows."""
    if wadah not in wadah_names():
        raise BillingError(
            f"payers.yaml, {code}: {wadah!r} is no wadah. Known are {', '.join(wadah_names())} "
            f"(billing/wadah.yaml)."
        )


def read_payer(code: str, entry: Mapping[str, Any]) -> Payer:
    """Read one payer of payers.yaml. Raises `BillingError` when a field, date or reference is missing."""
    try:
        wadah, due, payee = entry["wadah"], entry["due"], entry["pay_to"]
        jkk, jkm = entry["accounts"]["jkk"], entry["accounts"]["jkm"]
        sourced = {"wadah": wadah, "account_jkk": jkk, "account_jkm": jkm, "due": due}
        if not all(part["reference"] and isinstance(part["verified"], bool) for part in sourced.values()):
            raise BillingError(
                f"payers.yaml, {code}: wadah, due and accounts each need a reference and a `verified` mark."
            )
        require_wadah(code, wadah["code"])
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
