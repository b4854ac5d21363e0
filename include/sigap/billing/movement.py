"""The movement of a month: opening ± corrected + joined − left ± changed = closing, in people and rupiah."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from sigap.domain.money import rupiah
from sigap.domain.period import Period
from sigap.engine import connect
from sigap.errors import BillingError

DIMENSIONS = ("all", "payer", "kecamatan", "sector")
KINDS = ("opening", "corrected", "joined", "left", "moved_in", "moved_out", "changed", "closing")
_WHERE = [pa.field(name, pa.string()) for name in ("payer_set", "funding_source", "kecamatan_code", "sector")]
STOOD = pa.schema(
    [
        pa.field("person_id", pa.int64()),
        *_WHERE,
        pa.field("heads", pa.int8()),
        pa.field("total_idr", pa.int64()),
    ]
)
CORRECTED = pa.schema([*STOOD, pa.field("reason_code", pa.string())])
WHY = pa.schema([pa.field("person_id", pa.int64()), pa.field("reason_code", pa.string())])
ENTRIES = pa.schema(
    [
        *(pa.field(name, pa.string()) for name in ("dimension", "value", "kind", "reason_code")),
        pa.field("people", pa.int64()),
        pa.field("total_idr", pa.int64()),
    ]
)
_SQL = Path(__file__).with_name("movement.sql").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Figure:
    """A count of people and an amount in whole rupiah, both signed where they are a change."""

    people: int
    total_idr: int

    def __add__(self, other: "Figure") -> "Figure":
        return Figure(self.people + other.people, self.total_idr + other.total_idr)

    def __str__(self) -> str:
        return f"{self.people} people and {rupiah(self.total_idr)}"


@dataclass(frozen=True, slots=True)
class Movement:
    """The parts of a month's movement (`ENTRIES`), by dimension, value, kind and reason."""

    entries: pa.Table

    def figure(self, kind: str, dimension: str = "all", value: str = "") -> Figure:
        """The sum of one kind. Opening and closing stand once; of the others each reason counts."""
        chosen = self.entries.filter(
            (pc.field("kind") == kind) & (pc.field("dimension") == dimension) & (pc.field("value") == value)
        )
        return Figure(*(pc.sum(chosen[name]).as_py() or 0 for name in ("people", "total_idr")))

    def rows(self, dimension: str) -> Iterator[dict[str, Any]]:
        """The entries of one dimension: by value, in the order of KINDS, then by reason."""
        yield from self.entries.filter(pc.field("dimension") == dimension).to_pylist()


def move(before: pa.Table, corrected: pa.Table, now: pa.Table, why: pa.Table) -> Movement:
    """The movement from what stood for the month before (`before`, `STOOD`) to what stands for this one.

    One row per person and share. `heads` is 1 on the share that counts the person, else 0, so that people
    add up over payers. `corrected` (`CORRECTED`) are the notes about the month before that this month books,
    signed; `why` (`WHY`) says why somebody joined or left, where that is known. For the rest NOT_LISTED
    stands, and NEW, or RETURNED for who was corrected away and is billed again.

    A person whose place, occupation or payer changed moves out of one value and into another; what changed
    for who stayed is `changed`, by PAYER or TARIFF. Raises `BillingError` when anything does not add up.
    """
    with connect() as connection:
        given = {
            "before": before.select(STOOD.names),
            "corrected": corrected.select(CORRECTED.names),
            "now": now.select(STOOD.names),
            "why": why.select(WHY.names),
        }
        for name, rows in given.items():
            connection.register(name, rows)
        connection.execute(_SQL)
        found = connection.sql("SELECT * FROM entries").to_arrow_table().cast(ENTRIES)
    movement = Movement(_in_order(found))
    refuse_unbalanced(movement)
    return movement


def refuse_unbalanced(movement: Movement) -> None:
    """Raise `BillingError` naming the figures when a value, or the values together, do not add up."""
    sides = pc.if_else(pc.equal(movement.entries["kind"], "closing"), -1, 1)
    signed = movement.entries.select(["dimension", "value"])
    for name in ("people", "total_idr"):
        signed = signed.append_column(name, pc.multiply(movement.entries[name], sides))
    sums = signed.group_by(["dimension", "value"]).aggregate([("people", "sum"), ("total_idr", "sum")])
    for row in sums.to_pylist():
        if row["people_sum"] or row["total_idr_sum"]:
            over = Figure(row["people_sum"], row["total_idr_sum"])
            closing = movement.figure("closing", row["dimension"], row["value"])
            raise BillingError(
                f"The movement by {row['dimension']} {row['value'] or '(none)'} does not balance: its parts "
                f"make up {closing + over}, what stands is {closing}. Nothing was printed."
            )
    for dimension in DIMENSIONS[1:]:
        _refuse_parts(movement, dimension)


def refuse_other_invoices(movement: Movement, period: Period, before_idr: int, now_idr: int) -> None:
    """Raise `BillingError` when the change is not that of the invoices and notes to the rupiah."""
    opening, closing = movement.figure("opening").total_idr, movement.figure("closing").total_idr
    if (opening, closing) != (before_idr, now_idr):
        raise BillingError(
            f"{period}: the movement goes from {rupiah(opening)} to {rupiah(closing)}, invoices and notes go "
            f"from {rupiah(before_idr)} to {rupiah(now_idr)}. Nothing was printed."
        )


def _refuse_parts(movement: Movement, dimension: str) -> None:
    """The values of a dimension add up to everybody: what moved or changed taken together."""
    for kinds in (("opening",), ("corrected",), ("joined",), ("left",), KINDS[4:7], ("closing",)):
        whole, parts = Figure(0, 0), Figure(0, 0)
        for kind in kinds:
            whole += movement.figure(kind)
            chosen = (pc.field("kind") == kind) & (pc.field("dimension") == dimension)
            found = movement.entries.filter(chosen)
            parts += Figure(*(pc.sum(found[name]).as_py() or 0 for name in ("people", "total_idr")))
        if whole != parts:
            raise BillingError(
                f"The movement by {dimension} does not add up: {', '.join(kinds)} make {parts}, together it "
                f"is {whole}. Nothing was printed."
            )


def _in_order(entries: pa.Table) -> pa.Table:
    ordered = entries
    for name, order in (("dimension", DIMENSIONS), ("kind", KINDS)):
        place = pc.index_in(entries[name], value_set=pa.array(order))
        ordered = ordered.append_column(f"{name}_place", place)
    keys = ("dimension_place", "value", "kind_place", "reason_code")
    return ordered.sort_by([(key, "ascending") for key in keys]).select(ENTRIES.names)
