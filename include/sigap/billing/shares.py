"""How the payers of a set divide one premium, to the rupiah: nothing is lost and nothing is paid twice."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sigap.billing.dated import Dated, read_dated
from sigap.domain.period import Period
from sigap.errors import BillingError

COMPONENTS = ("jkk", "jkm")


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a premium that one payer of a set pays. `is_rest`: what the others leave."""

    share_no: int
    funding_source: str
    percent: int | None = None
    fixed_idr: int | None = None
    is_rest: bool = False


@dataclass(frozen=True, slots=True)
class PayerSet:
    """Who pays a person-month together, under which wadah. A single payer is a set of one.

    A set never changes: another division is another set, so that the set on a line says for ever how that
    premium was divided.
    """

    code: str
    kind: str
    wadah_code: str
    shares: tuple[Share, ...]
    order: tuple[str, ...] = COMPONENTS
    division: Dated[tuple[Share, ...]] | None = None  # None: one payer pays all, whenever

    @classmethod
    def of_one(cls, code: str, kind: str, wadah_code: str) -> "PayerSet":
        """The set that is one payer."""
        return cls(code, kind, wadah_code, (Share(1, code, is_rest=True),))

    def is_in_force(self, period: Period) -> bool:
        """Whether it may pay for a coverage month."""
        return self.division is None or self.division.is_in_force(period)

    def split(self, jkk_idr: int, jkm_idr: int) -> tuple[tuple[int, int], ...] | None:
        """The (JKK, JKM) of each share in whole rupiah; None when a share would be zero or less.

        Percent are of each component, rounded down. Then fixed rupiah are taken from what is left, component
        by component in `order`. One payer, named as `remainder`, pays what is left then.
        """
        left = {"jkk": jkk_idr, "jkm": jkm_idr}
        full, parts = dict(left), {}
        for share in sorted(self.shares, key=lambda share: (share.is_rest, share.percent is None)):
            part = dict(left) if share.is_rest else _part(share, full, left, self.order)
            left = {name: amount - part[name] for name, amount in left.items()}
            parts[share.share_no] = (part["jkk"], part["jkm"])
        amounts = tuple(parts[share.share_no] for share in self.shares)
        is_whole = all(jkk >= 0 and jkm >= 0 and jkk + jkm > 0 for jkk, jkm in amounts)
        return amounts if is_whole else None


def _part(
    share: Share, full: Mapping[str, int], left: Mapping[str, int], order: tuple[str, ...]
) -> dict[str, int]:
    if share.percent is not None:
        return {name: amount * share.percent // 100 for name, amount in full.items()}
    wanted, part = share.fixed_idr or 0, {}
    for name in order:
        part[name] = min(wanted, max(left[name], 0))
        wanted -= part[name]
    part[order[-1]] += wanted  # more than there is: the rest falls below zero, and the set is refused
    return part


def read_set(code: str, entry: Mapping[str, Any], payers: Collection[str]) -> PayerSet:
    """Read a set of payers.yaml. `payers`: the codes that may share.

    Raises `BillingError` for shares that do not make up the whole, or a rule that is missing.
    """
    where = f"payers.yaml, {code}"
    order = tuple(entry["order"])
    if sorted(order) != sorted(COMPONENTS):
        raise BillingError(
            f"{where}: `order` names jkk and jkm once each, the one that is filled first first."
        )
    dated = read_dated(
        {entry["since"]: {**entry, "value": entry["shares"]}}, where, _reader(entry["remainder"], where)
    )
    shares = dated[0].value
    names = [share.funding_source for share in shares]
    if len(set(names)) != len(names) or len(names) < 2 or not set(names) <= set(payers):
        raise BillingError(f"{where}: `shares` names two payers of this file or more, each once.")
    return PayerSet(code, entry["kind"], entry["wadah"]["code"], shares, order, dated[0])


def _reader(remainder: str, where: str) -> Callable[[list[dict[str, Any]]], tuple[Share, ...]]:
    def read(rows: list[dict[str, Any]]) -> tuple[Share, ...]:
        shares = tuple(_share(number, row, remainder) for number, row in enumerate(rows, 1))
        percents = [share.percent for share in shares if share.percent is not None]
        if [share.is_rest for share in shares].count(True) != 1:
            raise BillingError(
                f"{where}: `remainder` names the payer of the set who pays what the others leave."
            )
        if any(
            not share.is_rest and (share.percent is None) == (share.fixed_idr is None) for share in shares
        ):
            raise BillingError(
                f"{where}: a share is `percent` or `rupiah`; only the remainder's may be neither."
            )
        if sum(percents) > 100 or (len(percents) == len(shares) and sum(percents) != 100):
            raise BillingError(
                f"{where}: the percents make up {sum(percents)}. Write shares that make up 100."
            )
        return shares

    return read


def _share(number: int, row: Mapping[str, Any], remainder: str) -> Share:
    for name in ("percent", "rupiah"):
        if name in row and (type(row[name]) is not int or row[name] <= 0):
            raise BillingError(f"payers.yaml: {row[name]!r} is no share. Write whole {name}, more than 0.")
    if row["payer"] == remainder and "rupiah" in row:
        raise BillingError(f"payers.yaml: {remainder} pays what the others leave, so it has no fixed rupiah.")
    return Share(number, row["payer"], row.get("percent"), row.get("rupiah"), row["payer"] == remainder)
