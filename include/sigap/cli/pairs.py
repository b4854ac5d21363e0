"""How doubtful pairs are shown: as a list without a person, or one with both records side by side."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sigap.cli.terminal import show_table
from sigap.domain.money import rupiah
from sigap.pipeline.verbatim import verbatim

if TYPE_CHECKING:
    from sigap.identity.shown import ShownPair


def print_pairs(rows: Iterable[dict[str, Any]], console: Console) -> None:
    """Print what names each pair, its score, and what a wrong answer would risk."""
    table = Table("key", "kind", "record", "other record", "score", "risk of same", "of different", "verdict")
    for row in rows:
        table.add_row(*_told(row))
    show_table(table, console)


def print_pair(pair: "ShownPair", console: Console) -> None:
    """Print both records fact by fact, what the comparison found, and the risk of each answer."""
    from sigap.identity.shown import lines_of
    from sigap.identity.words import write_weight

    table = Table("", "rekaman pertama", "rekaman kedua", "hasil perbandingan", "bobot")
    for line in lines_of(pair):
        weight = "" if line.weight is None else write_weight(line.weight, "id", signed=True)
        table.add_row(line.label, verbatim(line.left), verbatim(line.right), line.words, weight)
    console.print(f"{pair.fact_key}: {pair.kind}", markup=False)
    show_table(table, console)
    for verdict in ("same", "different"):
        two = ", two people needed" if pair.needs_two(verdict) else ""
        console.print(f"  {verdict}: risk {rupiah(pair.risks[verdict])}{two}", markup=False)


def _told(row: dict[str, Any]) -> tuple[str | Text, ...]:
    return (
        row["fact_key"][:12],
        row["kind"],
        _place(row["source"], row["delivery_id"], row["sheet"], row["row"]),
        _place(row["other_source"], row["other_delivery_id"], row["other_sheet"], row["other_row"]),
        f"{row['match_weight']:+.1f}",
        rupiah(row["same_risk_idr"]),
        rupiah(row["different_risk_idr"]),
        "" if row["verdict_id"] is None else f"{row['verdict_id']} waits",
    )


def _place(source: str, delivery: str, sheet: str | None, row: int) -> Text:
    return verbatim(" ".join(filter(None, (source, delivery, sheet, f"row {row}"))))
