"""The chart of accounts: `accounts.yaml`, and the expense accounts of every payer."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sigap.billing.payers import Payers, load_payers
from sigap.domain.keys import fault_of_keys
from sigap.errors import BillingError
from sigap.settings import own_file, read_own

FILE = Path(__file__).with_name("accounts.yaml")
KINDS = ("asset", "liability", "expense", "equity")
_KEYS = ("code", "name", "kind", "reference", "verified")
ROLES = ("payable", "credits", "cash", "equity")


@dataclass(frozen=True, slots=True)
class LedgerAccount:
    """An account. `kind` is asset, liability, expense, or equity, which nothing is posted to."""

    code: str
    name: str
    kind: str
    reference: str
    is_verified: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """Every account by its code, and the codes of those that all payers share."""

    by_code: Mapping[str, LedgerAccount]
    payable: str
    credits: str
    cash: str
    equity: str

    def __getitem__(self, code: str) -> LedgerAccount:
        if code not in self.by_code:
            raise BillingError(
                f"Account {code} is in no chart. Add it to billing/accounts.yaml, or to its payer in "
                f"billing/payers.yaml."
            )
        return self.by_code[code]


def load_chart(file: Path | None = None) -> Chart:
    """The city's own chart, or the shipped one, with the accounts of `payers.yaml`.

    Raises `BillingError` as `make_chart`.
    """
    return _load(file or own_file(FILE))


@cache
def _load(file: Path) -> Chart:
    return chart_of(load_payers(), file)


def chart_of(payers: Payers, file: Path | None = None) -> Chart:
    """The same with the accounts of these payers. Raises `BillingError` as `make_chart`."""
    return make_chart(read_own(file or own_file(FILE)), payers)


def make_chart(roles: Mapping[str, Mapping[str, Any]], payers: Payers) -> Chart:
    """The chart of some roles (`accounts.yaml`) and payers.

    Raises `BillingError` for a missing role, an account without a reference, or a code with two meanings.
    """
    if fault := fault_of_keys(roles, ROLES):
        raise BillingError(f"accounts.yaml: {fault}. Compare it with the shipped file.")
    by_code: dict[str, LedgerAccount] = {}
    for role in ROLES:
        _add(by_code, _account(role, roles[role]))
    for payer in payers.by_code.values():
        for part, account in (("jkk", payer.jkk_account), ("jkm", payer.jkm_account)):
            is_verified = f"account_{part}" not in payer.unverified
            reference = f"payers.yaml, {payer.code}, accounts.{part}"
            _add(by_code, LedgerAccount(account.code, account.name, "expense", reference, is_verified))
    return Chart(by_code, *(str(roles[role]["code"]) for role in ROLES))


def _account(role: str, entry: Mapping[str, Any]) -> LedgerAccount:
    if fault := fault_of_keys(entry, _KEYS):
        raise BillingError(f"accounts.yaml, {role}: {fault}. Compare it with the shipped file.")
    if not entry.get("reference") or entry.get("kind") not in KINDS or not entry.get("name"):
        raise BillingError(
            f"accounts.yaml, {role}: an account needs a name, a kind ({', '.join(KINDS)}) and a reference."
        )
    return LedgerAccount(
        str(entry["code"]), entry["name"], entry["kind"], entry["reference"], entry["verified"] is True
    )


def _add(by_code: dict[str, LedgerAccount], account: LedgerAccount) -> None:
    """Payers may share an expense account; one code is never two accounts."""
    before = by_code.setdefault(account.code, account)
    if (before.name, before.kind) != (account.name, account.kind):
        raise BillingError(
            f"Account {account.code} has two meanings: {before.name!r} and {account.name!r}. "
            f"Give each its own code, or both the same name, in billing/payers.yaml or accounts.yaml."
        )
