"""The quality report of a month: Great Expectations' Data Docs within pages of ours, in counts only.

The pages work in a closed network and without scripts: one stylesheet beside them, no other address in them.
"""

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from babel.dates import format_date
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sigap.domain.period import Period
from sigap.domain.reasons import reasons as all_reasons
from sigap.domain.source import Kind
from sigap.errors import QualityError
from sigap.quality.gate import without_values
from sigap.quality.pages import render_sections
from sigap.quality.words import report_words, severities

_STYLE = "report.css"
_MOST_FREQUENT = 3


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the report says of one delivery. `title` names its source, `reasons` counts rows by code."""

    delivery_id: str
    title: str
    kind: Kind
    file_name: str
    outcome: Literal["passed", "stopped"]
    counts: Mapping[str, int]  # received, accepted, held, rejected
    reasons: Mapping[str, int]
    result: dict[str, Any]  # of Great Expectations, as `read_result` gives it

    @property
    def page(self) -> str:
        """The address of its page in the site."""
        return f"validations/{self.delivery_id}.html"

    @property
    def unmet(self) -> list[dict[str, Any]]:
        """The expectations that do not hold, those that stop a delivery first."""
        failed = [item["expectation_config"] for item in self.result["results"] if not item["success"]]
        return sorted(failed, key=lambda config: config["severity"] != "critical")

    @property
    def warnings(self) -> int:
        """How many expectations fail without stopping it."""
        return sum(config["severity"] != "critical" for config in self.unmet)

    @property
    def frequent(self) -> list[tuple[str, str, int]]:
        """Reason code, what it does to a row, and how many rows have it; the most frequent first."""
        found = [(code, severities(self.kind)[code], rows) for code, rows in self.reasons.items()]
        return sorted(found, key=lambda item: (item[1] == "warn", -item[2], item[0]))


def store_result(result: dict[str, Any], delivery_id: str, folder: Path) -> Path:
    """Keep the result of a delivery beside the site, in counts only, until the site is built."""
    target = folder / "results" / f"{delivery_id}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    content = json.dumps(without_values(result), indent=1, sort_keys=True)
    with tempfile.NamedTemporaryFile("w", dir=target.parent, suffix=".part", delete=False) as scratch:
        scratch.write(content)
    return Path(scratch.name).replace(target)


def read_result(delivery_id: str, folder: Path) -> dict[str, Any]:
    """The stored result of a delivery. Raises `QualityError` when it is not there."""
    try:
        content = folder.joinpath("results", f"{delivery_id}.json").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise QualityError(
            f"The validation result of delivery {delivery_id} is not in {folder}. Check the delivery again, "
            "with SIGAP_DATA_DOCS set to the same folder wherever checks run."
        ) from None
    result: dict[str, Any] = json.loads(content)
    return result


def build_docs(period: Period, deliveries: Sequence[Delivery], folder: Path) -> Path:
    """Write the site of a month's checked deliveries into `folder` and return its first page.

    Pages are replaced one by one, the index last, so that a reader never meets half a page.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".site-", dir=folder) as scratch:
        site = Path(scratch)
        shutil.copy(Path(__file__).with_name(_STYLE), site)
        for delivery in deliveries:
            _write(site / delivery.page, "delivery", _facts_of(delivery, period))
        _write(site / "index.html", "month", _facts_of_month(deliveries, period))
        _publish(site, folder)
    return folder / "index.html"


def page_of(delivery_id: str, folder: Path) -> Path:
    """Where the page of a delivery stands in the site."""
    return folder / "validations" / f"{delivery_id}.html"


def _facts_of(delivery: Delivery, period: Period) -> dict[str, Any]:
    return {
        "period": period,
        "delivery": delivery,
        "met": len(delivery.result["results"]) - len(delivery.unmet),
        "sections": render_sections(without_values(delivery.result)),
        "root": "../",
    }


def _facts_of_month(deliveries: Sequence[Delivery], period: Period) -> dict[str, Any]:
    groups = [
        (heading, [delivery for delivery in deliveries if delivery.kind == kind])
        for kind, heading in report_words()["groups"].items()
    ]
    return {
        "period": period,
        "deliveries": deliveries,
        "stopped": [delivery for delivery in deliveries if delivery.outcome == "stopped"],
        "groups": [(heading, found, _add(found), _gather(found)) for heading, found in groups if found],
        "most_frequent": _MOST_FREQUENT,
        "root": "",
    }


def _add(deliveries: Iterable[Delivery]) -> Mapping[str, int]:
    total: Counter[str] = Counter()
    for delivery in deliveries:
        total.update(delivery.counts)
    return total


def _gather(deliveries: Sequence[Delivery]) -> list[tuple[str, str, int]]:
    """The reasons of deliveries of one kind, together: code, effect, rows."""
    total: Counter[tuple[str, str]] = Counter()
    for delivery in deliveries:
        total.update({(code, effect): rows for code, effect, rows in delivery.frequent})
    found = [(code, effect, rows) for (code, effect), rows in total.items()]
    return sorted(found, key=lambda item: (item[1] == "warn", -item[2], item[0]))


def _write(page: Path, template: str, facts: dict[str, Any]) -> None:
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(_templates().get_template(f"{template}.html").render(facts), encoding="utf-8")


@cache
def _templates() -> Environment:
    found = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {
        "grouped": lambda number: str(format_decimal(number, locale="id_ID")),
        "month": lambda period: str(format_date(period.first_day, "MMMM y", locale="id_ID")),
    }
    found.globals |= {"words": report_words(), "reason": all_reasons(), "style": _STYLE}
    return found


def _publish(site: Path, folder: Path) -> None:
    files = [file for file in site.rglob("*") if file.is_file()]
    for file in sorted(files, key=lambda file: (file == site / "index.html", file)):
        target = folder / file.relative_to(site)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(file, target)
