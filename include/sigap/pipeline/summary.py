"""What a month came to: counts and amounts, read back from the warehouse."""

from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import Connection, func, not_, select
from sqlalchemy.dialects.postgresql import distinct_on

from sigap.domain.period import Period
from sigap.pipeline.resources import Resources
from sigap.pipeline.rosters import current_roster
from sigap.pipeline.usable import overview
from sigap.warehouse.tables import audit, billing, entitlement, quality, reporting, sources

VERBS = (
    "collect", "check", "measure", "judge", "link", "decide", "approve", "bill", "issue", "report", "settle",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class InvoiceFigures:
    """One issued invoice: its number, who pays, people, and whole rupiah."""

    number: str
    wadah: str
    funding: str
    people: int
    jkk_idr: int
    jkm_idr: int
    total_idr: int


@dataclass(frozen=True, slots=True)
class Problem:
    """A file that was not used, and what to do about it."""

    source: str
    file: str
    message: str

    @property
    def sentence(self) -> str:
        """What to do, with sender and file; the message may name the file itself."""
        named = self.message if self.message.startswith(self.file) else f"{self.file}: {self.message}"
        return f"{self.source}: {named}"


@dataclass(frozen=True, slots=True)
class MonthSummary:
    """The figures of one month of one government, named by its kode wilayah.

    `repeated` counts rows with a twin before them by where it stands: file, source or across. `parked` counts
    subsidised person-months that were not billed. `unverified`
    names the rules and tariffs it rests on that nobody has seen in their source; `seconds` holds the duration
    of each verb's latest runs.
    """

    period: str
    government: str
    deliveries: int = 0
    accepted: int = 0
    held: int = 0
    rejected: int = 0
    repeated: dict[str, int] = field(default_factory=dict)
    persons: int = 0
    already_covered: int = 0
    subsidised: int = 0
    waiting: int = 0
    not_eligible: int = 0
    held_persons: int = 0
    parked: int = 0
    invoices: tuple[InvoiceFigures, ...] = ()
    documents: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    unverified: tuple[str, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The summary as plain values, for JSON."""
        return asdict(self)


def summarise(period: Period, resources: Resources, run_id: str | None = None) -> MonthSummary:
    """Read the figures of a month; durations of one run, or of all runs on record."""
    with resources.warehouse.connect() as connection:
        return MonthSummary(
            period=str(period),
            government=resources.settings.government,
            **_rows(connection, period),
            repeated=_repeated(connection, period),
            **_people(connection, period),
            parked=_parked(connection, period),
            invoices=_invoices(connection, period),
            documents=_documents(connection, period),
            problems=_problems(connection, period),
            unverified=_unverified(connection, period),
            seconds=_seconds(connection, period, run_id),
        )


def _rows(connection: Connection, period: Period) -> dict[str, int]:
    checked = quality.validation.c
    sums = select(
        *(func.coalesce(func.sum(column), 0) for column in (checked.accepted, checked.held, checked.rejected))
    )
    accepted, held, rejected = connection.execute(sums.where(checked.period == str(period))).one()
    files = select(func.count()).where(sources.delivery.c.period == str(period))
    deliveries = connection.execute(files).scalar_one()
    return {"deliveries": deliveries, "accepted": int(accepted), "held": int(held), "rejected": int(rejected)}


def _repeated(connection: Connection, period: Period) -> dict[str, int]:
    twin = quality.duplicate.c
    found = connection.execute(
        select(twin.scope, func.sum(twin.rows)).where(twin.period == str(period)).group_by(twin.scope)
    )
    return {scope: int(rows) for scope, rows in found}


def _parked(connection: Connection, period: Period) -> int:
    roster = current_roster(connection, period)
    wanted = select(func.count()).select_from(billing.parked)
    return int(
        connection.execute(
            wanted.where(billing.parked.c.roster_id == (roster.roster_id if roster else None))
        ).scalar_one()
    )


def _people(connection: Connection, period: Period) -> dict[str, int]:
    roster = current_roster(connection, period)
    decision = entitlement.decision.c
    found = connection.execute(
        select(decision.outcome, func.count())
        .where(decision.roster_id == (roster.roster_id if roster else None))
        .group_by(decision.outcome)
    )
    by_outcome: dict[str, int] = dict(tuple(row) for row in found)
    return {
        "persons": sum(by_outcome.values()),
        "already_covered": by_outcome.get("already_covered", 0),
        "subsidised": by_outcome.get("subsidised", 0),
        "waiting": by_outcome.get("waiting", 0),
        "not_eligible": by_outcome.get("not_eligible", 0),
        "held_persons": by_outcome.get("held", 0),
    }


def _invoices(connection: Connection, period: Period) -> tuple[InvoiceFigures, ...]:
    invoice = billing.invoice.c
    found = connection.execute(
        select(
            invoice.number,
            invoice.wadah_code,
            invoice.funding_source,
            invoice.people,
            invoice.jkk_idr,
            invoice.jkm_idr,
            invoice.total_idr,
        )
        .where(invoice.period == str(period), invoice.status == "issued")
        .order_by(invoice.number)
    )
    return tuple(InvoiceFigures(*row) for row in found)


def _documents(connection: Connection, period: Period) -> tuple[str, ...]:
    found = connection.execute(
        select(reporting.document.c.uri)
        .join(billing.invoice, billing.invoice.c.invoice_id == reporting.document.c.invoice_id)
        .where(billing.invoice.c.period == str(period))
        .order_by(billing.invoice.c.number, reporting.document.c.kind)
    )
    return tuple(found.scalars())


def _problems(connection: Connection, period: Period) -> tuple[Problem, ...]:
    delivery, validation = sources.delivery.c, quality.validation.c
    message = func.coalesce(validation.message, delivery.message, "")
    wanted = (
        select(overview.c.source, overview.c.file_name, message)
        .join(sources.delivery, delivery.delivery_id == overview.c.delivery_id)
        .outerjoin(quality.validation, validation.delivery_id == overview.c.delivery_id)
        .where(overview.c.period == str(period), not_(overview.c.is_usable | overview.c.is_replaced))
        .where(overview.c.outcome.in_(("refused", "drifted")) | (overview.c.check_outcome == "stopped"))
        .order_by(overview.c.source, overview.c.file_name)
    )
    return tuple(Problem(*row) for row in connection.execute(wanted))


def _unverified(connection: Connection, period: Period) -> tuple[str, ...]:
    """As the newest runs of decide and bill recorded it."""
    outcome = audit.outcome.c
    found = connection.execute(
        select(outcome.versions["unverified"].astext)
        .where(outcome.period == str(period), outcome.status == "ok", outcome.verb.in_(("decide", "bill")))
        .ext(distinct_on(outcome.verb))
        .order_by(outcome.verb.desc(), outcome.outcome_id.desc())
    )
    return tuple(name for names in found.scalars() for name in (names or "").split(", ") if name)


def _seconds(connection: Connection, period: Period, run_id: str | None) -> dict[str, float]:
    """Seconds by verb: of one run, or of the latest run on each delivery, roster and invoice."""
    outcome = audit.outcome.c
    latest = select(outcome.outcome_id, outcome.verb, outcome.seconds).where(outcome.period == str(period))
    if run_id is not None:
        latest = latest.where(outcome.run_id == run_id)
    latest = latest.ext(distinct_on(outcome.verb, outcome.subject))
    runs = latest.order_by(outcome.verb, outcome.subject, outcome.outcome_id.desc()).subquery().c
    found = connection.execute(select(runs.verb, func.sum(runs.seconds).label("seconds")).group_by(runs.verb))
    seconds = {row.verb: row.seconds for row in found}
    return {verb: round(seconds[verb], 3) for verb in VERBS if verb in seconds}
