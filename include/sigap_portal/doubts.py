"""The doubtful pairs of a month as the portal shows them: where they stand, what was found, nobody's name."""

from dataclasses import dataclass
from typing import Any

from sigap.domain.datasets import EVIDENCE
from sigap.domain.period import Period
from sigap.identity.risk import VERDICTS, load_risk
from sigap.identity.words import Line, describe, write_weight
from sigap.pipeline.pair_verdicts import count_verdicts
from sigap.pipeline.resources import Resources
from sigap.pipeline.review import open_pairs
from sigap.reporting.words import grouped

PAGE = 50


@dataclass(frozen=True, slots=True)
class Doubt:
    """One question. `risks` and `needs_two` by verdict; `verdict_id` when it waits for a second person."""

    key: str
    kind: str
    first: str
    second: str
    speaking_for: list[str]
    speaking_against: list[str]
    score: str
    risks: dict[str, int]
    needs_two: dict[str, bool]
    verdict_id: int | None


@dataclass(frozen=True, slots=True)
class Doubts:
    """The questions of a month: figures, and one page of them, the highest risk first."""

    open: int
    waiting: int
    settled: int
    limit_idr: int
    shown: list[Doubt]
    pages: int


def doubts_of(period: Period, page: int, resources: Resources) -> Doubts:
    """One page of the month's questions, counted from 1."""
    questions, limit = open_pairs(period, resources), load_risk(period).limit_idr
    waiting = questions.num_rows - questions["verdict_id"].null_count
    with resources.warehouse.connect() as connection:
        settled = count_verdicts(connection, period)
    titles = {code: entry.title for code, entry in resources.catalog().items()}
    rows = questions.slice((page - 1) * PAGE, PAGE).to_pylist()
    return Doubts(
        open=questions.num_rows - waiting,
        waiting=waiting,
        settled=settled,
        limit_idr=limit,
        shown=[_doubt(row, titles, limit) for row in rows],
        pages=max(1, -(-questions.num_rows // PAGE)),
    )


def _doubt(row: dict[str, Any], titles: dict[str, str], limit: int) -> Doubt:
    levels = {name: row[f"level_{name}"] for name in EVIDENCE if row[f"level_{name}"] is not None}
    weights = {name: row[f"weight_{name}"] or 0.0 for name in EVIDENCE}
    lines = sorted(describe(levels, weights, "id"), key=lambda line: -abs(line.weight))
    risks = {verdict: row[f"{verdict}_risk_idr"] for verdict in VERDICTS}
    return Doubt(
        key=row["fact_key"][:12],
        kind=row["kind"],
        first=_place(titles, row["source"], row["sheet"], row["row"]),
        second=_place(titles, row["other_source"], row["other_sheet"], row["other_row"]),
        speaking_for=_words(lines, "for"),
        speaking_against=_words(lines, "against"),
        score=write_weight(row["match_weight"], "id", signed=True),
        risks=risks,
        needs_two={verdict: risk > limit for verdict, risk in risks.items()},
        verdict_id=row["verdict_id"],
    )


def _place(titles: dict[str, str], source: str, sheet: str | None, row: int) -> str:
    where = [titles.get(source, source), f"lembar {sheet}" if sheet else "", f"baris {grouped(row)}"]
    return ", ".join(filter(None, where))


def _words(lines: list[Line], direction: str) -> list[str]:
    return [
        f"{line.words} ({write_weight(abs(line.weight), 'id')})"
        for line in lines
        if line.direction == direction
    ]
