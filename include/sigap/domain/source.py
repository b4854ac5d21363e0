"""What a catalog entry says about one source: `sources.catalog` reads it, `quality` builds suites from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["workers", "memberships", "bills", "payments"]
DateOrder = Literal["ymd", "dmy", "mdy"]


@dataclass(frozen=True, slots=True)
class Column:
    """One canonical column: the headers it goes by, is it required, how are its dates ordered."""

    name: str
    headers: tuple[str, ...]
    required: bool = False
    date_order: DateOrder = "ymd"


@dataclass(frozen=True, slots=True)
class Expectation:
    """Limits of one delivery: rows, and the share of rows (0 to 1) that may fail before it is stopped."""

    at_least: int = 1
    at_most: int = 1_000_000
    max_rejected_share: float = 0.5


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """One source of the catalog. `sha256` is the digest of the YAML file it was read from."""

    code: str
    title: str
    kind: Kind
    columns: Mapping[str, Column]
    sector: str | None = None
    group: str = "associations"  # folder of the inbox: dtks, associations, memberships, bpjs_bills, payments
    sheet: str | None = None  # None: the sheet in which the header is found
    every_sheet: bool = False  # False: lists in two sheets are refused, so that none is passed over
    ignore: tuple[str, ...] = ()
    expect: Expectation = field(default_factory=Expectation)
    sha256: str = ""
