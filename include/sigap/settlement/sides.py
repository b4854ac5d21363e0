"""The sides of a match: what each table holds. Amounts are whole rupiah; a NIK has 16 digits or is null."""

from dataclasses import dataclass, field

import pyarrow as pa

_TEXT, _LONG = pa.string(), pa.int64()

LISTED = pa.schema([("person_id", _LONG), ("nik", _TEXT), ("roster_id", _LONG), ("parked_code", _TEXT)])
INVOICED = pa.schema(
    [("person_id", _LONG), ("nik", _TEXT), ("roster_id", _LONG), ("invoice_id", _LONG), ("total_idr", _LONG)]
)
NOTED = pa.schema([("person_id", _LONG), ("nik", _TEXT), ("total_idr", _LONG)])
BILLED = pa.schema(
    [("nik", _TEXT), ("kpj", _TEXT), ("total_idr", _LONG), ("sheet", _TEXT), ("row", pa.int32())]
)
PAID = pa.schema([("invoice_id", _LONG), ("is_paid", pa.bool_()), ("paid_on", pa.date32())])
# One row of an activation list.
ACTIVATIONS = pa.schema([("nik", _TEXT), ("kpj", _TEXT), ("is_active", pa.bool_())])
ACTIVE = pa.schema([("nik", _TEXT), ("kpj", _TEXT)])
KNOWN = pa.schema([("kpj", _TEXT), ("nik", _TEXT)])


@dataclass(frozen=True, slots=True)
class Sides:
    """Everything that is compared for one coverage month.

    - `listed`: the approved roster, one row per person and roster; `parked_code` says why no line was made
    - `invoiced`: our issued lines of the month, one per share
    - `noted`: what issued notes add (debit, above zero) or take (credit, below zero) for the month
    - `billed`: the rows of the bill; None when the bill names nobody
    - `paid`: each invoice, whether it is paid in full, and when last
    - `active`: who stands on the activation list; None without a list
    - `known`: which NIK a KPJ belongs to, as other lists have it
    """

    listed: pa.Table
    invoiced: pa.Table
    billed: pa.Table | None
    paid: pa.Table = field(default_factory=PAID.empty_table)
    noted: pa.Table = field(default_factory=NOTED.empty_table)
    active: pa.Table | None = None
    known: pa.Table = field(default_factory=KNOWN.empty_table)
