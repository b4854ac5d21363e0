"""Who pays, from which account, up to which ceiling: `payers.yaml`."""

import calendar
import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sigap.billing.dated import Dated, read_dated, require_in_force
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
        parts = [*self.unverified, *([] if pagu.verified else [f"pagu@{pagu.since}"])]
        return [f"{self.code}/{part}" for part in parts]

    def pagu_on(self, period: Period) -> int:
        """The budget ceiling of the period's year in whole rupiah. Raises `BillingError` without one."""
        return require_in_force(self.pagu, period, f"payers.yaml, {self.code}: the pagu").value

    def due_date(self, period: Period) -> dt.date:
        """The last day to pay the premium of a month."""
        month = period.plus(self.due_months_after)
        last = calendar.monthrange(month.year, month.month)[1]
        return dt.date(month.year, month.month, min(self.due_day or last, last))


@dataclass(frozen=True, slots=True)
class Payers:
    """Every payer by its funding source. `sha256` is the digest of the file."""

    by_code: Mapping[str, Payer]
    sha256: str

    def __getitem__(self, funding_source: str) -> Payer:
        if funding_source not in self.by_code:
            raise BillingError(
                f"Funding source {funding_source!r} is unknown. Add it to billing/payers.yaml, "
                f"or correct the rule that decided it."
            )
        return self.by_code[funding_source]


@cache
def load_payers(file: Path = FILE) -> Payers:
    """Read the payers. Raises `BillingError` when one lacks a field, or a value its date or reference."""
    content = file.read_bytes()
    entries = yaml.safe_load(content)
    return Payers(
        {code: _payer(code, entry) for code, entry in entries.items()}, hashlib.sha256(content).hexdigest()
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
        return Payer(
            code=code,
            kind=entry["kind"],
            title=entry["title"],
            payer_name=entry["payer_name"],
            wadah_code=wadah["code"],
            wadah_name=wadah["name"],
            jkk_account=Account(jkk["code"], jkk["name"]),
            jkm_account=Account(jkm["code"], jkm["name"]),
            pagu=read_dated(entry["pagu"], f"payers.yaml, {code}, pagu", int),
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
