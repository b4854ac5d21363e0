"""May this delivery be used? One Great Expectations validation per delivery, and the stop rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa

from sigap.domain.source import SourceEntry
from sigap.errors import QualityError
from sigap.quality.checked import Checked
from sigap.quality.severity import severities_of
from sigap.quality.stops import Stops, advise
from sigap.quality.suites import build_suite, seen_of, suite_sha256

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

    `stops` are the broken stop rules and `message` says what to do about them. `warnings` counts the
    expectations that failed without stopping it, `faults` the rows by each code that holds or rejects one.
    """

    outcome: Literal["passed", "stopped"]
    message: str | None
    warnings: int
    suite_sha256: str
    result: dict[str, Any]
    stops: Stops = field(default_factory=dict)
    faults: Mapping[str, int] = field(default_factory=dict)


def validate_delivery(
    received: pa.Table,
    checked: Checked,
    entry: SourceEntry,
    delivery_id: str,
    received_at: datetime,
    history: Sequence[int] = (),
    is_correction: bool = False,
) -> Validation:
    """As `validate_seen`, for a list whose rows are all in memory."""
    seen = seen_of(received, checked.rows, entry)
    return validate_seen(seen, checked, entry, delivery_id, received_at, history, is_correction)


def validate_seen(
    seen: pa.Table,
    checked: Checked,
    entry: SourceEntry,
    delivery_id: str,
    received_at: datetime,
    history: Sequence[int] = (),
    is_correction: bool = False,
) -> Validation:
    """Hold a delivery against the suite of its source. `received_at` dates the result: a rerun is no news.

    `seen` comes from `seen_of`, in one piece or put together from several; of `checked` only the counts are
    used. `history` and `is_correction` as in `build_suite`.
    """
    from great_expectations.core.run_identifier import RunIdentifier

    suite = build_suite(entry, history, is_correction)
    asset = open_context().data_sources.add_pandas("received").add_dataframe_asset(entry.code)
    batch = asset.add_batch_definition_whole_dataframe(delivery_id).get_batch({"dataframe": seen.to_pandas()})
    # of the batch itself: a validation definition would also store its suite and its result, for nobody
    found = batch.validate(suite, result_format=COUNTS_ONLY)
    # not the bare id: Great Expectations reads a run's name as a date, and an id may be all digits
    run = RunIdentifier(f"delivery-{delivery_id}", received_at)
    found.meta |= {"run_id": run, "validation_time": received_at}
    result = without_values(found.to_json_dict())
    failed = [item for item in result["results"] if not item["success"]]
    broken = [item for item in failed if item["expectation_config"]["severity"] == "critical"]
    stops, faults = _stops(broken), _faults(checked, entry)
    return Validation(
        "stopped" if broken else "passed",
        advise(stops, entry, _frequent(faults)) if broken else None,
        len(failed) - len(broken),
        suite_sha256(suite),
        result,
        stops,
        faults,
    )


def also_stopped(found: Validation, stops: Stops, entry: SourceEntry) -> Validation:
    """The validation with stop rules that are evaluated elsewhere; unchanged without any."""
    if not stops:
        return found
    both = found.stops | stops
    return replace(found, outcome="stopped", stops=both, message=advise(both, entry, _frequent(found.faults)))


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


def _stops(broken: Sequence[dict[str, Any]]) -> Stops:
    """The broken rules with what was found: rows or a share of them, or the columns that are empty."""
    stops: Stops = {}
    for item in broken:
        meta, found = item["expectation_config"]["meta"], item["result"]
        stop = stops.setdefault(meta["rule"], {"limit": meta["limit"], "found": _found(found)})
        if meta["rule"] == "empty_columns":
            column = item["expectation_config"]["kwargs"]["column"].removeprefix("received_")
            stop["found"] = [*(stop["found"] if isinstance(stop["found"], list) else []), column]
    return stops


def _found(result: dict[str, Any]) -> float:
    if "observed_value" in result:
        return int(result["observed_value"])
    return round(int(result["unexpected_count"]) / max(int(result["element_count"]), 1), 4)


def _faults(checked: Checked, entry: SourceEntry) -> dict[str, int]:
    weights = {**severities_of(entry), "VERDICT_REJECTED": "reject"}
    return {code: rows for code, rows in checked.reasons.items() if weights.get(code) in ("reject", "hold")}


def _frequent(faults: Mapping[str, int]) -> str:
    return ", ".join(sorted(faults, key=lambda code: (-faults[code], code))[:3])
