"""What the quality report is told: counts, codes, accounts and the names of files. Nothing of a person."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sigap.domain.period import Period
from sigap.domain.source import Kind, Severity
from sigap.quality.stops import BrokenRule, Stops, word_stops

_GRAVITY = ("reject", "hold", "warn", "info")


@dataclass(frozen=True, slots=True)
class Finding:
    """How many rows have a reason, what it does to them, and in which column of the sender's file it stands.

    `header` is None where the header line has words that the catalog does not know.
    """

    code: str
    severity: Severity
    rows: int
    column: str | None = None
    header: str | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a person decided about a list that was stopped, or about the month."""

    verdict: Literal["pass", "leave_out"]
    actor: str
    day: dt.date


@dataclass(frozen=True, slots=True)
class Layout:
    """What one list of a file looks like: its rows, and how many of what was left out or hidden."""

    rows: int
    left_out: Mapping[str, int] = field(default_factory=dict)  # lines by kind
    marks: Mapping[str, int] = field(default_factory=dict)  # hidden rows, formulas, … by what they are


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the report says of one checked delivery. `title` names its source."""

    delivery_id: str
    title: str
    kind: Kind
    file_name: str
    outcome: Literal["passed", "stopped"]
    counts: Mapping[str, int]  # received, accepted, held, rejected
    findings: Sequence[Finding]
    result: dict[str, Any]  # of Great Expectations, as `read_result` gives it
    stops: Stops = field(default_factory=dict)
    judgement: Judgement | None = None
    duplicates: Mapping[str, int] = field(default_factory=dict)  # within the file: exact, near
    layouts: Sequence[Layout] = ()
    corrects: str | None = None  # file names of the deliveries it is about
    replaces: str | None = None
    is_replaced: bool = False

    @property
    def page(self) -> str:
        """The address of its page in the site."""
        return f"validations/{self.delivery_id}.html"

    @property
    def status(self) -> str:
        """passed, stopped (nobody has judged), let_pass, left_out or replaced."""
        if self.is_replaced:
            return "replaced"
        if self.outcome == "stopped" and self.judgement:
            return {"pass": "let_pass", "leave_out": "left_out"}[self.judgement.verdict]
        return self.outcome

    @property
    def broken(self) -> list[BrokenRule]:
        """The stop rules it broke, in words."""
        return word_stops(self.stops)

    @property
    def warnings(self) -> list[str]:
        """The expectations that fail without stopping it, as they are described."""
        failed = [item["expectation_config"] for item in self.result["results"] if not item["success"]]
        return [config["description"] for config in failed if config["severity"] != "critical"]

    @property
    def reasons(self) -> list[Finding]:
        """Its findings without their columns, the gravest and most frequent first."""
        return add_findings(self.findings)


@dataclass(frozen=True, slots=True)
class Unread:
    """A file of which nothing was taken in, and why: refused, drifted or duplicate."""

    title: str
    file_name: str
    outcome: str
    message: str


@dataclass(frozen=True, slots=True)
class Score:
    """One sender in one month: a row of reporting.source_scorecard."""

    source: str
    title: str
    period: Period
    deliveries: int
    unusable: int  # files refused, of a changed layout, or stopped
    received: int | None
    held: int | None
    rejected: int | None
    accepted_share: float | None
    reasons: Sequence[tuple[str, int]] = ()
    repeated: int | None = None  # rows with a twin before them in the sender's own lists of the month
    days_to_correct: float | None = None


@dataclass(frozen=True, slots=True)
class Month:
    """Everything the report says of a month.

    `stops` are the limits that its lists exceed together, `duplicates` counts repeated rows by source, scope
    and nearness, `scores` holds the months up to this one.
    """

    period: Period
    deliveries: Sequence[Delivery] = ()
    unread: Sequence[Unread] = ()
    stops: Stops = field(default_factory=dict)
    judgement: Judgement | None = None
    duplicates: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    scores: Sequence[Score] = ()

    @property
    def broken(self) -> list[BrokenRule]:
        """The broken limits of the month, in words."""
        return word_stops(self.stops, self.titles)


def add_findings(findings: Sequence[Finding]) -> list[Finding]:
    """Findings of one code and severity together, without their columns, as `sort_findings` orders."""
    total: dict[tuple[str, Severity], int] = {}
    for found in findings:
        total[found.code, found.severity] = total.get((found.code, found.severity), 0) + found.rows
    added = [Finding(code, severity, rows) for (code, severity), rows in total.items()]
    return sort_findings(added)


def sort_findings(findings: Sequence[Finding]) -> list[Finding]:
    """The gravest first, then by rows."""
    return sorted(
        findings, key=lambda one: (_GRAVITY.index(one.severity), -one.rows, one.code, one.column or "")
    )
