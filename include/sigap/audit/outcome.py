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


@dataclass(frozen=True, slots=True)
class VerbRun:
    """Which verb runs, for which month, on what (`None`: the whole month), within which run."""

    verb: str
    period: Period
    subject: str | None
    run_id: str


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
def outcome_of(run: VerbRun, warehouse: Engine, lineage: LineageLog) -> Iterator[Outcome]:
    """Run a verb's body and record its outcome in `audit.outcome` and the lineage, also when it fails.

    A `SigapError` is recorded with its sentence; of any other error only the class is kept, since its text
    could quote a person.
    """
    outcome, started, clock = Outcome(), datetime.now(UTC), time.perf_counter()
    event = lineage.start(run.verb, run.period, run.subject)
    error: str | None = None
    try:
        yield outcome
    except BaseException as failure:
        error = str(failure) if isinstance(failure, SigapError) else type(failure).__name__
        raise
    finally:
        lineage.finish(event, outcome.inputs, outcome.outputs, error)
        row = _row(run, outcome, error) | {"started_at": started, "seconds": time.perf_counter() - clock}
        with warehouse.begin() as connection:
            connection.execute(insert(audit.outcome), [row])


def _row(run: VerbRun, outcome: Outcome, error: str | None) -> dict[str, object]:
    return {
        "verb": run.verb,
        "period": str(run.period),
        "subject": run.subject,
        "run_id": run.run_id,
        "status": "ok" if error is None else "failed",
        "counts": outcome.counts,
        "inputs": [_plain(thing) for thing in outcome.inputs],
        "outputs": [_plain(thing) for thing in outcome.outputs],
        "versions": outcome.versions,
        "error": error,
        "finished_at": datetime.now(UTC),
    }


def _plain(thing: str | BatchRef) -> object:
    return thing.as_dict() if isinstance(thing, BatchRef) else thing
