"""Every verb leaves one outcome row: what it read and wrote, how many, how long, and whether it failed."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import Engine, insert

from sigap.audit.lineage import LineageLog
from sigap.domain.batch import BatchRef
from sigap.domain.period import Period
from sigap.errors import SigapError
from sigap.warehouse.tables import audit


@dataclass(slots=True)
class Outcome:
    """Collects what a verb does while it does it."""

    counts: dict[str, int] = field(default_factory=dict)
    inputs: list[str | BatchRef] = field(default_factory=list)
    outputs: list[str | BatchRef] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)

    def count(self, counts: Mapping[str, int]) -> None:
        """Add named counts."""
        self.counts.update(counts)

    def read(self, *things: str | BatchRef) -> None:
        """Name batches, or tables and files (`billing.invoice`, a path) that were read."""
        self.inputs.extend(things)

    def wrote(self, *things: str | BatchRef) -> None:
        """Name batches, tables or files that were written."""
        self.outputs.extend(things)


@contextmanager
def outcome_of(
    verb: str,
    period: Period,
    warehouse: Engine,
    lineage: LineageLog,
    run_id: str,
    subject: str | None = None,
) -> Iterator[Outcome]:
    """Run a verb's body and record its outcome in `audit.outcome` and the lineage, also when it fails.

    A `SigapError` is recorded with its sentence; of any other error only the class is kept, since its text could quote a person.
    """
    outcome, started, clock = Outcome(), datetime.now(UTC), time.perf_counter()
    run = lineage.start(verb, period, subject)
    try:
        yield outcome
    except BaseException as error:
        sentence = str(error) if isinstance(error, SigapError) else type(error).__name__
        lineage.fail(run, outcome.inputs, outcome.outputs, sentence)
        _record(
            warehouse, verb, period, run_id, subject, outcome, started, time.perf_counter() - clock, sentence
        )
        raise
    lineage.complete(run, outcome.inputs, outcome.outputs)
    _record(warehouse, verb, period, run_id, subject, outcome, started, time.perf_counter() - clock, None)


def _record(
    warehouse: Engine,
    verb: str,
    period: Period,
    run_id: str,
    subject: str | None,
    outcome: Outcome,
    started: datetime,
    seconds: float,
    error: str | None,
) -> None:
    row = {
        "verb": verb,
        "period": str(period),
        "subject": subject,
        "run_id": run_id,
        "status": "ok" if error is None else "failed",
        "counts": outcome.counts,
        "inputs": [_plain(thing) for thing in outcome.inputs],
        "outputs": [_plain(thing) for thing in outcome.outputs],
        "versions": outcome.versions,
        "error": error,
        "started_at": started,
        "finished_at": datetime.now(UTC),
        "seconds": seconds,
    }
    with warehouse.begin() as connection:
        connection.execute(insert(audit.outcome), [row])


def _plain(thing: str | BatchRef) -> object:
    return thing.as_dict() if isinstance(thing, BatchRef) else thing
