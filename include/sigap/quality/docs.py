"""The quality report of a month: Great Expectations' Data Docs within pages of ours, in counts only.

The pages work in a closed network and without scripts: one stylesheet beside them, no other address in them.
"""

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sigap.domain.period import Period
from sigap.domain.reasons import reasons as all_reasons
from sigap.errors import QualityError
from sigap.quality.gate import without_values
from sigap.quality.pages import render_sections
from sigap.quality.reported import Delivery, Month, Score, add_findings
from sigap.quality.words import name_column, report_words

SCORED_MONTHS = 12
_STYLE = "report.css"
_MOST_FREQUENT = 3
_LOCALE = "id_ID"


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


def build_docs(month: Month, folder: Path) -> Path:
    """Write the site of a month into `folder` and return its first page.

    Pages are replaced one by one, the index last, so that a reader never meets half a page.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".site-", dir=folder) as scratch:
        site = Path(scratch)
        shutil.copy(Path(__file__).with_name(_STYLE), site)
        for delivery in month.deliveries:
            _write(site / delivery.page, "delivery", _facts_of(delivery, month.period))
        _write(site / "sources.html", "sources", _facts_of_sources(month))
        _write(site / "index.html", "month", _facts_of_month(month))
        _publish(site, folder)
    return folder / "index.html"


def page_of(delivery_id: str, folder: Path) -> Path:
    """Where the page of a delivery stands in the site."""
    return folder / "validations" / f"{delivery_id}.html"


def _facts_of(delivery: Delivery, period: Period) -> dict[str, Any]:
    results = delivery.result["results"]
    return {
        "period": period,
        "delivery": delivery,
        "met": sum(item["success"] for item in results),
        "sections": render_sections(without_values(delivery.result)),
        "root": "../",
    }


def _facts_of_month(month: Month) -> dict[str, Any]:
    found = [
        (heading, [delivery for delivery in month.deliveries if delivery.kind == kind])
        for kind, heading in report_words()["groups"].items()
    ]
    return {
        "period": month.period,
        "month": month,
        "stopped": [delivery for delivery in month.deliveries if delivery.outcome == "stopped"],
        "groups": [
            (heading, group, _add(group), add_findings([one for each in group for one in each.findings]))
            for heading, group in found
            if group
        ],
        "repeated": _repeated(month),
        "most_frequent": _MOST_FREQUENT,
        "root": "",
    }


def _add(deliveries: Iterable[Delivery]) -> Counter[str]:
    total: Counter[str] = Counter()
    for delivery in deliveries:
        total.update(delivery.counts)
    return total


def _repeated(month: Month) -> list[tuple[str, list[int]]]:
    """The six counters of every sender that was compared, in the order of the report's words for them."""
    order = [
        (scope, nearness) for scope in report_words()["scopes"] for nearness in report_words()["nearness"]
    ]
    sources = sorted(
        {source for source, _, _ in month.duplicates}, key=lambda one: month.titles.get(one, one)
    )
    return [
        (month.titles.get(source, source), [month.duplicates.get((source, *pair), 0) for pair in order])
        for source in sources
    ]


def _facts_of_sources(month: Month) -> dict[str, Any]:
    """The last months of every sender: `months` in their order, `rows` with a score or None for each."""
    months = sorted({score.period for score in month.scores} | {month.period})[-SCORED_MONTHS:]
    by_source: dict[str, dict[Period, Score]] = {}
    for score in month.scores:
        by_source.setdefault(score.source, {})[score.period] = score
    rows = [
        (max(scores.values(), key=lambda score: score.period), [scores.get(one) for one in months])
        for scores in by_source.values()
        if any(one in scores for one in months)
    ]
    rows.sort(key=lambda row: row[0].title)
    return {"period": month.period, "months": months, "rows": rows, "root": ""}


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
        "grouped": lambda number: str(format_decimal(number, locale=_LOCALE)),
        "share": lambda part: str(format_percent(part, "#,##0.#%", locale=_LOCALE)),
        "month": lambda period: str(format_date(period.first_day, "MMMM y", locale=_LOCALE)),
        "short_month": lambda period: str(format_date(period.first_day, "MMM y", locale=_LOCALE)),
        "day": lambda day: str(format_date(day, "d MMMM y", locale=_LOCALE)),
        "column": name_column,
    }
    found.globals |= {"words": report_words(), "reason": all_reasons(), "style": _STYLE}
    return found


def _publish(site: Path, folder: Path) -> None:
    files = [file for file in site.rglob("*") if file.is_file()]
    for file in sorted(files, key=lambda file: (file == site / "index.html", file)):
        target = folder / file.relative_to(site)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(file, target)
