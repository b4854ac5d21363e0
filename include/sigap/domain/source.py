"""What a catalog entry says about one source: `sources.catalog` reads it, `quality` builds suites from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["workers", "memberships", "bills", "payments", "statements", "orders", "activations"]
DateOrder = Literal["ymd", "dmy", "mdy"]
Severity = Literal["reject", "hold", "warn", "info"]
Numbering = Literal["kemendagri", "bps"]


@dataclass(frozen=True, slots=True)
class Column:
    """One canonical column: the headers it goes by, is it required, how are its dates ordered."""

    name: str
    headers: tuple[str, ...]
    required: bool = False
    date_order: DateOrder = "ymd"


@dataclass(frozen=True, slots=True)
class Expectation:
    """Limits of one delivery, beyond which it is stopped. Shares are of the received rows, 0 to 1.

    `max_change` is how far the number of rows may be from the median of the source's last deliveries, as a
    share of it; None leaves that rule out.
    """

    at_least: int = 1
    at_most: int = 1_000_000
    max_rejected_share: float = 0.5
    max_duplicate_share: float = 0.5
    max_change: float | None = None


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """One source of the catalog. `sha256` is the digest of the YAML file it was read from.

    `template` is the agreed header line, in order: a file that differs from it waits for a person. Without
    one any order is taken. `minimise` are headers whose columns are not carried past the archive. `severity`
    says what a reason code does to a row of this source where that differs from the house's rule.
    `numbering` is that of the codes in the column `place_code`.
    """

    code: str
    title: str
    kind: Kind
    columns: Mapping[str, Column]
    sector: str | None = None
    group: str = "associations"  # folder of the inbox, see sources.inbox.GROUPS
    sheet: str | None = None  # None: the sheet in which the header is found
    every_sheet: bool = False  # False: lists in two sheets are refused, so that none is passed over
    ignore: tuple[str, ...] = ()
    template: tuple[str, ...] = ()
    remembered: tuple[tuple[str, ...], ...] = ()  # further header lines, accepted in sources.mapping
    minimise: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = field(default_factory=dict)
    numbering: Numbering = "kemendagri"
    expect: Expectation = field(default_factory=Expectation)
    sha256: str = ""
