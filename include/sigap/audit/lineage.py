"""OpenLineage events of every verb, appended to a file. Datasets are batches, tables, files, no persons."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from openlineage.client.client import OpenLineageClient
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import error_message_run
from openlineage.client.transport.file import FileConfig, FileTransport

from sigap.domain.batch import BatchRef
from sigap.domain.period import Period

NAMESPACE = "sigap"
PRODUCER = "urn:sigap:pipeline"


@dataclass(frozen=True, slots=True)
class LineageRun:
    """One run of a verb as OpenLineage names it."""

    run_id: str
    job: str


class LineageLog:
    """Appends events to a JSON lines file."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._client = OpenLineageClient(
            transport=FileTransport(FileConfig(log_file_path=str(file), append=True))
        )

    def start(self, verb: str, period: Period, subject: str | None) -> LineageRun:
        """Say that a verb began."""
        run = LineageRun(str(uuid.uuid4()), ".".join(filter(None, [verb, str(period), subject])))
        self._emit(RunState.START, run, (), ())
        return run

    def finish(
        self,
        run: LineageRun,
        inputs: Sequence[str | BatchRef],
        outputs: Sequence[str | BatchRef],
        error: str | None,
    ) -> None:
        """Say what it read and wrote, and the sentence it failed with, if it did."""
        self._emit(RunState.COMPLETE if error is None else RunState.FAIL, run, inputs, outputs, error)

    def _emit(
        self,
        state: RunState,
        run: LineageRun,
        inputs: Sequence[str | BatchRef],
        outputs: Sequence[str | BatchRef],
        sentence: str | None = None,
    ) -> None:
        facets = (
            {"errorMessage": error_message_run.ErrorMessageRunFacet(sentence, "python")} if sentence else {}
        )
        self._client.emit(
            RunEvent(
                eventTime=datetime.now(UTC).isoformat(),
                eventType=state,
                run=Run(run.run_id, facets=facets),
                job=Job(NAMESPACE, run.job),
                inputs=[InputDataset(*_name(thing)) for thing in inputs],
                outputs=[OutputDataset(*_name(thing)) for thing in outputs],
                producer=PRODUCER,
            )
        )


def _name(thing: str | BatchRef) -> tuple[str, str]:
    if isinstance(thing, BatchRef):
        return "lake", f"{thing.dataset}/{thing.period}/{thing.sha256[:16]}"
    if "/" in thing:
        return "file", thing
    return "warehouse", thing
