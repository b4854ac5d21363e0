"""The page of the settlement benchmark."""

from bench.settlement import Settled
from sigap.settlement import match_classes

PROMISE = 60  # seconds, for 3,000,000 people


def settlement_page(one: Settled) -> list[str]:
    """Seconds, memory and cost per row, and what was found."""
    return [
        "| people invoiced | rows of the bill | settle, s | per row, µs | peak with server, MiB |",
        "|---:|---:|---:|---:|---:|",
        f"| {one.people:,} | {one.rows:,} | **{one.seconds:.1f}** | {one.seconds / one.rows * 1e6:.1f} "
        f"| {one.peak_bytes / 2**20:,.0f} |",
        "",
        f"Promised: 3,000,000 in at most {PROMISE} s. That is the whole verb: invoice, roster and bill are "
        "read, everybody is compared, the reconciliation and its differences are written.",
        "",
        "| class | | people |",
        "|---|---|---:|",
        *(f"| `{code}` | {match_classes()[code].title} | {people:,} |" for code, people in _found(one)),
    ]


def _found(one: Settled) -> list[tuple[str, int]]:
    return [(code, people) for code, people in one.classes.items() if people]
