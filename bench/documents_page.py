"""The page of the documents benchmark."""

from collections.abc import Sequence

from bench.documents import Made

_TITLES = {"workbook": "workbook", "pdf": "PDF and its annex", "report": "the verb `report`: all of them"}
_PROMISED = {"workbook": 3, "pdf": 5}  # seconds, for 11,666 people


def documents_page(runs: Sequence[Made]) -> list[str]:
    """Seconds of each document beside what is promised, its size, and memory."""
    return [
        "| | reading, s | making, s | together, s | promised, s | size, MiB | peak with server, MiB |",
        "|---|---:|---:|---:|---:|---:|---:|",
        *map(_row, runs),
        "",
        "The promise is for 11,666 people. The verb reads once for all documents, writes them and enters "
        "them in the warehouse.",
    ]


def _row(one: Made) -> str:
    reading = f"{one.reading:.2f}" if one.reading else ""
    promised = f"≤ {_PROMISED[one.what]}" if one.what in _PROMISED else ""
    return (
        f"| {_TITLES[one.what]} | {reading} | {one.making:.2f} | **{one.seconds:.2f}** | {promised} "
        f"| {one.size_bytes / 2**20:.1f} | {one.peak_bytes / 2**20:,.0f} |"
    )
