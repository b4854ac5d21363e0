"""The page of the billing benchmark."""

from collections.abc import Sequence

from bench.billing import Billed, Peer

_TABLES = {
    "bare": "that pandas makes: no key, check, index or trigger",
    "guarded": "with the columns, keys, checks and indexes of ours, without its triggers",
}


def billing_page(curve: Sequence[Billed], history: Sequence[Billed], peers: Sequence[Peer]) -> list[str]:
    """Seconds, memory and cost per line by size, the peers, and the cost over months of history."""
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
    return lines + (_peers(curve[-1], peers) if peers else []) + (_history(history) if history else [])


def _peers(ours: Billed, peers: Sequence[Peer]) -> list[str]:
    return [
        f"pandas `to_sql` writes the same {ours.lines:,} lines, read priced from Parquet, into a table",
        "",
        "| | s | peak with server, MiB | ours is as fast |",
        "|---|---:|---:|---:|",
        *(
            f"| {_TABLES[peer.kind]} | {peer.seconds:.1f} | {peer.peak_bytes / 2**20:,.0f} "
            f"| **{peer.seconds / ours.seconds:.1f}×** |"
            for peer in peers
        ),
        "",
        f"Ours takes {ours.seconds:.1f} s: it prices them, keeps the batch, loads them under every "
        "constraint, has them approved and issued and enters the ledger.",
        "",
    ]


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
