"""May this delivery be used? One Great Expectations validation per delivery, and the stop rules."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa

from sigap.domain.source import Kind, SourceEntry
from sigap.errors import QualityError
from sigap.quality.rows import Checked
from sigap.quality.suites import build_suite, frame_of, suite_sha256
from sigap.quality.words import severities

if TYPE_CHECKING:
    from great_expectations.data_context import AbstractDataContext

COUNTS_ONLY = {"result_format": "BASIC", "partial_unexpected_count": 0}
_VALUES = (
    "unexpected_list",
    "unexpected_index_list",
    "partial_unexpected_list",
    "partial_unexpected_counts",
    "partial_unexpected_index_list",
)


@dataclass(frozen=True, slots=True)
class Validation:
    """Whether a delivery may go on. `result` is what Great Expectations found, in counts, without any value.

    `message` says what to do when it is stopped. `warnings` counts the expectations that failed without
    stopping it.
    """

    outcome: Literal["passed", "stopped"]
    message: str | None
    warnings: int
    suite_sha256: str
    result: dict[str, Any]


def validate_delivery(
    received: pa.Table, checked: Checked, entry: SourceEntry, delivery_id: str, received_at: datetime
) -> Validation:
    """Hold a delivery against the suite of its source. `received_at` dates the result: a rerun is no news."""
    from great_expectations.core.run_identifier import RunIdentifier

    suite = build_suite(entry)
    asset = open_context().data_sources.add_pandas("received").add_dataframe_asset(entry.code)
    batch = asset.add_batch_definition_whole_dataframe(delivery_id).get_batch(
        {"dataframe": frame_of(received, checked.rows, entry)}
    )
    # of the batch itself: a validation definition would also store its suite and its result, for nobody
    found = batch.validate(suite, result_format=COUNTS_ONLY)
    found.meta |= {"run_id": RunIdentifier(delivery_id, received_at), "validation_time": received_at}
    result = without_values(found.to_json_dict())
    failed = [item for item in result["results"] if not item["success"]]
    broken = [item for item in failed if item["expectation_config"]["severity"] == "critical"]
    return Validation(
        "stopped" if broken else "passed",
        _message(broken, checked, entry) if broken else None,
        len(failed) - len(broken),
        suite_sha256(suite),
        result,
    )


def open_context() -> "AbstractDataContext":
    """A context in memory: no project on disk, no telemetry (not even of its opening), no progress bars."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    config = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(),
        progress_bars=ProgressBarsConfig(globally=False, metric_calculations=False),
        analytics_enabled=False,
    )
    return gx.get_context(mode="ephemeral", project_config=config)


def without_values(result: dict[str, Any]) -> dict[str, Any]:
    """The result in counts only. Raises `QualityError` when a value of a row got into it."""
    # a fingerprint of few rows can be undone by trying every NIK; the time of loading would make a rerun news
    for name in ("batch_markers", "batch_spec"):
        result["meta"].pop(name, None)
    for item in result["results"]:
        found = item["result"]
        if any(found.pop(name, None) for name in _VALUES):
            raise QualityError(
                f"Great Expectations returned values of rows for {item['expectation_config']['type']}. "
                "Nothing was stored. Keep result_format at counts only (quality/gate.py)."
            )
        if item["exception_info"].get("raised_exception"):
            raise QualityError(
                f"{item['expectation_config']['type']} could not be evaluated. "
                "Check the catalog entry and the suite built from it (quality/suites.py)."
            )
    return result


def _message(broken: Iterable[dict[str, Any]], checked: Checked, entry: SourceEntry) -> str:
    sentences = [_sentence(item, checked, entry) for item in broken]
    return " ".join(dict.fromkeys(sentences))


def _sentence(item: dict[str, Any], checked: Checked, entry: SourceEntry) -> str:
    config, catalog = item["expectation_config"], f"sources/catalog/{entry.code}.yaml"
    match config["meta"]["rule"]:
        case "too_few":
            return (
                f"{entry.code}: {checked.counts['received']} rows received, at least {entry.expect.at_least} "
                f"expected. Ask the sender for the complete list, or change expect.at_least in {catalog}."
            )
        case "too_bad":
            return (
                f"{entry.code}: {item['result']['unexpected_percent']:.0f}% of the rows cannot be used, at "
                f"most {entry.expect.max_rejected_share:.0%} may be so; most often "
                f"{_frequent(checked, entry.kind)}. Return the list to the sender for correction and collect "
                "the corrected file."
            )
        case "empty":
            column = config["kwargs"]["column"].removeprefix("received_")
            return (
                f"{entry.code}: the required column {column} is empty. Ask the sender for the agreed "
                f"template, or correct its headers in {catalog}."
            )
    return (
        f"{entry.code}: {config['description']}, but that does not hold of the checked rows. "
        "Nothing is wrong with the file; report this as a fault of the check."
    )


def _frequent(checked: Checked, kind: Kind) -> str:
    grave = [code for code in checked.reasons if severities(kind)[code] != "warn"]
    return ", ".join(sorted(grave, key=lambda code: (-checked.reasons[code], code))[:3])
