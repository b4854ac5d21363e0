"""The page of the billing benchmark."""

from collections.abc import Sequence

from bench.billing import Billed, Peer


def billing_page(curve: Sequence[Billed], history: Sequence[Billed], peer: Peer | None) -> list[str]:
    """Seconds, memory and cost per line by size, the peer, and the cost over months of history."""
    lines = [
        "| person-lines | bill, s | approve, issue, s | together, s | per line, µs | peak with server, MiB |",
        "|---:|---:|---:|---:|---:|---:|",
        *(
            f"| {one.lines:,} | {one.bill_seconds:.1f} | {one.issue_seconds:.1f} | **{one.seconds:.1f}** "
            f"| {_per_line(one):.1f} | {one.peak_bytes / 2**20:,.0f} |"
            for one in curve
        ),
        "",
    ]
    if peer is not None:
        ours = curve[-1]
        lines += [
            f"pandas `to_sql` writes the {peer.lines:,} lines, which it reads priced from Parquet, into a "
            f"table without key, check or trigger in **{peer.seconds:.1f} s** "
            f"({peer.peak_bytes / 2**20:,.0f} MiB). Ours prices them, keeps the batch, loads them "
            f"under every constraint, has them approved and "
            f"issued and enters the ledger **{peer.seconds / ours.seconds:.1f}× as fast**.",
            "",
        ]
    return lines + (_history(history) if history else [])


def _history(history: Sequence[Billed]) -> list[str]:
    shown = sorted({0, 1, 11, 23, 35, len(history) - 1} & set(range(len(history))))
    return [
        f"The same {history[0].lines:,} people month after month, all in one warehouse:",
        "",
        "| month | together, s | per line, µs |",
        "|---:|---:|---:|",
        *(f"| {n + 1} | {history[n].seconds:.2f} | {_per_line(history[n]):.1f} |" for n in shown),
    ]


def _per_line(one: Billed) -> float:
    return one.seconds / one.lines * 1e6
